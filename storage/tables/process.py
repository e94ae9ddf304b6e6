"""What the processes of the bot keep: updates, leases, messages owed, groups, runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class InboxRow(Base):
    """A Telegram update: raw JSON until it is done, then its bare id for 48 hours."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_unfinished",
            "chat_key",
            "update_id",
            sqlite_where=text("status != 'done'"),
            postgresql_where=text("status != 'done'"),
        ),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_key: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]


class ChatLeaseRow(Base):
    """Which process works on a chat, and until when (PostgreSQL only)."""

    __tablename__ = "chat_leases"

    chat_key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holder: Mapped[str]
    until: Mapped[datetime]


class LeaseRow(Base):
    """Which process does what only one may do at a time, and until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class DeadLetterRow(Base):
    """An update that failed three times, kept for an operator."""

    __tablename__ = "dead_letters"

    incident: Mapped[str] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, index=True)
    payload: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str]
    recorded_at: Mapped[datetime]


class OutboxRow(Base):
    """A message to somebody other than the person being answered."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "recipient",
            "due_at",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index(
            "ix_outbox_failed",
            "finished_at",
            sqlite_where=text("error IS NOT NULL"),
            postgresql_where=text("error IS NOT NULL"),
        ),
        Index("ix_outbox_claimed", "claimed_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    recipient: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    status: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]


class ChatRow(Base):
    """What Telegram said of a chat: where the group moved, until when it takes no message."""

    __tablename__ = "chats"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    moved_to: Mapped[int | None] = mapped_column(BigInteger)
    hold_until: Mapped[datetime | None]


class RunRow(Base):
    """The run ledger: a (job, period) that has been decided once and for all."""

    __tablename__ = "runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    decided_at: Mapped[datetime]
