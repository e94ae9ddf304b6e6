"""Addenda at the counter's other side: the card, and the full text for one staff member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import StaleButton
from domain.staff import Action
from domain.texts import N_
from services.cases import permitted
from storage import addenda, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.addenda import Addendum
    from storage.database import Transaction


def card(tx: Transaction, addendum_id: int) -> Addendum:
    """Return an addendum for the staff chat. Raises StaleButton if it is gone."""
    addendum = addenda.find(tx, addendum_id)
    if addendum is None:
        raise StaleButton(N_("That case is not there any more."))
    return addendum


def full_record(tx: Transaction, user_id: int, addendum_id: int, now: datetime) -> Addendum:
    """Return an addendum with its personal data; the look is audited. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_RECORD)
    addendum = card(tx, addendum_id)
    subject = str(addendum.consultation.reference)
    staff.audit(tx, user_id, "read_addendum", subject, now)
    return addendum
