"""The programme file: the plan's names, KPIs and targets, and the office's settings.

Everything that differs between prefectures or years is in the file; nothing of it is in code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.fiscal_year import FiscalYear
from domain.working_days import WorkingDays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ProgrammeError(Exception):
    """The file is contradictory or incomplete: `key` says where, `reason` what to do."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kpi(_Part):
    """A KPI of the plan (section 4): baseline and yearly increments over it."""

    key: Literal["consultations", "matches"]
    name: Text
    unit: Text
    baseline: int = Field(ge=0)
    increments_by_year: dict[int, int]
    increments_total: int

    @property
    def increments(self) -> dict[FiscalYear, int]:
        """The target increment of each fiscal year that has one."""
        return {FiscalYear(year): target for year, target in self.increments_by_year.items()}


class Project(_Part):
    """A project of the plan with its period; `counted_from` is its first day in the figures."""

    name: Text
    kind: Text
    grant: str = ""
    grant_code: str = ""
    legal_basis: str = ""
    budget_yen: int | None = None
    period: Text
    counted_from: date
    ends_on: date


class Plan(_Part):
    """The regional revitalisation plan (sections 1–3)."""

    name: Text
    entity: Text
    prefecture: Text
    area: Text


class Seats(_Part):
    """Seats of one group in the expert council."""

    group: Text
    seats: int = Field(gt=0)


class Council(_Part):
    """The outside experts of the evaluation (section 5-2 ⑥)."""

    name: Text
    total: int
    members: tuple[Seats, ...]


class Evaluation(_Part):
    """Who compiles the evaluation, and by when it is published (sections 5-2 ⑥ and 7)."""

    division: Text
    council: Council
    publish_by: tuple[int, int]
    remind_days_before: tuple[int, ...]


class Closure(_Part):
    """Days on which the office is closed, both included."""

    first: date
    last: date


class Office(_Part):
    """The counter: what people are told, and when it is open (JST)."""

    hub: Text
    telephone: Text
    hours: Text
    address: Text
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    year_end: tuple[tuple[int, int], tuple[int, int]]
    closures: tuple[Closure, ...] = ()
    reply_within_working_days: int = Field(gt=0)


class Weekly(_Part):
    """Weekday (Monday is 0) and time (JST) of the weekly summary."""

    weekday: int = Field(ge=0, le=6)
    time: time


class Monthly(_Part):
    """Day of the month and time (JST) of the monthly summary."""

    day: int = Field(ge=1, le=28)
    time: time


class Schedule(_Part):
    """When summaries are posted."""

    weekly: Weekly
    monthly: Monthly


class Counting(_Part):
    """Settings of the counting rules."""

    count_trigger: Literal["submitted", "met"]
    duplicate_window_days: int = Field(ge=0)


class Retention(_Part):
    """How long an untouched draft is kept."""

    draft_days: int = Field(gt=0)


class StaffSettings(_Part):
    """How long an invitation is good."""

    invite_hours: int = Field(gt=0)


class Privacy(_Part):
    """The version of the notice that consent is given to."""

    notice_version: Text


class Hub(_Part):
    """Another prefecture's hub."""

    prefecture: Text
    name: str = ""


class Geography(_Part):
    """Areas in their order, and the CSV of municipalities beside the file."""

    municipalities_file: Text
    areas: tuple[Text, ...]


@dataclass(frozen=True)
class Municipality:
    """A municipality: six-digit code, name, and the area it lies in."""

    code: str
    name: str
    area: str


class Programme(_Part):
    """One prefecture's programme."""

    plan: Plan
    projects: tuple[Project, ...]
    kpis: tuple[Kpi, ...]
    evaluation: Evaluation
    office: Office
    schedule: Schedule
    counting: Counting
    retention: Retention
    staff: StaffSettings
    privacy: Privacy
    geography: Geography
    hubs: tuple[Hub, ...]
    municipalities: tuple[Municipality, ...] = ()

    def target_for(self, kpi_key: str, year: FiscalYear) -> int | None:
        """Return the year's target increment; None where the plan has none."""
        for kpi in self.kpis:
            if kpi.key == kpi_key:
                return kpi.increments.get(year)
        return None

    def towns_of(self, area: str) -> tuple[Municipality, ...]:
        """Return the municipalities of an area."""
        return tuple(town for town in self.municipalities if town.area == area)

    @property
    def working_days(self) -> WorkingDays:
        """Return the office's calendar."""
        return WorkingDays(
            weekdays=frozenset(WEEKDAYS.index(day) for day in self.office.weekdays),
            year_end=self.office.year_end,
            closures=tuple((closure.first, closure.last) for closure in self.office.closures),
        )


def parse_programme(
    data: Mapping[str, Any], municipality_rows: Sequence[Mapping[str, str]]
) -> Programme:
    """Return the programme of a parsed file. Raises ProgrammeError naming key and reason."""
    try:
        towns = tuple(
            Municipality(row["lg_code6"], row["name"], row["area"]) for row in municipality_rows
        )
        programme = Programme.model_validate({**data, "municipalities": towns})
    except ValidationError as error:
        first = error.errors()[0]
        raise ProgrammeError(".".join(map(str, first["loc"])), first["msg"]) from error
    except KeyError as error:
        raise ProgrammeError("geography.municipalities_file", f"no column {error}") from error
    for check in (_check_kpis, _check_dates, _check_council, _check_areas):
        check(programme)
    return programme


def _check_kpis(programme: Programme) -> None:
    for kpi in programme.kpis:
        total = sum(kpi.increments.values())
        if total != kpi.increments_total:
            raise ProgrammeError(
                f"kpis.{kpi.key}.increments_total",
                f"says {kpi.increments_total}, but the increments sum to {total}",
            )
    if len({kpi.key for kpi in programme.kpis}) != len(programme.kpis):
        raise ProgrammeError("kpis", "two KPIs have the same key")


def _check_dates(programme: Programme) -> None:
    for project in programme.projects:
        if project.ends_on < project.counted_from:
            raise ProgrammeError(f"projects.{project.name}.ends_on", "lies before counted_from")
    closures = sorted((c.first, c.last) for c in programme.office.closures)
    for first, last in closures:
        if last < first:
            raise ProgrammeError("office.closures", f"{last} lies before {first}")
    for (_, last), (first, _) in pairwise(closures):
        if first <= last:
            raise ProgrammeError("office.closures", f"two closures overlap on {first}")


def _check_council(programme: Programme) -> None:
    council = programme.evaluation.council
    seats = sum(member.seats for member in council.members)
    if seats != council.total:
        raise ProgrammeError(
            "evaluation.council.total", f"says {council.total}, but the seats sum to {seats}"
        )


def _check_areas(programme: Programme) -> None:
    named = set(programme.geography.areas)
    used = {town.area for town in programme.municipalities}
    if named != used:
        odd = "、".join(sorted(named ^ used))
        raise ProgrammeError(
            "geography.areas", f"the file and the municipality CSV differ on: {odd}"
        )
