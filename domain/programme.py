"""The programme file: the plan's names, KPIs and targets, and the office's settings.

Everything that differs between prefectures or years is in the file; nothing of it is in code.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from domain.consultations import CountTrigger
from domain.fiscal_year import JST, FiscalYear
from domain.municipalities import Municipalities, MunicipalityRowError
from domain.programme_booking import BookingSettings
from domain.programme_chasers import ChaserSettings
from domain.programme_checks import ProgrammeError, check_hubs, check_parts, refusal
from domain.programme_types import (
    WEEKDAYS,
    AreaCode,
    ClockTime,
    Day,
    Flag,
    MonthDay,
    Part,
    PrefectureCode,
    Telephone,
    Text,
    Weekday,
    Whole,
    Year,
)
from domain.working_days import WorkingDays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class Kpi(Part):
    """A KPI of the plan (section 4): baseline and yearly increments over it."""

    key: Literal["consultations", "matches"]
    name: Text
    unit: Text
    baseline: Whole = Field(ge=0, examples=[453])
    increments_by_year: dict[Year, Annotated[Whole, Field(ge=0)]] = Field(
        min_length=1, examples=["{ 2026 = 200, 2027 = 200 }"]
    )
    increments_total: Whole = Field(examples=[400])

    @property
    def increments(self) -> dict[FiscalYear, int]:
        """The target increment of each fiscal year that has one."""
        return {FiscalYear(year): target for year, target in self.increments_by_year.items()}


class Project(Part):
    """A project of the plan; `counted_from` is its first day in the figures (JST).

    The plan may begin on the day of its approval: `period` keeps its words, and the figures begin
    with the fiscal year's first day.
    """

    name: Text
    kind: Text
    grant: str = ""
    grant_code: str = ""
    legal_basis: str = ""
    budget_yen: Whole | None = Field(default=None, ge=0, examples=[133086000])
    period: Text
    counted_from: Day = Field(examples=["2026-04-01"])
    ends_on: Day = Field(examples=["2031-03-31"])


class Plan(Part):
    """The regional revitalisation plan (sections 1–3)."""

    name: Text
    entity: Text
    prefecture: Text
    area: Text


class Seats(Part):
    """Seats of one group in the expert council."""

    group: Text
    seats: Whole = Field(gt=0, examples=[4])


class Council(Part):
    """The outside experts of the evaluation (section 5-2 ⑥)."""

    name: Text
    total: Whole = Field(gt=0, examples=[15])
    members: tuple[Seats, ...] = Field(min_length=1)


class Evaluation(Part):
    """Who compiles the evaluation, and by when it is published (sections 5-2 ⑥ and 7)."""

    division: Text
    council: Council
    publish_by: MonthDay = Field(examples=["[8, 31]"])
    remind_days_before: tuple[Annotated[Whole, Field(ge=0)], ...] = Field(
        examples=["[30, 14, 7, 1]"]
    )

    def published_by(self, year: FiscalYear) -> date:
        """Return the day (JST) by which the figures of a fiscal year are published (⑥)."""
        month, day = self.publish_by
        return date(year.last_day.year, month, day)


class Closure(Part):
    """Days on which the office is closed, both included."""

    first: Day = Field(examples=["2026-08-13"])
    last: Day = Field(examples=["2026-08-14"])


class Office(Part):
    """The counter: what people are told, and when it is open (JST).

    `telephone_example` shows people how to type their own number.
    """

    hub: Text
    telephone: Text = Field(examples=['"03-1234-5678"'])
    telephone_example: Telephone = Field(examples=['"03-1234-5678"'])
    hours: Text = Field(examples=['"平日 9:00〜17:00"'])
    opens: ClockTime = Field(examples=['"09:00"'])
    closes: ClockTime = Field(examples=['"17:00"'])
    address: Text = Field(examples=['"見本市見本町1-1"'])
    weekdays: tuple[Weekday, ...] = Field(
        min_length=1, examples=['["mon", "tue", "wed", "thu", "fri"]']
    )
    year_end: tuple[MonthDay, MonthDay] = Field(examples=["[[12, 29], [1, 3]]"])
    closures: tuple[Closure, ...] = ()
    reply_within_working_days: Whole = Field(gt=0, examples=[2])


class Weekly(Part):
    """Weekday (Monday is 0) and time (JST) of the weekly summary."""

    weekday: Whole = Field(ge=0, le=6, examples=[0])
    time: ClockTime = Field(examples=['"09:00"'])


class Monthly(Part):
    """Day of the month and time (JST) of the monthly summary."""

    day: Whole = Field(ge=1, le=28, examples=[1])
    time: ClockTime = Field(examples=['"09:00"'])


class Schedule(Part):
    """When summaries are posted."""

    weekly: Weekly
    monthly: Monthly


class Counting(Part):
    """Settings of the counting rules.

    `log_back_days` is how long ago what staff log may have taken place (R8).
    """

    count_trigger: CountTrigger = Field(examples=['"submitted"'])
    duplicate_window_days: Whole = Field(ge=0, examples=[30])
    count_trials: Flag = Field(default=False, examples=["false"])
    log_back_days: Whole = Field(default=30, ge=0, examples=[30])


class Retention(Part):
    """How long an untouched draft is kept."""

    draft_days: Whole = Field(gt=0, examples=[7])


class StaffSettings(Part):
    """How long an invitation is good."""

    invite_hours: Whole = Field(gt=0, examples=[72])


class Privacy(Part):
    """The version of the notice that consent is given to."""

    notice_version: Text = Field(examples=['"2026-11"'])


class Hub(Part):
    """Another prefecture's hub, by the prefecture's JIS X 0401 code; no name where it has none."""

    code: PrefectureCode = Field(examples=['"13"'])
    prefecture: Text
    name: str = ""


class Area(Part):
    """An area of the prefecture. Answers keep its `code`: it stays when the name changes."""

    code: AreaCode = Field(examples=['"nanbu"'])
    name: Text


class Geography(Part):
    """Areas in their order, and the CSV of municipalities beside the file."""

    municipalities_file: Text = Field(examples=['"municipalities.csv"'])
    areas: tuple[Area, ...] = Field(min_length=1, examples=['[{ code = "nanbu", name = "南部" }]'])


class ProgrammeParts(Part):
    """The tables of the file; the first project is the one that the KPIs measure."""

    plan: Plan
    projects: tuple[Project, ...] = Field(min_length=1)
    kpis: tuple[Kpi, ...] = Field(min_length=1)
    evaluation: Evaluation
    office: Office
    booking: BookingSettings = Field(examples=["the tables [booking…] of sample.toml"])
    chasers: ChaserSettings = Field(examples=["the table [chasers] of sample.toml"])
    schedule: Schedule
    counting: Counting
    retention: Retention
    staff: StaffSettings
    privacy: Privacy
    geography: Geography
    hubs: tuple[Hub, ...]


class Programme(ProgrammeParts):
    """One prefecture's programme: the file and the municipalities of its CSV."""

    municipalities: Municipalities

    def target_for(self, kpi_key: str, year: FiscalYear) -> int | None:
        """Return the year's target increment; None where the plan has none."""
        for kpi in self.kpis:
            if kpi.key == kpi_key:
                return kpi.increments.get(year)
        return None

    def hub(self, code: str) -> Hub | None:
        """Return the hub of the prefecture with this code; None for one the file does not list."""
        return next((hub for hub in self.hubs if hub.code == code), None)

    def is_open_at(self, moment: datetime) -> bool:
        """Whether the office is open at a moment (aware): a working day, in its hours (JST)."""
        local = moment.astimezone(JST)
        in_hours = self.office.opens <= local.time() < self.office.closes
        return in_hours and self.working_days.is_open(local.date())

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
        parts = ProgrammeParts.model_validate(data)
    except ValidationError as error:
        raise refusal(error, ProgrammeParts) from error
    try:
        names = [area.name for area in parts.geography.areas]
        towns = Municipalities.from_rows(municipality_rows, names)
    except MunicipalityRowError as error:
        key = "geography.areas / geography.municipalities_file"
        raise ProgrammeError(key, str(error)) from error
    programme = Programme(**dict(parts), municipalities=towns)
    check_parts(parts, programme.working_days)
    check_hubs(parts, own_code=towns.all[0].code[:2])
    return programme
