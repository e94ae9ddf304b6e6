"""A meeting that is over and unanswered: the owner goes on, and staff can still answer for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from bot.schedule import tick
from domain.bookings import AlreadyBooked
from domain.closures import Interval
from domain.return_calls import CallTime
from domain.slots import Method
from services import bookings, call_arrangements, waiting
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage import closures
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import Ledger
from tests.integration.meetings import CLERK, OWNER, Meetings, jst
from tests.integration.staff_desk import labels
from tests.integration.test_outcomes import answer, asked, events

if TYPE_CHECKING:
    from concurrent.futures import Future

    from domain.bookings import Booking
    from storage.database import Transaction
    from tests.integration.conftest import Counter


@pytest.fixture
async def meetings(counter: Counter) -> Meetings:
    """OWNER's case, which CLERK has, with a meeting on Thursday 26 November, 9:30 to 10:30."""
    opened = Meetings(counter)
    await opened.hire(CLERK)
    await opened.consult()
    await opened.take(CLERK)
    await opened.book(2026, 11, 26, 9, 30)
    await opened.told()
    return opened


async def states(counter: Counter) -> tuple[list[str], str]:
    bookings = await counter.read("select state from bookings order by id")
    ((case,),) = await counter.read("select state from consultations")
    return [state for (state,) in bookings], case


async def book_anew(meetings: Meetings) -> None:
    """Book by buttons for Tuesday 1 December, 9:30."""
    counter = meetings.counter
    await counter.update(counter.press_body(OWNER, "bk:how:c1", OWNER, 40))
    assert "拠点で面談" in labels(counter.wire.shown[OWNER, 40])
    await counter.update(counter.press_body(OWNER, "bk:time:c1:hub:202612010930", OWNER, 40))


async def test_the_owner_books_the_next_once_the_meeting_is_over(meetings: Meetings) -> None:
    counter = meetings.counter
    counter.moment = jst(2026, 11, 26, 10, 29)
    with pytest.raises(AlreadyBooked):
        await meetings.book(2026, 12, 1, 9, 30)
    await asked(meetings, 2026, 11, 26, 10, 30)
    await book_anew(meetings)
    assert await states(counter) == (["unanswered", "booked"], "booked")
    assert await counter.read("select count(*) from booking_seats where booking_id = 1") == [(0,)]
    assert await asked(meetings, 2026, 11, 27, 9, 0) != []


@pytest.mark.parametrize(
    ("label", "ends", "case", "counted"),
    [
        ("実施", "met", "met", 2),
        ("欠席", "no_show", "booked", 0),
        ("延期", "postponed", "booked", 0),
    ],
)
async def test_the_question_of_before_is_answered_all_the_same(
    meetings: Meetings, label: str, ends: str, case: str, counted: int
) -> None:
    counter = meetings.counter
    await asked(meetings, 2026, 11, 26, 10, 30)
    await meetings.book(2026, 12, 1, 9, 30)
    shown = await answer(counter, CLERK, label, CLERK)
    assert f"面談：{label}" in shown.text
    assert await states(counter) == ([ends, "booked"], case)
    assert len(await events(counter)) == counted
    # Who has a new time already is not asked to choose one.
    assert [one for one in await meetings.told() if "ご相談" in one.text] == []
    assert await asked(meetings, 2026, 11, 27, 9, 0) == []


