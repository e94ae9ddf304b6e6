"""Registered staff, one-time invitations and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.staff import Role, StaffMember
from storage.tables import AuditRow, InvitationRow, StaffRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


def find(tx: Transaction, user_id: int) -> StaffMember | None:
    """Return the registered member; someone removed is nobody."""
    row = tx.connection.execute(
        select(StaffRow.user_id, StaffRow.name, StaffRow.role).where(
            StaffRow.user_id == user_id, StaffRow.removed_at.is_(None)
        )
    ).first()
    return StaffMember(row.user_id, row.name, Role(row.role)) if row else None


def names(tx: Transaction, user_id: int) -> str | None:
    """Return the name of a present or former member."""
    return tx.connection.execute(
        select(StaffRow.name).where(StaffRow.user_id == user_id)
    ).scalar_one_or_none()


def members(tx: Transaction) -> list[StaffMember]:
    """Return all registered members in the order they joined."""
    rows = tx.connection.execute(
        select(StaffRow.user_id, StaffRow.name, StaffRow.role)
        .where(StaffRow.removed_at.is_(None))
        .order_by(StaffRow.added_at, StaffRow.user_id)
    )
    return [StaffMember(row.user_id, row.name, Role(row.role)) for row in rows]


def register(tx: Transaction, member: StaffMember, now: datetime) -> None:
    """Register a member, or register a removed one anew."""
    upsert = sqlite.insert if tx.is_sqlite else postgresql.insert
    values = {"name": member.name, "role": member.role, "added_at": now, "removed_at": None}
    tx.connection.execute(
        upsert(StaffRow)
        .values(user_id=member.user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )


def remove(tx: Transaction, user_id: int, now: datetime) -> bool:
    """Remove a member; False if there is none."""
    result = tx.connection.execute(
        update(StaffRow)
        .where(StaffRow.user_id == user_id, StaffRow.removed_at.is_(None))
        .values(removed_at=now)
    )
    return result.rowcount == 1


def invite(
    tx: Transaction, token_hash: str, role: Role, created_by: int, expires_at: datetime
) -> None:
    """Keep an invitation by the hash of its token."""
    tx.connection.execute(
        insert(InvitationRow).values(
            token_hash=token_hash, role=role, created_by=created_by, expires_at=expires_at
        )
    )


def use_invitation(tx: Transaction, token_hash: str, user_id: int, now: datetime) -> Role | None:
    """Use an invitation up; None if it is unknown, used or expired."""
    role = tx.connection.execute(
        update(InvitationRow)
        .where(
            InvitationRow.token_hash == token_hash,
            InvitationRow.used_by.is_(None),
            InvitationRow.expires_at > now,
        )
        .values(used_by=user_id)
        .returning(InvitationRow.role)
    ).scalar_one_or_none()
    return Role(role) if role is not None else None


def audit(tx: Transaction, actor: int, action: str, subject: str, now: datetime) -> None:
    """Append to the audit log who did what to which case; never personal data of owners."""
    tx.connection.execute(
        insert(AuditRow).values(actor=actor, action=action, subject=subject, at=now)
    )
