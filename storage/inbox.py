"""The durable inbox: stored before it is acknowledged, applied once, done when answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, text, update

from domain.inbox import StoredUpdate
from storage.prepared import Prepared
from storage.tables import ChatLeaseRow, DeadLetterRow, InboxRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from storage.database import Transaction

RECEIVED, APPLIED, FINISHED = "received", "applied", "done"

# Word for word as in the partial index, which SQLite uses for nothing else.
_UNFINISHED = text("status != 'done'")
_COLUMNS = (
    InboxRow.update_id,
    InboxRow.chat_key,
    InboxRow.payload,
    InboxRow.received_at,
    InboxRow.status,
    InboxRow.tries,
)


_STORE = Prepared(
    lambda insert: (
        insert(InboxRow)
        .values(
            update_id=bindparam("update_id"),
            chat_key=bindparam("chat_key"),
            payload=bindparam("payload"),
            status=RECEIVED,
            tries=0,
            received_at=bindparam("received_at"),
        )
        .on_conflict_do_nothing(index_elements=["update_id"])
    )
)
_MARK_APPLIED = Prepared(
    lambda _: (
        update(InboxRow)
        .where(InboxRow.update_id == bindparam("id"), InboxRow.status == RECEIVED)
        .values(status=APPLIED)
    )
)
_MARK_DONE = Prepared(
    lambda _: (
        update(InboxRow)
        .where(InboxRow.update_id == bindparam("id"))
        .values(status=FINISHED, payload=None, chat_key=None)
    )
)


_LEASE = Prepared(
    lambda insert: (
        insert(ChatLeaseRow)
        .values(
            chat_key=bindparam("chat_key"), holder=bindparam("holder"), until=bindparam("until")
        )
        .on_conflict_do_update(
            index_elements=["chat_key"],
            set_={"holder": bindparam("holder"), "until": bindparam("until")},
            where=(ChatLeaseRow.until < bindparam("now"))
            | (ChatLeaseRow.holder == bindparam("holder")),
        )
    )
)
_GIVE_BACK = Prepared(
    lambda _: delete(ChatLeaseRow).where(
        ChatLeaseRow.chat_key == bindparam("chat_key"), ChatLeaseRow.holder == bindparam("holder")
    )
)


def store(tx: Transaction, updates: Sequence[StoredUpdate]) -> list[StoredUpdate]:
    """Store updates; return those that are new (a redelivery is a no-op)."""
    return [
        item
        for item in updates
        if _STORE.run(
            tx,
            update_id=item.update_id,
            chat_key=item.chat_key,
            payload=item.payload,
            received_at=item.received_at,
        )
    ]


def unfinished(tx: Transaction, chat_keys: Collection[int] | None = None) -> list[StoredUpdate]:
    """Return every update that still owes an answer, oldest first; of some chats if named."""
    statement = select(*_COLUMNS).where(_UNFINISHED).order_by(InboxRow.update_id)
    if chat_keys is not None:
        statement = statement.where(InboxRow.chat_key.in_(chat_keys))
    return [
        StoredUpdate(
            row.update_id,
            row.chat_key or 0,
            row.payload or "",
            row.received_at,
            row.status == APPLIED,
            row.tries,
        )
        for row in tx.connection.execute(statement)
    ]


def mark_applied(tx: Transaction, update_id: int) -> bool:
    """Turn the update to applied, in the transaction that applies it; False if it already was."""
    return _MARK_APPLIED.run(tx, id=update_id) == 1


def mark_done(tx: Transaction, update_ids: Iterable[int]) -> None:
    """Blank the contents of answered updates; their ids stay as a guard against redelivery."""
    _MARK_DONE.run_many(tx, [{"id": update_id} for update_id in update_ids])


def count_try(tx: Transaction, update_id: int) -> None:
    """Count one more failed try."""
    tx.connection.execute(
        update(InboxRow).where(InboxRow.update_id == update_id).values(tries=InboxRow.tries + 1)
    )


def bury(tx: Transaction, item: StoredUpdate, incident: str, error: str, now: datetime) -> None:
    """Move a poisonous update to the dead letters, so that its chat goes on."""
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


def blank_buried(tx: Transaction, before: datetime) -> None:
    """Blank the contents of the updates buried before `before`; incident and error stay."""
    tx.connection.execute(
        update(DeadLetterRow)
        .where(DeadLetterRow.recorded_at < before, DeadLetterRow.payload.is_not(None))
        .values(payload=None)
    )


def lease_chats(
    tx: Transaction, chat_keys: Iterable[int], holder: str, now: datetime, until: datetime
) -> set[int]:
    """Take the leases of chats that nobody else holds; return which ones `holder` has."""
    # In one order everywhere, or two processes could wait for each other.
    return {
        chat_key
        for chat_key in sorted(chat_keys)
        if _LEASE.run(tx, chat_key=chat_key, holder=holder, now=now, until=until)
    }


def renew_leases(tx: Transaction, holder: str, until: datetime) -> None:
    """Keep all leases of a process; one that is being taken or given back is left alone."""
    mine = select(ChatLeaseRow.chat_key).where(ChatLeaseRow.holder == holder)
    tx.connection.execute(
        update(ChatLeaseRow)
        .where(ChatLeaseRow.chat_key.in_(mine.with_for_update(skip_locked=True)))
        .values(until=until)
    )


def chats_waiting(tx: Transaction, holder: str, now: datetime) -> set[int]:
    """Return the chats with updates that owe an answer, but those that others hold at `now`."""
    taken = select(ChatLeaseRow.chat_key).where(
        ChatLeaseRow.holder != holder, ChatLeaseRow.until >= now
    )
    statement = (
        select(InboxRow.chat_key).distinct().where(_UNFINISHED, InboxRow.chat_key.not_in(taken))
    )
    return {chat_key or 0 for chat_key in tx.connection.execute(statement).scalars()}


def held_by_others(tx: Transaction, chat_keys: Collection[int], holder: str) -> set[int]:
    """Return which of the chats another process than `holder` has the lease of."""
    statement = select(ChatLeaseRow.chat_key).where(
        ChatLeaseRow.chat_key.in_(chat_keys), ChatLeaseRow.holder != holder
    )
    return set(tx.connection.execute(statement).scalars())


def lock_lease(tx: Transaction, chat_key: int, holder: str) -> bool:
    """Keep everybody from taking or giving back a chat's lease until this transaction ends.

    Returns whether `holder` has it.
    """
    statement = (
        select(ChatLeaseRow.holder).where(ChatLeaseRow.chat_key == chat_key).with_for_update()
    )
    return tx.connection.execute(statement).scalar_one_or_none() == holder


def give_back(tx: Transaction, chat_key: int, holder: str) -> None:
    """Let a chat go."""
    _GIVE_BACK.run(tx, chat_key=chat_key, holder=holder)


def give_all_back(tx: Transaction, holder: str) -> None:
    """Let all chats of a process go."""
    tx.connection.execute(delete(ChatLeaseRow).where(ChatLeaseRow.holder == holder))
