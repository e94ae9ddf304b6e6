"""The intake: consent, answers one by one, and the submission that makes a consultation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.consultations import Consultation, KpiEvent, KpiKind, NewConsultation
from domain.drafts import Consent, Draft
from domain.errors import InvalidAnswer, StaleButton
from domain.fiscal_year import JST, FiscalYear
from domain.needs import (
    QUESTIONNAIRE,
    company_identity,
    intake_channel,
    kpi_eligibility,
    size_verdict,
)
from domain.outbox import Notice, NoticeKind
from domain.questions import (
    Progress,
    accept_button,
    accept_text,
    correct,
    count_failure,
    current_question,
)
from domain.texts import N_
from storage import consultations, drafts, outbox

if TYPE_CHECKING:
    from domain.form import Questionnaire
    from domain.programme import Programme
    from storage.database import Transaction


@dataclass(frozen=True)
class Step:
    """What one answer led to.

    `draft` is the state to show, None once the questionnaire `ended`; `answered` is the key of
    the question that was just settled; `refusal` says why nothing was.
    """

    draft: Draft | None
    answered: str | None = None
    ended: str | None = None
    refusal: InvalidAnswer | None = None


def open_draft(tx: Transaction, user_id: int) -> Draft | None:
    """Return the person's open intake."""
    return drafts.find(tx, user_id, QUESTIONNAIRE)


def consent(
    tx: Transaction, questionnaire: Questionnaire, user_id: int, version: str, now: datetime
) -> Draft:
    """Open an intake with the person's consent; an open one is shown instead."""
    draft = open_draft(tx, user_id)
    if draft is not None:
        return draft
    drafts.add(tx, user_id, QUESTIONNAIRE, questionnaire.version, Progress(), Consent(version, now))
    return _draft(tx, user_id)


def press(
    tx: Transaction,
    questionnaire: Questionnaire,
    user_id: int,
    key: str,
    code: str,
    now: datetime,
) -> Step:
    """Apply a pressed button. Raises StaleButton if it belongs to another step."""
    draft = _draft(tx, user_id)
    try:
        progress = accept_button(questionnaire, draft.progress, key, code)
    except InvalidAnswer as refusal:
        return Step(draft, refusal=refusal)
    return _keep(tx, questionnaire, draft, progress, now)


def answer(
    tx: Transaction, questionnaire: Questionnaire, user_id: int, raw: str, now: datetime
) -> Step:
    """Apply a typed text; a refused one is not stored. Raises StaleButton without a question."""
    draft = _draft(tx, user_id)
    try:
        progress = accept_text(questionnaire, draft.progress, raw)
    except InvalidAnswer as refusal:
        drafts.save(tx, draft.id, count_failure(draft.progress), now)
        return Step(_draft(tx, user_id), refusal=refusal)
    return _keep(tx, questionnaire, draft, progress, now)


def reopen_question(
    tx: Transaction, questionnaire: Questionnaire, user_id: int, key: str, now: datetime
) -> Draft:
    """Open one question again from the review. Raises StaleButton if it no longer applies."""
    draft = _draft(tx, user_id)
    drafts.save(tx, draft.id, correct(questionnaire, draft.progress, key), now)
    return _draft(tx, user_id)


def abandon(tx: Transaction, user_id: int) -> bool:
    """Delete the person's open intake; False if there was none."""
    had_one = open_draft(tx, user_id) is not None
    drafts.remove(tx, user_id, QUESTIONNAIRE)
    return had_one


def _draft(tx: Transaction, user_id: int) -> Draft:
    draft = open_draft(tx, user_id)
    if draft is None:
        raise StaleButton(N_("That button belongs to an earlier step."))
    return draft


def _keep(
    tx: Transaction,
    questionnaire: Questionnaire,
    draft: Draft,
    progress: Progress,
    now: datetime,
) -> Step:
    if progress.ended is not None:
        drafts.remove(tx, draft.user_id, QUESTIONNAIRE)
        return Step(None, ended=progress.ended)
    drafts.save(tx, draft.id, progress, now)
    before = current_question(questionnaire, draft.progress)
    settled = (
        before is not None
        and before.key in progress.answers
        and (progress.ticked, progress.typed, progress.detour) == (None, None, None)
    )
    return Step(
        _draft(tx, draft.user_id), answered=before.key if before is not None and settled else None
    )


def submit(
    tx: Transaction,
    programme: Programme,
    questionnaire: Questionnaire,
    user_id: int,
    draft_id: int,
    staff_chat: int,
    now: datetime,
) -> Consultation:
    """Log the finished intake as one consultation (R1), its KPI event and the staff notice.

    Raises StaleButton if there is no finished intake: the second tap of two finds none.
    """
    draft = _draft(tx, user_id)
    if draft.id != draft_id or current_question(questionnaire, draft.progress) is not None:
        raise StaleButton(N_("Some questions are still open."))
    new = _new_consultation(draft, now)
    company = consultations.match_company(tx, company_identity(new.answers))
    window = timedelta(days=programme.counting.duplicate_window_days)
    suspect = consultations.latest_of_company(tx, company, now - window)
    reference = consultations.next_reference(tx, FiscalYear.of(now))
    consultation_id = consultations.add(tx, new, reference, company, suspect)
    consultations.record_event(
        tx,
        KpiEvent(
            kind=KpiKind.CONSULTATION,
            delta=1,
            effective_date=now.astimezone(JST).date(),
            eligibility=new.eligibility,
            channel=new.channel,
            consultation_id=consultation_id,
            reason="R1",
            actor="intake",
            recorded_at=now,
        ),
    )
    outbox.add(
        tx,
        Notice(
            recipient=staff_chat,
            kind=NoticeKind.NEW_CONSULTATION,
            payload={"consultation": consultation_id},
            dedupe_key=f"new_consultation:{consultation_id}",
            due_at=now,
        ),
    )
    drafts.remove(tx, user_id, QUESTIONNAIRE)
    return _logged(tx, consultation_id)


def _new_consultation(draft: Draft, now: datetime) -> NewConsultation:
    answers = draft.progress.answers
    return NewConsultation(
        draft_id=draft.id,
        user_id=draft.user_id,
        answers=answers,
        consent=draft.consent,
        submitted_at=now,
        channel=intake_channel(answers),
        size=size_verdict(answers),
        eligibility=kpi_eligibility(answers),
    )


def _logged(tx: Transaction, consultation_id: int) -> Consultation:
    consultation = consultations.find(tx, consultation_id)
    if consultation is None:
        message = f"consultation {consultation_id} vanished inside its own transaction"
        raise RuntimeError(message)
    return consultation


def my_consultations(tx: Transaction, user_id: int) -> list[Consultation]:
    """Return the person's latest consultations, newest first."""
    return consultations.of_person(tx, user_id)


def remember_live_message(tx: Transaction, draft_id: int, message_id: int) -> None:
    """Remember which message asks now, to turn it into a record once it is answered."""
    drafts.remember_live_message(tx, draft_id, message_id)


def language(tx: Transaction, user_id: int) -> str | None:
    """Return the language the person chose, if any."""
    return drafts.language(tx, user_id)


def choose_language(tx: Transaction, user_id: int, chosen: str) -> None:
    """Store the language the person chose."""
    drafts.choose_language(tx, user_id, chosen)


def forget_untouched(tx: Transaction, moment: datetime) -> int:
    """Delete the drafts last touched before `moment`; return how many."""
    return drafts.remove_untouched_since(tx, moment)


def chosen_languages(tx: Transaction) -> dict[int, str]:
    """Return everybody's chosen language by user id."""
    return drafts.languages(tx)
