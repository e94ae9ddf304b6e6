"""Booking a meeting: what is free, taking a seat, moving, cancelling. Each is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import (
    AlreadyBooked,
    BookingGone,
    BookingState,
    Change,
    NewMeeting,
    Reason,
    TooLateToChange,
    may_be_changed,
    seated,
    stands,
)
from domain.consultations import OPEN_STATES
from domain.fiscal_year import jst_date
from domain.staff import Action
from services.agendas import agenda, rules_of, whole_agenda, without_notice
from services.cases import permitted
from services.changes import changed, take_turns
from storage import audit, bookings, consultations

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.bookings import Booking, MoveOf, Target
    from domain.consultations import Consultation
    from domain.slots import Agenda, Method, SlotRules
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Offer:
    """What may be chosen, and for what: a consultation's next meeting, or a booking to move."""

    agenda: Agenda
    consultation: Consultation
    booking: Booking | None

    @property
    def as_it_is(self) -> datetime | None:
        """When the meeting that is moved begins now, if it is held by the same method (UTC)."""
        if self.booking is None or self.booking.method is not self.agenda.rules.method:
            return None
        return self.booking.starts_at


@dataclass(frozen=True)
class Wish:
    """A time somebody asks for; `start` in UTC."""

    method: Method
    start: datetime


def offer(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    target: Target,
    method: Method,
    days: tuple[date, date] | None = None,
) -> Offer:
    """Return what an owner may choose on `days` (JST, both included; None for all).

    Raises BookingGone for what is not theirs or not there any more, AlreadyBooked, and
    TooLateToChange.
    """
    rules = rules_of(at, method)
    found = whole_agenda(tx, rules, at) if days is None else agenda(tx, rules, at, days[0], days[1])
    if isinstance(target, NewMeeting):
        case = own_case(tx, user_id, target.consultation_id)
        held = held_for(tx, at, case)
        # What is held for them is theirs to take.
        return Offer(
            found if held is None else found.without(bookings.taken_by(tx, held.id)), case, None
        )
    booking = own_booking(tx, user_id, target)
    _refuse_too_late(tx, at, booking)
    case = own_case(tx, user_id, booking.consultation_id)
    return Offer(found.without(bookings.taken_by(tx, booking.id)), case, booking)


def book(tx: Transaction, at: Occasion, user_id: int, consultation_id: int, wish: Wish) -> Booking:
    """Book the next meeting of an owner's consultation.

    The second of two taps finds the booking of the first. A time held for them is given back when
    they choose another. Raises SlotTaken, SlotClosed, AlreadyBooked, or BookingGone if the
    consultation is not theirs or is closed.
    """
    take_turns(tx, at)
    case = own_case(tx, user_id, consultation_id)
    return booked(tx, at, case, wish, rules_of(at, wish.method), user_id, None)


def booked(
    tx: Transaction,
    at: Occasion,
    case: Consultation,
    wish: Wish,
    rules: SlotRules,
    actor: int,
    reason: Reason | None,
) -> Booking:
    """Book the next meeting of a case by rules, in its turn. Raises as `book`."""
    live = bookings.live_of(tx, case.id)
    is_same = live is not None and (live.method, live.starts_at) == (wish.method, wish.start)
    if live is not None and live.state is BookingState.BOOKED and is_same:
        return live
    live = held_or_free(tx, at, case)
    if live is not None:
        bookings.set_state(tx, live.id, BookingState.LAPSED, at.now)
    found = _agenda_of(tx, at, rules, wish)
    booking_id = bookings.add(tx, seated(found, case.id, wish.start), at.now)
    if live is not None:
        # Only now: what was held for them may be what they book.
        changed(tx, at, live.id, Change.LAPSED, actor, reason or Reason.BY_OWNER)
    return changed(tx, at, booking_id, Change.BOOKED, actor, reason)


