"""Meetings of a case as staff arrange them: booked from its card, or held without a booking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import BookingGone, BookingState, Reason
from domain.case_states import Act, NotFromHere, after
from domain.consultations import OPEN_STATES, ConsultationState
from domain.eras import StillToCome
from domain.fiscal_year import jst_date
from domain.outcomes import AlreadyMet, MeetingIsBooked
from domain.staff import Action, refusal
from domain.walk_ins import TooLongAgo, first_day
from services import case_counts, case_log, cases, held_meetings
from services.agendas import agenda, rules_of, whole_agenda, without_notice
from services.bookings import Offer, booked, held_for
from services.case_changes import CaseMoved
from services.cases import permitted
from services.changes import take_turns
from services.consultations import found
from storage import audit, bookings, consultations, staff

if TYPE_CHECKING:
    from datetime import date

    from domain.bookings import Booking
    from domain.consultations import Consultation
    from domain.errors import DomainError
    from domain.slots import Method
    from services.bookings import Wish
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Held:
    """Somebody says that a case, as they saw it, was met on a day (JST) without a booking."""

    case: int
    before: ConsultationState
    on: date


def to_meet(tx: Transaction, user_id: int, case_id: int) -> Consultation:
    """Return an open case that has no booked meeting. Raises NotPermitted, BookingGone."""
    permitted(tx, user_id, Action.CHANGE_MEETING)
    case = consultations.find(tx, case_id)
    if case is None or case.state not in OPEN_STATES:
        raise BookingGone
    if cases.card(tx, case_id).meeting is not None:
        raise BookingGone
    return case


def offer(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    case_id: int,
    method: Method,
    days: tuple[date, date] | None = None,
) -> Offer:
    """Return when a meeting of a case can be; the minimum notice does not bind staff.

    `days` as in `bookings.offer`. Raises NotPermitted, BookingGone.
    """
    case = to_meet(tx, user_id, case_id)
    rules = without_notice(rules_of(at, method))
    free = whole_agenda(tx, rules, at) if days is None else agenda(tx, rules, at, days[0], days[1])
    held = held_for(tx, at, case)
    return Offer(free if held is None else free.without(bookings.taken_by(tx, held.id)), case, None)


def book(
    tx: Transaction, at: Occasion, user_id: int, name: str, case_id: int, wish: Wish
) -> Booking:
    """Book the next meeting of a case, as agreed with the company; its owner is told.

    A case that nobody has is taken by that. The second of two taps finds what the first did.
    Raises NotPermitted, SlotTaken, SlotClosed, or BookingGone.
    """
    take_turns(tx, at)
    permitted(tx, user_id, Action.CHANGE_MEETING)
    live = bookings.live_of(tx, case_id)
    if live is not None and (live.state, live.method, live.starts_at) == (
        BookingState.BOOKED,
        wish.method,
        wish.start,
    ):
        return live
    to_meet(tx, user_id, case_id)
    if cases.card(tx, case_id).is_free:
        cases.take(tx, at, user_id, name, case_id)
    case, rules = found(tx, case_id), without_notice(rules_of(at, wish.method))
    booking = booked(tx, at, case, wish, rules, user_id, Reason.AGREED)
    audit.append(tx, user_id, AuditAction.BOOK_MEETING, str(case.reference), at.now)
    return booking


def first_day_to_meet(at: Occasion, case: Consultation) -> date:
    """Return the earliest day (JST) of a meeting without a booking that can still be recorded."""
    return max(first_day(at.programme, jst_date(at.now)), case.counted_on)


def met(tx: Transaction, at: Occasion, user_id: int, name: str, held: Held) -> DomainError | None:
    """Record a meeting that took place without a booking; return why not.

    It counts on its day. A case that nobody has is taken by whoever says so. Every attempt is
    audited. Raises StaleButton if there is no such case.
    """
    take_turns(tx, at)
    card = cases.card(tx, held.case)
    reference = str(card.consultation.reference)
    refused = _refused(tx, at, user_id, card.consultation, held)
    if refused is not None:
        audit.append(tx, user_id, AuditAction.MEETING_MET_REFUSED, reference, at.now)
        return refused
    staff.learn_name(tx, user_id, name)
    if card.is_free:
        cases.take(tx, at, user_id, name, held.case)
    case = found(tx, held.case)
    state = after(Act.MEET, case.state)
    case_log.moved(tx, at, case, state, Act.MEET, user_id, held_on=held.on)
    if case.call_when is not None:
        consultations.set_call_when(tx, case.id, None)
    case_counts.count_meeting(tx, at, user_id, case, held.on)
    audit.append(tx, user_id, AuditAction.MEETING_MET, reference, at.now)
    return None


def _refused(
    tx: Transaction, at: Occasion, user_id: int, case: Consultation, held: Held
) -> DomainError | None:
    if error := refusal(staff.find(tx, user_id), Action.CHANGE_MEETING):
        return error
    if held.on in held_meetings.days(tx, case.id):
        return AlreadyMet()
    if case.state is not held.before:
        return CaseMoved()
    if case.state not in OPEN_STATES:
        return NotFromHere()
    if cases.card(tx, case.id).meeting is not None:
        return MeetingIsBooked()
    if held.on > jst_date(at.now):
        return StillToCome()
    first = first_day_to_meet(at, case)
    return TooLongAgo(first) if held.on < first else None
