"""The waiting list as people meet it: asking, leaving, taking or passing up what is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.bookings import (
    BY_ITSELF,
    BookingGone,
    BookingState,
    Change,
    Reason,
)
from domain.closures import Interval
from domain.consultations import OPEN_STATES
from domain.fiscal_year import jst_date
from services.agendas import agenda, rules_of, whole_agenda
from services.bookings import Offer, held_for, held_or_free, own_case
from services.changes import changed, take_turns
from storage import bookings, consultations, people, waiting

if TYPE_CHECKING:
    from datetime import datetime

    from domain.bookings import Booking, MoveOf
    from domain.slots import Method
    from domain.waiting import Waiting
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class InLine:
    """Somebody waits, and is the `place`-th for their method; the first is 1.

    `hold` is what is held for them now.
    """

    waiting: Waiting
    place: int
    hold: Booking | None


@dataclass(frozen=True)
class NotHeld:
    """Nothing is held, or not any more; `offer` is what can be booked instead, `near` a moment.

    `in_line` is set for who waits all the same.
    """

    offer: Offer
    near: datetime
    in_line: InLine | None


def ask(
    tx: Transaction, at: Occasion, user_id: int, consultation_id: int, method: Method
) -> Booking | NotHeld:
    """Put an owner's consultation in line for a method.

    Where something is free meanwhile they are not, and where a slot is held for them that is
    returned. Asking twice keeps the place. Raises BookingGone if the consultation is not theirs or
    is closed, AlreadyBooked, or SlotClosed if the office does not offer the method any more.
    """
    take_turns(tx, at)
    case = own_case(tx, user_id, consultation_id)
    held = held_for(tx, at, case)
    if held is not None:
        return held
    found = whole_agenda(tx, rules_of(at, method), at)
    if next(found.free(), None) is None:
        held_or_free(tx, at, case)
        waiting.add(tx, case.id, method, at.now)
    return NotHeld(Offer(found, case, None), at.now, in_line(tx, case.id))


def leave(tx: Transaction, at: Occasion, user_id: int, consultation_id: int) -> None:
    """Take an owner's consultation off the list; what is held for it goes to the next.

    Leaving twice is harmless. Raises BookingGone if the consultation is not theirs or is closed.
    """
    take_turns(tx, at)
    case = own_case(tx, user_id, consultation_id)
    waiting.remove(tx, case.id)
    live = bookings.live_of(tx, case.id)
    if live is not None and live.state is BookingState.HELD:
        _give_back(tx, at, live, user_id, Reason.BY_OWNER)


def accept(tx: Transaction, at: Occasion, user_id: int, target: MoveOf) -> Booking | NotHeld:
    """Book what is held for an owner.

    The second of two taps finds the booking of the first. A hold that has run out, or whose time
    the office has closed, is over: what is held or free now is returned. Raises BookingGone for
    what is not theirs or is settled otherwise.
    """
    take_turns(tx, at)
    hold = _held_once(tx, user_id, target)
    if hold.state is BookingState.BOOKED and hold.revision == target.revision + 1:
        return hold
    if hold.state is BookingState.HELD and not _is_closed(tx, at, hold):
        bookings.set_state(tx, hold.id, BookingState.BOOKED, at.now)
        return changed(tx, at, hold.id, Change.BOOKED, user_id, None)
    if hold.state is BookingState.HELD:
        _give_back(tx, at, hold, BY_ITSELF, Reason.CLOSED)
    return _instead(tx, at, user_id, hold)


def decline(tx: Transaction, at: Occasion, user_id: int, target: MoveOf) -> Booking | NotHeld:
    """Pass up what is held for an owner, who leaves the list; it is held for the next.

    Passing up twice is harmless. Raises BookingGone for what is not theirs or is settled
    otherwise.
    """
    take_turns(tx, at)
    hold = _held_once(tx, user_id, target)
    if hold.state is BookingState.HELD:
        waiting.remove(tx, hold.consultation_id)
        _give_back(tx, at, hold, user_id, Reason.BY_OWNER)
    return _instead(tx, at, user_id, hold)


def _held_once(tx: Transaction, user_id: int, target: MoveOf) -> Booking:
    """Return what was held for this person, as it is now. Raises BookingGone."""
    booking = bookings.find(tx, target.booking_id)
    if booking is None or booking.revision < target.revision:
        raise BookingGone
    own_case(tx, user_id, booking.consultation_id)
    return booking


def _give_back(
    tx: Transaction, at: Occasion, hold: Booking, actor: int, reason: Reason | None
) -> None:
    bookings.set_state(tx, hold.id, BookingState.LAPSED, at.now)
    changed(tx, at, hold.id, Change.LAPSED, actor, reason)


def _instead(tx: Transaction, at: Occasion, user_id: int, hold: Booking) -> Booking | NotHeld:
    """Return what is held for the same case now, or what is free. Raises BookingGone."""
    live = bookings.live_of(tx, hold.consultation_id)
    if live is not None:
        if live.state is BookingState.BOOKED:
            raise BookingGone
        return live
    case = own_case(tx, user_id, hold.consultation_id)
    found = whole_agenda(tx, rules_of(at, hold.method), at)
    return NotHeld(Offer(found, case, None), hold.starts_at, in_line(tx, case.id))


def _is_closed(tx: Transaction, at: Occasion, hold: Booking) -> bool:
    """Whether the office has taken the time of a hold out of what it offers."""
    rules = at.programme.booking.methods_offered.get(hold.method)
    if rules is None:
        return True
    day = jst_date(hold.starts_at)
    return agenda(tx, rules, at, day, day).is_closed(Interval(hold.starts_at, hold.ends_at))


def serve(tx: Transaction, at: Occasion) -> None:
    """Keep the line moving: end the holds that cannot be taken any more, and offer what is free.

    Who cannot be written to, and whose held time the office has closed, keeps the place in line.
    """
    if not waiting.anybody(tx):
        return
    take_turns(tx, at)
    waiting.remove_closed(tx)
    for hold in bookings.holds(tx):
        if _is_closed(tx, at, hold):
            _give_back(tx, at, hold, BY_ITSELF, Reason.CLOSED)
        elif not _can_be_taken(tx, hold):
            _give_back(tx, at, hold, BY_ITSELF, None)


def _can_be_taken(tx: Transaction, hold: Booking) -> bool:
    one = waiting.find(tx, hold.consultation_id)
    return one is not None and people.unreachable_since(tx, one.user_id) is None


def in_line(tx: Transaction, consultation_id: int) -> InLine | None:
    """Return where a consultation stands in line, if it waits."""
    one = waiting.find(tx, consultation_id)
    if one is None:
        return None
    # A meeting would have ended the waiting: what is live is a hold.
    return InLine(one, waiting.place(tx, one), bookings.live_of(tx, consultation_id))


def counts(tx: Transaction) -> dict[Method, int]:
    """Return how many wait for each method that anybody waits for."""
    return waiting.counts(tx)


def to_offer(tx: Transaction, booking_id: int, revision: int, now: datetime) -> Booking | None:
    """Return the hold that its person is to be told about; None if it is over."""
    hold = bookings.find(tx, booking_id)
    if hold is None or hold.held_until is None or hold.revision != revision:
        return None
    return hold if now < hold.held_until else None


def to_regret(tx: Transaction, booking_id: int) -> Booking | None:
    """Return the hold that ran out; None if its person has a meeting or waits again."""
    hold = bookings.find(tx, booking_id)
    case = consultations.find(tx, hold.consultation_id) if hold is not None else None
    if hold is None or case is None or case.state not in OPEN_STATES:
        return None
    settled = bookings.live_of(tx, case.id) is not None or waiting.find(tx, case.id) is not None
    return None if settled else hold
