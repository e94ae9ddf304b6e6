"""The list of staff: invite by one-time link, join, remove."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.staff import Action, Role, StaffMember
from domain.texts import N_
from services.cases import permitted
from storage import staff

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from storage.database import Transaction


class InvitationUnusable(DomainError):
    """The invitation is unknown, used up or expired."""

    def __init__(self) -> None:
        super().__init__(
            N_("This invitation is used up or expired. Please ask an administrator for a new one.")
        )


def ensure_admins(tx: Transaction, admin_ids: tuple[int, ...], now: datetime) -> None:
    """Register the admins named in the settings."""
    for user_id in admin_ids:
        member = staff.find(tx, user_id)
        if member is None or member.role is not Role.ADMIN:
            staff.register(tx, StaffMember(user_id, f"admin {user_id}", Role.ADMIN), now)


def member(tx: Transaction, user_id: int) -> StaffMember | None:
    """Return the registered staff member, if the person is one."""
    return staff.find(tx, user_id)


def all_members(tx: Transaction) -> list[StaffMember]:
    """Return all staff, for the process itself; people ask by `list_members`."""
    return staff.members(tx)


def list_members(tx: Transaction, user_id: int) -> list[StaffMember]:
    """Return all staff. Raises NotPermitted unless `user_id` manages staff."""
    permitted(tx, user_id, Action.MANAGE_STAFF)
    return staff.members(tx)


def invite(
    tx: Transaction, user_id: int, role: Role, token: str, now: datetime, valid_for: timedelta
) -> datetime:
    """Keep a one-time invitation; return when it expires (UTC). Raises NotPermitted."""
    permitted(tx, user_id, Action.MANAGE_STAFF)
    expires_at = now + valid_for
    staff.invite(tx, _hash(token), role, user_id, expires_at)
    staff.audit(tx, user_id, "invite", role, now)
    return expires_at


def join(tx: Transaction, user_id: int, name: str, token: str, now: datetime) -> StaffMember:
    """Use an invitation up and register its bearer. Raises InvitationUnusable."""
    role = staff.use_invitation(tx, _hash(token), user_id, now)
    if role is None:
        raise InvitationUnusable
    joined = StaffMember(user_id, name, role)
    staff.register(tx, joined, now)
    staff.audit(tx, user_id, "join", role, now)
    return joined


def remove(tx: Transaction, user_id: int, removed: int, now: datetime) -> list[StaffMember]:
    """Remove a member, who loses access at once; return who is left. Raises NotPermitted."""
    permitted(tx, user_id, Action.MANAGE_STAFF)
    if removed == user_id:
        raise DomainError(N_("You cannot remove yourself."))
    staff.remove(tx, removed, now)
    staff.audit(tx, user_id, "remove", str(removed), now)
    return staff.members(tx)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
