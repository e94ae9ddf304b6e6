"""Registered staff and one-time invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, and_, delete, func, insert, select, text, update

from domain.staff import CASE_ROLES, Role, StaffMember
from storage.tables import InvitationRow, StaffRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction

WORKS_ON_CASES = and_(StaffRow.removed_at.is_(None), StaffRow.role.in_(sorted(CASE_ROLES)))
"""Whether a row is of a member who can be in charge of a case."""


def _select() -> Select[int, str, str, datetime]:
    return select(StaffRow.user_id, StaffRow.name, StaffRow.role, StaffRow.added_at).where(
        StaffRow.removed_at.is_(None)
    )


def _member(row: Row[int, str, str, datetime]) -> StaffMember:
    return StaffMember(row.user_id, row.name, Role(row.role), row.added_at)


def lock(tx: Transaction) -> None:
    """Let no other transaction change the list of staff until this one ends."""
    if not tx.is_sqlite:
        tx.connection.execute(text("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE"))


def find(tx: Transaction, user_id: int) -> StaffMember | None:
    """Return the registered member; someone removed is nobody."""
    row = tx.connection.execute(_select().where(StaffRow.user_id == user_id)).first()
    return _member(row) if row else None


def in_charge(tx: Transaction, assignee: int | None) -> int | None:
    """Return whom a case was given to, while they work on cases; None if nobody has it now."""
    member = find(tx, assignee) if assignee is not None else None
    return assignee if member is not None and member.works_on_cases else None


def was_removed(tx: Transaction, user_id: int) -> bool:
    """Whether the person was a member once and is none now."""
    removed_at = tx.connection.execute(
        select(StaffRow.removed_at).where(StaffRow.user_id == user_id)
    ).scalar_one_or_none()
    return removed_at is not None


def names(tx: Transaction, user_id: int) -> str | None:
    """Return the name of a present or former member; their Telegram id while none is known."""
    name = tx.connection.execute(
        select(StaffRow.name).where(StaffRow.user_id == user_id)
    ).scalar_one_or_none()
    return f"ID {user_id}" if name == "" else name


def everybody(tx: Transaction) -> dict[int, str]:
    """Return the names of all present and former members; empty where none is known yet."""
    rows = tx.connection.execute(
        select(StaffRow.user_id, StaffRow.name).order_by(StaffRow.added_at, StaffRow.user_id)
    )
    return {row.user_id: row.name for row in rows}


def members(tx: Transaction) -> list[StaffMember]:
    """Return all registered members in the order they joined."""
    rows = tx.connection.execute(_select().order_by(StaffRow.added_at, StaffRow.user_id))
    return [_member(row) for row in rows]


def count_admins(tx: Transaction) -> int:
    """Return how many administrators are registered."""
    return tx.connection.execute(
        select(func.count()).where(StaffRow.removed_at.is_(None), StaffRow.role == Role.ADMIN)
    ).scalar_one()


def register(tx: Transaction, member: StaffMember) -> None:
    """Register a member, or register a removed one anew."""
    values = {
        "name": member.name,
        "role": member.role,
        "added_at": member.since,
        "removed_at": None,
    }
    tx.connection.execute(
        tx.insert(StaffRow)
        .values(user_id=member.user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )


def desk_name(tx: Transaction, user_id: int) -> str | None:
    """Return the name a member writes to owners under: empty for none, None if never asked."""
    return tx.connection.execute(
        select(StaffRow.desk_name).where(StaffRow.user_id == user_id)
    ).scalar_one_or_none()


def set_desk_name(tx: Transaction, user_id: int, name: str) -> None:
    """Keep the name a member writes to owners under."""
    tx.connection.execute(
        update(StaffRow).where(StaffRow.user_id == user_id).values(desk_name=name)
    )


def learn_name(tx: Transaction, user_id: int, name: str) -> None:
    """Keep the name a member goes by now."""
    tx.connection.execute(
        update(StaffRow).where(StaffRow.user_id == user_id, StaffRow.name != name).values(name=name)
    )


def remove(tx: Transaction, user_id: int, now: datetime) -> bool:
    """Remove a member and void the invitations they made; False if there is none."""
    result = tx.connection.execute(
        update(StaffRow)
        .where(StaffRow.user_id == user_id, StaffRow.removed_at.is_(None))
        .values(removed_at=now)
    )
    tx.connection.execute(
        delete(InvitationRow).where(
            InvitationRow.created_by == user_id, InvitationRow.used_by.is_(None)
        )
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
    """Use an invitation up; None if it is unknown, used, expired or the person's own."""
    role = tx.connection.execute(
        update(InvitationRow)
        .where(
            InvitationRow.token_hash == token_hash,
            InvitationRow.used_by.is_(None),
            InvitationRow.expires_at > now,
            InvitationRow.created_by != user_id,
        )
        .values(used_by=user_id)
        .returning(InvitationRow.role)
    ).scalar_one_or_none()
    return Role(role) if role is not None else None


def invited_by(tx: Transaction, token_hash: str) -> int | None:
    """Return who made an invitation; None if there is none such."""
    return tx.connection.execute(
        select(InvitationRow.created_by).where(InvitationRow.token_hash == token_hash)
    ).scalar_one_or_none()
