"""Notes to a case: free text for colleagues, shown in private chats only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.case_states import Act
from domain.free_text import parse_free_text
from domain.prompts import Prompt, PromptKind
from domain.staff import Action, refusal
from services import case_log, cases, prompts
from storage import audit, staff

if TYPE_CHECKING:
    from domain.errors import DomainError
    from services.occasion import Occasion
    from storage.database import Transaction


def ask(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> DomainError | None:
    """Take what a member types next for a note; return why not. Raises StaleButton."""
    case = cases.card(tx, case_id).consultation
    refused = refusal(staff.find(tx, user_id), Action.CHANGE_CASE)
    if refused is not None:
        reference = str(case.reference)
        audit.append(tx, user_id, AuditAction.CASE_NOTE_REFUSED, reference, at.now)
        return refused
    return prompts.ask(tx, at, user_id, Prompt(PromptKind.NOTE, case_id))


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
    prompts.drop(tx, user_id)
    audit.append(tx, user_id, action, str(case.reference), at.now)
    return refused
