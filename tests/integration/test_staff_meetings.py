"""/today, a meeting's card, and moving or cancelling a meeting for a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from domain.bookings import BookingState, Change, MoveOf, Reason
from domain.slots import Method
from services import bookings
from services.bookings import Wish
from storage import bookings as stored
from storage import staff
from tests.integration.conftest import STAFF_CHAT
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
from tests.integration.test_figures import command_in_group
from tests.integration.test_staff import FORBIDDEN, submit

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

FRIDAY = THURSDAY + timedelta(days=1)


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


async def test_today_lists_the_meetings_in_order_with_who_has_them(desk: Desk) -> None:
    desk.book(THURSDAY, "13:30", Method.ONLINE)
    desk.book(THURSDAY, "09:30", taken_by=CLERK)
    desk.book(FRIDAY, "09:30")
    desk.counter.moment = at_jst(THURSDAY, "09:00")
    shown = await desk.say(CLERK, "/today")
    assert shown.text == (
        "<b>今日の面談</b>　11月26日（木）\n"
        "9:30〜10:30　R8-0002　拠点で面談\n　担当：Person 401\n"
        "13:30〜14:30　R8-0001　オンライン\n　<b>担当が決まっていません</b>"
    )
    assert labels(shown) == ["9:30　R8-0002", "13:30　R8-0001"]


async def test_once_today_is_over_the_next_open_day_is_below(desk: Desk) -> None:
    desk.book(FRIDAY, "09:30")
    desk.book(FRIDAY + timedelta(days=3), "11:00")
    desk.counter.moment = at_jst(FRIDAY, "10:00")
    assert "11月30日" not in (await desk.say(CLERK, "/today")).text
    desk.counter.moment = at_jst(FRIDAY, "10:31")
    shown = await desk.say(CLERK, "/today")
    assert "<b>11月30日（月）</b>\n11:00〜12:00　R8-0002" in shown.text
    assert labels(shown) == ["9:30　R8-0001", "11:00　R8-0002"]
    # What staff have closed is no open day.
    await desk.say(MANAGER, "/close 11/30")
    await desk.press(MANAGER, "閉じて、1件")
    assert "<b>12月1日（火）</b>\n予定はありません。" in (await desk.say(CLERK, "/today")).text


async def test_a_day_without_meetings_says_so(desk: Desk) -> None:
    shown = await desk.say(CLERK, "/today")
    assert "<b>今日の面談</b>　11月24日（火）\n予定はありません。" in shown.text
    assert shown.buttons == []


async def test_the_card_tells_when_how_who_and_what_happened(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30", taken_by=CLERK)
    await desk.press_data(CLERK, f"mt:card:{booking.id}")
    card = desk.counter.wire.last(CLERK)
    assert card.text == (
        "<b>R8-0001　面談</b>\n<b>11月26日（木） 9:30〜10:30</b>\n拠点で面談\n見本市見本町1-1\n"
        "担当：Person 401\n\n<b>これまでの経過</b>\n"
        "11月24日（火） 10:00　予約\n　11月26日（木） 9:30　拠点で面談\n　相談者"
    )
    assert labels(card) == ["日時を変える", "取り消す", "全項目を見る", "今日の面談"]
    await desk.press(CLERK, "全項目を見る")
    assert any(s.is_protected for s in desk.counter.wire.shown.values() if s.chat == CLERK)
    assert (CLERK, "read_record", "R8-0001") in await desk.audited()


async def test_staff_move_a_meeting_whatever_the_minimum_notice(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30", taken_by=CLERK)
    desk.counter.moment = at_jst(THURSDAY, "08:00")
    await desk.press_data(CLERK, f"mt:card:{booking.id}")
    days = await desk.press(CLERK, "日時を変える")
    assert "現在：11月26日（木） 9:30〜10:30　拠点で面談" in days.text
    assert labels(days)[0] == "11月26日（木）"
    other = await desk.press(CLERK, "オンラインに変える")
    assert "変更後：オンライン" in other.text
    times = await desk.press(CLERK, "11月26日（木）")
    assert labels(times) == ["9:30", "11:00", "13:30", "15:00", "ほかの日", "このままにする"]
    why = await desk.press(CLERK, "13:30")
    assert "変更後：オンライン　11月26日" in why.text
    assert labels(why)[:4] == [
        "担当者の都合",
        "ご本人からのご希望",
        "天候・交通の事情",
        "窓口の休業",
    ]
    assert desk.found(booking.id).starts_at == booking.starts_at
    card = await desk.press(CLERK, "天候")
    moved = desk.found(booking.id)
    assert (moved.starts_at, moved.method) == (at_jst(THURSDAY, "13:30"), Method.ONLINE)
    assert moved.assignee == CLERK
    assert (
        "日時の変更\n　11月26日（木） 13:30　オンライン\n　Person 401　天候・交通の事情"
        in card.text
    )
    history = desk.do(lambda tx, _at: stored.history(tx, booking.consultation_id))
    assert history[-1].reason is Reason.WEATHER
    assert (CLERK, "move_meeting", "R8-0001") in await desk.audited()


async def test_staff_cancel_a_meeting_for_a_reason(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30")
    await desk.press_data(CLERK, f"mt:card:{booking.id}")
    why = await desk.press(CLERK, "取り消す")
    assert desk.found(booking.id).state is BookingState.BOOKED
    assert labels(why)[-1] == "このままにする"
    card = await desk.press(CLERK, "担当者の都合")
    assert desk.found(booking.id).state is BookingState.CANCELLED
    assert "<b>取消し</b>" in card.text
    assert labels(card) == ["全項目を見る", "今日の面談"]
    assert (CLERK, "cancel_meeting", "R8-0001") in await desk.audited()


async def test_a_stale_button_changes_nothing_and_shows_the_meeting_as_it_is(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30")
    old = f"mt:end:b{booking.id}.1:office"
    await desk.press_data(CLERK, f"mt:move:b{booking.id}.1:hub:202611271100:office")
    assert desk.found(booking.id).starts_at == at_jst(FRIDAY, "11:00")
    for number, data in enumerate(
        (
            old,
            f"mt:move:b{booking.id}.1:hub:202611271330:office",
            f"mt:days:b{booking.id}.1:hub",
            f"mt:drop:b{booking.id}.1",
            f"mt:end:b{booking.id}.2:by_owner",
            f"mt:times:b{booking.id}.2:hub:20261",
            f"mt:why:b{booking.id}.2:walk:202611271330",
        )
    ):
        await desk.press_data(CLERK, data, message=50 + number)
        found = desk.found(booking.id)
        assert (found.state, found.revision) == (BookingState.BOOKED, 2)
        shown = desk.counter.wire.shown[CLERK, 50 + number]
        assert "<b>11月27日（金） 11:00〜12:00</b>" in shown.text
    for data in ("mt:card:99", "mt:card:x", "mt:end:c1:office", "mt:", "mt:move:b1.1"):
        await desk.press_data(CLERK, data)
    assert desk.found(booking.id).revision == 2


async def test_a_time_taken_meanwhile_is_refused_and_nothing_is_lost(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30", Method.VISIT)
    desk.book(FRIDAY, "11:00", Method.VISIT)
    await desk.press_data(CLERK, f"mt:move:b{booking.id}.1:visit:202611271100:office")
    assert "埋まり" in desk.counter.wire.alerts[-1]
    assert desk.found(booking.id).starts_at == booking.starts_at


async def test_in_the_staff_chat_the_card_goes_to_whoever_pressed(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30", taken_by=CLERK)
    desk.counter.moment = at_jst(THURSDAY, "08:00")
    (shown,) = await command_in_group(desk.counter, CLERK, STAFF_CHAT, "/today")
    assert "R8-0001" in shown.text
    await desk.press(CLERK, "R8-0001", STAFF_CHAT)
    assert "面談</b>" in desk.counter.wire.last(CLERK).text
    assert "今日の面談" in desk.counter.wire.asking(STAFF_CHAT).text
    desk.counter.wire.refusing[MANAGER] = (403, FORBIDDEN)
    await desk.press(MANAGER, "R8-0001", STAFF_CHAT)
    assert f"start=meeting_{booking.id}" in desk.counter.wire.alerts[-1]
    desk.counter.wire.refusing.clear()
    opened = await desk.say(MANAGER, f"/start meeting_{booking.id}")
    assert "R8-0001　面談" in opened.text


async def test_the_card_of_a_case_shows_its_meeting_and_opens_it_in_private(desk: Desk) -> None:
    await submit(desk.counter)
    wish = Wish(Method.HUB, at_jst(THURSDAY, "09:30"))
    booking = desk.do(lambda tx, at: bookings.book(tx, at, OWNER, 1, wish))
    await desk.press_data(CLERK, f"case:take:{booking.consultation_id}", STAFF_CHAT)
    shown = desk.counter.wire.last(STAFF_CHAT)
    assert "面談：11月26日（木） 9:30〜10:30　拠点で面談" in shown.text
    await desk.press(CLERK, "面談の内容", STAFF_CHAT)
    assert "R8-0001　面談" in desk.counter.wire.last(CLERK).text
    desk.do(lambda tx, at: bookings.cancel(tx, at, OWNER, MoveOf(booking.id, 1)))
    await desk.press_data(MANAGER, f"case:take:{booking.consultation_id}", STAFF_CHAT)
    assert "面談：" not in desk.counter.wire.last(STAFF_CHAT).text


async def test_the_card_of_a_meeting_that_has_begun_asks_what_became_of_it(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30", taken_by=CLERK)
    asked = ["実施", "欠席", "延期"]
    for moment, offered in (("09:29", []), ("09:30", asked)):
        desk.counter.moment = at_jst(THURSDAY, moment)
        await desk.press_data(CLERK, f"mt:card:{booking.id}")
        shown = desk.counter.wire.last(CLERK)
        assert [label for label in labels(shown) if label in asked] == offered
    await desk.press_data(CLERK, data_of(desk.counter.wire.last(CLERK), "実施"))
    assert desk.found(booking.id).state is BookingState.MET
    await desk.press_data(CLERK, f"mt:card:{booking.id}")
    assert "実施" in desk.counter.wire.last(CLERK).text
    assert not set(asked).intersection(labels(desk.counter.wire.last(CLERK)))


async def test_only_those_who_may_change_meetings_do(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30")
    for nobody in (OWNER, PLANNING, STRANGER):
        for data in (
            f"mt:card:{booking.id}",
            f"mt:days:b{booking.id}.1:hub",
            f"mt:move:b{booking.id}.1:hub:202611271100:office",
            f"mt:drop:b{booking.id}.1",
            f"mt:end:b{booking.id}.1:office",
        ):
            await desk.press_data(nobody, data)
            assert desk.counter.wire.alerts[-1]
            asked = data if nobody == PLANNING else ":".join(data.split(":")[:2])
            assert (nobody, "refused", asked) in await desk.audited()
        assert not any(s.chat == nobody for s in desk.counter.wire.shown.values())
    assert desk.found(booking.id).revision == 1


async def test_a_removed_member_loses_an_open_card_at_once(desk: Desk) -> None:
    booking = desk.book(THURSDAY, "09:30")
    await desk.press_data(CLERK, f"mt:card:{booking.id}")
    await desk.press(CLERK, "取り消す")
    desk.do(lambda tx, at: staff.remove(tx, CLERK, at.now))
    await desk.press(CLERK, "担当者の都合")
    assert desk.found(booking.id).state is BookingState.BOOKED
    before = desk.counter.wire.last(CLERK).text
    await desk.press_data(CLERK, f"mt:end:b{booking.id}.9:office")
    assert desk.counter.wire.last(CLERK).text == before


async def test_more_free_days_than_fit_are_turned(desk: Desk) -> None:
    booking = desk.book(date(2026, 11, 26), "09:30")
    await desk.press_data(CLERK, f"mt:days:b{booking.id}.1:hub")
    first = desk.counter.wire.last(CLERK)
    assert sum("月" in label for label in labels(first)) == 15
    later = await desk.press(CLERK, "先の日")
    assert "12月24日（木）" in labels(later)
    back = await desk.press(CLERK, "最初の日から")
    assert labels(back) == labels(first)
    assert data_of(back, "このままにする") == f"mt:card:b{booking.id}.1"


async def test_the_owner_s_own_change_is_told_from_the_office_s(desk: Desk) -> None:
    booking = desk.book(date(2026, 12, 10), "09:30")
    target = MoveOf(booking.id, 1)
    desk.do(lambda tx, at: bookings.cancel(tx, at, OWNER, target))
    await desk.press_data(CLERK, f"mt:card:{booking.id}")
    assert (
        "取消し\n　12月10日（木） 9:30　拠点で面談\n　相談者" in desk.counter.wire.last(CLERK).text
    )
    history = desk.do(lambda tx, _at: stored.history(tx, booking.consultation_id))
    assert [event.change for event in history] == [Change.BOOKED, Change.CANCELLED]
