"""Those who wait for a slot go first, one after the other, on both kinds of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from domain.bookings import (
    AlreadyBooked,
    BookingGone,
    BookingState,
    Change,
    MoveOf,
    NewMeeting,
    SlotTaken,
)
from domain.closures import Interval
from domain.consultations import ConsultationState
from domain.outcomes import Outcome
from domain.slots import Method, SlotState
from domain.staff import Role, StaffMember
from services import bookings, delivery, outcomes, waiting
from services.bookings import Wish
from services.waiting import NotHeld
from storage import bookings as stored
from storage import closures, consultations, staff
from storage import waiting as stored_waiting
from storage.database import Database
from tests.integration.booking_office import STAFF_CHAT
from tests.integration.waiting_line import EARLY, FRIDAY, LATE, Line, full_line, jst, programme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Transaction


@pytest.fixture
def line(url: str) -> Iterator[Line]:
    """Two slots a week, booked by 101 and 102; 103 to 106 want one too."""
    database = Database(url)
    yield full_line(database)
    database.close()


def test_a_freed_slot_is_held_for_the_first_in_line_before_anybody_can_take_it(line: Line) -> None:
    line.wait(103, 104)
    assert [line.owed(user) for user in (103, 104)] == [[], []]
    line.cancel(line.booked(101))
    assert (line.held(103), line.held(104)) == (EARLY.start, None)
    hold = line.live(103)
    assert hold is not None
    assert hold.held_until == line.at.now + timedelta(minutes=30)
    assert [line.owed(user) for user in (103, 104)] == [["slot_offered"], []]
    with pytest.raises(SlotTaken):
        line.book(105, EARLY)
    taken = line.run(waiting.accept, 103, line.target(103))
    assert (taken.state, taken.starts_at, taken.held_until) == (
        BookingState.BOOKED,
        EARLY.start,
        None,
    )
    assert line.run(waiting.accept, 103, MoveOf(taken.id, 1)) == taken
    assert (line.waits(103), line.waits(104)) == (False, True)
    history = line.do(lambda tx: stored.history(tx, line.cases[103]))
    assert [event.change for event in history] == [Change.HELD, Change.BOOKED]


def test_a_moved_meeting_frees_its_slot_for_the_line(line: Line) -> None:
    line.wait(103)
    moved = line.booked(101)
    line.run(bookings.move, 101, MoveOf(moved.id, moved.revision), FRIDAY)
    assert line.held(103) == EARLY.start


def test_what_is_passed_up_is_held_for_the_next_and_then_free_for_all(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    passed_up = line.target(103)
    line.run(waiting.decline, 103, passed_up)
    assert (line.held(103), line.held(104)) == (None, EARLY.start)
    assert not line.waits(103)
    line.run(waiting.decline, 103, passed_up)
    assert line.owed(103) == ["slot_offered"]
    line.run(waiting.decline, 104, line.target(104))
    assert line.book(105, EARLY).state is BookingState.BOOKED


def test_a_hold_is_over_at_its_minute_whether_or_not_the_tick_came(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    hold = line.target(103)
    line.later(minutes=30)
    instead = line.run(waiting.accept, 103, hold)
    assert isinstance(instead, NotHeld)
    assert (instead.in_line, list(instead.offer.agenda.free())) == (None, [])
    assert line.held(104) == EARLY.start
    assert line.owed(103) == ["slot_offered", "hold_lapsed"]
    assert not line.waits(103)
    line.later(minutes=29, seconds=59)
    assert line.run(waiting.accept, 104, line.target(104)).state is BookingState.BOOKED


def test_the_tick_gives_on_what_nobody_took(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    line.later(minutes=29)
    line.run(waiting.serve)
    assert line.held(103) == EARLY.start
    line.later(minutes=1)
    line.run(waiting.serve)
    assert (line.held(103), line.held(104)) == (None, EARLY.start)
    assert line.owed(103) == ["slot_offered", "hold_lapsed"]
    line.run(waiting.serve)
    assert line.owed(104) == ["slot_offered"]


def test_a_hold_that_ran_out_blocks_nobody_until_the_tick(line: Line) -> None:
    line.wait(103)
    line.cancel(line.booked(101))

    def state() -> SlotState:
        target = NewMeeting(line.cases[105])
        return line.run(bookings.offer, 105, target, Method.HUB).agenda.state(EARLY.start)  # type: ignore[no-any-return]

    line.later(minutes=29)
    assert state() is SlotState.FULL
    line.later(minutes=1)
    assert state() is SlotState.FREE
    assert line.book(105, EARLY).state is BookingState.BOOKED
    assert line.owed(103) == ["slot_offered", "hold_lapsed"]


def test_who_is_next_in_line_goes_before_who_presses_first(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    line.later(minutes=30)
    with pytest.raises(SlotTaken):
        line.book(105, EARLY)
    line.run(waiting.serve)
    assert line.held(104) == EARLY.start


def test_asking_twice_keeps_the_place_and_another_method_loses_it(line: Line) -> None:
    line.wait(103, 104)
    line.wait(103)
    in_line = line.place(104)
    assert in_line.place == 2
    assert line.do(waiting.counts) == {Method.HUB: 2}
    line.wait(103, method=Method.ONLINE)
    line.wait(103)
    in_line = line.place(103)
    assert (in_line.place, in_line.waiting.method) == (2, Method.HUB)
    line.cancel(line.booked(101))
    assert (line.held(103), line.held(104)) == (None, EARLY.start)


def test_who_asks_the_same_moment_is_served_by_number(line: Line) -> None:
    for user in (104, 103):
        line.run(waiting.ask, user, line.cases[user], Method.HUB)
    line.cancel(line.booked(101))
    assert (line.held(103), line.held(104)) == (EARLY.start, None)


def test_only_owners_of_open_cases_without_a_meeting_can_wait(line: Line) -> None:
    with pytest.raises(BookingGone):
        line.run(waiting.ask, 104, line.cases[103], Method.HUB)
    with pytest.raises(AlreadyBooked):
        line.run(waiting.ask, 101, line.cases[101], Method.HUB)
    line.close(103)
    with pytest.raises(BookingGone):
        line.run(waiting.ask, 103, line.cases[103], Method.HUB)


def test_nobody_takes_passes_up_or_leaves_for_another(line: Line) -> None:
    line.wait(103)
    line.cancel(line.booked(101))
    hold = line.target(103)
    for service in (waiting.accept, waiting.decline):
        with pytest.raises(BookingGone):
            line.run(service, 104, hold)
        with pytest.raises(BookingGone):
            line.run(service, 103, MoveOf(hold.booking_id, 2))
        with pytest.raises(BookingGone):
            line.run(service, 103, MoveOf(hold.booking_id + 99, 1))
    with pytest.raises(BookingGone):
        line.run(waiting.leave, 104, line.cases[103])
    assert line.held(103) == EARLY.start


def test_several_slots_are_held_for_several_people_the_earliest_for_the_first(line: Line) -> None:
    line.wait(103, 104, 105)
    morning = Interval(jst(26, 9), jst(26, 12))
    line.do(lambda tx: closures.replace(tx, [], [morning]))
    for user in (101, 102):
        line.cancel(line.booked(user))
    assert line.do(stored.holds) == []
    line.do(lambda tx: closures.replace(tx, [morning], []))
    line.run(waiting.serve)
    assert [line.held(user) for user in (103, 104, 105)] == [EARLY.start, LATE.start, None]
    # What is held once is not held again, nor does anybody get a second.
    line.run(waiting.serve)
    assert len(line.do(stored.holds)) == 2


def test_methods_share_the_seats_and_the_line_is_served_by_who_asked_first(line: Line) -> None:
    line.wait(103, method=Method.ONLINE)
    line.wait(104)
    line.cancel(line.booked(101))
    assert (line.held(103), line.held(104)) == (EARLY.start, None)
    line.cancel(line.booked(102))
    assert (line.held(103), line.held(104)) == (EARLY.start, LATE.start)


def test_a_day_that_comes_within_the_horizon_is_offered_at_midnight(line: Line) -> None:
    line.wait(103)
    line.at = replace(line.at, now=jst(25, 23, 59))
    line.run(waiting.serve)
    assert line.held(103) is None
    line.at = replace(line.at, now=jst(26, 0))
    line.run(waiting.serve)
    hold = line.live(103)
    assert hold is not None
    assert (hold.starts_at, hold.held_until) == (jst(3, 9, 30, 12), jst(26, 9, 30))
    [due] = line.do(
        lambda tx: (
            tx.connection.execute(text("SELECT due_at FROM outbox WHERE recipient = 103"))
            .scalars()
            .all()
        )
    )
    assert datetime.fromisoformat(str(due)).replace(tzinfo=UTC) == jst(26, 8)


def test_what_came_within_the_horizon_is_the_lines_even_before_the_tick(line: Line) -> None:
    line.wait(103)
    line.at = replace(line.at, now=jst(26, 0))
    first, second = (Wish(Method.HUB, jst(3, *clock, month=12)) for clock in ((9, 30), (11, 0)))
    with pytest.raises(SlotTaken):
        line.book(105, first)
    assert line.book(105, second).starts_at == second.start
    assert line.held(103) == first.start


def test_a_seat_that_the_programme_adds_is_offered(line: Line) -> None:
    line.wait(103)
    line.at = replace(line.at, programme=programme(seats=2))
    line.run(waiting.serve)
    assert line.held(103) == EARLY.start


def test_no_hold_outlasts_the_time_to_its_meeting(line: Line) -> None:
    line.at = replace(line.at, programme=programme(notice=0))
    line.wait(103)
    # On the evening before, a hold would last until the meeting itself.
    line.at = replace(line.at, now=jst(25, 18))
    line.cancel(line.booked(101))
    assert line.held(103) is None
    line.cancel(line.booked(102))
    hold = line.live(103)
    assert hold is not None
    assert (hold.starts_at, hold.held_until) == (LATE.start, jst(26, 9, 30))


def test_who_cannot_be_written_to_is_passed_over_and_keeps_the_place(line: Line) -> None:
    line.wait(103, 104)
    line.do(lambda tx: delivery.person_left(tx, 103, STAFF_CHAT, line.at.now))
    line.cancel(line.booked(101))
    assert (line.held(103), line.held(104)) == (None, EARLY.start)
    assert "unreachable" in line.owed(STAFF_CHAT)
    line.do(lambda tx: delivery.person_returned(tx, 103))
    line.cancel(line.booked(102))
    assert line.held(103) == LATE.start


def test_who_blocks_the_bot_while_a_slot_is_held_gives_it_on(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    line.do(lambda tx: delivery.person_left(tx, 103, STAFF_CHAT, line.at.now))
    line.run(waiting.serve)
    assert (line.held(103), line.held(104)) == (None, EARLY.start)
    assert line.waits(103)
    assert "hold_lapsed" not in line.owed(103)


def test_who_books_another_way_leaves_the_list(line: Line) -> None:
    line.wait(103, 104)
    line.book(103, FRIDAY)
    assert (line.waits(103), line.waits(104)) == (False, True)


def test_the_held_time_may_be_chosen_from_the_calendar_too(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    assert line.book(103, EARLY).state is BookingState.BOOKED
    assert (line.held(104), line.waits(103)) == (None, False)


def test_who_has_a_hold_and_books_another_time_gives_the_hold_on(line: Line) -> None:
    line.wait(103, 104)
    morning = Interval(jst(26, 9), jst(26, 12))
    line.do(lambda tx: closures.replace(tx, [], [morning]))
    line.cancel(line.booked(101))
    line.cancel(line.booked(102))
    line.do(lambda tx: stored_waiting.remove(tx, line.cases[104]))
    line.do(lambda tx: closures.replace(tx, [morning], []))
    line.run(waiting.serve)
    assert line.held(103) == EARLY.start
    line.do(lambda tx: closures.replace(tx, [], [Interval(LATE.start, jst(26, 12))]))
    line.run(waiting.ask, 104, line.cases[104], Method.HUB)
    line.do(lambda tx: closures.replace(tx, [Interval(LATE.start, jst(26, 12))], []))
    # The late slot is free now, but 104 comes first.
    with pytest.raises(SlotTaken):
        line.book(103, LATE)
    assert line.book(103, EARLY).state is BookingState.BOOKED
    assert (line.held(104), line.waits(103)) == (LATE.start, False)
    history = line.do(lambda tx: stored.history(tx, line.cases[103]))
    assert [event.change for event in history] == [Change.HELD, Change.LAPSED, Change.BOOKED]


def test_who_leaves_the_list_gives_the_hold_on(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    line.run(waiting.leave, 103, line.cases[103])
    assert (line.held(104), line.waits(103)) == (EARLY.start, False)
    line.run(waiting.leave, 103, line.cases[103])


def test_a_case_that_is_closed_leaves_the_list(line: Line) -> None:
    line.wait(103, 104, 105)
    line.cancel(line.booked(101))
    for user in (103, 104):
        line.close(user)
    assert line.do(waiting.counts) == {Method.HUB: 1}
    line.run(waiting.serve)
    assert (line.held(103), line.held(104), line.held(105)) == (None, None, EARLY.start)
    line.do(lambda tx: consultations.set_state(tx, line.cases[103], ConsultationState.NEW))
    assert not line.waits(103)


def test_a_held_time_that_the_office_closes_costs_nobody_the_place(line: Line) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    hold = line.target(103)
    morning = Interval(jst(26, 9), jst(26, 10))
    line.do(lambda tx: closures.replace(tx, [], [morning]))
    instead = line.run(waiting.accept, 103, hold)
    assert isinstance(instead, NotHeld)
    assert instead.in_line is not None
    assert instead.in_line.place == 1
    line.cancel(line.booked(102))
    assert line.held(103) == LATE.start
    # The old button leads to what is held now.
    assert line.run(waiting.accept, 103, hold).starts_at == LATE.start
    assert line.held(103) == LATE.start
    line.do(lambda tx: closures.replace(tx, [morning], [Interval(jst(26, 9), jst(26, 12))]))
    line.run(waiting.serve)
    assert (line.held(103), line.waits(103)) == (None, True)


def test_what_became_of_a_meeting_can_be_said_while_a_hold_runs_out(line: Line) -> None:
    line.do(lambda tx: staff.register(tx, StaffMember(900, "職員", Role.CLERK, line.at.now)))
    met = line.booked(101)
    line.wait(103, 104, 105)
    line.at = replace(line.at, now=EARLY.start)
    line.run(waiting.serve)
    week = timedelta(days=7)
    assert (line.held(103), line.held(104)) == (EARLY.start + week, LATE.start + week)
    # The first hold is over, and the tick has not come.
    hold = line.target(103).booking_id
    line.do(lambda tx: _held_until(tx, hold, EARLY.start))
    line.run(outcomes.record, 900, "職員", MoveOf(met.id, met.revision), Outcome.NO_SHOW)
    assert (line.held(103), line.waits(103)) == (None, False)
    assert line.held(105) == EARLY.start + week


def _held_until(tx: Transaction, hold: int, moment: datetime) -> None:
    statement = text("UPDATE bookings SET held_until = :moment WHERE id = :id")
    tx.connection.execute(statement, {"moment": moment, "id": hold})
