"""The list of open cases: what it is narrowed to, and what needs attention first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from domain.consultations import ConsultationState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.consultations import Reference

PAGE = 8
"""How many cases a page has."""


class Which(StrEnum):
    """Which open cases are listed.

    OVERDUE is what nobody has, or whose company was not contacted, for more working days than the
    programme's chasers allow (counting rules, CONTACTING: three).
    """

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "free"
    OVERDUE = "late"


@dataclass(frozen=True)
class Area:
    """The cases of an area, by its code."""

    code: str


Narrowing: TypeAlias = Which | ConsultationState | Area
"""What the list is narrowed to: one thing at a time."""


@dataclass(frozen=True)
class Asked:
    """A page of the list as somebody asks for it; the first is 0.

    `overdue_before` and `now` (UTC) say what needs attention at that moment.
    """

    narrowing: Narrowing
    page: int
    user_id: int
    overdue_before: datetime
    now: datetime


@dataclass(frozen=True)
class Listed:
    """An open case in the list, without personal data.

    `assignee` is None if nobody on the staff has it; `changed_at` (UTC) is its last change.
    """

    id: int
    reference: Reference
    state: ConsultationState
    area: str | None
    assignee: str | None
    changed_at: datetime
    is_overdue: bool
    lacks_outcome: bool


@dataclass(frozen=True)
class CaseList:
    """A page of the list: `page` of `pages`, with the number of cases on all of them."""

    narrowing: Narrowing
    cases: tuple[Listed, ...]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True)
class Tally:
    """How many open cases each state and each area has, where it has any."""

    states: Mapping[ConsultationState, int]
    areas: Mapping[str, int]
