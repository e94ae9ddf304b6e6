"""The intake: consent, and the submission that makes a consultation or adds to an open one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.addenda import NewAddendum
from domain.consultations import Consultation, NewConsultation
from domain.drafts import Consent, Draft
from domain.errors import DomainError, StaleButton
from domain.needs import (
    QUESTIONNAIRE,
    intake_channel,
    kpi_eligibility,
    size_verdict,
)
from domain.outbox import Notice, NoticeKind
from domain.questions import Progress, current_question
from domain.texts import N_
from services.booking_views import of_consultation
from services.consultations import add_to, log, open_case
from services.drafts import find, is_outdated, latest, opened
from storage import addenda, consultations, drafts, outbox, partners, return_calls

if TYPE_CHECKING:
    from domain.form import Answers
    from domain.return_calls import ReturnCall
    from services.booking_views import Meeting
    from services.drafts import Forms
    from services.occasion import Occasion
    from storage.database import Transaction

NUDGE_AFTER = timedelta(hours=24)
"""An unfinished intake is remembered of once, a day after its last touch (facts 5-3)."""


class AlreadySubmitted(DomainError):
    """The second tap of two: the first one has sent the intake."""


@dataclass(frozen=True)
class OpenCase:
    """The company or person has an open case, besides the `answers` just submitted.

    `own` says whether this person opened it: nobody else is told its reference.
    """

    consultation: Consultation
    own: bool
    answers: Answers


@dataclass(frozen=True)
class Standing:
    """Where a person stands: what they fill in, what they have submitted, newest first."""

    draft: Draft | None
    meetings: list[Meeting]
    return_call: ReturnCall | None


def standing(tx: Transaction, forms: Forms, user_id: int, at: Occasion) -> Standing:
    """Return where a person stands."""
    return Standing(
        latest(tx, forms, user_id),
        [of_consultation(tx, at, case) for case in consultations.of_person(tx, user_id)],
        return_calls.open_of_person(tx, user_id),
    )


def arrived(tx: Transaction, forms: Forms, user_id: int, token: str) -> Draft | None:
    """Return the person's open intake, if there is one, when they come by a partner's link.

    It is attributed to the live partner of `token` unless it came by a partner before: the first
    one stays.
    """
    draft = find(tx, forms, user_id, QUESTIONNAIRE)
    partner = partners.of_token(tx, token) if token else None
    if draft is None or draft.partner is not None or partner is None:
        return draft
    drafts.attribute(tx, draft.id, partner.id)
    return replace(draft, partner=partner.id)


def consent(tx: Transaction, forms: Forms, user_id: int, token: str, now: datetime) -> Draft:
    """Open an intake with the person's consent, or renew an open one's to today's notice.

    It is attributed to the live partner whose link has `token`; empty is none's.
    """
    given = Consent(forms.notice_version, now)
    draft = arrived(tx, forms, user_id, token)
    if draft is None:
        form, partner = forms.questionnaires[QUESTIONNAIRE], partners.of_token(tx, token)
        by = partner.id if partner is not None else None
        return drafts.add(tx, user_id, form, Progress(), given, now, partner=by)
    if not is_outdated(forms, draft):
        return draft
    renewed = replace(draft, consent=given, live_message_id=None, updated_at=now)
    drafts.save(tx, renewed)
    return renewed


def submit(
    tx: Transaction, forms: Forms, user_id: int, draft_id: int, to: Occasion
) -> Consultation | OpenCase:
    """Log the finished intake as one consultation (R1), its KPI event and the staff notice.

    While the company or the person has an open case nothing is logged: it is returned, to ask
    whether this adds to it (R3). Raises AlreadySubmitted, or StaleButton if there is no finished
    intake.
    """
    consultations.take_turns(tx)
    draft = _finished(tx, forms, user_id, draft_id)
    case = _open_case(tx, draft)
    return case if case is not None else log(tx, to, _new_consultation(draft, to.now))


def submit_as_new(
    tx: Transaction, forms: Forms, user_id: int, draft_id: int, to: Occasion
) -> Consultation:
    """Log the intake as a consultation of its own beside the open case. Raises as `submit`."""
    consultations.take_turns(tx)
    draft = _finished(tx, forms, user_id, draft_id)
    case = _open_case(tx, draft)
    beside = case.consultation if case is not None else None
    return log(tx, to, _new_consultation(draft, to.now), beside)


def append(
    tx: Transaction, forms: Forms, user_id: int, draft_id: int, to: Occasion
) -> Consultation | OpenCase:
    """Append the intake to the open case (R3): staff are told, nothing is counted.

    If the case was closed meanwhile, the intake is logged as a new consultation. Raises as
    `submit`.
    """
    consultations.take_turns(tx)
    draft = _finished(tx, forms, user_id, draft_id)
    case = _open_case(tx, draft)
    if case is None:
        return log(tx, to, _new_consultation(draft, to.now))
    new = NewAddendum(draft.id, user_id, draft.progress.answers, draft.given_consent, to.now)
    add_to(tx, to, case.consultation, new)
    return case


def _finished(tx: Transaction, forms: Forms, user_id: int, draft_id: int) -> Draft:
    if consultations.of_draft(tx, draft_id, user_id) or addenda.is_submitted(tx, draft_id, user_id):
        raise AlreadySubmitted(N_("This has been sent already. /status shows where it stands."))
    draft = opened(tx, forms, user_id, QUESTIONNAIRE)
    questionnaire = forms.questionnaires[QUESTIONNAIRE]
    if draft.id != draft_id or current_question(questionnaire, draft.progress) is not None:
        raise StaleButton(N_("Some questions are still open."))
    return draft


def _open_case(tx: Transaction, draft: Draft) -> OpenCase | None:
    answers = draft.progress.answers
    # An institution consults for many companies: its person alone says nothing of the case.
    person = None if answers.get("role") == "agent" else draft.user_id
    found = open_case(tx, answers, person)
    if found is None:
        return None
    return OpenCase(found, own=found.user_id == draft.user_id, answers=answers)


def _new_consultation(draft: Draft, now: datetime) -> NewConsultation:
    answers = draft.progress.answers
    return NewConsultation(
        draft_id=draft.id,
        user_id=draft.user_id,
        answers=answers,
        consent=draft.given_consent,
        submitted_at=now,
        channel=intake_channel(answers),
        size=size_verdict(answers),
        eligibility=kpi_eligibility(answers),
        partner=draft.partner,
    )


def decide_nudges(tx: Transaction, now: datetime) -> int:
    """Owe one reminder to everybody whose intake was last touched a day ago; return how many."""
    nudged = drafts.mark_nudged(tx, QUESTIONNAIRE, now - NUDGE_AFTER, now)
    for draft in nudged:
        notice = Notice(
            recipient=draft.user_id,
            kind=NoticeKind.NUDGE,
            payload={"draft": draft.id, "touched": draft.updated_at.isoformat()},
            dedupe_key=f"nudge:{draft.id}",
            due_at=now,
        )
        outbox.add(tx, notice)
    return len(nudged)


def to_nudge(tx: Transaction, draft_id: int, touched: datetime) -> Draft | None:
    """Return the draft to remind of; None if it is gone or was touched since `touched` (UTC)."""
    draft = drafts.by_id(tx, draft_id)
    return draft if draft is not None and draft.updated_at == touched else None
