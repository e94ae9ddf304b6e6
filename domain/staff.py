"""Staff, their roles and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import DomainError
from domain.texts import N_


class Role(StrEnum):
    """Roles of the counting rules, last paragraph."""

    ADMIN = "admin"
    MANAGER = "manager"
    SUB_MANAGER = "sub_manager"
    CLERK = "clerk"
    PLANNING = "planning"


class Action(StrEnum):
    """What a permission is asked for."""

    TAKE_CASE = "take_case"
    READ_RECORD = "read_record"
    READ_FIGURES = "read_figures"
    MANAGE_STAFF = "manage_staff"


_CASE_WORK = frozenset({Action.TAKE_CASE, Action.READ_RECORD})
PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.MANAGER: _CASE_WORK | {Action.READ_FIGURES},
    Role.SUB_MANAGER: _CASE_WORK,
    Role.CLERK: _CASE_WORK,
    Role.PLANNING: frozenset({Action.READ_FIGURES}),
}


@dataclass(frozen=True)
class StaffMember:
    """A registered staff member, known by their Telegram user id."""

    user_id: int
    name: str
    role: Role

    def may(self, action: Action) -> bool:
        """Whether this member's role allows `action`."""
        return action in PERMISSIONS[self.role]


class NotPermitted(DomainError):
    """The person has no role that allows this."""

    def __init__(self) -> None:
        super().__init__(N_("Sorry, only registered staff can use this button."))
