"""Staff log a consultation that came by telephone, visit or a partner (R8), or from a call (R9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.addenda import NewAddendum
from domain.audit import AuditAction
from domain.case_states import Act
from domain.consultations import Consultation, ConsultationState, NewConsultation
from domain.drafts import Consent
from domain.errors import DomainError, StaleButton
from domain.fiscal_year import jst_date
from domain.needs import intake_channel, kpi_eligibility, size_verdict
from domain.questions import current_question
from domain.staff import Action
from domain.texts import N_
from domain.walk_ins import (
    QUESTIONNAIRE,
    call_of,
    day_of,
    entry_of,
    known_from_call,
    refuse_day,
)
from services import case_log, return_calls
from services.cases import permitted
from services.consultations import add_to, found, log, open_case
from services.drafts import find, open_for_staff, opened
from storage import addenda, audit, consultations, staff
from storage import return_calls as stored_calls

if TYPE_CHECKING:
    from domain.consultations import Reference
    from domain.drafts import Draft
    from domain.form import Answers
    from services.drafts import Forms
    from services.occasion import Occasion
    from storage.database import Transaction


class AlreadyLogged(DomainError):
    """The second tap of two, or the second member to log a call: the first one has recorded it."""

    def __init__(self, reference: Reference) -> None:
        text = N_("This has been recorded already: %(reference)s.")
        super().__init__(text, reference=str(reference))


class OtherFormOpen(DomainError):
    """The member is logging another consultation, which would be lost."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "You are recording another consultation. Please record or withdraw it first: /log "
                "goes on with it."
            )
        )


class CallIsDone(DomainError):
    """Somebody has dealt with the request to be called back."""

    def __init__(self) -> None:
        super().__init__(N_("That call is done already. /log records a consultation without it."))


@dataclass(frozen=True)
class OpenCase:
    """The company has an open case, besides the `answers` about to be logged (R3)."""

    case: Consultation
    answers: Answers


@dataclass(frozen=True)
class Logged:
    """What was logged: a case of its own, or an addition to it, which counts nothing."""

    case: Consultation
    answers: Answers
    is_addition: bool
    call: int | None


def begin(tx: Transaction, forms: Forms, user_id: int, at: Occasion) -> Draft:
    """Open the form, or go on with the one that is open. Raises NotPermitted."""
    return open_for_staff(tx, forms, user_id, QUESTIONNAIRE, at.now)


def begin_from_call(
    tx: Transaction, forms: Forms, user_id: int, call_id: int, at: Occasion
) -> Draft:
    """Open the form with what a request to be called back knows; a look at it is audited.

    Raises NotPermitted, RequestGone, CallIsDone, or OtherFormOpen.
    """
    permitted(tx, user_id, Action.LOG_CONSULTATION)
    permitted(tx, user_id, Action.READ_RECORD)
    call = return_calls.card(tx, call_id).call
    if call.done_at is not None:
        raise CallIsDone
    open_draft = find(tx, forms, user_id, QUESTIONNAIRE)
    if open_draft is not None and call_of(open_draft.progress.answers) != call_id:
        raise OtherFormOpen
    if open_draft is not None:
        return open_for_staff(tx, forms, user_id, QUESTIONNAIRE, at.now)
    audit.append(tx, user_id, AuditAction.READ_RETURN_CALL, str(call_id), at.now)
    known = known_from_call(call)
    return open_for_staff(tx, forms, user_id, QUESTIONNAIRE, at.now, known=known)


def submit(
    tx: Transaction, forms: Forms, user_id: int, name: str, draft_id: int, at: Occasion
) -> Logged | OpenCase:
    """Log the finished form as a consultation, which its logger takes.

    While the company has an open case nothing is logged: it is returned, to ask whether this adds
    to it (R3). Raises AlreadyLogged, NotPermitted, StaleButton if there is no such finished form,
    or InvalidAnswer if its day is too long ago by now.
    """
    draft = _finished(tx, forms, user_id, draft_id, at)
    case = open_case(tx, draft.progress.answers, None)
    if case is not None:
        return OpenCase(case, draft.progress.answers)
    return _log(tx, forms, name, draft, None, at)


