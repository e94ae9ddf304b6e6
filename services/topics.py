"""In which topic of the staff chat a notice belongs: each case has one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.outbox import NoticeKind
from services.delivery import tell_admins
from storage import addenda, bookings, chasers, consultations, topics

if TYPE_CHECKING:
    from datetime import datetime

    from domain.outbox import ClaimedNotice
    from storage.database import Transaction


@dataclass(frozen=True)
class Topic:
    """The topic of a case by its name; `thread` is None until it is made."""

    case: int
    name: str
    thread: int | None


def of_notice(tx: Transaction, notice: ClaimedNotice) -> Topic | None:
    """Return the topic that a notice belongs in; None for one that is about no case."""
    case_id = _case_of(tx, notice)
    case = consultations.find(tx, case_id) if case_id is not None else None
    if case is None:
        return None
    thread = topics.find(tx, case.id, notice.recipient)
    return Topic(case.id, str(case.reference), thread)


def _case_of(tx: Transaction, notice: ClaimedNotice) -> int | None:
    payload = notice.payload
    if "consultation" in payload:
        return int(payload["consultation"])
    if "booking" in payload:
        booking = bookings.find(tx, payload["booking"])
        return booking.consultation_id if booking is not None else None
    if "chaser" in payload:
        chaser = chasers.find(tx, payload["chaser"])
        return chaser.case if chaser is not None else None
    if "addendum" in payload:
        addendum = addenda.find(tx, payload["addendum"])
        return addendum.consultation.id if addendum is not None else None
    return None


def keep(tx: Transaction, topic: Topic, chat_id: int, thread: int) -> None:
    """Keep a topic that was made."""
    topics.keep(tx, topic.case, chat_id, thread)


def forget(tx: Transaction, chat_id: int, thread: int) -> None:
    """Forget a topic that is gone: the next notice makes another."""
    topics.forget(tx, chat_id, thread)


def refused(tx: Transaction, chat_id: int, now: datetime) -> None:
    """Tell admins once for a chat that the bot may not make topics there."""
    tell_admins(tx, NoticeKind.TOPICS_REFUSED, {"chat": chat_id}, f"topics_refused:{chat_id}", now)