async def test_two_meetings_that_nobody_answered_for_are_both_asked_about(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    await asked(meetings, 2026, 11, 26, 10, 30)
    await meetings.book(2026, 12, 1, 9, 30)
    questions = await asked(meetings, 2026, 12, 1, 10, 30)
    assert sorted(text.split("\n")[1].split("　")[0] for _, text in questions) == [
        "11月26日（木） 9:30〜10:30",
        "12月1日（火） 9:30〜10:30",
    ]
    for booking in (2, 1):
        await counter.update(counter.press_body(CLERK, f"mt:met:b{booking}.1", CLERK, 7))
    assert await states(counter) == (["met", "met"], "met")
    assert [(kind, on) for kind, _, on, _, _ in await events(counter)] == [
        ("meetings", "2026-12-01"),
        ("first_meetings", "2026-12-01"),
        ("meetings", "2026-11-26"),
    ]


async def test_the_case_does_not_end_before_the_unanswered_meeting_is_answered_for(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    counter.moment = jst(2026, 11, 26, 11, 0)
    await meetings.book(2026, 12, 1, 9, 30)
    await meetings.cancel()
    await counter.update(counter.press_body(CLERK, "cs:set:1:co:xr:-", CLERK, 7))
    assert await states(counter) == (["unanswered", "cancelled"], "contacting")
    await counter.update(counter.press_body(CLERK, "cs:met:1:co:20261126", CLERK, 7))
    assert "予約済みの面談" in counter.wire.alerts[-1]
    assert await events(counter) == []
    await counter.update(counter.press_body(CLERK, "cs:open:1", CLERK, 7))
    await counter.press(CLERK, "面談")
    assert "終了（結果は未記録）" in counter.wire.asking(CLERK).text
    await counter.press(CLERK, "実施")
    assert await states(counter) == (["met", "cancelled"], "met")


async def test_the_owner_waits_or_asks_for_a_call_once_the_meeting_is_over(
    meetings: Meetings,
) -> None:
    counter, case = meetings.counter, meetings.case

    async def ask() -> None:
        at, when = meetings.at, CallTime.MORNING
        await meetings.do(lambda tx: call_arrangements.ask_for_call(tx, at, OWNER, case, when))
        await meetings.do(lambda tx: waiting.ask(tx, at, OWNER, case, Method.HUB))

    counter.moment = jst(2026, 11, 26, 10, 29)
    with pytest.raises(AlreadyBooked):
        await ask()
    counter.moment = jst(2026, 11, 26, 10, 30)
    await ask()
    # While something is free nobody waits, and the meeting has to make way for nothing.
    assert await states(counter) == (["booked"], "booked")
    day = timedelta(days=1)
    closed = Interval(counter.moment, counter.moment + 90 * day)
    await meetings.do(lambda tx: closures.replace(tx, [], [closed]))
    await ask()
    assert await states(counter) == (["unanswered"], "booked")
    await meetings.do(lambda tx: closures.replace(tx, [closed], []))
    await tick(counter.application.house)
    assert await states(counter) == (["unanswered", "held"], "booked")
    await counter.update(counter.press_body(CLERK, "mt:no_show:b1.1", CLERK, 7))
    assert await states(counter) == (["no_show", "held"], "contacting")


def test_of_many_who_book_anew_one_meeting_follows(url: str) -> None:
    database, programme = Database(url), load_programme(SAMPLE)
    case = Ledger(database).consult(date(2026, 11, 20), user_id=OWNER)

    def book(clock: datetime, *start: int) -> Future[Booking]:
        at = Occasion(programme, STAFF_CHAT, clock.astimezone(UTC))
        wish = Wish(Method.HUB, jst(*start).astimezone(UTC))
        return database.write(lambda tx: bookings.book(tx, at, OWNER, case, wish))

    old = book(jst(2026, 11, 20, 9, 0), 2026, 11, 26, 9, 30).result()
    racing = [book(jst(2026, 11, 26, 10, 30), 2026, 12, 1, hour, 30) for hour in (9, 14) * 3]
    errors = [type(one.exception()) for one in racing if one.exception() is not None]
    assert errors == [AlreadyBooked] * 3

    def stands_now(tx: Transaction) -> tuple[int, list[int]]:
        live = stored.live_of(tx, case)
        assert live is not None
        return live.id, [one.id for one in stored.unanswered_of(tx, case)]

    (next_one,) = {one.result().id for one in racing if one.exception() is None}
    assert database.read(stands_now).result() == (next_one, [old.id])
    database.close()
