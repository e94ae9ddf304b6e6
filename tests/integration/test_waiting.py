"""An owner waits for a slot, in the chat: asked, told, taken, passed up, and too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.schedule import tick
from domain.bookings import MoveOf
from services import bookings
from services.occasion import Occasion
from storage import bookings as stored
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import Ledger
from tests.integration.waiting_line import EARLY, LATE, jst, programme

if TYPE_CHECKING:
    from domain.bookings import Booking
    from services.bookings import Wish

ONE, TWO, FIRST, SECOND, STRANGER = 101, 102, 103, 104, 105
CASES = {user: number for number, user in enumerate((ONE, TWO, FIRST, SECOND, STRANGER), 1)}
GONE = 9999
WAIT = f"bk:wait:c{CASES[FIRST]}:hub"


def occasion(counter: Counter) -> Occasion:
    return Occasion(counter.application.house.programme, STAFF_CHAT, counter.moment)


def book(counter: Counter, user: int, wish: Wish) -> Booking:
    at = occasion(counter)
    database = counter.application.house.database
    return database.write(lambda tx: bookings.book(tx, at, user, CASES[user], wish)).result()


async def cancel(counter: Counter, user: int) -> None:
    at, database = occasion(counter), counter.application.house.database
    live = database.read(lambda tx: stored.live_of(tx, CASES[user])).result()
    assert live is not None
    target = MoveOf(live.id, live.revision)
    database.write(lambda tx: bookings.cancel(tx, at, user, target)).result()
    await deliver(counter)


async def deliver(counter: Counter) -> None:
    """Send all that is due; a chat gets one message a second."""
    while await counter.delivery.send_due():
        counter.moment += timedelta(seconds=1)


async def tap(counter: Counter, user: int, data: str) -> None:
    """Press a button of a message that is long gone."""
    counter.wire.gone.add(GONE)
    await counter.update(counter.press_body(user, data, user, GONE))


@pytest.fixture
async def full(counter: Counter) -> Counter:
    """A counter whose two slots are booked by ONE and TWO."""
    house = counter.application.house
    counter.application.house = replace(house, programme=programme())
    ledger = Ledger(house.database)
    for user in CASES:
        ledger.consult(date(2026, 11, 24), user_id=user)
    book(counter, ONE, EARLY)
    book(counter, TWO, LATE)
    await deliver(counter)
    return counter


async def test_who_waits_is_told_and_books_with_one_tap(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    shown = full.wire.last(FIRST)
    assert "空き待ち：拠点で面談（1番目）" in shown.text
    assert "空きが出たら、すぐにここでお知らせします。" in shown.text
    assert "30分間" in shown.text
    await cancel(full, ONE)
    offer = full.wire.last(FIRST)
    assert "空きが出ました" in offer.text
    assert "11月26日（木） 9:30〜10:30" in offer.text
    assert "11月24日（火） 10:30 まで取ってあります。" in offer.text
    labels = [button["text"] for button in offer.buttons]
    assert labels == ["この時間で予約する", "今回は見送る", "ほかの日"]
    await full.press(FIRST, "この時間で予約する")
    assert "ご予約" in full.wire.last(FIRST).text
    assert await full.read(
        f"select state from bookings where consultation_id = {CASES[FIRST]}"
    ) == [("booked",)]
    assert await full.read("select count(*) from waiting") == [(0,)]


async def test_the_calendar_that_has_nothing_free_offers_to_wait(full: Counter) -> None:
    await tap(full, FIRST, f"bk:cal:c{CASES[FIRST]}:hub")
    await full.press(FIRST, "空きが出たら知らせて")
    assert "（1番目）" in full.wire.last(FIRST).text
    await full.press(FIRST, "方法を変える")
    await full.press(FIRST, "訪問")
    assert await full.read("select count(*) from waiting") == [(1,)]


async def test_who_has_a_meeting_is_shown_it_instead_of_waiting(full: Counter) -> None:
    await tap(full, ONE, f"bk:wait:c{CASES[ONE]}:online")
    assert "11月26日（木） 9:30" in full.wire.last(ONE).text
    assert await full.read("select count(*) from waiting") == [(0,)]


async def test_the_second_of_two_taps_shows_the_same_meeting(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    data = full.wire.last(FIRST).buttons[0]["callback_data"]
    for _ in range(2):
        await tap(full, FIRST, data)
        assert "11月26日（木） 9:30" in full.wire.last(FIRST).text
    assert await full.read("select count(*) from bookings where state = 'booked'") == [(2,)]


async def test_asking_twice_is_harmless(full: Counter) -> None:
    await tap(full, SECOND, f"bk:wait:c{CASES[SECOND]}:hub")
    full.moment += timedelta(seconds=1)
    for _ in range(2):
        await tap(full, FIRST, WAIT)
        assert "（2番目）" in full.wire.last(FIRST).text
    assert await full.read("select count(*) from waiting") == [(2,)]


async def test_what_is_free_meanwhile_is_shown_instead(full: Counter) -> None:
    await cancel(full, ONE)
    await tap(full, FIRST, WAIT)
    shown = full.wire.last(FIRST)
    assert "空いている時間があります" in shown.text
    assert any("11月26日（木） 9:30" in button["text"] for button in shown.buttons)
    assert await full.read("select count(*) from waiting") == [(0,)]


async def test_who_asks_while_a_slot_is_held_is_shown_it(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    await tap(full, FIRST, WAIT)
    assert "まで取ってあります。" in full.wire.last(FIRST).text


async def test_what_is_passed_up_goes_to_the_next(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await tap(full, SECOND, f"bk:wait:c{CASES[SECOND]}:hub")
    await cancel(full, ONE)
    await full.press(FIRST, "見送る")
    assert "見送りました" in full.wire.last(FIRST).text
    await deliver(full)
    assert "空きが出ました" in full.wire.last(SECOND).text
    full.moment += timedelta(seconds=1)
    await full.press(FIRST, "もう一度待つ")
    assert "（2番目）" in full.wire.last(FIRST).text


async def test_a_hold_that_ran_out_is_told_and_given_on(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await tap(full, SECOND, f"bk:wait:c{CASES[SECOND]}:hub")
    await cancel(full, ONE)
    old = full.wire.last(FIRST).buttons[0]["callback_data"]
    full.moment = jst(24, 10, 31)
    await tick(full.application.house)
    await deliver(full)
    regret = full.wire.last(FIRST)
    assert "お取り置きの期限が過ぎました" in regret.text
    assert [button["text"] for button in regret.buttons] == ["もう一度待つ"]
    assert "11:01 まで取ってあります。" in full.wire.last(SECOND).text
    await tap(full, FIRST, old)
    shown = full.wire.last(FIRST)
    assert "お取り置きの期限が過ぎました" in shown.text
    await full.press(FIRST, "空きが出たら知らせて")
    assert "（2番目）" in full.wire.last(FIRST).text
    # The button of the notice is old by now, and harmless.
    await tap(full, FIRST, regret.buttons[0]["callback_data"])
    assert "（2番目）" in full.wire.last(FIRST).text


async def test_too_late_the_nearest_free_times_are_shown(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    await cancel(full, TWO)
    old = full.wire.last(FIRST).buttons[0]["callback_data"]
    full.moment = jst(24, 10, 31)
    await tap(full, FIRST, old)
    shown = full.wire.last(FIRST)
    assert "お取り置きの期限が過ぎました" in shown.text
    times = [button["text"] for button in shown.buttons if "11月26日" in button["text"]]
    assert times == ["11月26日（木） 9:30〜10:30", "11月26日（木） 11:00〜12:00"]


async def test_the_notice_of_a_hold_that_is_over_is_not_sent(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    at, database = occasion(full), full.application.house.database
    live = database.read(lambda tx: stored.live_of(tx, CASES[ONE])).result()
    assert live is not None
    target = MoveOf(live.id, live.revision)
    database.write(lambda tx: bookings.cancel(tx, at, ONE, target)).result()
    full.moment = jst(24, 10, 31)
    await deliver(full)
    assert await full.read("select status from outbox where kind = 'slot_offered'") == [("moot",)]


async def test_who_waits_again_or_books_is_not_told_of_the_hold_that_ran_out(
    full: Counter,
) -> None:
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    full.moment = jst(24, 10, 31)
    await tick(full.application.house)
    book(full, FIRST, EARLY)
    await deliver(full)
    assert await full.read("select status from outbox where kind = 'hold_lapsed'") == [("moot",)]


async def test_somebody_elses_button_says_nothing_of_the_slot(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    accept, decline = (b["callback_data"] for b in full.wire.last(FIRST).buttons[:2])
    for data in (accept, decline, WAIT, f"bk:unwait:c{CASES[FIRST]}"):
        await tap(full, STRANGER, data)
        assert "まで取ってあります" not in full.wire.last(STRANGER).text
    assert await full.read("select count(*) from bookings where state = 'held'") == [(1,)]


@pytest.mark.parametrize(
    "data",
    [
        "bk:wait:c3", "bk:wait:c3:helicopter", "bk:wait:b1.1:hub", "bk:wait:c99:hub",
        "bk:unwait:b1.1", "bk:accept:c3", "bk:accept:b99.1", "bk:decline:c3", "bk:decline:b1.7",
        "bk:wait:", "bk:accept:b1.1.1", "bk:unwait:c٣",
    ],
)  # fmt: skip
async def test_a_button_of_no_known_form_shows_where_one_stands(full: Counter, data: str) -> None:
    await tap(full, FIRST, data)
    assert full.wire.last(FIRST).text
    assert await full.read("select count(*) from dead_letters") == [(0,)]
    assert await full.read("select count(*) from waiting") == [(0,)]


async def test_status_shows_the_place_and_then_what_is_held(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await full.say(FIRST, "/status")
    assert "空き待ち：拠点で面談（1番目）" in full.wire.last(FIRST).text
    await full.press(FIRST, "空き待ちをやめる")
    assert "空き待ちをやめました" in full.wire.last(FIRST).text
    assert await full.read("select count(*) from waiting") == [(0,)]
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    await full.say(FIRST, "/status")
    shown = full.wire.last(FIRST)
    assert "10:30 まで取ってあります。" in shown.text
    labels = [button["text"] for button in shown.buttons]
    assert labels == ["この時間で予約する", "今回は見送る", "面談を予約する"]
    await full.press(FIRST, "この時間で予約する")
    assert await full.read("select count(*) from waiting") == [(0,)]


@pytest.mark.parametrize("data", ["bk:day:c3:walk:20261126", "bk:drop:b99.1", "bk:show:c3"])
async def test_an_old_button_shows_the_place_and_then_what_is_held(
    full: Counter, data: str
) -> None:
    await tap(full, FIRST, WAIT)
    await tap(full, FIRST, data)
    assert "空き待ち：拠点で面談（1番目）" in full.wire.last(FIRST).text
    await cancel(full, ONE)
    await tap(full, FIRST, data)
    shown = full.wire.last(FIRST)
    assert "10:30 まで取ってあります。" in shown.text
    labels = [button["text"] for button in shown.buttons]
    assert labels == ["この時間で予約する", "今回は見送る", "ほかの日"]


async def test_who_blocked_the_bot_is_passed_over_and_staff_are_told(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await tap(full, SECOND, f"bk:wait:c{CASES[SECOND]}:hub")
    full.wire.refusing[FIRST] = (
        403,
        {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
    )
    await cancel(full, ONE)
    await tick(full.application.house)
    await deliver(full)
    assert "空きが出ました" in full.wire.last(SECOND).text
    assert any("R8-0003" in s.text for (c, _), s in full.wire.shown.items() if c == STAFF_CHAT)


async def test_an_offer_of_the_night_is_told_in_the_morning(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    full.moment = jst(26, 0)
    await tick(full.application.house)
    await deliver(full)
    assert "空きが出ました" not in full.wire.last(FIRST).text
    full.moment = jst(26, 8)
    await deliver(full)
    offer = full.wire.last(FIRST)
    assert "12月3日（木） 9:30" in offer.text
    assert "11月26日（木） 9:30 まで取ってあります。" in offer.text


async def test_the_offer_is_in_the_owners_language(full: Counter) -> None:
    await tap(full, FIRST, "lang:en")
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    assert "A time has become free" in full.wire.last(FIRST).text


async def test_the_chat_is_told_once_however_often_the_tick_runs(full: Counter) -> None:
    await tap(full, FIRST, WAIT)
    await cancel(full, ONE)
    for _ in range(3):
        await tick(full.application.house)
        await deliver(full)
    told = [shown.text for (chat, _), shown in full.wire.shown.items() if chat == FIRST]
    assert len([text for text in told if "空きが出ました" in text]) == 1
