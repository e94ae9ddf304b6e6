"""How much waits in the queues; each count reads an index of the unfinished only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from storage.tables import DeadLetterRow, InboxRow, OutboxRow

if TYPE_CHECKING:
    from sqlalchemy import Select

    from storage.database import Transaction

# Conditions word for word as in the partial indexes: SQLite uses those for nothing else.
_UNFINISHED = select(func.count()).select_from(InboxRow).where(text("status != 'done'"))
_OWED = select(func.count()).select_from(OutboxRow).where(text("finished_at IS NULL"))
_DEAD = select(func.count()).select_from(DeadLetterRow)


def inbox_waiting(tx: Transaction) -> int:
    """Return how many updates still owe an answer."""
    return _count(tx, _UNFINISHED)


def outbox_waiting(tx: Transaction) -> int:
    """Return how many messages are owed: those not due yet and those being sent included."""
    return _count(tx, _OWED)


def dead_letters(tx: Transaction) -> int:
    """Return how many updates were buried."""
    return _count(tx, _DEAD)


def _count(tx: Transaction, statement: Select[int]) -> int:
    return tx.connection.execute(statement).scalar_one()
