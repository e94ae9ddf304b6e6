"""Staff change a case by hand: its state, who has it, notes to it. The table of states is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import BookingState
from domain.case_states import (
    TRANSITIONS,
    Act,
    NotFromHere,
    Why,
    refused,
    restored,
)
from domain.consultations import CLOSED_STATES, OPEN_STATES, ConsultationState
from domain.errors import DomainError
from domain.outbox import Notice, NoticeKind
from domain.staff import Action, refusal
from domain.texts import N_
from services import bookings as meetings
from services import case_counts, case_log, cases, chasers, meeting_notices, relay_notices
from storage import audit, bookings, case_events, consultations, outbox, staff, waiting

if TYPE_CHECKING:
    from domain.consultations import Consultation
    from services.occasion import Occasion
    from storage.database import Transaction

_AUDITED = {
    Act.TAKE: (AuditAction.TAKE, AuditAction.TAKE_REFUSED),
    Act.CHANGE: (AuditAction.CASE_CHANGE, AuditAction.CASE_CHANGE_REFUSED),
    Act.CLOSE: (AuditAction.CASE_CLOSE, AuditAction.CASE_CLOSE_REFUSED),
    Act.REOPEN: (AuditAction.CASE_REOPEN, AuditAction.CASE_REOPEN_REFUSED),
    Act.EXCLUDE: (AuditAction.CASE_EXCLUDE, AuditAction.CASE_EXCLUDE_REFUSED),
    Act.RESTORE: (AuditAction.CASE_RESTORE, AuditAction.CASE_RESTORE_REFUSED),
    Act.HAND_OVER: (AuditAction.CASE_HAND_OVER, AuditAction.CASE_HAND_OVER_REFUSED),
    Act.NOTE: (AuditAction.CASE_NOTE, AuditAction.CASE_NOTE_REFUSED),
}


@dataclass(frozen=True)
class Wanted:
    """A change somebody asks for: the case as they saw it, what it is to be, and why."""

    case: int
    before: ConsultationState
    to: ConsultationState
    why: Why | None = None


@dataclass(frozen=True)
class Giving:
    """Somebody hands a case over; `holder` is who had it as they saw it, None for nobody."""

    case: int
    holder: int | None
    to: int


class CaseMoved(DomainError):
    """Somebody else, or a booking, changed the case first."""

    def __init__(self) -> None:
        super().__init__(N_("The case has changed meanwhile. This is how it stands now."))


class OutcomeFirst(DomainError):
    """The case has a meeting that has begun and of which nobody said what became of it."""

    def __init__(self) -> None:
        super().__init__(N_("Please first record what became of the meeting."))


class CannotHave(DomainError):
    """The person to hand a case over to works on no cases, or not any more."""

    def __init__(self) -> None:
        super().__init__(N_("That person cannot take cases."))


def change(
    tx: Transaction, at: Occasion, user_id: int, name: str, wanted: Wanted
) -> DomainError | None:
    """Change the state of a case by hand; return why not. Every attempt is audited.

    A case that ends loses its meeting and its place in line in the same transaction. An excluded
    one counts no more, a restored one again (R5). Whoever reopens a case that nobody has takes it.
    Raises StaleButton if there is no such case.
    """
    bookings.take_turns(tx)
    case = cases.card(tx, wanted.case).consultation
    act = TRANSITIONS.get((wanted.before, wanted.to))
    error = _refused(tx, at, user_id, case, wanted)
    if error is None and act is Act.TAKE:
        return cases.take(tx, at, user_id, name, case.id).refusal
    if error is None and act is not None:
        staff.learn_name(tx, user_id, name)
        _do(tx, at, user_id, case, wanted, act)
    _audit(tx, at, user_id, case, act or Act.CHANGE, error)
    return error


def _audit(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    case: Consultation,
    act: Act,
    error: DomainError | None,
) -> None:
    done, not_done = _AUDITED.get(act, _AUDITED[Act.CHANGE])
    action = done if error is None else not_done
    audit.append(tx, user_id, action, str(case.reference), at.now)


def _refused(
    tx: Transaction, at: Occasion, user_id: int, case: Consultation, wanted: Wanted
) -> DomainError | None:
    error = refused(staff.find(tx, user_id), wanted.before, wanted.to, wanted.why)
    if error is not None:
        return error
    if case.state is not wanted.before:
        return CaseMoved()
    act = TRANSITIONS[wanted.before, wanted.to]
    if act is Act.RESTORE and wanted.to is not state_to_restore(tx, case):
        return NotFromHere()
    live = bookings.live_of(tx, case.id)
    has_begun = live is not None and live.state is BookingState.BOOKED and live.starts_at <= at.now
    has_begun = has_begun or bool(bookings.unanswered_of(tx, case.id))
    return OutcomeFirst() if has_begun and wanted.to in CLOSED_STATES else None


def state_to_restore(tx: Transaction, case: Consultation) -> ConsultationState | None:
    """Return the state that an excluded case is restored to: the one it was excluded from."""
    for event in reversed(case_events.of_consultation(tx, case.id)):
        if event.act is Act.EXCLUDE:
            return restored(event.before)
    return None


def _do(
    tx: Transaction, at: Occasion, user_id: int, case: Consultation, wanted: Wanted, act: Act
) -> None:
    if wanted.to in CLOSED_STATES:
        _end_meeting(tx, at, case, user_id)
        case = cases.card(tx, case.id).consultation
    case_log.moved(tx, at, case, wanted.to, act, user_id, wanted.why)
    if act is Act.EXCLUDE:
        case_counts.take_back(tx, at, user_id, case.id, wanted.to)
    elif act is Act.RESTORE:
        case_counts.give_back(tx, at, user_id, case.id)
    elif act is Act.REOPEN and consultations.take(tx, case.id, user_id):
        case_log.record(tx, at, cases.card(tx, case.id).consultation, Act.TAKE, user_id)
        relay_notices.hand_over(tx, at, case.id, user_id)


def _end_meeting(tx: Transaction, at: Occasion, case: Consultation, user_id: int) -> None:
    # Out of the line first: what its meeting frees is for those who still wait.
    waiting.remove(tx, case.id)
    live = bookings.live_of(tx, case.id)
    if live is not None:
        meetings.end_with_case(tx, at, live, user_id)
    if case.call_when is not None:
        consultations.set_call_when(tx, case.id, None)


def hand_over(
    tx: Transaction, at: Occasion, user_id: int, name: str, giving: Giving
) -> DomainError | None:
    """Put another member in charge of an open case, with its reminders; return why not.

    A new case is taken by that. Every attempt is audited. Raises StaleButton if there is no such
    case.
    """
    bookings.take_turns(tx)
    case = cases.card(tx, giving.case).consultation
    error = _handing_refused(tx, user_id, case, giving)
    if error is None:
        staff.learn_name(tx, user_id, name)
        _hand_over(tx, at, user_id, case, giving.to)
    _audit(tx, at, user_id, case, Act.HAND_OVER, error)
    return error


def _handing_refused(
    tx: Transaction, user_id: int, case: Consultation, giving: Giving
) -> DomainError | None:
    if error := refusal(staff.find(tx, user_id), Action.CHANGE_CASE):
        return error
    if case.assignee != giving.holder:
        return CaseMoved()
    if case.state not in OPEN_STATES:
        return NotFromHere()
    to = staff.find(tx, giving.to)
    return None if to is not None and to.may(Action.TAKE_CASE) else CannotHave()


def _hand_over(tx: Transaction, at: Occasion, user_id: int, case: Consultation, to: int) -> None:
    live = bookings.live_of(tx, case.id)
    before = meeting_notices.in_charge(tx, live) if live is not None else None
    consultations.assign(tx, case.id, to)
    case_log.record(tx, at, case, Act.HAND_OVER, user_id, member=to)
    if case.state is ConsultationState.NEW:
        case_log.moved(tx, at, case, ConsultationState.TRIAGED, Act.TAKE, user_id)
    cases.take_up(tx, at, case.id, user_id, before)
    chasers.hand_over(tx, at, case.id, case.assignee, to)
    if to != user_id:
        kind = NoticeKind.CASE_HANDED_OVER
        payload = {"consultation": case.id, "member": to, "by": user_id}
        # Whoever hands a case to and fro in one moment says it once.
        key = f"{kind}:{case.id}:{to}:{at.now:%Y%m%d%H%M%S%f}"
        outbox.add(tx, Notice(to, kind, payload, key, at.now))
