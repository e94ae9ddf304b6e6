"""What an owner is shown of meetings: where one stands, and what can be chosen. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from domain.bookings import (
    AlreadyBooked,
    BookingGone,
    MoveOf,
    NewMeeting,
    TooLateToChange,
    changeable_until,
    stands,
)
from domain.fiscal_year import jst_date
from domain.slots import SlotState
from services import waiting
from services.agendas import agenda
from services.bookings import Offer, offer, own_case
from storage import bookings, consultations

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.bookings import Booking, Target
    from domain.consultations import Consultation
    from domain.slots import Method
    from services.occasion import Occasion
    from services.waiting import InLine
    from storage.database import Transaction

_DAY = timedelta(days=1)
_AT_ONCE = 3
"""How many free times are offered to whoever does not care for a calendar."""


@dataclass(frozen=True)
class Meeting:
    """Where a consultation stands with its meeting: `booking` is the one that is booked.

    `changeable_until` is the last day (JST) on which the owner may move or cancel it; None if
    there is none any more. `in_line` says what a consultation without a meeting waits for.
    """

    consultation: Consultation
    booking: Booking | None = None
    changeable_until: date | None = None
    in_line: InLine | None = None


@dataclass(frozen=True)
class MonthView:
    """A month of an offer; `earlier` and `later` are the months beside it that have days to book.

    `is_full` says that nothing can be booked in any month.
    """

    offer: Offer
    month: date
    earlier: date | None
    later: date | None
    is_full: bool


@dataclass(frozen=True)
class Times:
    """A few free times of an offer, the earliest first; none if nothing is free at all."""

    offer: Offer
    starts: tuple[datetime, ...]


def of_consultation(tx: Transaction, at: Occasion, case: Consultation) -> Meeting:
    """Return where a consultation stands with its meeting."""
    booking = bookings.live_of(tx, case.id)
    if booking is None or not stands(booking, at.now):
        return Meeting(case, in_line=waiting.in_line(tx, case.id))
    return Meeting(case, booking, _changeable_until(tx, at, booking))


def of_target(tx: Transaction, at: Occasion, user_id: int, target: Target) -> Meeting:
    """Return where the consultation that a button is about stands now, open or closed.

    Raises BookingGone for what is not this person's.
    """
    if isinstance(target, NewMeeting):
        case_id = target.consultation_id
    else:
        booking = bookings.find(tx, target.booking_id)
        case_id = booking.consultation_id if booking is not None else 0
    case = consultations.find(tx, case_id)
    if case is None or case.user_id != user_id:
        raise BookingGone
    return of_consultation(tx, at, case)


def to_choose(tx: Transaction, at: Occasion, user_id: int, target: Target) -> Meeting:
    """Return what an owner is about to choose for, or to cancel.

    Raises BookingGone for what is not theirs or not there any more, AlreadyBooked, and
    TooLateToChange.
    """
    meeting = of_target(tx, at, user_id, target)
    booking = meeting.booking
    if isinstance(target, NewMeeting):
        own_case(tx, user_id, target.consultation_id)
        if booking is not None:
            raise AlreadyBooked
        return meeting
    if booking is None or MoveOf(booking.id, booking.revision) != target:
        raise BookingGone
    if meeting.changeable_until is None:
        raise TooLateToChange
    return meeting


def _changeable_until(tx: Transaction, at: Occasion, booking: Booking) -> date | None:
    rules = at.programme.booking.methods_offered.get(booking.method)
    if rules is None:
        return None
    day = jst_date(booking.starts_at)
    found = agenda(tx, rules, at, day, day)
    return changeable_until(booking, found)


def month(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    target: Target,
    method: Method,
    asked: date | None,
) -> MonthView:
    """Return a month, by its first day; without one, or if it cannot be booked, the first that can.

    Raises as `offer`.
    """
    today = jst_date(at.now)
    frame = offer(tx, at, user_id, target, method, (today, today)).agenda
    first, last = frame.first_day.replace(day=1), frame.last_day.replace(day=1)
    shown = asked if asked is not None and first <= asked <= last else first
    found = offer(tx, at, user_id, target, method, (shown, _next(shown) - _DAY))
    is_full = False
    if shown != asked and not _has_free_day(found, shown):
        starts = _earliest(tx, at, user_id, target, method, 1).starts
        is_full = not starts
        if starts:
            shown = jst_date(starts[0]).replace(day=1)
            found = offer(tx, at, user_id, target, method, (shown, _next(shown) - _DAY))
    return MonthView(
        offer=found,
        month=shown,
        earlier=(shown - _DAY).replace(day=1) if shown > first else None,
        later=_next(shown) if shown < last else None,
        is_full=is_full,
    )


def _next(first: date) -> date:
    """Return the first day of the month after the one that begins on `first`."""
    return (first + 31 * _DAY).replace(day=1)


def _has_free_day(found: Offer, first: date) -> bool:
    days = (first + n * _DAY for n in range((_next(first) - first).days))
    return any(found.agenda.state_of_day(day) is SlotState.FREE for day in days)


def earliest(tx: Transaction, at: Occasion, user_id: int, target: Target, method: Method) -> Times:
    """Return the earliest three times that would change something. Raises as `offer`."""
    return _earliest(tx, at, user_id, target, method, _AT_ONCE)


def _earliest(
    tx: Transaction, at: Occasion, user_id: int, target: Target, method: Method, count: int
) -> Times:
    """Read month by month, as far as is needed."""
    today = jst_date(at.now)
    found = offer(tx, at, user_id, target, method, (today, today))
    day, last = found.agenda.first_day, found.agenda.last_day
    starts: list[datetime] = []
    while day <= last and len(starts) < count:
        until = min(_next(day.replace(day=1)) - _DAY, last)
        found = offer(tx, at, user_id, target, method, (day, until))
        free = (start for start in found.agenda.free(day, until) if start != found.as_it_is)
        starts += islice(free, count - len(starts))
        day = until + _DAY
    return Times(found, tuple(starts))


def nearest(
    tx: Transaction, at: Occasion, user_id: int, target: Target, method: Method, to: datetime
) -> Times:
    """Return the three free times nearest to a moment that would change something.

    Raises as `offer`.
    """
    found = offer(tx, at, user_id, target, method)
    return Times(found, tuple(found.agenda.nearest(to, _AT_ONCE, but=found.as_it_is)))
