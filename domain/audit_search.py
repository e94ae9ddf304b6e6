"""What the audit log is searched by, and what is found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from domain.audit import AuditAction, AuditKind
from domain.fiscal_year import jst_date
from domain.periods import day_of, month_of, week_of

if TYPE_CHECKING:
    from datetime import datetime

_BEGINS = {"today": day_of, "week": week_of, "month": month_of}


class AuditPeriod(StrEnum):
    """How far back the log is searched; days, weeks (from Monday on) and months are JST."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    def since(self, now: datetime) -> datetime | None:
        """Return the moment (UTC) at which the period began; None for all there is."""
        begins = _BEGINS.get(self)
        return None if begins is None else begins(jst_date(now)).utc_bounds[0]


_CODE = re.compile(
    rf"([0-9]{{1,13}}|-)\.({'|'.join(AuditKind)}|-)\.({'|'.join(AuditPeriod)})"
    r"\.([RH][0-9]{1,2}-[0-9]{4,9}|-)"
)


@dataclass(frozen=True)
class AuditSearch:
    """Which entries are wanted; None wants all. `reference` is a case's, as it is written."""

    actor: int | None = None
    kind: AuditKind | None = None
    period: AuditPeriod = AuditPeriod.ALL
    reference: str | None = None

    @property
    def actions(self) -> tuple[AuditAction, ...] | None:
        """The actions of the kind that is wanted."""
        if self.kind is None:
            return None
        return tuple(action for action in AuditAction if action.kind is self.kind)

    @property
    def code(self) -> str:
        """The search as buttons and the log itself write it: 301.look.week.R8-0042; - is all."""
        actor = "-" if self.actor is None else str(self.actor)
        return ".".join((actor, self.kind or "-", self.period, self.reference or "-"))

    @classmethod
    def read(cls, code: str) -> Self | None:
        """Return the search that a code stands for; None if it is none."""
        found = _CODE.fullmatch(code)
        if found is None:
            return None
        actor, kind, period, reference = found.groups()
        return cls(
            actor=None if actor == "-" else int(actor),
            kind=None if kind == "-" else AuditKind(kind),
            period=AuditPeriod(period),
            reference=None if reference == "-" else reference,
        )


@dataclass(frozen=True)
class AuditEntry:
    """One line of the log: who (a Telegram id, or 0 for the settings) did what to what (UTC)."""

    id: int
    at: datetime
    actor: int
    action: AuditAction
    subject: str
