"""What the delivery of the outbox records; sending itself belongs to the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage import outbox

if TYPE_CHECKING:
    from domain.outbox import ClaimedNotice
    from storage.database import Transaction

LEASE = timedelta(seconds=60)
"""A claim this old belongs to a process that died; the message is sent again."""


def claim(tx: Transaction, now: datetime) -> list[ClaimedNotice]:
    """Claim the messages due that fit Telegram's pace."""
    return outbox.claim(tx, now, LEASE)


def sent(tx: Transaction, notice_id: int, now: datetime) -> None:
    """Record that the message went out."""
    outbox.mark_sent(tx, notice_id, now)


def undeliverable(tx: Transaction, notice_id: int, error: str, now: datetime) -> None:
    """Record that the message can never be sent, and why."""
    outbox.mark_failed(tx, notice_id, error, now)


def put_off(tx: Transaction, notice_id: int, until: datetime) -> None:
    """Give the message back, to be sent after `until`."""
    outbox.put_off(tx, notice_id, until)


def group_moved(tx: Transaction, old: int, new: int) -> None:
    """Follow a group that became a supergroup."""
    outbox.move_chat(tx, old, new)
