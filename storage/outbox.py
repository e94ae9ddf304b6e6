"""The outbox: messages owed to others, claimed at Telegram's pace and sent at least once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.outbox import ClaimedNotice, Notice, NoticeKind
from storage.tables import OutboxRow, RunRow

if TYPE_CHECKING:
    from storage.database import Transaction

PENDING, CLAIMED, SENT, FAILED = "pending", "claimed", "sent", "failed"
PER_SECOND = 30
"""Telegram's pace over all chats; one a second to a person, twenty a minute to a group."""
GROUP_PER_MINUTE = 20


def add(tx: Transaction, notice: Notice) -> bool:
    """Owe a message; False if it is owed already (same dedupe key)."""
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    statement = (
        insert(OutboxRow)
        .values(
            recipient=notice.recipient,
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
    return tx.connection.execute(statement).first() is not None


def claim(tx: Transaction, now: datetime, lease: timedelta) -> list[ClaimedNotice]:
    """Claim what is due and fits Telegram's pace; a claim older than `lease` is taken over."""
    recent = _recent_by_recipient(tx, now)
    free = PER_SECOND - recent["all"]
    if free <= 0:
        return []
    due = (
        select(OutboxRow)
        .with_only_columns(*OutboxRow.__table__.columns)
        .where(
            ((OutboxRow.status == PENDING) & (OutboxRow.due_at <= now))
            | ((OutboxRow.status == CLAIMED) & (OutboxRow.claimed_at < now - lease))
        )
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(10 * PER_SECOND)
        .with_for_update(skip_locked=True)
    )
    claimed: list[ClaimedNotice] = []
    for row in tx.connection.execute(due):
        if len(claimed) >= free or not _fits_pace(row.recipient, recent):
            continue
        recent[f"second:{row.recipient}"] += 1
        recent[f"minute:{row.recipient}"] += 1
        claimed.append(
            ClaimedNotice(row.id, row.recipient, NoticeKind(row.kind), row.payload, row.tries)
        )
    if claimed:
        tx.connection.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_([notice.id for notice in claimed]))
            .values(status=CLAIMED, claimed_at=now, tries=OutboxRow.tries + 1)
        )
    return claimed


def _recent_by_recipient(tx: Transaction, now: datetime) -> Counter[str]:
    rows = tx.connection.execute(
        select(
            OutboxRow.recipient,
            func.count(),
            func.count().filter(OutboxRow.claimed_at > now - timedelta(seconds=1)),
        )
        .where(OutboxRow.claimed_at > now - timedelta(minutes=1))
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


def mark_sent(tx: Transaction, notice_id: int, now: datetime) -> None:
    """Record that the message went out."""
    _finish(tx, notice_id, SENT, None, now)


def mark_failed(tx: Transaction, notice_id: int, error: str, now: datetime) -> None:
    """Record that the message can never be sent, and why."""
    _finish(tx, notice_id, FAILED, error, now)


def _finish(tx: Transaction, notice_id: int, status: str, error: str | None, now: datetime) -> None:
    tx.connection.execute(
        update(OutboxRow)
        .where(OutboxRow.id == notice_id)
        .values(status=status, error=error, finished_at=now)
    )


def put_off(tx: Transaction, notice_id: int, until: datetime) -> None:
    """Give the message back, to be sent after `until`."""
    tx.connection.execute(
        update(OutboxRow).where(OutboxRow.id == notice_id).values(status=PENDING, due_at=until)
    )


def move_chat(tx: Transaction, old: int, new: int) -> None:
    """Follow a group that became a supergroup."""
    tx.connection.execute(update(OutboxRow).where(OutboxRow.recipient == old).values(recipient=new))


def decide_once(tx: Transaction, job: str, period: str, now: datetime) -> bool:
    """Enter (job, period) in the run ledger; False if it was decided before."""
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    statement = (
        insert(RunRow)
        .values(job=job, period=period, decided_at=now)
        .on_conflict_do_nothing(index_elements=["job", "period"])
        .returning(RunRow.period)
    )
    return tx.connection.execute(statement).first() is not None


def first_run(tx: Transaction, job: str) -> datetime | None:
    """Return when `job` was first decided, which bounds what can be caught up."""
    return tx.connection.execute(
        select(func.min(RunRow.decided_at)).where(RunRow.job == job)
    ).scalar()
