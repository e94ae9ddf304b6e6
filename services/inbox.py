"""The life of an update around its handler: stored, applied once, answered, or buried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from domain.outbox import Notice, NoticeKind
from storage import inbox, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.inbox import StoredUpdate
    from storage.database import Transaction

T = TypeVar("T")
KEEP_IDS = timedelta(hours=48)
"""Telegram redelivers for 24 hours; the ids are kept twice as long."""
MAX_TRIES = 3


class AlreadyApplied(Exception):
    """The update's change is committed already; only its answer may be missing."""


LEASE = timedelta(seconds=30)
"""How long a chat stays with a process that gives no sign of life."""


def store(
    tx: Transaction, updates: Sequence[StoredUpdate], holder: str, now: datetime
) -> list[StoredUpdate]:
    """Store updates before they are acknowledged; return the new ones that `holder` works on.

    Where another process holds the chat, it finds them before it lets the chat go.
    """
    fresh = inbox.store(tx, updates, now)
    if tx.is_sqlite:
        return fresh
    held = inbox.lease_chats(tx, {item.chat_key for item in fresh}, holder, now, now + LEASE)
    return [item for item in fresh if item.chat_key in held]


def renew(tx: Transaction, holder: str, now: datetime) -> None:
    """Keep the chats that `holder` works on."""
    inbox.renew_leases(tx, holder, now + LEASE)


def take_up(tx: Transaction, holder: str, now: datetime, held: set[int]) -> list[StoredUpdate]:
    """Return the updates that nobody works on, oldest first.

    `held` are the chats that `holder` works on already.
    """
    left = [item for item in inbox.unfinished(tx) if item.chat_key not in held]
    if tx.is_sqlite:
        return left
    taken = inbox.lease_chats(tx, {item.chat_key for item in left}, holder, now, now + LEASE)
    return [item for item in left if item.chat_key in taken]


def let_go(tx: Transaction, chat_key: int, holder: str) -> list[StoredUpdate]:
    """Give a chat's lease back; or, if updates came meanwhile, keep it and return them."""
    # Locked first: whoever stores an update of this chat right now is waited for, and seen.
    inbox.lock_lease(tx, chat_key)
    left = inbox.unfinished(tx, chat_key)
    if not left:
        inbox.give_back(tx, chat_key, holder)
    return left


def applying(update_id: int, unit: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
    """Wrap `unit` so that it marks the update applied in its own transaction.

    The wrapped unit raises AlreadyApplied, and changes nothing, if that was done before.
    """

    def apply(tx: Transaction) -> T:
        if not inbox.mark_applied(tx, update_id):
            raise AlreadyApplied
        return unit(tx)

    return apply


def finish(
    tx: Transaction, update_id: int, afterthoughts: Sequence[Callable[[Transaction], object]]
) -> None:
    """Mark an update answered, together with what became known while answering it."""
    for afterthought in afterthoughts:
        afterthought(tx)
    inbox.mark_done(tx, [update_id])


def fail(
    tx: Transaction,
    item: StoredUpdate,
    incident: str,
    error: str,
    admins: Sequence[int],
    now: datetime,
) -> bool:
    """Count a failed try; after the third, bury the update and tell the admins once.

    Returns whether the update was buried.
    """
    inbox.count_try(tx, item.update_id)
    if item.tries + 1 < MAX_TRIES:
        return False
    inbox.bury(tx, item, incident, error, now)
    for admin in admins:
        outbox.add(
            tx,
            Notice(
                recipient=admin,
                kind=NoticeKind.INCIDENT,
                payload={"incident": incident},
                dedupe_key=f"incident:{item.update_id}:{admin}",
                due_at=now,
            ),
        )
    return True


def forget_old(tx: Transaction, now: datetime) -> None:
    """Delete the ids that Telegram can no longer redeliver."""
    inbox.forget(tx, now - KEEP_IDS)
