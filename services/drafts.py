"""Filling in any questionnaire: one transaction for each answer, whatever it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.errors import DomainError, InvalidAnswer, StaleButton
from domain.fiscal_year import jst_date
from domain.form import Question, Typed
from domain.questions import (
    Progress,
    accept_button,
    accept_text,
    correct,
    count_failure,
    current_question,
    taken_over,
)
from domain.texts import N_
from services.cases import permitted
from storage import drafts, prompts, staff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.drafts import Draft
    from domain.form import Answers, Questionnaire
    from storage.database import Transaction


_NOTHING: Answers = {}
_EARLIER = N_("That button belongs to an earlier step.")
CHOOSE_BELOW = N_("Sorry, please choose from the buttons below.")


@dataclass(frozen=True)
class Forms:
    """The questionnaires by name, and the version of the notice that consent is given to."""

    questionnaires: Mapping[str, Questionnaire]
    notice_version: str


class ConsentOutdated(DomainError):
    """The notice has changed since the person agreed: it is shown again before going on."""

    def __init__(self) -> None:
        super().__init__(N_("Our notice on personal information has changed. Please read it."))


@dataclass(frozen=True)
class Spot:
    """Where a button belongs: a question of a form, and of which draft where staff fill it in."""

    form: str
    key: str
    draft: int | None = None


@dataclass(frozen=True)
class Step:
    """What one answer led to.

    `before` and `draft` are the draft then and now, `draft` None once the questionnaire `ended`.
    `question` was open; it is `settled`, or goes on. `refusal` says why an answer was not taken.
    """

    before: Draft
    question: Question | None
    draft: Draft | None
    settled: bool = False
    ended: str | None = None
    refusal: InvalidAnswer | None = None

    @property
    def takes_keyboard_back(self) -> bool:
        """Whether the button for sharing a telephone number must be taken back now."""
        return self.before.contact_keyboard and not (self.draft and self.draft.contact_keyboard)


def press(
    tx: Transaction, forms: Forms, user_id: int, spot: Spot, code: str, now: datetime
) -> Step:
    """Apply a pressed button of a question.

    Raises StaleButton if it belongs to another step or draft, ConsentOutdated if the notice has
    changed, and NotPermitted.
    """
    draft = _at(tx, forms, user_id, spot)
    questionnaire = forms.questionnaires[spot.form]
    question = current_question(questionnaire, draft.progress)
    try:
        progress = accept_button(questionnaire, draft.progress, spot.key, code)
    except InvalidAnswer as refusal:
        return Step(draft, question, draft, refusal=refusal)
    return _keep(tx, draft, question, progress, now)


def answer(tx: Transaction, forms: Forms, user_id: int, raw: str, now: datetime) -> Step | None:
    """Apply a typed text to the draft touched last; None if nothing is being filled in.

    A refused text is counted, never stored. Raises ConsentOutdated if the notice has changed.
    """
    draft = latest(tx, forms, user_id)
    if draft is None:
        return None
    _check_consent(forms, draft)
    questionnaire = forms.questionnaires[draft.questionnaire]
    question = current_question(questionnaire, draft.progress)
    if question is None:
        return Step(draft, None, draft, refusal=InvalidAnswer(CHOOSE_BELOW))
    try:
        progress = accept_text(questionnaire, draft.progress, raw, jst_date(now))
    except InvalidAnswer as refusal:
        refused = replace(draft, progress=count_failure(draft.progress), updated_at=now)
        drafts.save(tx, refused)
        return Step(draft, question, refused, refusal=refusal)
    return _keep(tx, draft, question, progress, now)


def answer_by_contact(
    tx: Transaction, forms: Forms, user_id: int, number: str, now: datetime
) -> Step | None:
    """Apply the telephone number of the person's own account, where a question asks for one.

    None if nothing is being filled in; elsewhere the number is refused and not stored.
    """
    draft = latest(tx, forms, user_id)
    if draft is None:
        return None
    question = current_question(forms.questionnaires[draft.questionnaire], draft.progress)
    if isinstance(question, Typed) and question.by_contact:
        return answer(tx, forms, user_id, number, now)
    refusal = InvalidAnswer(N_("There is no need for a telephone number here."))
    return Step(draft, question, draft, refusal=refusal)


def _keep(
    tx: Transaction, draft: Draft, question: Question | None, progress: Progress, now: datetime
) -> Step:
    if progress.ended is not None:
        drafts.remove(tx, draft.id)
        return Step(draft, question, None, settled=True, ended=progress.ended)
    waiting = (progress.ticked, progress.typed, progress.detour) != (None, None, None)
    settled = question is not None and question.key in progress.answers and not waiting
    kept = replace(
        draft,
        progress=progress,
        # The message that asked becomes the record of the answer: it asks no more.
        live_message_id=None if settled else draft.live_message_id,
        contact_keyboard=False,
        updated_at=now,
    )
    drafts.save(tx, kept)
    return Step(draft, question, kept, settled=settled)


def _at(tx: Transaction, forms: Forms, user_id: int, spot: Spot) -> Draft:
    draft = opened(tx, forms, user_id, spot.form)
    # An owner has one form of a kind; staff begin anew with every case.
    if draft.consent is None and draft.id != spot.draft:
        raise StaleButton(_EARLIER)
    return draft


def opened(tx: Transaction, forms: Forms, user_id: int, name: str) -> Draft:
    """Return the person's draft.

    Raises StaleButton if there is none, ConsentOutdated, and NotPermitted for a form of the staff
    that this person may not fill in (any more).
    """
    form = forms.questionnaires.get(name)
    if form is not None and form.permitted is not None:
        permitted(tx, user_id, form.permitted)
    draft = find(tx, forms, user_id, name) if form is not None else None
    if draft is None:
        raise StaleButton(_EARLIER)
    _check_consent(forms, draft)
    return draft


def _check_consent(forms: Forms, draft: Draft) -> None:
    if is_outdated(forms, draft):
        raise ConsentOutdated


def is_outdated(forms: Forms, draft: Draft) -> bool:
    """Whether the notice has changed since the person agreed; staff do not have to."""
    return draft.consent is not None and draft.consent.version != forms.notice_version


def open_for_staff(
    tx: Transaction,
    forms: Forms,
    user_id: int,
    name: str,
    now: datetime,
    case: int | None = None,
    known: Answers = _NOTHING,
) -> Draft:
    """Open a form of the staff, or go on with the one that is open about the same.

    It is about a `case`, or none, and begins with the answers that are `known`. One about something
    else is given up: its message is turned into the new one's. Raises NotPermitted.
    """
    form = forms.questionnaires[name]
    if form.permitted is None:
        message = f"{name} is a form of the owners"
        raise ValueError(message)
    permitted(tx, user_id, form.permitted)
    # What they type from now on is for the form, and not for anything before once it is done.
    prompts.drop(tx, user_id)
    draft = find(tx, forms, user_id, name)
    if draft is not None and draft.case == case and known.items() <= draft.progress.answers.items():
        return _touched(tx, draft, now)
    if draft is not None:
        drafts.remove(tx, draft.id)
    fresh = drafts.add(tx, user_id, form, Progress(known), None, now, case)
    return replace(fresh, live_message_id=draft.live_message_id) if draft is not None else fresh


def reopen_question(
    tx: Transaction, forms: Forms, user_id: int, spot: Spot, now: datetime
) -> Draft:
    """Open one question again from the review. Raises StaleButton if it no longer applies."""
    draft = _at(tx, forms, user_id, spot)
    progress = correct(forms.questionnaires[spot.form], draft.progress, spot.key)
    return _touched(tx, replace(draft, progress=progress), now)


def resume(tx: Transaction, forms: Forms, user_id: int, name: str, now: datetime) -> Draft | None:
    """Bring a draft to the front, so that what is typed next belongs to it; None if it is gone."""
    draft = find(tx, forms, user_id, name)
    return _touched(tx, draft, now) if draft is not None else None


def offer_contact(tx: Transaction, forms: Forms, user_id: int, name: str, now: datetime) -> Draft:
    """Note that the button for sharing one's number is going out.

    Raises StaleButton unless the open question takes a number that way, ConsentOutdated.
    """
    draft = opened(tx, forms, user_id, name)
    question = current_question(forms.questionnaires[name], draft.progress)
    if not (isinstance(question, Typed) and question.by_contact):
        raise StaleButton(_EARLIER)
    return _touched(tx, replace(draft, contact_keyboard=True), now)


def set_aside(tx: Transaction, user_id: int, name: str, now: datetime) -> Step | None:
    """Leave a draft for later; None if there is none. It stays as it is."""
    draft = drafts.find(tx, user_id, name)
    if draft is None:
        return None
    aside = _touched(tx, replace(draft, contact_keyboard=False), now)
    return Step(draft, None, aside)


def abandon(tx: Transaction, user_id: int, name: str) -> Step | None:
    """Delete a draft and all that was entered; None if there is none."""
    draft = drafts.find(tx, user_id, name)
    if draft is None:
        return None
    drafts.remove(tx, draft.id)
    return Step(draft, None, None)


def _touched(tx: Transaction, draft: Draft, now: datetime) -> Draft:
    touched = replace(draft, updated_at=now)
    drafts.save(tx, touched)
    return touched


def latest(tx: Transaction, forms: Forms, user_id: int) -> Draft | None:
    """Return the draft the person touched last, as today's form understands it."""
    return _as_of_today(tx, forms, drafts.latest(tx, user_id))


