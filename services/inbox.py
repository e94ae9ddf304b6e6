"""The life of an update around its handler: stored, applied once, answered, or buried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from domain.outbox import NoticeKind
from services.delivery import tell_admins
from storage import inbox

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
    """Store updates before they are acknowledged; return what `holder` is to work on, in order.

    On PostgreSQL that is all that its chats wait for: other processes store updates of them too,
    which may belong before these. Where another process holds the chat, it finds them before it
    lets the chat go.
    """
    fresh = inbox.store(tx, updates)
    if tx.is_sqlite or not fresh:
        return fresh
    held = inbox.lease_chats(tx, {item.chat_key for item in fresh}, holder, now, now + LEASE)
    return inbox.unfinished(tx, held)


def renew(tx: Transaction, holder: str, held: set[int], now: datetime) -> set[int]:
    """Keep the chats that `holder` works on; return those of `held` that another one has taken."""
    inbox.renew_leases(tx, holder, now + LEASE)
    return inbox.held_by_others(tx, held, holder)


def take_up(tx: Transaction, holder: str, now: datetime, held: set[int]) -> list[StoredUpdate]:
    """Return the updates that nobody works on, oldest first.

    `held` are the chats that `holder` works on already.
    """
    if tx.is_sqlite:
        return [item for item in inbox.unfinished(tx) if item.chat_key not in held]
    free = inbox.chats_waiting(tx, holder, now) - held
    taken = inbox.lease_chats(tx, free, holder, now, now + LEASE)
    # Read anew under the leases: who held a chat until now may have answered what it waited for.
    left = inbox.unfinished(tx, taken)
    for chat_key in taken - {item.chat_key for item in left}:
        inbox.give_back(tx, chat_key, holder)
    return left


def let_go(tx: Transaction, chat_key: int, holder: str) -> list[StoredUpdate]:
    """Give a chat's lease back; or, if updates came meanwhile, keep it and return them."""
    # Locked first: whoever stores an update of this chat right now is waited for, and seen.
    if not inbox.lock_lease(tx, chat_key, holder):
        return []
    left = inbox.unfinished(tx, {chat_key})
    if not left:
        inbox.give_back(tx, chat_key, holder)
    return left


def let_all_go(tx: Transaction, holder: str) -> None:
    """Give all chats back, answered or not: others need not wait for the leases to lapse."""
    inbox.give_all_back(tx, holder)


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
    now: datetime,
) -> bool:
    """Count a failed try; after the third, bury the update and tell the present admins once.

    Returns whether the update was buried.
    """
    inbox.count_try(tx, item.update_id)
    if item.tries + 1 < MAX_TRIES:
        return False
    inbox.bury(tx, item, incident, error, now)
    tell_admins(tx, NoticeKind.INCIDENT, {"incident": incident}, f"incident:{item.update_id}", now)
    return True


def forget_old(tx: Transaction, now: datetime, contents_before: datetime) -> None:
    """Delete the ids that Telegram can no longer redeliver.

    Of updates buried before `contents_before`, what they held is blanked: it may be somebody's
    answers.
    """
    inbox.forget(tx, now - KEEP_IDS)
    inbox.blank_buried(tx, contents_before)
