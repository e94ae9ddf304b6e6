"""Booking a meeting: what is free, taking a seat, moving, cancelling. Each is one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.bookings import (
    AlreadyBooked,
    Booking,
    BookingEvent,
    BookingGone,
    BookingState,
    Change,
    MoveOf,
    NewBooking,
    NewMeeting,
    Reason,
    SlotClosed,
    SlotTaken,
    TooLateToChange,
    case_state_after,
    may_be_changed,
    refuse_slot,
)
from domain.consultations import OPEN_STATES
from domain.fiscal_year import jst_date, jst_midnight
from domain.slots import Agenda
from domain.staff import Action
from services import booking_files, meeting_notices
from services.cases import permitted
from storage import bookings, closures, consultations, staff

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.bookings import Target
    from domain.consultations import Consultation
    from domain.slots import Method, SlotRules
    from services.occasion import Occasion
    from storage.database import Transaction

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """What may be chosen, and for what: a consultation's next meeting, or a booking to move."""

    agenda: Agenda
    consultation: Consultation
    booking: Booking | None


@dataclass(frozen=True)
class Wish:
    """A time somebody asks for; `start` in UTC."""

    method: Method
    start: datetime


def agenda(tx: Transaction, rules: SlotRules, at: Occasion, since: date, until: date) -> Agenda:
    """Return what can be booked, ready to be asked about the days `since` to `until` (JST)."""
    today = jst_date(at.now)
    horizon = today + _DAY * rules.horizon_days
    return Agenda(
        rules=rules,
        working_days=at.programme.working_days,
        # The minimum notice counts the days from today on, whatever is asked about.
        closures=closures.between(
            tx, jst_midnight(min(since, today)), jst_midnight(max(until, horizon) + _DAY)
        ),
        # Seats are kept past midnight, from the day before and into the day after.
        taken=bookings.taken(tx, jst_midnight(since - _DAY), jst_midnight(until + 2 * _DAY)),
        now=at.now,
    )


def whole_agenda(tx: Transaction, rules: SlotRules, at: Occasion) -> Agenda:
    """Return what can be booked on all the days from today to the horizon."""
    today = jst_date(at.now)
    return agenda(tx, rules, at, today, today + _DAY * rules.horizon_days)


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
    rules = _rules(at, method)
    found = whole_agenda(tx, rules, at) if days is None else agenda(tx, rules, at, days[0], days[1])
    if isinstance(target, NewMeeting):
        case = own_case(tx, user_id, target.consultation_id)
        held = _held_for(tx, case)
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
    bookings.take_turns(tx)
    case = own_case(tx, user_id, consultation_id)
    live = bookings.live_of(tx, case.id)
    if live is not None and live.state is BookingState.BOOKED:
        if (live.method, live.starts_at) == (wish.method, wish.start):
            return live
        raise AlreadyBooked
    if live is not None:
        _end(tx, at, live, BookingState.LAPSED, Change.LAPSED, user_id, Reason.BY_OWNER)
    booking_id = bookings.add(tx, new_booking(tx, at, case.id, wish), at.now)
    return changed(tx, at, booking_id, Change.BOOKED, user_id, None)


def move(tx: Transaction, at: Occasion, user_id: int, target: MoveOf, wish: Wish) -> Booking:
    """Move an owner's booking, up to the minimum notice; the old seat is free at once.

    The second of two taps finds what the first did. Raises SlotTaken, SlotClosed,
    TooLateToChange, or BookingGone.
    """
    bookings.take_turns(tx)
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
    bookings.take_turns(tx)
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
    rules = _without_notice(_rules(at, method))
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
    bookings.take_turns(tx)
    permitted(tx, user_id, Action.CHANGE_MEETING)
    booking = live_booking(tx, target)
    staff.audit(tx, user_id, "move_meeting", str(booking.reference), at.now)
    return _moved(tx, at, booking, wish, user_id, reason)


def cancel_by_staff(
    tx: Transaction, at: Occasion, user_id: int, target: MoveOf, reason: Reason
) -> Booking:
    """Cancel a booking at any time, for a reason that the owner is told.

    Raises NotPermitted, or BookingGone.
    """
    bookings.take_turns(tx)
    permitted(tx, user_id, Action.CHANGE_MEETING)
    booking = live_booking(tx, target)
    staff.audit(tx, user_id, "cancel_meeting", str(booking.reference), at.now)
    return _end(tx, at, booking, BookingState.CANCELLED, Change.CANCELLED, user_id, reason)


