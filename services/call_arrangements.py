"""Arranging a meeting by telephone: the owner says when to call, and the staff are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.bookings import AlreadyBooked, stands
from domain.consultations import OPEN_STATES
from domain.outbox import Notice, NoticeKind
from services.bookings import own_case
from services.cases import card
from storage import bookings, consultations, outbox

if TYPE_CHECKING:
    from domain.consultations import Consultation
    from domain.return_calls import CallTime
    from services.cases import Card
    from services.occasion import Occasion
    from storage.database import Transaction


def ask_for_call(
    tx: Transaction, at: Occasion, user_id: int, consultation_id: int, when: CallTime
) -> Consultation:
    """Note that an owner would rather arrange the meeting by telephone, and owe the staff a notice.

    Raises BookingGone if the consultation is not theirs or is closed, AlreadyBooked.
    """
    case = own_case(tx, user_id, consultation_id)
    if stands(bookings.live_of(tx, case.id), at.now):
        raise AlreadyBooked
    if case.call_when is not when:
        consultations.set_call_when(tx, case.id, when)
        notice = Notice(
            recipient=at.staff_chat,
            kind=NoticeKind.CALL_TO_ARRANGE,
            payload={"consultation": case.id},
            dedupe_key=f"{NoticeKind.CALL_TO_ARRANGE}:{case.id}:{at.now.isoformat()}",
            due_at=at.now,
        )
        outbox.add(tx, notice)
    return own_case(tx, user_id, consultation_id)


def to_call(tx: Transaction, consultation_id: int) -> Card | None:
    """Return the case to telephone about; None if no call is wanted any more."""
    found = card(tx, consultation_id)
    is_open = found.consultation.state in OPEN_STATES
    return found if is_open and found.consultation.call_when is not None else None
