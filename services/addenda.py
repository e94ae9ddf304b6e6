"""Addenda at the counter's other side: the card, and the full text for one staff member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.errors import StaleButton
from domain.staff import Action, refusal
from domain.texts import N_
from storage import addenda, audit, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.addenda import Addendum
    from domain.errors import DomainError
    from storage.database import Transaction


@dataclass(frozen=True)
class AddendumPress:
    """What came of a press on an addendum's notice, and why it was refused."""

    addendum: Addendum
    refusal: DomainError | None = None


def card(tx: Transaction, addendum_id: int) -> Addendum:
    """Return an addendum for the staff chat. Raises StaleButton if it is gone."""
    addendum = addenda.find(tx, addendum_id)
    if addendum is None:
        raise StaleButton(N_("That case is not there any more."))
    return addendum


def full_record(tx: Transaction, user_id: int, addendum_id: int, now: datetime) -> AddendumPress:
    """Return an addendum with its personal data, unless it is refused; either is audited.

    Raises StaleButton if it is gone.
    """
    addendum = card(tx, addendum_id)
    refused = refusal(staff.find(tx, user_id), Action.READ_RECORD)
    action = AuditAction.READ_ADDENDUM if refused is None else AuditAction.READ_ADDENDUM_REFUSED
    audit.append(tx, user_id, action, str(addendum.consultation.reference), now)
    return AddendumPress(addendum, refused)


def record_undelivered(tx: Transaction, user_id: int, addendum_id: int, now: datetime) -> None:
    """Note in the audit log that an addendum asked for did not reach the member's chat."""
    reference = str(card(tx, addendum_id).consultation.reference)
    audit.append(tx, user_id, AuditAction.READ_ADDENDUM_UNDELIVERED, reference, now)