def end_for_closure(tx: Transaction, at: Occasion, booking: Booking, actor: int) -> Booking:
    """End a live booking, held or booked, because the counter is closed then."""
    if booking.state is BookingState.HELD:
        state, change = BookingState.LAPSED, Change.LAPSED
    else:
        state, change = BookingState.CANCELLED, Change.CANCELLED
    return _end(tx, at, booking, state, change, actor, Reason.CLOSED)


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


def new_booking(
    tx: Transaction,
    at: Occasion,
    consultation_id: int,
    wish: Wish,
    state: BookingState = BookingState.BOOKED,
    held_until: datetime | None = None,
) -> NewBooking:
    """Return a booking with the seat that is free for it. Raises SlotTaken, SlotClosed."""
    found = _agenda_of(tx, at, _rules(at, wish.method), wish)
    return _seated(found, consultation_id, wish, state, held_until)


def _agenda_of(tx: Transaction, at: Occasion, rules: SlotRules, wish: Wish) -> Agenda:
    day = jst_date(wish.start)
    return agenda(tx, rules, at, day, day)


def _seated(
    found: Agenda,
    consultation_id: int,
    wish: Wish,
    state: BookingState = BookingState.BOOKED,
    held_until: datetime | None = None,
) -> NewBooking:
    refuse_slot(found, wish.start)
    seat = found.free_seat(wish.start)
    if seat is None:
        raise SlotTaken
    return NewBooking(
        consultation_id=consultation_id,
        method=wish.method,
        starts_at=wish.start,
        ends_at=found.rules.ends(wish.start),
        seat_until=found.rules.seat_until(wish.start),
        seat=seat,
        state=state,
        held_until=held_until,
    )


def _moved(
    tx: Transaction, at: Occasion, booking: Booking, wish: Wish, actor: int, reason: Reason
) -> Booking:
    if (booking.method, booking.starts_at) == (wish.method, wish.start):
        return booking
    rules = _rules(at, wish.method)
    if reason is not Reason.BY_OWNER:
        rules = _without_notice(rules)
    # Its own seat does not stand in the way of a time that overlaps the old one.
    found = _agenda_of(tx, at, rules, wish).without(bookings.taken_by(tx, booking.id))
    bookings.move(tx, booking.id, _seated(found, booking.consultation_id, wish), at.now)
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


def changed(
    tx: Transaction,
    at: Occasion,
    booking_id: int,
    change: Change,
    actor: int,
    reason: Reason | None,
) -> Booking:
    """Record a change of a booking and what follows from it; return it as it is now."""
    booking = bookings.find(tx, booking_id)
    case = consultations.find(tx, booking.consultation_id) if booking is not None else None
    if booking is None or case is None:
        message = f"booking {booking_id} vanished inside its own transaction"
        raise RuntimeError(message)
    bookings.record(
        tx,
        booking_id,
        BookingEvent(
            change=change,
            actor=actor,
            at=at.now,
            method=booking.method,
            starts_at=booking.starts_at,
            revision=booking.revision,
            reason=reason,
        ),
    )
    if change is Change.BOOKED and case.call_when is not None:
        consultations.set_call_when(tx, case.id, None)
    state = case_state_after(change, case.state)
    if state is not case.state:
        consultations.set_state(tx, case.id, state)
    booking_files.owe(tx, at, booking, change, reason)
    meeting_notices.owe(tx, at, booking, change)
    return booking


def _held_for(tx: Transaction, case: Consultation) -> Booking | None:
    """Return the time held for a case. Raises AlreadyBooked if it has a meeting."""
    live = bookings.live_of(tx, case.id)
    if live is not None and live.state is BookingState.BOOKED:
        raise AlreadyBooked
    return live


def _refuse_too_late(tx: Transaction, at: Occasion, booking: Booking) -> None:
    rules = at.programme.booking.methods_offered.get(booking.method)
    day = jst_date(booking.starts_at)
    # What is not offered any more can only be changed by telephone.
    if rules is None or not may_be_changed(booking, agenda(tx, rules, at, day, day)):
        raise TooLateToChange


def _rules(at: Occasion, method: Method) -> SlotRules:
    """Return the rules of a method. Raises SlotClosed if the office does not offer it any more."""
    rules = at.programme.booking.methods_offered.get(method)
    if rules is None:
        raise SlotClosed
    return rules


def _without_notice(rules: SlotRules) -> SlotRules:
    return replace(rules, notice_working_days=0)
