"""Buttons of a booking at the wrong time, by the wrong person: answered, nothing wrong changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.programme_file import SAMPLE
from domain.closures import Interval
from domain.consultations import ConsultationState
from storage import consultations
from tests.integration.booking_chat import (
    OWNER,
    booked,
    close,
    days_offered,
    jst,
    labels,
    live,
    meetings,
    press_data,
    rivals,
    submit,
)
from tests.integration.test_programmes import edit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.integration.conftest import Counter

STRANGER = 777
GROUP = -500
TABLES = ("consultations", "bookings", "booking_seats", "booking_events", "outbox", "waiting")
STALE = "前の手順のボタン"
TARGETS = ("c1", "b1.1", "b1.7", "c999999", "b999999.1", "c", "b1", "b1.x", "x1", "", "c1.1")
ENDINGS = (
    "how:{}", "cal:{}:hub", "cal:{}:hub:202611", "cal:{}:hub:202511", "cal:{}:hub:210001",
    "cal:{}:hub:2026", "cal:{}:fax", "cal:{}", "day:{}:hub:20261130", "day:{}:hub:20251130",
    "day:{}:hub:20261131", "day:{}:hub", "soon:{}:hub", "soon:{}", "time:{}:hub:202511300930",
    "time:{}:hub:202611300931", "time:{}:hub:2026113009300", "time:{}:hub", "show:{}", "drop:{}",
    "call:{}", "when:{}:noon", "when:{}", "nothing:{}", "{}",
)  # fmt: skip
CHANGING = ("time:{}:hub:202611300930", "drop_yes:{}", "when:{}:any")


def buttons(*endings: str) -> list[str]:
    return [f"bk:{ending.format(target)}" for ending in endings for target in TARGETS]


async def everything(counter: Counter) -> list[Any]:
    return [await counter.read(f"select * from {table}") for table in TABLES]


async def press(counter: Counter, user: int, data: str, message: int, chat: int = 0) -> None:
    """Press a button that may not be shown any more; it must be answered."""
    counter.wire.alerts.clear()
    await counter.update(counter.press_body(user, data, chat or user, message))
    assert counter.wire.alerts != [], data


async def nothing_broke(counter: Counter) -> None:
    assert await counter.read("select * from dead_letters") == []


@pytest.mark.parametrize("walk", [submit, booked])
async def test_a_stranger_s_press_changes_and_shows_nothing(
    counter: Counter, walk: Callable[[Counter], Awaitable[None]]
) -> None:
    await walk(counter)
    before = await everything(counter)
    for data in buttons(*ENDINGS, *CHANGING):
        await press(counter, STRANGER, data, 7)
        assert await everything(counter) == before, data
    said = [s.text for (chat, _), s in counter.wire.shown.items() if chat == STRANGER]
    assert not any("R8-" in text or "11月30日" in text for text in said)
    await nothing_broke(counter)


async def test_a_press_in_a_group_shows_nothing_there(counter: Counter) -> None:
    await booked(counter)
    before = await everything(counter)
    for data in buttons(*ENDINGS, *CHANGING):
        await press(counter, OWNER, data, 7, GROUP)
    assert await everything(counter) == before
    assert not any(chat == GROUP for chat, _ in counter.wire.shown)
    await nothing_broke(counter)


async def test_what_only_looks_changes_nothing_while_a_meeting_is_booked(counter: Counter) -> None:
    await booked(counter)
    before = await everything(counter)
    message = live(counter).message_id
    for data in buttons(*ENDINGS):
        await press(counter, OWNER, data, message)
        assert await everything(counter) == before, data
    await nothing_broke(counter)


async def test_an_old_keyboard_shows_the_booking_that_exists(counter: Counter) -> None:
    await booked(counter)
    message = live(counter).message_id
    for data in ("bk:how:c1", "bk:cal:c1:hub:202611", "bk:time:c1:hub:202611301100", "bk:call:c1"):
        await press(counter, OWNER, data, message)
        assert "すでに" in counter.wire.alerts[-1], data
        assert "11月30日（月） 9:30〜10:30" in live(counter).text
        assert live(counter).message_id == message
    assert await meetings(counter) == [("booked", "hub", "2026-11-30 00:30:00.000000", 1)]


async def test_a_button_of_an_earlier_booking_shows_the_present_one(counter: Counter) -> None:
    await booked(counter)
    message = live(counter).message_id
    await counter.press(OWNER, "日時を変える")
    await press_data(counter, ":20261127")
    await counter.press(OWNER, "15:00")
    for data in ("bk:cal:b1.1:hub", "bk:drop:b1.1", "bk:drop_yes:b1.1", "bk:how:b1.1"):
        await press(counter, OWNER, data, message)
        assert STALE in counter.wire.alerts[-1], data
        assert "11月27日（金） 15:00〜16:00" in live(counter).text
    await press(counter, OWNER, "bk:time:b1.1:hub:202611300930", message)
    assert (await meetings(counter))[0][2:] == ("2026-11-27 06:00:00.000000", 2)


async def test_buttons_of_a_cancelled_booking_ask_how_to_meet(counter: Counter) -> None:
    await booked(counter)
    message = live(counter).message_id
    await counter.press(OWNER, "取り消す")
    await counter.press(OWNER, "取り消す")
    for data in (
        "bk:cal:b1.1:hub",
        "bk:drop:b1.1",
        "bk:show:b1.1",
        "bk:time:b1.1:hub:202611301100",
    ):
        await press(counter, OWNER, data, message)
        assert "ご希望の面談方法をお選びください。" in live(counter).text, data
    assert [row[0] for row in await meetings(counter)] == ["cancelled"]


async def test_after_the_case_is_closed_nothing_can_be_booked(counter: Counter) -> None:
    await submit(counter)
    message = live(counter).message_id
    await counter.application.house.write(
        lambda tx: consultations.set_state(tx, 1, ConsultationState.CLOSED_DONE)
    )
    for data in (*(f"bk:{end.format('c1')}" for end in (*ENDINGS, *CHANGING)), "bk:show:c1"):
        await press(counter, OWNER, data, message)
    assert "ご相談（R8-0001）は終了しています。" in counter.wire.shown[OWNER, message].text
    assert await meetings(counter) == []
    assert await counter.read("select call_when from consultations") == [(None,)]
    await nothing_broke(counter)


async def test_a_month_long_past_opens_the_first_that_can_be_booked(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    counter.moment += timedelta(days=150)
    await counter.press(OWNER, "12月 ›")
    assert counter.wire.alerts[-1] == "その月の予約は受け付けていません。"
    assert labels(counter)[0] == "2027年4月"
    assert days_offered(counter) != []


async def test_a_day_and_a_time_long_past_say_so(counter: Counter) -> None:
    await submit(counter)
    message = live(counter).message_id
    counter.moment += timedelta(days=150)
    await press(counter, OWNER, "bk:day:c1:hub:20261130", message)
    assert counter.wire.alerts[-1] == "11月30日（月）の受付は終わりました。"
    assert labels(counter)[0] == "2027年4月"
    await press(counter, OWNER, "bk:time:c1:hub:202611300930", message)
    assert "その時間は予約できなくなりました" in live(counter).text
    assert labels(counter)[0].startswith("4月")


async def at_once(counter: Counter, *data: str) -> None:
    """Press several buttons before the first is answered."""
    message = live(counter).message_id
    updates = []
    for each in data:
        counter.update_id += 1
        body = counter.press_body(OWNER, each, OWNER, message)
        updates.append({"update_id": counter.update_id, **body})
    await counter.dispatcher.accept(updates)
    await counter.dispatcher.drain()


async def test_two_taps_book_once(counter: Counter) -> None:
    await submit(counter)
    await at_once(counter, *["bk:time:c1:hub:202611300930"] * 2)
    assert await meetings(counter) == [("booked", "hub", "2026-11-30 00:30:00.000000", 1)]
    assert "面談のご予約をお取りしました" in live(counter).text
    await at_once(counter, "bk:time:c1:hub:202611301100", "bk:time:c1:online:202611270930")
    assert len(await meetings(counter)) == 1


async def test_two_taps_move_once_and_cancel_once(counter: Counter) -> None:
    await booked(counter)
    await at_once(counter, *["bk:time:b1.1:hub:202611270930"] * 2)
    assert await meetings(counter) == [("booked", "hub", "2026-11-27 00:30:00.000000", 2)]
    assert "面談の日時を変えました" in live(counter).text
    await at_once(counter, *["bk:drop_yes:b1.2"] * 2)
    assert [row[0] for row in await meetings(counter)] == ["cancelled"]
    assert "面談の予約を取り消しました" in live(counter).text
    assert await counter.read("select change from booking_events order by id") == [
        ("booked",),
        ("moved",),
        ("cancelled",),
    ]


async def test_two_taps_ask_for_one_call(counter: Counter) -> None:
    await submit(counter)
    await at_once(counter, *["bk:when:c1:any"] * 2)
    owed = "select count(*) from outbox where kind = 'call_to_arrange'"
    assert await counter.read(owed) == [(1,)]


async def test_a_move_finds_its_own_time_free(counter: Counter) -> None:
    await booked(counter)
    clocks = ((9, 30), (11, 0), (13, 30), (15, 0))
    await rivals(
        counter,
        *(jst(2026, 11, day, *clock) for day in (26, 27) for clock in clocks),
        *(jst(2026, 11, 30, *clock) for clock in clocks[1:]),
    )
    await counter.press(OWNER, "日時を変える")
    assert days_offered(counter) == [30]
    await press_data(counter, ":20261130")
    await counter.press(OWNER, "9:30")
    assert await meetings_of(counter) == [("booked", "2026-11-30 00:30:00.000000", 1)]
    assert "面談のご予約" in live(counter).text


async def meetings_of(counter: Counter) -> list[Any]:
    return await counter.read(
        "select bookings.state, starts_at, revision from bookings join consultations c "
        f"on c.id = consultation_id where user_id = {OWNER}"
    )


async def test_a_move_with_nothing_else_free_leaves_it_as_it_is(counter: Counter) -> None:
    await booked(counter)
    days = [jst(2026, 11, 26) + timedelta(days=n) for n in range(40)]
    # In office hours only: a whole day would be no working day of the notice.
    hours = timedelta(hours=9), timedelta(hours=18)
    await close(counter, *(Interval(day + hours[0], day + hours[1]) for day in days))
    await counter.press(OWNER, "日時を変える")
    assert "空きがありません" in live(counter).text
    assert labels(counter) == ["訪問", "オンライン", "電話", "このままにする"]
    await counter.press(OWNER, "このままにする")
    assert labels(counter) == ["日時を変える", "取り消す"]


@pytest.fixture
def without_phone(tmp_path: Path) -> Path:
    """The sample programme, whose office does not meet over the telephone any more."""
    file = tmp_path / "programme.toml"
    file.write_text(SAMPLE.read_text("utf-8"), "utf-8")
    rules = "minutes = 60\nbuffer_minutes = 30\nseats = 2\nnotice_working_days = 2\n"
    edit(file, f"[booking.methods.phone]\n{rules}horizon_days = 30\n", "")
    (tmp_path / "saitama_municipalities.csv").write_bytes(
        SAMPLE.with_name("saitama_municipalities.csv").read_bytes()
    )
    return file


async def test_a_method_not_offered_any_more(
    counter_of: Callable[[Path], Awaitable[Counter]], without_phone: Path
) -> None:
    counter = await counter_of(SAMPLE)
    await submit(counter)
    message = live(counter).message_id
    await counter.close()
    counter.programme = without_phone
    await counter.open()
    for data in (
        "bk:cal:c1:phone", "bk:day:c1:phone:20261130", "bk:soon:c1:phone",
        "bk:time:c1:phone:202611300930",
    ):  # fmt: skip
        await press(counter, OWNER, data, message)
        assert STALE in counter.wire.alerts[-1]
        assert labels(counter) == ["訪問", "拠点で面談", "オンライン", "日程は電話で決めたい"]
    await nothing_broke(counter)


async def test_a_meeting_by_a_method_not_offered_any_more_is_changed_by_telephone(
    counter_of: Callable[[Path], Awaitable[Counter]], without_phone: Path
) -> None:
    counter = await counter_of(SAMPLE)
    await submit(counter)
    await press(counter, OWNER, "bk:time:c1:phone:202611300930", live(counter).message_id)
    message = live(counter).message_id
    await counter.close()
    counter.programme = without_phone
    await counter.open()
    for data in ("bk:cal:b1.1:phone", "bk:drop:b1.1", "bk:drop_yes:b1.1", "bk:cal:b1.1:hub"):
        await press(counter, OWNER, data, message)
        assert "変更・取消は、お電話でお願いします。" in live(counter).text, data
    await counter.say(OWNER, "/status")
    assert labels(counter) == ["面談の予約を見る"]
    assert (await meetings(counter))[0][0] == "booked"
