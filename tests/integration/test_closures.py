"""Closing the counter and opening it again; what becomes of the meetings and their owners."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.bookings import BookingState, Change, Reason
from domain.closures import ClosingSpan, Interval
from domain.consultations import ConsultationState
from domain.slots import Method
from domain.staff import NotPermitted, Role, StaffMember
from services import bookings, closures
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored_bookings
from storage import closures as stored
from storage import consultations, people, staff
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import Ledger
from tests.integration.staff_desk import (
    CLERK,
    MANAGER,
    OWNER,
    PLANNING,
    STRANGER,
    THURSDAY,
    Desk,
    at_jst,
    data_of,
    labels,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER_OWNER = 101
FRIDAY = THURSDAY + timedelta(days=1)
MINUTES = 60


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


async def stored_closures(desk: Desk) -> list[tuple[str, str]]:
    return await desk.counter.read("select starts_at, ends_at from closures order by starts_at")


async def test_closing_shows_first_what_it_would_do_and_then_does_it(desk: Desk) -> None:
    first = desk.book(THURSDAY, "09:30", taken_by=CLERK)
    second = desk.book(FRIDAY, "13:30", Method.ONLINE, OTHER_OWNER)
    untouched = desk.book(FRIDAY + timedelta(days=3), "09:30")
    shown = await desk.say(MANAGER, "/close 11/26-11/27")
    assert "11月26日（木）〜11月27日（金）（2日間） 終日" in shown.text
    assert "次の2件の予約を取り消し、日時の変更をお願いします。" in shown.text
    assert (
        "<b>11月26日（木）</b>\n9:30〜10:30　R8-0001　拠点で面談\n　担当：Person 401" in shown.text
    )
    assert "13:30〜14:30　R8-0002　オンライン" in shown.text
    assert "R8-0003" not in shown.text
    assert labels(shown) == ["閉じて、2件の方に変更をお願いする", "閉じない"]
    assert await stored_closures(desk) == []
    done = await desk.press(MANAGER, "閉じて、2件")
    assert "受付を閉じました" in done.text
    for lost in (first, second):
        found = desk.found(lost.id)
        assert found.state is BookingState.CANCELLED
    assert desk.found(untouched.id).state is BookingState.BOOKED
    assert len(await stored_closures(desk)) == 1
    assert [entry for entry in await desk.audited() if entry[0] == MANAGER][:3] == [
        (MANAGER, "close_slots", "2026-11-26/2026-11-27"),
        (MANAGER, "cancel_meeting", "R8-0001"),
        (MANAGER, "cancel_meeting", "R8-0002"),
    ]


async def test_the_owner_is_told_and_offered_the_three_nearest_times(desk: Desk) -> None:
    lost = desk.book(THURSDAY, "11:00")
    await desk.deliver()
    await desk.say(MANAGER, "/close 11/26")
    await desk.press(MANAGER, "閉じて、1件")
    await desk.deliver()
    told = desk.counter.wire.last(OWNER)
    assert told.text.startswith("申し訳ございません。")
    assert "<s>11月26日（木） 11:00〜12:00　拠点で面談</s>" in told.text
    assert "R8-0001" in told.text
    assert "048-830-0000" in told.text
    assert told.file is not None
    assert b"METHOD:CANCEL" in told.file[1]
    assert labels(told)[:3] == [
        "11月27日（金） 9:30〜10:30",
        "11月27日（金） 11:00〜12:00",
        "11月27日（金） 13:30〜14:30",
    ]
    assert labels(told)[3] == "ほかの日"
    target = f"c{lost.consultation_id}"
    assert data_of(told, "11月27日（金） 9:30") == f"bk:time:{target}:hub:202611270930"
    owners = [shown for (chat, _), shown in desk.counter.wire.shown.items() if chat == OWNER]
    assert sum("申し訳" in shown.text for shown in owners) == 1
    booked = await desk.press(OWNER, "11月27日（金） 11:00")
    assert "11月27日（金） 11:00〜12:00" in booked.text
    assert booked.message_id > told.message_id


async def test_another_day_opens_the_owner_s_calendar(desk: Desk) -> None:
    desk.book(THURSDAY, "11:00")
    await desk.say(MANAGER, "/close 11/26")
    await desk.press(MANAGER, "閉じて、1件")
    await desk.deliver()
    calendar = await desk.press(OWNER, "ほかの日")
    assert "日をお選びください" in calendar.text


async def test_an_owner_who_booked_anew_meanwhile_is_not_told_of_the_old_time(desk: Desk) -> None:
    lost = desk.book(THURSDAY, "11:00")
    await desk.deliver()
    await desk.say(MANAGER, "/close 11/26")
    await desk.press(MANAGER, "閉じて、1件")
    wish = Wish(Method.HUB, at_jst(FRIDAY, "09:30"))
    desk.do(lambda tx, at: bookings.book(tx, at, OWNER, lost.consultation_id, wish))
    await desk.deliver()
    owners = [shown for (chat, _), shown in desk.counter.wire.shown.items() if chat == OWNER]
    assert not any("申し訳" in shown.text for shown in owners)


async def test_what_is_booked_between_the_question_and_the_answer_is_included(desk: Desk) -> None:
    shown = await desk.say(MANAGER, "/close 11/26 9:00-12:00")
    assert "この間の予約はありません" in shown.text
    late = desk.book(THURSDAY, "09:30")
    spared = desk.book(THURSDAY, "13:30")
    done = await desk.press(MANAGER, "閉じる")
    assert "1件の予約を取り消し" in done.text
    assert desk.found(late.id).state is BookingState.CANCELLED
    assert desk.found(spared.id).state is BookingState.BOOKED


async def test_a_held_time_lapses(desk: Desk) -> None:
    held = desk.hold()
    shown = await desk.say(MANAGER, "/close 11/26")
    assert "仮押さえ" in shown.text
    await desk.press(MANAGER, "閉じて、1件")
    found = desk.found(held)
    assert found.state is BookingState.LAPSED
    history = desk.do(lambda tx, _at: stored_bookings.history(tx, found.consultation_id))
    assert (history[-1].change, history[-1].reason) == (Change.LAPSED, Reason.CLOSED)


async def test_the_second_of_two_sees_that_it_is_closed(desk: Desk) -> None:
    other = 900
    lost = desk.book(THURSDAY, "09:30")
    for user in (MANAGER, other):
        await desk.say(user, "/close 11/26")
    await desk.press(MANAGER, "閉じて、1件")
    shown = await desk.press(other, "閉じて、1件")
    assert "すでに閉じています" in shown.text
    assert "1件の予約を取り消し" in shown.text
    assert "R8-0001" in shown.text
    assert desk.found(lost.id).revision == 2
    assert len(await stored_closures(desk)) == 1


async def test_a_second_tap_still_says_whom_to_telephone(desk: Desk) -> None:
    desk.book(THURSDAY, "09:30", user=OTHER_OWNER)
    desk.do(lambda tx, at: people.mark_unreachable(tx, OTHER_OWNER, at.now))
    shown = await desk.say(MANAGER, "/close 11/26")
    data = data_of(shown, "閉じて、1件")
    for _ in range(2):
        await desk.press_data(MANAGER, data, message=shown.message_id)
        done = desk.counter.wire.shown[MANAGER, shown.message_id]
        assert "ボットから連絡できない方：R8-0001" in done.text


async def test_closures_merge_and_opening_takes_out_only_what_it_names(desk: Desk) -> None:
    for typed in ("/close 12/21", "/close 12/22", "/close 12/23 9:00-12:00"):
        await desk.say(MANAGER, typed)
        await desk.press(MANAGER, "閉じる")
    assert len(await stored_closures(desk)) == 2
    shown = await desk.say(MANAGER, "/close")
    assert "12月21日（月）〜12月22日（火）（2日間） 終日\n12月23日（水） 9:00〜12:00" in shown.text
    assert "/close 12/1-12/3" in shown.text
    opened = await desk.say(MANAGER, "/open 12/22 13:00-15:00")
    assert "受付を再開しました" in opened.text
    assert "12月22日（火） 13:00〜15:00" in opened.text
    shown = await desk.say(MANAGER, "/open")
    assert "12月21日（月） 0:00〜12月22日（火） 13:00\n12月22日（火） 15:00〜24:00" in shown.text
    await desk.press(MANAGER, "再開する：12月23日")
    assert "12月23日（水） 9:00〜12:00" in desk.counter.wire.last(MANAGER).text
    assert len(await stored_closures(desk)) == 2
    nothing = await desk.say(MANAGER, "/open 12/31")
    assert "閉じている時間はありませんでした" in nothing.text
    actions = [action for actor, action, _ in await desk.audited() if actor == MANAGER]
    assert actions == ["close_slots"] * 3 + ["open_slots"] * 2


async def test_the_day_view_closes_and_opens_by_buttons(desk: Desk) -> None:
    await desk.say(MANAGER, "/slots")
    await desk.press(MANAGER, "26（木）")
    times = await desk.press(MANAGER, "時間帯を閉じる")
    assert labels(times)[:2] == ["9:30〜10:30", "11:00〜12:00"]
    asked = await desk.press(MANAGER, "11:00〜12:00")
    assert "11月26日（木） 11:00〜12:00" in asked.text
    await desk.press(MANAGER, "閉じる")
    day = await desk.press(MANAGER, "11月26日（木）を見る")
    assert "11:00　閉所" in day.text
    await desk.press(MANAGER, "再開する：11:00〜12:00")
    assert await stored_closures(desk) == []
    await desk.press(MANAGER, "11月26日（木）を見る")
    await desk.press(MANAGER, "この日を閉じる")
    kept = await desk.press(MANAGER, "閉じない")
    assert "面談の予約" in kept.text
    assert await stored_closures(desk) == []
    await desk.press(MANAGER, "この日を閉じる")
    await desk.press(MANAGER, "閉じる")
    day = await desk.press(MANAGER, "11月26日（木）を見る")
    assert "閉所" in day.text
    assert "再開する：終日" in labels(day)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("/close あさって<b>", "読み取れませんでした"),
        ("/close 12/25 <i>", "「&lt;i&gt;」"),
        ("/close 2/30", "暦にない"),
        ("/close 2026/11/23", "すでに過ぎた日時"),
        ("/close 今日 0:00-9:00", "すでに過ぎた日時"),
        ("/close 2026/12/1-2027/12/2", "366日まで"),
        ("/open 2026/11/23", "すでに過ぎた日時"),
        ("/open 12/25 15時から13時", "より後になっていません"),
    ],
)
async def test_bad_input_is_told_what_was_wrong(desk: Desk, typed: str, complaint: str) -> None:
    shown = await desk.say(MANAGER, typed)
    assert complaint in shown.text
    assert await stored_closures(desk) == []


async def test_cases_that_the_bot_cannot_write_to_are_named(desk: Desk) -> None:
    desk.book(THURSDAY, "09:30", user=OTHER_OWNER)
    desk.do(lambda tx, at: people.mark_unreachable(tx, OTHER_OWNER, at.now))
    shown = await desk.say(MANAGER, "/close 11/26")
    assert "ボットから連絡できない方：R8-0001" in shown.text


async def test_only_those_who_may_close_do(desk: Desk) -> None:
    lost = desk.book(THURSDAY, "09:30")
    span = "20261126-20261126-0-1440"
    for nobody in (CLERK, PLANNING, STRANGER):
        assert "コマンドはありません" in (await desk.say(nobody, "/close 11/26")).text
        for action in ("ask", "close", "open"):
            await desk.press_data(nobody, f"sl:{action}:{span}")
            assert desk.counter.wire.alerts[-1]
    assert desk.found(lost.id).state is BookingState.BOOKED
    assert await stored_closures(desk) == []
    refused = [entry for entry in await desk.audited() if entry[1] == "refused"]
    assert (CLERK, "refused", f"sl:close:{span}") in refused


async def test_a_removed_member_loses_it_on_an_open_preview(desk: Desk) -> None:
    lost = desk.book(THURSDAY, "09:30")
    await desk.say(MANAGER, "/close 11/26")
    desk.do(lambda tx, at: staff.remove(tx, MANAGER, at.now))
    await desk.press(MANAGER, "閉じて、1件")
    assert "職員" in desk.counter.wire.alerts[-1]
    assert desk.found(lost.id).state is BookingState.BOOKED
    assert (MANAGER, "refused", "sl:close:20261126-20261126-0-1440") in await desk.audited()


@pytest.mark.parametrize(
    "data", ["sl:close:", "sl:close:20261126", "sl:ask:20261126-20261125-0-1440", "sl:open:x-y-0-1"]
)
async def test_a_forged_button_closes_nothing(desk: Desk, data: str) -> None:
    await desk.press_data(MANAGER, data)
    assert "面談の枠" in desk.counter.wire.last(MANAGER).text
    assert await stored_closures(desk) == []


async def test_a_button_of_a_day_that_is_over_says_so(desk: Desk) -> None:
    await desk.say(MANAGER, "/close 11/26")
    desk.counter.moment = at_jst(FRIDAY, "10:00")
    await desk.press(MANAGER, "閉じる")
    assert "すでに過ぎた日時" in desk.counter.wire.alerts[-1]
    assert await stored_closures(desk) == []


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def test_on_every_database_a_closure_ends_its_meetings_in_one_transaction(
    database: Database,
) -> None:
    now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    at = Occasion(load_programme(SAMPLE), STAFF_CHAT, now)
    case = Ledger(database).consult(date(2026, 11, 24))
    wish = Wish(Method.HUB, at_jst(THURSDAY, "09:30"))
    member = StaffMember(MANAGER, "見本", Role.MANAGER, now)
    database.write(lambda tx: staff.register(tx, member)).result()
    database.write(lambda tx: consultations.take(tx, case, MANAGER)).result()
    database.write(lambda tx: bookings.book(tx, at, OWNER, case, wish)).result()
    morning = ClosingSpan(THURSDAY, FRIDAY, 9 * MINUTES, 12 * MINUTES)
    with pytest.raises(NotPermitted):
        database.write(lambda tx: closures.close(tx, at, OWNER, morning)).result()
    closing = database.write(lambda tx: closures.close(tx, at, MANAGER, morning)).result()
    assert [str(one.booking.reference) for one in closing.affected] == ["R8-0001"]
    found = database.read(lambda tx: consultations.find(tx, case)).result()
    assert found is not None
    assert found.state is ConsultationState.CONTACTING
    days = (at_jst(THURSDAY, "00:00"), at_jst(FRIDAY + timedelta(days=1), "00:00"))
    assert database.read(lambda tx: stored.between(tx, *days)).result() == morning.intervals
    again = database.write(lambda tx: closures.close(tx, at, MANAGER, morning)).result()
    assert again.is_done
    assert [one.booking.id for one in again.affected] == [closing.affected[0].booking.id]
    one_day = ClosingSpan(THURSDAY, THURSDAY)
    opening = database.write(lambda tx: closures.open_again(tx, at, MANAGER, one_day)).result()
    assert opening.opened == (Interval(at_jst(THURSDAY, "09:00"), at_jst(THURSDAY, "12:00")),)
    assert database.read(lambda tx: stored.between(tx, *days)).result() == morning.intervals[1:]