def move(tx: Transaction, at: Occasion, user_id: int, target: MoveOf, wish: Wish) -> Booking:
    """Move an owner's booking, up to the minimum notice; the old seat is free at once.

    The second of two taps finds what the first did. Raises SlotTaken, SlotClosed,
    TooLateToChange, or BookingGone.
    """
    take_turns(tx, at)
    done = _one_change_after(tx, user_id, target)
    if done is not None and (done.method, done.starts_at) == (wish.method, wish.start):
        return done
    booking = own_booking(tx, user_id, target)
    _refuse_too_late(tx, at, booking)
    return _moved(tx, at, booking, wish, user_id, Reason.BY_OWNER)


def cancel(tx: Transaction, at: Occasion, user_id: int, target: MoveOf) -> Booking:
    """Cancel an owner's booking, up to the minimum notice.

    The second of two taps finds what the first did. Raises TooLateToChange, or BookingGone.
    """
    take_turns(tx, at)
    done = _one_change_after(tx, user_id, target)
    if done is not None and done.state is BookingState.CANCELLED:
        return done
    booking = own_booking(tx, user_id, target)
    _refuse_too_late(tx, at, booking)
    return _end(tx, at, booking, BookingState.CANCELLED, Change.CANCELLED, user_id, Reason.BY_OWNER)


def offer_to_staff(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    target: MoveOf,
    method: Method,
    days: tuple[date, date] | None = None,
) -> Offer:
    """Return what a staff member may move a booking to: the minimum notice does not bind them.

    Raises NotPermitted or BookingGone.
    """
    permitted(tx, user_id, Action.CHANGE_MEETING)
    booking = live_booking(tx, target)
    rules = without_notice(rules_of(at, method))
    found = whole_agenda(tx, rules, at) if days is None else agenda(tx, rules, at, days[0], days[1])
    case = consultations.find(tx, booking.consultation_id)
    if case is None:
        raise BookingGone
    return Offer(found.without(bookings.taken_by(tx, booking.id)), case, booking)


def for_staff(tx: Transaction, user_id: int, target: MoveOf) -> Booking:
    """Return a booking that a staff member is about to change.

    Raises NotPermitted or BookingGone.
    """
    permitted(tx, user_id, Action.CHANGE_MEETING)
    return live_booking(tx, target)


def move_by_staff(
    tx: Transaction, at: Occasion, user_id: int, target: MoveOf, wish: Wish, reason: Reason
) -> Booking:
    """Move a booking at any time before the meeting, for a reason that the owner is told.

    Raises NotPermitted, SlotTaken, SlotClosed, or BookingGone.
    """
    take_turns(tx, at)
    permitted(tx, user_id, Action.CHANGE_MEETING)
    booking = live_booking(tx, target)
    moved = _moved(tx, at, booking, wish, user_id, reason)
    if moved.revision != booking.revision:
        audit.append(tx, user_id, AuditAction.MOVE_MEETING, str(booking.reference), at.now)
    return moved


def cancel_by_staff(
    tx: Transaction, at: Occasion, user_id: int, target: MoveOf, reason: Reason
) -> Booking:
    """Cancel a booking at any time, for a reason that the owner is told.

    Raises NotPermitted, or BookingGone.
    """
    take_turns(tx, at)
    permitted(tx, user_id, Action.CHANGE_MEETING)
    booking = live_booking(tx, target)
    audit.append(tx, user_id, AuditAction.CANCEL_MEETING, str(booking.reference), at.now)
    return _end(tx, at, booking, BookingState.CANCELLED, Change.CANCELLED, user_id, reason)


def end_for_closure(tx: Transaction, at: Occasion, booking: Booking, actor: int) -> Booking:
    """End a live booking, held or booked, because the counter is closed then."""
    return _end_live(tx, at, booking, actor, Reason.CLOSED)


def end_with_case(tx: Transaction, at: Occasion, booking: Booking, actor: int) -> Booking:
    """End a live booking, held or booked, because its case is closed or excluded."""
    return _end_live(tx, at, booking, actor, Reason.CASE_ENDED)


