"""Staff, their invitations, and the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class StaffRow(Base):
    """A registered staff member and their role; a removed one keeps the row."""

    __tablename__ = "staff"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str]
    desk_name: Mapped[str | None]
    role: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class InvitationRow(Base):
    """A one-time invitation; only the hash of its token is kept."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    created_by: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
    used_by: Mapped[int | None] = mapped_column(BigInteger)


class AuditRow(Base):
    """Who looked at or changed what, and when; no personal data of owners."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at_id", "at", "id"),
        Index("ix_audit_log_actor_at_id", "actor", "at", "id"),
        Index("ix_audit_log_action_at_id", "action", "at", "id"),
        Index("ix_audit_log_actor_action_at_id", "actor", "action", "at", "id"),
        Index("ix_audit_log_subject_at_id", "subject", "at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    actor: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    subject: Mapped[str]
    at: Mapped[datetime]
