"""What owners and staff write to each other, where it was delivered, and the topics of cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class RelayMessageRow(Base):
    """A message of a case as it reads now: the one place where its text is kept."""

    __tablename__ = "relay_messages"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_relay_messages_consultation_id_id", "consultation_id", "id"),
        Index("ix_relay_messages_author_album", "author", "album"),
        # A button outlives the row: its number must never come to mean another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    direction: Mapped[str]
    author: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    album: Mapped[str | None]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    file_id: Mapped[str | None]
    signed: Mapped[str]
    revision: Mapped[int]
    at: Mapped[datetime]


class RelayCopyRow(Base):
    """A message of ours that shows a message of a case, its header, or that it has come."""

    __tablename__ = "relay_copies"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_relay_copies_relay_message_id_chat_id", "relay_message_id", "chat_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    relay_message_id: Mapped[int] = mapped_column(ForeignKey("relay_messages.id"))
    side: Mapped[str]
    part: Mapped[str]
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    file_id: Mapped[str | None]
    has_header: Mapped[bool]


class CaseTopicRow(Base):
    """The topic of a case in a staff chat that is a forum."""

    __tablename__ = "case_topics"

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id"), primary_key=True, autoincrement=False
    )
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    thread_id: Mapped[int] = mapped_column(BigInteger)


class PromptRow(Base):
    """A member of the staff, and what their next message is taken for."""

    __tablename__ = "prompts"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    consultation_id: Mapped[int | None] = mapped_column(ForeignKey("consultations.id"))
    asked_at: Mapped[datetime]
