"""The outbox: messages owed to others, claimed at Telegram's pace and sent at least once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select, text, update

from domain.outbox import Claim, ClaimedNotice, Notice, NoticeKind, OutboxState
from storage import chats
from storage.tables import ChatRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from storage.database import Transaction

TOPIC = "outbox"
"""The topic of a commit after which there may be something to send."""
PENDING, CLAIMED, SENT, MOOT = "pending", "claimed", "sent", "moot"
MISSED, FAILED = "missed", "failed"
PER_SECOND = 30
"""Telegram's pace over all chats; one a second to a chat, twenty a minute to a group."""
GROUP_PER_MINUTE = 20
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# Claims read what others claimed a moment ago: on PostgreSQL they take turns by this lock.
_CLAIM_LOCK = 0x6D61646F
_OPEN = OutboxRow.finished_at.is_(None)


def add(tx: Transaction, notice: Notice) -> bool:
    """Owe a message; False if it is owed already (same dedupe key)."""
    statement = (
        tx.insert(OutboxRow)
        .values(
            recipient=chats.current(tx, notice.recipient),
            kind=notice.kind,
            payload=dict(notice.payload),
            dedupe_key=notice.dedupe_key,
            due_at=notice.due_at,
            status=PENDING,
            tries=0,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(OutboxRow.id)
    )
    tx.topics.add(TOPIC)
    return tx.connection.execute(statement).first() is not None


def is_open(tx: Transaction, dedupe_key: str) -> bool:
    """Whether a message is still owed, or on its way."""
    statement = select(OutboxRow.id).where(OutboxRow.dedupe_key == dedupe_key, _OPEN)
    return tx.connection.execute(statement).first() is not None


def is_sent(tx: Transaction, dedupe_key: str) -> bool:
    """Whether a message has gone out."""
    is_it = OutboxRow.dedupe_key == dedupe_key
    statement = select(OutboxRow.id).where(is_it, OutboxRow.status == SENT)
    return tx.connection.execute(statement).first() is not None


def claim(tx: Transaction, now: datetime, lease: timedelta) -> Claim:
    """Claim what is due and fits Telegram's pace; a claim older than `lease` is taken over.

    A chat gets its messages one after the other, so at most one of each chat is claimed.
    """
    if not tx.is_sqlite:
        tx.connection.execute(select(func.pg_advisory_xact_lock(_CLAIM_LOCK)))
    recent = _recent_by_recipient(tx, now)
    free = PER_SECOND - recent["all"]
    chosen = [
        row
        for row in tx.connection.execute(_oldest_of_each_chat(now, lease))
        if _fits_pace(row.recipient, recent)
    ][: max(free, 0)]
    if chosen:
        _mark_claimed(tx, [row.id for row in chosen], now)
    notices = tuple(
        ClaimedNotice(row.id, row.recipient, NoticeKind(row.kind), row.payload, row.tries)
        for row in chosen
    )
    return Claim(notices, _next_moment(tx, now, lease))


def release_claims(tx: Transaction) -> None:
    """Give back what is claimed, when a process starts: the one before it has ended.

    On SQLite only, where there is one process, or two for a moment; elsewhere the lease decides.
    """
    if tx.is_sqlite:
        claimed = _OPEN & (OutboxRow.status == CLAIMED)
        tx.connection.execute(update(OutboxRow).where(claimed).values(status=PENDING))


def _sendable(now: datetime, lease: timedelta) -> Any:
    """What is due, or claimed by a process that died, in a chat that takes messages."""
    held = select(ChatRow.chat_id).where(ChatRow.hold_until > now)
    return (
        _OPEN
        & (
            ((OutboxRow.status == PENDING) & (OutboxRow.due_at <= now))
            | ((OutboxRow.status == CLAIMED) & (OutboxRow.claimed_at < now - lease))
        )
        & OutboxRow.recipient.not_in(held)
    )


def _oldest_of_each_chat(now: datetime, lease: timedelta) -> Select[Any]:
    busy = select(OutboxRow.recipient).where(
        _OPEN, OutboxRow.status == CLAIMED, OutboxRow.claimed_at >= now - lease
    )
    place = func.row_number().over(
        partition_by=OutboxRow.recipient, order_by=(OutboxRow.due_at, OutboxRow.id)
    )
    ranked = (
        select(OutboxRow.id, place.label("place"))
        .where(_sendable(now, lease), OutboxRow.recipient.not_in(busy))
        .subquery()
    )
    return (
        select(
            OutboxRow.id, OutboxRow.recipient, OutboxRow.kind, OutboxRow.payload, OutboxRow.tries
        )
        .join(ranked, ranked.c.id == OutboxRow.id)
        .where(ranked.c.place == 1)
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(10 * PER_SECOND)
    )


def _mark_claimed(tx: Transaction, ids: Collection[int], now: datetime) -> None:
    tx.connection.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids))
        .values(status=CLAIMED, claimed_at=now, tries=OutboxRow.tries + 1)
    )


