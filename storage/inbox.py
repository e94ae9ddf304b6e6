"""The durable inbox: stored before it is acknowledged, applied once, done when answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.inbox import StoredUpdate
from storage.tables import ChatLeaseRow, DeadLetterRow, InboxRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.database import Transaction

RECEIVED, APPLIED, FINISHED = "received", "applied", "done"

_COLUMNS = (
    InboxRow.update_id,
    InboxRow.chat_key,
    InboxRow.payload,
    InboxRow.status,
    InboxRow.tries,
)


def store(tx: Transaction, updates: Sequence[StoredUpdate], now: datetime) -> list[StoredUpdate]:
    """Store updates; return those that are new (a redelivery is a no-op)."""
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    statement = (
        insert(InboxRow)
        .on_conflict_do_nothing(index_elements=["update_id"])
        .returning(InboxRow.update_id)
    )
    fresh = []
    for item in updates:
        values = {
            "update_id": item.update_id,
            "chat_key": item.chat_key,
            "payload": item.payload,
            "status": RECEIVED,
            "tries": 0,
            "received_at": now,
        }
        if tx.connection.execute(statement, values).first() is not None:
            fresh.append(item)
    return fresh


def unfinished(tx: Transaction) -> list[StoredUpdate]:
    """Return every update that still owes an answer, oldest first."""
    rows = tx.connection.execute(
        select(*_COLUMNS).where(InboxRow.status != FINISHED).order_by(InboxRow.update_id)
    )
    return [
        StoredUpdate(
            row.update_id, row.chat_key or 0, row.payload or "", row.status == APPLIED, row.tries
        )
        for row in rows
    ]


def mark_applied(tx: Transaction, update_id: int) -> bool:
    """Turn the update to applied, in the transaction that applies it; False if it already was."""
    result = tx.connection.execute(
        update(InboxRow)
        .where(InboxRow.update_id == update_id, InboxRow.status == RECEIVED)
        .values(status=APPLIED)
    )
    return result.rowcount == 1


def mark_done(tx: Transaction, update_ids: Iterable[int]) -> None:
    """Blank the contents of answered updates; their ids stay as a guard against redelivery."""
    tx.connection.execute(
        update(InboxRow)
        .where(InboxRow.update_id.in_(list(update_ids)))
        .values(status=FINISHED, payload=None, chat_key=None)
    )


def count_try(tx: Transaction, update_id: int) -> None:
    """Count one more failed try."""
    tx.connection.execute(
        update(InboxRow).where(InboxRow.update_id == update_id).values(tries=InboxRow.tries + 1)
    )


def bury(tx: Transaction, item: StoredUpdate, incident: str, error: str, now: datetime) -> None:
    """Move a poisonous update to the dead letters, so that its chat goes on."""
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    tx.connection.execute(
        insert(DeadLetterRow).values(
            incident=incident,
            update_id=item.update_id,
            payload=item.payload,
            error=error,
            recorded_at=now,
        )
    )
    mark_done(tx, [item.update_id])


def forget(tx: Transaction, before: datetime) -> None:
    """Delete the ids of updates answered and received before `before`."""
    tx.connection.execute(
        delete(InboxRow).where(InboxRow.status == FINISHED, InboxRow.received_at < before)
    )


def lease_chat(tx: Transaction, chat_key: int, holder: str, now: datetime, until: datetime) -> bool:
    """Take or renew the lease of a chat (PostgreSQL, several processes); False if it is held."""
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    statement = insert(ChatLeaseRow).values(chat_key=chat_key, holder=holder, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["chat_key"],
        set_={"holder": holder, "until": until},
        where=(ChatLeaseRow.until < now) | (ChatLeaseRow.holder == holder),
    )
    return tx.connection.execute(statement.returning(ChatLeaseRow.chat_key)).first() is not None
