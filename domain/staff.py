"""Staff, their roles and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import datetime


class Role(StrEnum):
    """Roles of the counting rules, last paragraph."""

    ADMIN = "admin"
    MANAGER = "manager"
    SUB_MANAGER = "sub_manager"
    CLERK = "clerk"
    PLANNING = "planning"


class Action(StrEnum):
    """What a permission is asked for."""

    READ_CASES = "read_cases"
    TAKE_CASE = "take_case"
    CHANGE_CASE = "change_case"
    CORRECT_CASE = "correct_case"
    READ_RECORD = "read_record"
    READ_SLOTS = "read_slots"
    CHANGE_MEETING = "change_meeting"
    CLOSE_SLOTS = "close_slots"
    LOG_CONSULTATION = "log_consultation"
    WRITE_TO_OWNER = "write_to_owner"
    RECORD_SHARING = "record_sharing"
    REFER_CASE = "refer_case"
    RECORD_MATCH = "record_match"
    READ_PARTNERS = "read_partners"
    MANAGE_PARTNERS = "manage_partners"
    READ_FIGURES = "read_figures"
    MANAGE_STAFF = "manage_staff"
    READ_AUDIT = "read_audit"


_CASE_WORK = frozenset(
    {
        Action.READ_CASES,
        Action.TAKE_CASE,
        Action.CHANGE_CASE,
        Action.READ_RECORD,
        Action.READ_SLOTS,
        Action.CHANGE_MEETING,
        Action.LOG_CONSULTATION,
        Action.WRITE_TO_OWNER,
        Action.RECORD_SHARING,
        Action.READ_PARTNERS,
    }
)
_DESK = _CASE_WORK | {
    Action.CORRECT_CASE,
    Action.CLOSE_SLOTS,
    Action.REFER_CASE,
    Action.RECORD_MATCH,
}
"""CORRECT_CASE is what moves the figures or takes up again what was over (R10)."""
PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.MANAGER: _DESK | {Action.READ_FIGURES, Action.MANAGE_PARTNERS},
    Role.SUB_MANAGER: _DESK,
    Role.CLERK: _CASE_WORK,
    Role.PLANNING: frozenset({Action.READ_FIGURES, Action.READ_CASES, Action.READ_PARTNERS}),
}
CASE_ROLES = frozenset(role for role in Role if Action.TAKE_CASE in PERMISSIONS[role])
"""Who can be in charge of a case; whoever leaves these roles is so no more."""


@dataclass(frozen=True)
class StaffMember:
    """A registered staff member, known by their Telegram user id, since a moment (UTC).

    `name` is as Telegram last told it; empty until somebody named in the settings first writes.
    """

    user_id: int
    name: str
    role: Role
    since: datetime

    def may(self, action: Action) -> bool:
        """Whether this member's role allows `action`."""
        return action in PERMISSIONS[self.role]

    @property
    def works_on_cases(self) -> bool:
        """Whether this member can be in charge of a case."""
        return self.role in CASE_ROLES


class NotPermitted(DomainError):
    """The person has no role that allows this."""

    def __init__(self) -> None:
        super().__init__(N_("Sorry, only registered staff can use this button."))


class RoleNotPermitted(NotPermitted):
    """The member's role does not allow this."""

    def __init__(self) -> None:
        DomainError.__init__(
            self, N_("Sorry, your role does not include this. Please ask an administrator.")
        )


def refusal(member: StaffMember | None, action: Action) -> NotPermitted | None:
    """Return why this person may not do `action`; None if they may."""
    if member is None:
        return NotPermitted()
    return None if member.may(action) else RoleNotPermitted()
