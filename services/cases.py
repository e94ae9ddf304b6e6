"""Staff at work on a consultation: the card, taking it, reading the full record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import DomainError, StaleButton
from domain.staff import Action, NotPermitted, StaffMember
from domain.texts import N_
from storage import consultations, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.consultations import Consultation
    from storage.database import Transaction


@dataclass(frozen=True)
class Card:
    """A consultation with the name of who has it."""

    consultation: Consultation
    assignee_name: str | None


class AlreadyTaken(DomainError):
    """Somebody else took the case first."""


def card(tx: Transaction, consultation_id: int) -> Card:
    """Return the card of a consultation. Raises StaleButton if there is none."""
    consultation = consultations.find(tx, consultation_id)
    if consultation is None:
        raise StaleButton(N_("That case is not there any more."))
    taken_by = consultation.assignee
    return Card(consultation, staff.names(tx, taken_by) if taken_by is not None else None)


def permitted(tx: Transaction, user_id: int, action: Action) -> StaffMember:
    """Return the staff member. Raises NotPermitted unless their role allows `action`."""
    member = staff.find(tx, user_id)
    if member is None or not member.may(action):
        raise NotPermitted
    return member


def take(tx: Transaction, user_id: int, consultation_id: int, now: datetime) -> Card:
    """Take a case: the first tap wins. Raises NotPermitted, AlreadyTaken or StaleButton."""
    member = permitted(tx, user_id, Action.TAKE_CASE)
    if consultations.take(tx, consultation_id, member.user_id):
        taken = card(tx, consultation_id)
        staff.audit(tx, user_id, "take", str(taken.consultation.reference), now)
        return taken
    shown = card(tx, consultation_id)
    if shown.consultation.assignee == user_id:
        return shown
    raise AlreadyTaken(N_("%(name)s already has this case."), name=shown.assignee_name or "–")


def full_record(tx: Transaction, user_id: int, consultation_id: int, now: datetime) -> Card:
    """Return a case with its personal data; the look is audited. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_RECORD)
    shown = card(tx, consultation_id)
    staff.audit(tx, user_id, "read_record", str(shown.consultation.reference), now)
    return shown