def _next_moment(tx: Transaction, now: datetime, lease: timedelta) -> datetime | None:
    """When the next claim can find something; a new message wakes the sender by itself."""
    waiting = select(OutboxRow.id).where(_sendable(now, lease)).limit(1)
    if tx.connection.execute(waiting).first() is not None:
        return now + _SECOND
    of_open = select(
        func.min(OutboxRow.due_at).filter((OutboxRow.status == PENDING) & (OutboxRow.due_at > now)),
        func.min(OutboxRow.claimed_at).filter(OutboxRow.status == CLAIMED),
    ).where(_OPEN)
    due, claimed = tx.connection.execute(of_open).one()
    ends_of_holds = select(func.min(ChatRow.hold_until)).where(
        ChatRow.hold_until > now,
        ChatRow.chat_id.in_(select(OutboxRow.recipient).where(_OPEN)),
    )
    held = tx.connection.execute(ends_of_holds).scalar()
    lapses = None if claimed is None else claimed + lease + _SECOND
    return min((moment for moment in (due, held, lapses) if moment is not None), default=None)


def _recent_by_recipient(tx: Transaction, now: datetime) -> Counter[str]:
    rows = tx.connection.execute(
        select(
            OutboxRow.recipient,
            func.count(),
            func.count().filter(OutboxRow.claimed_at > now - _SECOND),
        )
        .where(OutboxRow.claimed_at > now - _MINUTE)
        .group_by(OutboxRow.recipient)
    )
    recent: Counter[str] = Counter()
    for recipient, in_minute, in_second in rows:
        recent[f"minute:{recipient}"] = in_minute
        recent[f"second:{recipient}"] = in_second
        recent["all"] += in_second
    return recent


def _fits_pace(recipient: int, recent: Counter[str]) -> bool:
    if recent[f"second:{recipient}"] >= 1:
        return False
    is_group = recipient < 0
    return not is_group or recent[f"minute:{recipient}"] < GROUP_PER_MINUTE


def mark_sent(tx: Transaction, notice: ClaimedNotice, now: datetime) -> None:
    """Record that the message went out, whoever holds the claim by now."""
    _finish(tx, notice, SENT, None, now)


def mark_moot(tx: Transaction, notice: ClaimedNotice, now: datetime) -> None:
    """Record that there is nothing to tell any more."""
    _finish(tx, notice, MOOT, None, now)


def mark_missed(tx: Transaction, notice: ClaimedNotice, now: datetime) -> None:
    """Record that the message would have come too late."""
    _finish(tx, notice, MISSED, None, now)


def mark_failed(tx: Transaction, notice: ClaimedNotice, error: str, now: datetime) -> None:
    """Record that the message can never be sent, and why."""
    _finish(tx, notice, FAILED, error, now)


def _finish(
    tx: Transaction, notice: ClaimedNotice, status: str, error: str | None, now: datetime
) -> None:
    tx.connection.execute(
        update(OutboxRow)
        .where(OutboxRow.id == notice.id, _OPEN)
        .values(status=status, error=error, finished_at=now)
    )
    tx.topics.add(TOPIC)


def give_back(tx: Transaction, notice: ClaimedNotice) -> None:
    """Give the message back to its place in the chat's order; not if the claim was taken over."""
    _let_go(tx, notice)


def put_off(tx: Transaction, notice: ClaimedNotice, until: datetime) -> None:
    """Give the message back, to be sent after `until` and after what is due before.

    Not if the claim was taken over.
    """
    _let_go(tx, notice, due_at=until)


def _let_go(tx: Transaction, notice: ClaimedNotice, **values: object) -> None:
    tx.connection.execute(
        update(OutboxRow)
        .where(
            OutboxRow.id == notice.id,
            OutboxRow.status == CLAIMED,
            OutboxRow.tries == notice.tries + 1,
        )
        .values(status=PENDING, **values)
    )
    tx.topics.add(TOPIC)


def hold_chat(tx: Transaction, chat_id: int, until: datetime) -> None:
    """Send nothing to the chat before `until`; whatever is owed to it waits."""
    chats.hold(tx, chat_id, until)
    tx.topics.add(TOPIC)


def move_chat(tx: Transaction, old: int, new: int) -> None:
    """Follow a group that became a supergroup: what is owed to it, and what will be."""
    chats.remember_move(tx, old, new)
    tx.connection.execute(
        update(OutboxRow).where(OutboxRow.recipient == old, _OPEN).values(recipient=new)
    )
    tx.topics.add(TOPIC)


def state(tx: Transaction, overdue_before: datetime, failed_since: datetime) -> OutboxState:
    """Return how many messages are due since before one moment, or failed after another."""
    overdue = select(func.count()).where(_OPEN, OutboxRow.due_at < overdue_before)
    failed = select(func.count()).where(
        text("error IS NOT NULL"), OutboxRow.finished_at >= failed_since
    )
    return OutboxState(
        tx.connection.execute(overdue).scalar_one(), tx.connection.execute(failed).scalar_one()
    )
