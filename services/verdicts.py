"""Staff decide whether a case counts for the KPI, where the answers leave it open (R7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.case_states import TERMS, Act, NotFromHere, Why
from domain.consultations import EXCLUDED_STATES
from domain.size import Eligibility
from domain.staff import refusal
from services import case_counts, case_log, cases
from services.case_changes import CaseMoved
from storage import audit, bookings, case_events, consultations, staff

if TYPE_CHECKING:
    from domain.consultations import Consultation
    from domain.errors import DomainError
    from services.occasion import Occasion
    from storage.database import Transaction

_VERDICTS = {
    Why.SMALL_ENOUGH: Eligibility.ELIGIBLE,
    Why.TOO_LARGE: Eligibility.NOT_ELIGIBLE,
}


@dataclass(frozen=True)
class Judging:
    """A verdict that somebody gives: on a case as they saw it, and why."""

    case: int
    before: Eligibility
    why: Why


def is_open(tx: Transaction, case: Consultation) -> bool:
    """Whether staff decide on a case: the answers left it open, and it is not excluded.

    What staff decided may be decided anew; what the answers decide may not (R10).
    """
    if case.state in EXCLUDED_STATES:
        return False
    if case.eligibility is Eligibility.TO_CONFIRM:
        return True
    return any(event.act is Act.JUDGE for event in case_events.of_consultation(tx, case.id))


def choices(case: Consultation) -> tuple[Why, ...]:
    """Return the verdicts that would change something."""
    reasons = TERMS[Act.JUDGE].reasons
    return tuple(why for why in reasons if _VERDICTS[why] is not case.eligibility)


def judge(
    tx: Transaction, at: Occasion, user_id: int, name: str, judging: Judging
) -> DomainError | None:
    """Let a case count, or not, with all that it counts; return why not.

    Every attempt is audited. Raises StaleButton if there is no such case.
    """
    bookings.take_turns(tx)
    case = cases.card(tx, judging.case).consultation
    error = _refused(tx, user_id, case, judging)
    if error is None:
        staff.learn_name(tx, user_id, name)
        consultations.set_eligibility(tx, case.id, _VERDICTS[judging.why])
        case_log.record(tx, at, case, Act.JUDGE, user_id, why=judging.why)
        case_counts.reclassify(tx, at, user_id, cases.card(tx, case.id).consultation)
    action = AuditAction.CASE_JUDGE if error is None else AuditAction.CASE_JUDGE_REFUSED
    audit.append(tx, user_id, action, str(case.reference), at.now)
    return error


def _refused(
    tx: Transaction, user_id: int, case: Consultation, judging: Judging
) -> DomainError | None:
    if error := refusal(staff.find(tx, user_id), TERMS[Act.JUDGE].permission):
        return error
    if case.eligibility is not judging.before:
        return CaseMoved()
    is_possible = is_open(tx, case) and judging.why in choices(case)
    return None if is_possible else NotFromHere()
