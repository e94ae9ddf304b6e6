"""Asking to be called back (R9), and the staff's side of it. Nothing here is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.drafts import Consent
from domain.errors import DomainError, StaleButton
from domain.needs import QUESTIONNAIRE as NEEDS
from domain.outbox import Notice, NoticeKind
from domain.questions import Progress, current_question
from domain.return_calls import QUESTIONNAIRE, NewReturnCall, ReturnCall, known_already
from domain.staff import Action, refusal
from domain.texts import N_
from domain.walk_ins import QUESTIONNAIRE as WALK_IN
from services.cases import AlreadyTaken
from services.drafts import Step, find, is_outdated, opened
from storage import audit, drafts, outbox, partners, return_calls, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.drafts import Draft
    from domain.partners import Partner
    from services.drafts import Forms
    from storage.database import Transaction


class AlreadyRequested(DomainError):
    """The person has an open request: one at a time."""

    def __init__(self) -> None:
        super().__init__(N_("We have your request already. Please wait for our call."))


class RequestGone(StaleButton):
    """The request was withdrawn, or was dealt with and deleted since."""

    def __init__(self) -> None:
        super().__init__(N_("That request is not there any more."))


@dataclass(frozen=True)
class CallCard:
    """A request with the name of who has it; `is_free` if nobody has it now.

    `partner` is the partner that sent the person, if any.
    """

    call: ReturnCall
    assignee_name: str | None
    is_free: bool
    partner: Partner | None


@dataclass(frozen=True)
class CallPress:
    """What came of a press on a request's card: the request as it is now, and any refusal."""

    card: CallCard
    refusal: DomainError | None = None


def begin(tx: Transaction, forms: Forms, user_id: int, message: int, now: datetime) -> Step | None:
    """Lead from the person's intake to a request with what it knows; None without their consent.

    `message` is where the request is asked from now on: if the intake was asked there, nothing asks
    it any more. The intake's consent covers the request. Raises AlreadyRequested if one is open.
    """
    if return_calls.open_of_person(tx, user_id) is not None:
        raise AlreadyRequested
    intake = find(tx, forms, user_id, NEEDS)
    if intake is None or is_outdated(forms, intake):
        return None
    live = intake.live_message_id if intake.live_message_id != message else None
    drafts.save(tx, replace(intake, live_message_id=live, contact_keyboard=False))
    known = known_already(intake.progress.answers)
    by = intake.partner
    return Step(intake, None, _open(tx, forms, user_id, known, intake.given_consent, by, now))


def consent(tx: Transaction, forms: Forms, user_id: int, token: str, now: datetime) -> Draft:
    """Open a request with the person's own consent. Raises AlreadyRequested.

    It is attributed to the live partner whose link has `token`; empty is none's.
    """
    if return_calls.open_of_person(tx, user_id) is not None:
        raise AlreadyRequested
    given = Consent(forms.notice_version, now)
    partner = partners.of_token(tx, token)
    by = partner.id if partner is not None else None
    return _open(tx, forms, user_id, Progress(), given, by, now)


def _open(
    tx: Transaction,
    forms: Forms,
    user_id: int,
    known: Progress,
    given: Consent,
    by: int | None,
    now: datetime,
) -> Draft:
    draft = drafts.find(tx, user_id, QUESTIONNAIRE)
    if draft is None:
        form = forms.questionnaires[QUESTIONNAIRE]
        return drafts.add(tx, user_id, form, known, given, now, partner=by)
    if draft.partner is None and by is not None:
        drafts.attribute(tx, draft.id, by)
    renewed = replace(draft, consent=given, updated_at=now, partner=draft.partner or by)
    drafts.save(tx, renewed)
    return renewed


def submit(
    tx: Transaction, forms: Forms, user_id: int, draft_id: int, staff_chat: int, now: datetime
) -> ReturnCall:
    """Store the request and owe the staff a notice.

    Raises AlreadyRequested for a second tap, StaleButton if there is no finished request.
    """
    if return_calls.of_draft(tx, draft_id, user_id) is not None:
        raise AlreadyRequested
    draft = opened(tx, forms, user_id, QUESTIONNAIRE)
    finished = current_question(forms.questionnaires[QUESTIONNAIRE], draft.progress) is None
    if draft.id != draft_id or not finished:
        raise StaleButton(N_("Some questions are still open."))
    if return_calls.open_of_person(tx, user_id) is not None:
        raise AlreadyRequested
    call_id = return_calls.add(
        tx,
        NewReturnCall(
            draft.id, user_id, draft.progress.answers, draft.given_consent, now, draft.partner
        ),
    )
    notice = Notice(
        recipient=staff_chat,
        kind=NoticeKind.RETURN_CALL,
        payload={"return_call": call_id},
        dedupe_key=f"return_call:{call_id}",
        due_at=now,
    )
    outbox.add(tx, notice)
    drafts.remove(tx, draft.id)
    return card(tx, call_id).call