def find(tx: Transaction, forms: Forms, user_id: int, name: str) -> Draft | None:
    """Return the person's draft of one questionnaire, as today's form understands it."""
    return _as_of_today(tx, forms, drafts.find(tx, user_id, name))


def _as_of_today(tx: Transaction, forms: Forms, draft: Draft | None) -> Draft | None:
    if draft is None:
        return None
    form = forms.questionnaires[draft.questionnaire]
    if form.permitted is not None:
        member = staff.find(tx, draft.user_id)
        if member is None or not member.may(form.permitted):
            return None
    if draft.questionnaire_version == form.version:
        return draft
    progress = taken_over(form, draft.progress)
    return replace(draft, progress=progress, questionnaire_version=form.version)


def remember_live_message(tx: Transaction, draft_id: int, message_id: int) -> None:
    """Remember which message asks now, to turn it into a record once it is answered."""
    drafts.remember_live_message(tx, draft_id, message_id)


def forget_untouched(tx: Transaction, moment: datetime) -> int:
    """Delete the drafts last touched before `moment`; return how many."""
    return drafts.remove_untouched_since(tx, moment)


def refuse_consent(tx: Transaction, forms: Forms, user_id: int, name: str) -> None:
    """Keep nothing of somebody who does not agree to the notice, old answers included.

    Raises StaleButton if they have agreed to it meanwhile.
    """
    draft = drafts.find(tx, user_id, name)
    if draft is None:
        return
    if not is_outdated(forms, draft):
        raise StaleButton(_EARLIER)
    drafts.remove(tx, draft.id)
