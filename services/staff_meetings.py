"""Meetings as staff see them: today's, and one with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.bookings import ASKED_STATES, Booking, BookingEvent, BookingGone, BookingState
from domain.closures import EVER, without_closed
from domain.fiscal_year import jst_date, jst_midnight
from domain.staff import Action
from services import corrections
from services.cases import permitted
from storage import bookings, closures, staff

if TYPE_CHECKING:
    from datetime import date

    from services.occasion import Occasion
    from storage.database import Transaction

_DAY = timedelta(days=1)
_ON_THE_SHEET = frozenset(set(BookingState) - {BookingState.CANCELLED, BookingState.LAPSED})


@dataclass(frozen=True)
class Meeting:
    """A booking with the name of who has the case; `is_free` if nobody has it now."""

    booking: Booking
    assignee_name: str | None
    is_free: bool


@dataclass(frozen=True)
class Today:
    """The meetings of a day (JST); where no more will begin, also those of the next open day."""

    day: date
    meetings: tuple[Meeting, ...]
    next_day: date | None
    next_meetings: tuple[Meeting, ...]


@dataclass(frozen=True)
class MeetingCard:
    """A meeting, what happened to the meetings of its case, and who did it.

    `is_asked`: it has begun, and staff may say what became of it. `is_correctable`: they may
    say that anew.
    """

    meeting: Meeting
    history: tuple[tuple[BookingEvent, str | None], ...]
    may_change: bool
    is_asked: bool
    is_correctable: bool


def meetings_of(tx: Transaction, day: date) -> tuple[Meeting, ...]:
    """Return the meetings of a day (JST) in order, also those that were held."""
    found = bookings.in_states(tx, _ON_THE_SHEET, jst_midnight(day), jst_midnight(day + _DAY))
    return tuple(with_assignee(tx, booking) for booking in found)


def with_assignee(tx: Transaction, booking: Booking) -> Meeting:
    """Return a booking with who has its case now."""
    taken_by = booking.assignee
    if taken_by is None:
        return Meeting(booking, None, is_free=True)
    is_free = staff.in_charge(tx, taken_by) is None
    return Meeting(booking, staff.names(tx, taken_by), is_free)


def today(tx: Transaction, at: Occasion, user_id: int) -> Today:
    """Return today's meetings, and the next open day's once today's are over.

    Raises NotPermitted.
    """
    permitted(tx, user_id, Action.READ_SLOTS)
    day = jst_date(at.now)
    meetings = meetings_of(tx, day)
    if any(meeting.booking.ends_at > at.now for meeting in meetings):
        return Today(day, meetings, None, ())
    closed = closures.between(tx, at.now, at.now + EVER)
    next_day = without_closed(at.programme.working_days, closed).first_open_from(day + _DAY)
    return Today(day, meetings, next_day, meetings_of(tx, next_day))


def card(tx: Transaction, at: Occasion, user_id: int, booking_id: int) -> MeetingCard:
    """Return a meeting as it is now, whatever became of it.

    Raises NotPermitted, or BookingGone if there never was one.
    """
    member = permitted(tx, user_id, Action.READ_SLOTS)
    booking = bookings.find(tx, booking_id)
    if booking is None:
        raise BookingGone
    events = bookings.history(tx, booking.consultation_id)
    may_change = booking.state is BookingState.BOOKED and member.may(Action.CHANGE_MEETING)
    is_asked = booking.state in ASKED_STATES and member.may(Action.CHANGE_MEETING)
    return MeetingCard(
        meeting=with_assignee(tx, booking),
        history=tuple((event, staff.names(tx, event.actor)) for event in events),
        may_change=may_change,
        is_correctable=corrections.is_correctable(tx, at, member, booking),
        is_asked=is_asked and booking.starts_at <= at.now,
    )
