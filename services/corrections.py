"""Correcting what staff said of a meeting by mistake: its count, its case, and what is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import BookingGone, BookingState, Reason
from domain.case_states import Act, Why, after
from domain.consultations import ConsultationState
from domain.fiscal_year import jst_date
from domain.outcomes import (
    ENDS,
    AlreadyMet,
    HasGoneOn,
    NothingToCorrect,
    Outcome,
    has_gone_on,
    why_not_correct,
)
from services import case_counts, case_log, cases, held_meetings, meeting_notices
from services.changes import changed, take_turns
from services.consultations import found
from services.outcomes import Answer, answer, said_of
from storage import audit, bookings, case_events, staff

if TYPE_CHECKING:
    from datetime import date

    from domain.bookings import Booking, BookingEvent, MoveOf
    from domain.case_events import CaseEvent
    from domain.consultations import Consultation
    from domain.errors import DomainError
    from domain.staff import StaffMember
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Correctable:
    """What a member may correct of a case: the outcome of a meeting, records of unbooked ones.

    `days` are those (JST) on which the case was met without a booking.
    """

    booking: Booking | None
    days: tuple[date, ...]


@dataclass(frozen=True)
class Unbooked:
    """The record of a meeting of a case on a day (JST) that nobody had booked."""

    case: int
    on: date


def correctable(
    tx: Transaction, at: Occasion, member: StaffMember, case: Consultation
) -> Correctable:
    """Return what a member may correct of a case now."""
    answered = [one for one in bookings.of_case(tx, case.id) if one.state in ENDS]
    latest = max(answered, key=lambda one: one.changed_at, default=None)
    if latest is not None and not is_correctable(tx, at, member, latest):
        latest = None
    recorded = held_meetings.unbooked(tx, case.id)
    days = [on for on, said in recorded.items() if _why_not(tx, at, member, case.id, said) is None]
    return Correctable(latest, tuple(sorted(days)))


def is_correctable(tx: Transaction, at: Occasion, member: StaffMember, booking: Booking) -> bool:
    """Whether a member may correct what was said of a meeting."""
    if booking.state not in ENDS:
        return False
    return _why_not(tx, at, member, booking.consultation_id, said_of(tx, booking)) is None


def to_correct(tx: Transaction, at: Occasion, user_id: int, target: MoveOf) -> Answer:
    """Return a meeting whose outcome somebody is about to correct.

    Raises BookingGone, or why they may not.
    """
    booking = bookings.find(tx, target.booking_id)
    error = _refused(tx, at, user_id, booking, target)
    if error is not None:
        raise error
    return answer(tx, target.booking_id)


def correct(
    tx: Transaction, at: Occasion, user_id: int, name: str, target: MoveOf, outcome: Outcome
) -> Answer:
    """Say anew what became of a meeting; what the mistake counted and did to the case is undone.

    Every attempt is audited. Raises BookingGone if there never was such a booking.
    """
    take_turns(tx, at)
    booking = bookings.find(tx, target.booking_id)
    if booking is None:
        raise BookingGone
    error = _refused(tx, at, user_id, booking, target) or _no_such(tx, booking, outcome)
    done, not_done = AuditAction.MEETING_CORRECT, AuditAction.MEETING_CORRECT_REFUSED
    audit.append(tx, user_id, not_done if error else done, str(booking.reference), at.now)
    if error is not None:
        return answer(tx, booking.id, error)
    staff.learn_name(tx, user_id, name)
    bookings.set_state(tx, booking.id, outcome.state, at.now)
    if booking.state is BookingState.MET:
        _not_held(tx, at, user_id, booking.consultation_id, jst_date(booking.starts_at), None)
    changed(tx, at, booking.id, outcome.change, user_id, Reason.MISTAKE)
    if outcome is Outcome.MET:
        case = found(tx, booking.consultation_id)
        case_counts.count_meeting(tx, at, user_id, case, jst_date(booking.starts_at))
        meeting_notices.withdraw_offer(tx, at, booking)
    return answer(tx, booking.id)


def not_met(
    tx: Transaction, at: Occasion, user_id: int, name: str, record: Unbooked
) -> DomainError | None:
    """Take off a meeting recorded without a booking, as a mistake; return why not.

    Every attempt is audited. Raises StaleButton if there is no such case.
    """
    take_turns(tx, at)
    case = cases.card(tx, record.case).consultation
    said = held_meetings.unbooked(tx, case.id).get(record.on)
    member = staff.find(tx, user_id)
    error = _why_not(tx, at, member, case.id, said) if said else NothingToCorrect()
    done, not_done = AuditAction.MEETING_CORRECT, AuditAction.MEETING_CORRECT_REFUSED
    audit.append(tx, user_id, not_done if error else done, str(case.reference), at.now)
    if error is None:
        staff.learn_name(tx, user_id, name)
        _not_held(tx, at, user_id, case.id, record.on, record.on)
    return error


def _refused(
    tx: Transaction, at: Occasion, user_id: int, booking: Booking | None, target: MoveOf
) -> DomainError | None:
    if booking is None or booking.state not in ENDS:
        return BookingGone()
    said = said_of(tx, booking)
    error = _why_not(tx, at, staff.find(tx, user_id), booking.consultation_id, said)
    if error is None and booking.revision != target.revision:
        return BookingGone()
    return error


def _why_not(
    tx: Transaction,
    at: Occasion,
    member: StaffMember | None,
    case_id: int,
    said: BookingEvent | CaseEvent,
) -> DomainError | None:
    days = at.programme.booking.correct_outcome_days
    if error := why_not_correct(member, said.actor, said.at, at.now, days):
        return error
    events = case_events.of_consultation(tx, case_id)
    return HasGoneOn() if has_gone_on(events, said.at) else None


def _no_such(tx: Transaction, booking: Booking, outcome: Outcome) -> DomainError | None:
    if outcome is ENDS[booking.state]:
        return BookingGone()
    recorded = held_meetings.unbooked(tx, booking.consultation_id)
    is_twice = outcome is Outcome.MET and jst_date(booking.starts_at) in recorded
    return AlreadyMet() if is_twice else None


def _not_held(
    tx: Transaction, at: Occasion, actor: int, case_id: int, on: date, recorded_for: date | None
) -> None:
    """Undo what a meeting on a day (JST) counted and did; `recorded_for` if it was not booked.

    A case that was met another time stays as it is.
    """
    case = found(tx, case_id)
    days = held_meetings.days(tx, case_id)
    if recorded_for is not None:
        days.remove(recorded_for)
    case_counts.take_back_meeting(tx, at, actor, case_id, on, min(days, default=None))
    state = case.state if days else _before_it_was_met(tx, case)
    if recorded_for is not None or state is not case.state:
        case_log.moved(tx, at, case, state, Act.UNMEET, actor, Why.MISTAKE, recorded_for)


def _before_it_was_met(tx: Transaction, case: Consultation) -> ConsultationState:
    """Return where a case was before its meeting; planned, if it has another one booked."""
    if case.state is not ConsultationState.MET:
        return case.state
    events = case_events.of_consultation(tx, case.id)
    led = (
        one.before for one in reversed(events) if one.act is Act.MEET and one.after != one.before
    )
    before = next(led, case.state)
    live = bookings.live_of(tx, case.id)
    has_another = live is not None and live.state is BookingState.BOOKED
    return after(Act.BOOK if has_another else Act.UNBOOK, before)
