"""What is offered can be booked, and what can be booked is offered."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import date, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from domain.bookings import (
    BookingState,
    MoveOf,
    NewMeeting,
    SlotTaken,
    TooLateToChange,
    seated,
)
from domain.closures import ClosingSpan, Interval
from domain.consultations import ConsultationState
from domain.fiscal_year import JST
from domain.slots import Method, SlotState
from domain.staff import Role, StaffMember
from services import agendas, bookings, cases
from services import closures as closing
from services.bookings import Wish
from storage import bookings as stored
from storage import closures, consultations, staff
from storage.database import Database
from tests.integration.booking_office import (
    NOW,
    OWNER,
    SAMPLE_PROGRAMME,
    assert_seats_are_kept,
    hours,
    occasion,
    programme_of,
    way,
    wish,
)
from tests.integration.booking_office import consultations as logged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.bookings import Booking
    from services.occasion import Occasion
    from storage.database import Transaction

ONE_ADVISER = occasion(
    programme_of(
        1,
        [hours("09:30", "12:00")],
        hub=way(60, 30, 1),
        phone=way(30, 0, 1),
        online=way(60, 30, 1),
    )
)
HUB_AT_HALF_PAST_NINE = wish(Method.HUB, 26, "09:30")
ADVISER = 900


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def book(database: Database, at: Occasion, case: int, asked: Wish) -> Booking:
    return database.write(lambda tx: bookings.book(tx, at, OWNER, case, asked)).result()


@pytest.mark.parametrize(
    "asked", [wish(Method.PHONE, 26, "10:00"), wish(Method.ONLINE, 26, "09:30")]
)
def test_a_meeting_can_be_moved_into_its_own_seat(database: Database, asked: Wish) -> None:
    (case,) = logged(database, 1)
    booked = book(database, ONE_ADVISER, case, HUB_AT_HALF_PAST_NINE)
    target = MoveOf(booked.id, booked.revision)
    offer = database.read(
        lambda tx: bookings.offer(tx, ONE_ADVISER, OWNER, target, asked.method)
    ).result()
    assert offer.agenda.state(asked.start) is SlotState.FREE
    moved = database.write(lambda tx: bookings.move(tx, ONE_ADVISER, OWNER, target, asked)).result()
    assert (moved.method, moved.starts_at) == (asked.method, asked.start)
    assert assert_seats_are_kept(database) == [moved]


def test_a_move_that_is_refused_keeps_the_seat(database: Database) -> None:
    first, second = logged(database, 2)
    booked = book(database, ONE_ADVISER, first, HUB_AT_HALF_PAST_NINE)
    other = book(database, ONE_ADVISER, second, wish(Method.HUB, 26, "11:00"))
    target = MoveOf(other.id, other.revision)
    with pytest.raises(SlotTaken):
        database.write(
            lambda tx: bookings.move(tx, ONE_ADVISER, OWNER, target, HUB_AT_HALF_PAST_NINE)
        ).result()
    assert assert_seats_are_kept(database) == [booked, other]


def test_a_consultation_has_one_live_booking_whatever_writes_it(database: Database) -> None:
    at = occasion(SAMPLE_PROGRAMME)
    (case,) = logged(database, 1)
    booked = book(database, at, case, HUB_AT_HALF_PAST_NINE)
    other = wish(Method.HUB, 26, "13:30")

    def write(tx: Transaction) -> int:
        found = agendas.whole_agenda(tx, agendas.rules_of(at, Method.HUB), at)
        return stored.add(tx, seated(found, case, other.start), NOW)

    # The service looks first; this is what stops two that look at the same moment.
    with pytest.raises(SlotTaken):
        database.write(write).result()
    assert assert_seats_are_kept(database) == [booked]
    target = MoveOf(booked.id, booked.revision)
    database.write(lambda tx: bookings.cancel(tx, at, OWNER, target)).result()
    assert database.write(write).result() > booked.id


def test_a_time_held_for_somebody_is_free_for_them_alone(database: Database) -> None:
    waiting, other = logged(database, 2)

    def hold(tx: Transaction) -> int:
        until = NOW + timedelta(minutes=30)
        found = agendas.whole_agenda(
            tx, ONE_ADVISER.programme.booking.methods_offered[Method.HUB], ONE_ADVISER
        )
        start = HUB_AT_HALF_PAST_NINE.start
        return stored.add(tx, seated(found, waiting, start, BookingState.HELD, until), NOW)

    def state(case: int) -> SlotState:
        offer = database.read(
            lambda tx: bookings.offer(tx, ONE_ADVISER, OWNER, NewMeeting(case), Method.HUB)
        ).result()
        return offer.agenda.state(HUB_AT_HALF_PAST_NINE.start)

    database.write(hold).result()
    assert state(waiting) is SlotState.FREE
    assert state(other) is SlotState.FULL
    with pytest.raises(SlotTaken):
        book(database, ONE_ADVISER, other, HUB_AT_HALF_PAST_NINE)
    booked = book(database, ONE_ADVISER, waiting, HUB_AT_HALF_PAST_NINE)
    assert booked.state is BookingState.BOOKED
    assert assert_seats_are_kept(database) == [booked]


def test_a_seat_kept_past_midnight_is_taken_on_the_day_before_too(database: Database) -> None:
    at = occasion(
        programme_of(1, [hours("00:00", "00:30"), hours("23:00", "23:45")], hub=way(15, 60, 1))
    )
    first, second = logged(database, 2)
    midnight = book(database, at, first, wish(Method.HUB, 27, "00:00"))
    evening = wish(Method.HUB, 26, "23:00")
    day = evening.start.astimezone(JST).date()
    found = database.read(
        lambda tx: agendas.agenda(
            tx, at.programme.booking.methods_offered[Method.HUB], at, day, day
        )
    ).result()
    assert found.state(evening.start) is SlotState.FULL
    with pytest.raises(SlotTaken):
        book(database, at, second, evening)
    assert assert_seats_are_kept(database) == [midnight]


def at_clock(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("day", "closed", "may_move"),
    [
        (25, Interval(at_clock(25, "10:00"), at_clock(25, "12:00")), True),
        (25, Interval(at_clock(25, "10:30"), at_clock(25, "12:00")), False),
        (25, Interval(at_clock(26, "00:00"), at_clock(27, "00:00")), False),
        # Closed for so long that no day of the notice is left before the meeting.
        (30, Interval(at_clock(25, "00:00"), at_clock(25, "00:00") + timedelta(days=9)), True),
    ],
)
def test_a_meeting_that_the_office_closed_may_be_moved_though_it_is_near(
    database: Database, day: int, closed: Interval, may_move: bool
) -> None:
    (case,) = logged(database, 1)
    early = occasion(SAMPLE_PROGRAMME, NOW - timedelta(days=7))
    booked = book(database, early, case, wish(Method.HUB, day, "09:30"))
    database.write(lambda tx: closures.replace(tx, [], [closed])).result()
    now, target = occasion(SAMPLE_PROGRAMME), MoveOf(booked.id, booked.revision)
    later = Wish(Method.HUB, at_clock(26, "09:30") + timedelta(days=14))
    moving = database.write(lambda tx: bookings.move(tx, now, OWNER, target, later))
    if may_move:
        assert moving.result().starts_at == later.start
    else:
        with pytest.raises(TooLateToChange):
            moving.result()


def test_a_closure_ends_no_meeting_that_has_begun(database: Database) -> None:
    first, second = logged(database, 2)
    early, today = occasion(SAMPLE_PROGRAMME), occasion(SAMPLE_PROGRAMME, at_clock(26, "15:00"))
    book(database, early, first, HUB_AT_HALF_PAST_NINE)
    afternoon = book(database, early, second, wish(Method.HUB, 26, "15:00"))
    member = StaffMember(ADVISER, "x", Role.MANAGER, NOW)
    database.write(lambda tx: staff.register(tx, member)).result()
    just_before = occasion(SAMPLE_PROGRAMME, at_clock(26, "14:59"))
    span = ClosingSpan(date(2026, 11, 26), date(2026, 11, 26))

    def affected(at: Occasion) -> list[int]:
        found = database.read(lambda tx: closing.preview(tx, at, ADVISER, span)).result()
        return [meeting.booking.id for meeting in found.affected]

    assert affected(just_before) == [afternoon.id]
    assert affected(today) == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_who_takes_a_case_sees_a_meeting_that_is_just_being_booked(database: Database) -> None:
    (case,) = logged(database, 1)
    member = StaffMember(ADVISER, "x", Role.CLERK, NOW)
    database.write(lambda tx: staff.register(tx, member)).result()
    is_booked, may_end = Event(), Event()

    def book_slowly(tx: Transaction) -> None:
        bookings.book(tx, occasion(SAMPLE_PROGRAMME), OWNER, case, HUB_AT_HALF_PAST_NINE)
        is_booked.set()
        assert may_end.wait(10)

    def waiting(tx: Transaction) -> bool:
        query = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return tx.connection.execute(text(query)).first() is not None

    booking = database.write(book_slowly)
    assert is_booked.wait(10)
    taking = database.write(
        lambda tx: cases.take(tx, occasion(SAMPLE_PROGRAMME), ADVISER, "x", case)
    )
    while not database.read(waiting).result():
        done, _ = wait([taking], timeout=0.01)
        if done:
            break
    may_end.set()
    booking.result()
    taking.result()
    found = database.read(lambda tx: consultations.find(tx, case)).result()
    assert found is not None
    assert found.state is ConsultationState.BOOKED


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_calendar_is_read_from_one_index_alone(database: Database) -> None:
    def plan(tx: Transaction) -> str:
        compiled = stored._TAKEN._for(tx)
        bound = compiled.bound({"since": NOW, "until": NOW + timedelta(days=30), "now": NOW})
        (row,) = tx.driver.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", bound)
        return str(row[-1])

    assert "USING COVERING INDEX ix_bookings_live" in database.read(plan).result()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "read", [stored.holds, lambda tx: stored.holds_until(tx, NOW)], ids=["holds", "holds_until"]
)
def test_the_holds_are_found_without_reading_every_booking(
    database: Database, read: Callable[[Transaction], object]
) -> None:
    def plans(tx: Transaction) -> str:
        asked: list[str] = []
        tx.driver.set_trace_callback(asked.append)
        read(tx)
        tx.driver.set_trace_callback(None)
        (row, *_) = tx.driver.execute(f"EXPLAIN QUERY PLAN {asked[0]}")
        return str(row[-1])

    assert "USING INDEX ix_bookings_held" in database.read(plans).result()