def withdraw(tx: Transaction, user_id: int, call_id: int, staff_chat: int, now: datetime) -> None:
    """Delete the person's open request at once and tell the staff not to call.

    Raises RequestGone if there is none, or the call was made.
    """
    call = return_calls.find(tx, call_id)
    if call is None or not return_calls.remove_open(tx, call_id, user_id):
        raise RequestGone
    # Whoever was about to log it has begun with the name and the number.
    drafts.remove_about_call(tx, WALK_IN, call_id)
    notice = Notice(
        recipient=staff_chat,
        kind=NoticeKind.RETURN_CALL_WITHDRAWN,
        payload={"return_call": call_id, "assignee": call.assignee},
        dedupe_key=f"return_call_withdrawn:{call_id}",
        due_at=now,
    )
    outbox.add(tx, notice)


def assignee_name(tx: Transaction, user_id: int) -> str | None:
    """Return the name of who had a request."""
    return staff.names(tx, user_id)


def card(tx: Transaction, call_id: int) -> CallCard:
    """Return a request for the staff. Raises RequestGone."""
    call = return_calls.find(tx, call_id)
    if call is None:
        raise RequestGone
    partner = partners.find(tx, call.partner)
    if call.assignee is None:
        return CallCard(call, None, is_free=True, partner=partner)
    is_free = staff.in_charge(tx, call.assignee) is None
    return CallCard(call, staff.names(tx, call.assignee), is_free, partner)


def take(tx: Transaction, user_id: int, name: str, call_id: int, now: datetime) -> CallPress:
    """Take a request: the first tap wins. Raises RequestGone.

    One whose taker works on cases no more can be taken again. Every attempt is audited, also
    one that is refused; `name` is what the member goes by now.
    """
    shown = card(tx, call_id)
    refused = refusal(staff.find(tx, user_id), Action.TAKE_CASE)
    if refused is not None:
        audit.append(tx, user_id, AuditAction.TAKE_RETURN_CALL_REFUSED, str(call_id), now)
        return CallPress(shown, refused)
    staff.learn_name(tx, user_id, name)
    if shown.call.assignee == user_id:
        return CallPress(card(tx, call_id))
    if return_calls.take(tx, call_id, user_id):
        audit.append(tx, user_id, AuditAction.TAKE_RETURN_CALL, str(call_id), now)
        return CallPress(card(tx, call_id))
    shown = card(tx, call_id)
    audit.append(tx, user_id, AuditAction.TAKE_RETURN_CALL_TOO_LATE, str(call_id), now)
    text = N_("%(name)s already has this case.")
    return CallPress(shown, AlreadyTaken(text, name=shown.assignee_name or "–"))


def details(tx: Transaction, user_id: int, call_id: int, now: datetime) -> CallPress:
    """Return a request with name and number, unless it is refused; either is audited.

    Raises RequestGone.
    """
    shown = card(tx, call_id)
    refused = refusal(staff.find(tx, user_id), Action.READ_RECORD)
    action = (
        AuditAction.READ_RETURN_CALL if refused is None else AuditAction.READ_RETURN_CALL_REFUSED
    )
    audit.append(tx, user_id, action, str(call_id), now)
    return CallPress(shown, refused)


def details_undelivered(tx: Transaction, user_id: int, call_id: int, now: datetime) -> None:
    """Note in the audit log that name and number asked for did not reach the member's chat."""
    audit.append(tx, user_id, AuditAction.READ_RETURN_CALL_UNDELIVERED, str(call_id), now)


def finish(tx: Transaction, user_id: int, call_id: int, now: datetime) -> CallPress:
    """Record that the person was called, unless it is refused; either is audited.

    Raises RequestGone.
    """
    refused = refusal(staff.find(tx, user_id), Action.TAKE_CASE)
    if refused is not None:
        shown = card(tx, call_id)
        audit.append(tx, user_id, AuditAction.FINISH_RETURN_CALL_REFUSED, str(call_id), now)
        return CallPress(shown, refused)
    if return_calls.finish(tx, call_id, now):
        audit.append(tx, user_id, AuditAction.FINISH_RETURN_CALL, str(call_id), now)
    return CallPress(card(tx, call_id))


def forget_done(tx: Transaction, moment: datetime) -> int:
    """Delete the requests dealt with before `moment`; return how many."""
    return return_calls.remove_done_before(tx, moment)