def submit_as_new(
    tx: Transaction, forms: Forms, user_id: int, name: str, draft_id: int, at: Occasion
) -> Logged:
    """Log the form as a case of its own beside the open one. Raises as `submit`."""
    draft = _finished(tx, forms, user_id, draft_id, at)
    return _log(tx, forms, name, draft, open_case(tx, draft.progress.answers, None), at)


def append(
    tx: Transaction, forms: Forms, user_id: int, name: str, draft_id: int, at: Occasion
) -> Logged:
    """Append the form to the open case (R3), which counts nothing.

    If the case was closed meanwhile, it is logged as a new one. Raises as `submit`.
    """
    draft = _finished(tx, forms, user_id, draft_id, at)
    answers = draft.progress.answers
    case = open_case(tx, answers, None)
    if case is None:
        return _log(tx, forms, name, draft, None, at)
    consent = Consent(forms.notice_version, at.now)
    new = NewAddendum(draft.id, None, answers, consent, at.now, entry_of(answers), user_id)
    add_to(tx, at, case, new)
    audit.append(tx, user_id, AuditAction.LOG_ADDED, str(case.reference), at.now)
    return _done(tx, draft, case, at, is_addition=True)


def _finished(tx: Transaction, forms: Forms, user_id: int, draft_id: int, at: Occasion) -> Draft:
    permitted(tx, user_id, Action.LOG_CONSULTATION)
    consultations.take_turns(tx)
    logged = consultations.of_draft(tx, draft_id, None) or addenda.case_of_draft(tx, draft_id)
    if logged is not None:
        raise AlreadyLogged(logged.reference)
    draft = opened(tx, forms, user_id, QUESTIONNAIRE)
    questionnaire = forms.questionnaires[QUESTIONNAIRE]
    if draft.id != draft_id or current_question(questionnaire, draft.progress) is not None:
        raise StaleButton(N_("Some questions are still open."))
    refuse_day(at.programme, day_of(draft.progress.answers), jst_date(at.now))
    if (case := _logged_by_another(tx, draft.progress.answers)) is not None:
        raise AlreadyLogged(case.reference)
    return draft


def _logged_by_another(tx: Transaction, answers: Answers) -> Consultation | None:
    """Return what a colleague logged from the same request, however they wrote the company."""
    call_id = call_of(answers)
    call = stored_calls.find(tx, call_id) if call_id is not None else None
    if call is None or call.done_at is None:
        return None
    return consultations.logged_from_call(tx, call.id, call.requested_at)


def _log(
    tx: Transaction,
    forms: Forms,
    name: str,
    draft: Draft,
    beside: Consultation | None,
    at: Occasion,
) -> Logged:
    answers, user_id = draft.progress.answers, draft.user_id
    new = NewConsultation(
        draft_id=draft.id,
        user_id=None,
        answers=answers,
        consent=Consent(forms.notice_version, at.now),
        submitted_at=at.now,
        channel=intake_channel(answers),
        size=size_verdict(answers),
        eligibility=kpi_eligibility(answers),
        entry=entry_of(answers),
        took_place_on=day_of(answers),
        logged_by=user_id,
        partner=_partner_of(tx, answers),
    )
    case = log(tx, at, new, beside)
    staff.learn_name(tx, user_id, name)
    consultations.assign(tx, case.id, user_id)
    case_log.moved(tx, at, case, ConsultationState.TRIAGED, Act.TAKE, user_id)
    audit.append(tx, user_id, AuditAction.LOG, str(case.reference), at.now)
    return _done(tx, draft, found(tx, case.id), at, is_addition=False)


def _partner_of(tx: Transaction, answers: Answers) -> int | None:
    """Return the partner that sent the person who asked to be called back."""
    call_id = call_of(answers)
    call = stored_calls.find(tx, call_id) if call_id is not None else None
    return call.partner if call is not None else None


def _done(
    tx: Transaction, draft: Draft, case: Consultation, at: Occasion, *, is_addition: bool
) -> Logged:
    """Return what was logged; the request to be called back that it began with is dealt with."""
    answers = draft.progress.answers
    call = call_of(answers)
    if call is not None and stored_calls.finish(tx, call, at.now):
        audit.append(tx, draft.user_id, AuditAction.FINISH_RETURN_CALL, str(call), at.now)
    return Logged(case, answers, is_addition, call)