def _end_live(
    tx: Transaction, at: Occasion, booking: Booking, actor: int, reason: Reason
) -> Booking:
    if booking.state is BookingState.HELD:
        state, change = BookingState.LAPSED, Change.LAPSED
    else:
        state, change = BookingState.CANCELLED, Change.CANCELLED
    return _end(tx, at, booking, state, change, actor, reason)


def own_case(tx: Transaction, user_id: int, consultation_id: int) -> Consultation:
    """Return an open consultation of this person. Raises BookingGone."""
    case = consultations.find(tx, consultation_id)
    if case is None or case.user_id != user_id or case.state not in OPEN_STATES:
        raise BookingGone
    return case


def own_booking(tx: Transaction, user_id: int, target: MoveOf) -> Booking:
    """Return a live booking of this person. Raises BookingGone."""
    booking = live_booking(tx, target)
    if booking.user_id != user_id:
        raise BookingGone
    return booking


def _one_change_after(tx: Transaction, user_id: int, target: MoveOf) -> Booking | None:
    booking = bookings.find(tx, target.booking_id)
    if booking is None or booking.user_id != user_id:
        return None
    return booking if booking.revision == target.revision + 1 else None


def live_booking(tx: Transaction, target: MoveOf) -> Booking:
    """Return a booking that stands as the button says. Raises BookingGone."""
    booking = bookings.find(tx, target.booking_id)
    is_booked = booking is not None and booking.state is BookingState.BOOKED
    if booking is None or not is_booked or booking.revision != target.revision:
        raise BookingGone
    return booking


def _agenda_of(tx: Transaction, at: Occasion, rules: SlotRules, wish: Wish) -> Agenda:
    day = jst_date(wish.start)
    return agenda(tx, rules, at, day, day)


def _moved(
    tx: Transaction, at: Occasion, booking: Booking, wish: Wish, actor: int, reason: Reason
) -> Booking:
    if (booking.method, booking.starts_at) == (wish.method, wish.start):
        return booking
    rules = rules_of(at, wish.method)
    if reason is not Reason.BY_OWNER:
        rules = without_notice(rules)
    # Its own seat does not stand in the way of a time that overlaps the old one.
    found = _agenda_of(tx, at, rules, wish).without(bookings.taken_by(tx, booking.id))
    bookings.move(tx, booking.id, seated(found, booking.consultation_id, wish.start), at.now)
    return changed(tx, at, booking.id, Change.MOVED, actor, reason)


def _end(
    tx: Transaction,
    at: Occasion,
    booking: Booking,
    state: BookingState,
    change: Change,
    actor: int,
    reason: Reason | None,
) -> Booking:
    bookings.set_state(tx, booking.id, state, at.now)
    return changed(tx, at, booking.id, change, actor, reason)


def held_for(tx: Transaction, at: Occasion, case: Consultation) -> Booking | None:
    """Return the time held for a case. Raises AlreadyBooked if its meeting is not over."""
    live = bookings.live_of(tx, case.id)
    if stands(live, at.now):
        raise AlreadyBooked
    return live if live is not None and live.state is BookingState.HELD else None


def held_or_free(tx: Transaction, at: Occasion, case: Consultation) -> Booking | None:
    """Return the time held for a case; a meeting that is over makes way. Raises AlreadyBooked."""
    live = bookings.live_of(tx, case.id)
    if live is not None and live.state is BookingState.BOOKED:
        _make_way(tx, at, live)
        return None
    return live


def _make_way(tx: Transaction, at: Occasion, booking: Booking) -> None:
    """Let the next meeting follow one that nobody has answered for. Raises AlreadyBooked."""
    if stands(booking, at.now):
        raise AlreadyBooked
    bookings.make_way(tx, booking.id)


def _refuse_too_late(tx: Transaction, at: Occasion, booking: Booking) -> None:
    rules = at.programme.booking.methods_offered.get(booking.method)
    day = jst_date(booking.starts_at)
    # What is not offered any more can only be changed by telephone.
    if rules is None or not may_be_changed(booking, agenda(tx, rules, at, day, day)):
        raise TooLateToChange
