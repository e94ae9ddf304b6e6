"""Statistics for admins and the scheduled summaries, all from the KPI events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.consultations import KpiKind
from domain.fiscal_year import JST, FiscalYear
from domain.kpi import KpiYear, kpi_years
from domain.outbox import Notice, NoticeKind
from domain.periods import SummaryPeriod, due_periods
from domain.staff import Action
from services.cases import permitted
from storage import drafts, figures, outbox, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.programme import Kpi, Programme
    from domain.size import Eligibility
    from domain.working_days import WorkingDays
    from storage.database import Transaction

CATCH_UP = timedelta(days=62)
"""How far back a summary that was missed is still worth sending: two months."""


@dataclass(frozen=True)
class PeriodFigures:
    """Counts of a period, `first <= date < after` (JST)."""

    first: date
    after: date
    consultations: Mapping[Eligibility, int]
    matches: Mapping[Eligibility, int]


@dataclass(frozen=True)
class Statistics:
    """What /stats shows."""

    today: PeriodFigures
    week: PeriodFigures
    month: PeriodFigures
    fiscal_year: PeriodFigures
    drafts: int
    by_channel: Mapping[str, int]


@dataclass(frozen=True)
class KpiTable:
    """One KPI of the plan with its fiscal years, oldest first."""

    kpi: Kpi
    years: tuple[KpiYear, ...]


@dataclass(frozen=True)
class Summary:
    """What a scheduled summary shows: the period, and the KPIs of the year it lies in."""

    figures: PeriodFigures
    tables: tuple[KpiTable, ...]


def period_figures(tx: Transaction, first: date, after: date) -> PeriodFigures:
    """Return the counts on `first <= date < after` (JST dates)."""
    return PeriodFigures(
        first,
        after,
        figures.count(tx, KpiKind.CONSULTATION, first, after),
        figures.count(tx, KpiKind.MATCH, first, after),
    )


def statistics(tx: Transaction, user_id: int, now: datetime) -> Statistics:
    """Return the figures of /stats. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_FIGURES)
    today = now.astimezone(JST).date()
    tomorrow = today + timedelta(days=1)
    year = FiscalYear.of(now)
    return Statistics(
        today=period_figures(tx, today, tomorrow),
        week=period_figures(tx, today - timedelta(days=today.weekday()), tomorrow),
        month=period_figures(tx, today.replace(day=1), tomorrow),
        fiscal_year=period_figures(tx, year.first_day, tomorrow),
        drafts=drafts.count(tx),
        by_channel=figures.count_by_channel(tx, KpiKind.CONSULTATION, year.first_day, tomorrow),
    )


def kpi_report(
    tx: Transaction, programme: Programme, user_id: int, now: datetime
) -> tuple[KpiTable, ...]:
    """Return every KPI of the plan by fiscal year. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_FIGURES)
    return kpi_tables(tx, programme, now.astimezone(JST).date())


def kpi_tables(tx: Transaction, programme: Programme, today: date) -> tuple[KpiTable, ...]:
    """Return every KPI of the plan from its first year to the year of `today`."""
    last = FiscalYear.of_date(today)
    tables = []
    for kpi in programme.kpis:
        first = min([*kpi.increments, last])
        years = [FiscalYear(year) for year in range(first.year, last.year + 1)]
        actuals = figures.eligible_by_fiscal_year(tx, KpiKind(kpi.key), years)
        tables.append(KpiTable(kpi, tuple(kpi_years(kpi, actuals, today))))
    return tuple(tables)


def decide_summaries(
    tx: Transaction,
    programme: Programme,
    working_days: WorkingDays,
    staff_chat: int,
    now: datetime,
) -> list[SummaryPeriod]:
    """Owe the staff chat every summary that fell due and was not decided: exactly one a period.

    The first call ever only notes the start, so that a new installation does not report the
    time before it existed.
    """
    runs.decide_once(tx, "installed", "", now)
    installed = runs.first_run(tx, "installed") or now
    since = max(installed, now - CATCH_UP)
    decided = []
    for period in due_periods(programme.schedule, working_days, now, since):
        if not runs.decide_once(tx, f"summary:{period.kind}", period.key, now):
            continue
        outbox.add(
            tx,
            Notice(
                recipient=staff_chat,
                kind=NoticeKind.SUMMARY,
                payload={
                    "kind": period.kind,
                    "first": period.first_day.isoformat(),
                    "last": period.last_day.isoformat(),
                },
                dedupe_key=f"summary:{period.kind}:{period.key}",
                due_at=now,
            ),
        )
        decided.append(period)
    return decided


def summary(tx: Transaction, programme: Programme, first: date, last: date) -> Summary:
    """Return the figures of a summary for `first` to `last` (JST dates, both included)."""
    return Summary(
        period_figures(tx, first, last + timedelta(days=1)), kpi_tables(tx, programme, last)
    )
