"""Notes to a case: free text for colleagues, shown in private chats only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.case_states import Act
from domain.errors import DomainError
from domain.free_text import parse_free_text
from domain.staff import Action, refusal
from domain.texts import N_
from services import case_log, cases
from storage import audit, case_events, drafts, staff

if TYPE_CHECKING:
    from services.occasion import Occasion
    from storage.database import Transaction

TAKEN_FOR = timedelta(minutes=30)
"""How long after the button a typed text is taken for the note."""


class FormFirst(DomainError):
    """The member is filling in a form: what they type belongs to it."""

    def __init__(self) -> None:
        super().__init__(N_("You have an unfinished form. Please send or cancel it first."))


def ask(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> DomainError | None:
    """Take what a member types next for a note; return why not. Raises StaleButton."""
    case = cases.card(tx, case_id).consultation
    refused = refusal(staff.find(tx, user_id), Action.CHANGE_CASE)
    if refused is not None:
        reference = str(case.reference)
        audit.append(tx, user_id, AuditAction.CASE_NOTE_REFUSED, reference, at.now)
        return refused
    if drafts.latest(tx, user_id) is not None:
        return FormFirst()
    case_events.ask_for_note(tx, user_id, case_id, at.now)
    return None


def asked_for(tx: Transaction, at: Occasion, user_id: int) -> int | None:
    """Return the case that what a member types now is a note to."""
    return case_events.note_asked_for(tx, user_id, at.now - TAKEN_FOR)


def add(tx: Transaction, at: Occasion, user_id: int, case_id: int, raw: str) -> DomainError | None:
    """Add a note of 1 to 300 characters to a case; return why not. Both are audited.

    Raises InvalidAnswer for a text that cannot be taken; it is still waited for then.
    """
    case = cases.card(tx, case_id).consultation
    refused = refusal(staff.find(tx, user_id), Action.CHANGE_CASE)
    action = AuditAction.CASE_NOTE if refused is None else AuditAction.CASE_NOTE_REFUSED
    if refused is None:
        note = parse_free_text(raw).value
        case_log.record(tx, at, case, Act.NOTE, user_id, note=note)
    case_events.drop_prompt(tx, user_id)
    audit.append(tx, user_id, action, str(case.reference), at.now)
    return refused
