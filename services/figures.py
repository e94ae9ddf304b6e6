"""Statistics for admins and the scheduled summaries, all from the KPI events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.chasers import waiting_since_before
from domain.consultations import KpiKind, ReferenceKind, counted_as
from domain.fiscal_year import FiscalYear, jst_date
from domain.kpi import KpiYear, kpi_years
from domain.needs_company import industry_of
from domain.outbox import Notice, NoticeKind
from domain.periods import (
    Period,
    SummaryPeriod,
    day_of,
    due_periods,
    fiscal_year_of,
    month_of,
    week_of,
)
from domain.staff import Action
from domain.talent import talent_classes
from services.cases import permitted
from services.working_days import working_days
from storage import case_waits, drafts, figures, outbox, runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.consultations import CountedKind, Entry, Reference
    from domain.form import Answers
    from domain.outbox import OutboxState
    from domain.programme import Kpi, Programme
    from domain.size import Eligibility
    from domain.working_days import WorkingDays
    from services.occasion import Occasion
    from storage.database import Transaction

CATCH_UP = timedelta(days=62)
"""How far back a summary that was missed is still worth sending: two months."""
TOP_QUESTIONS = ("area", "industry", "talent", "engage")
"""What the monthly summary ranks: 区域, 業種, 類型, 関わり方."""
_SHOWN_WAITING, _SHOWN_TOPS = 5, 3
_LATE, _LATELY = timedelta(minutes=10), timedelta(days=30)
_INSTALLED = "installed"


@dataclass(frozen=True)
class PeriodFigures:
    """Counts of a period by eligibility: the KPIs, and beside them what came in and who met.

    `received` are the consultations submitted, `meetings` those held: reference figures, whichever
    of the two the KPI counts (R1). `referrals` are agencies that cases were made known to (取次).
    """

    period: Period
    counts: Mapping[KpiKind, Mapping[Eligibility, int]]
    received: Mapping[Eligibility, int]
    meetings: Mapping[Eligibility, int]
    referrals: Mapping[Eligibility, int]


@dataclass(frozen=True)
class Waiting:
    """Overdue cases: not taken, or not contacted, for too many working days; the oldest named."""

    count: int
    oldest: tuple[Reference, ...]


@dataclass(frozen=True)
class Statistics:
    """What /stats shows; `messages` counts what the outbox could not deliver."""

    today: PeriodFigures
    week: PeriodFigures
    month: PeriodFigures
    fiscal_year: PeriodFigures
    drafts: int
    waiting: Waiting
    by_entry: Mapping[Entry, int]
    by_channel: Mapping[str, int]
    messages: OutboxState


@dataclass(frozen=True)
class KpiTable:
    """One KPI of the plan with its fiscal years, oldest first; `today` (JST) sets the pace."""

    kpi: Kpi
    years: tuple[KpiYear, ...]
    today: date


@dataclass(frozen=True)
class Summary:
    """What a scheduled summary shows: the period, its fiscal year up to then, what waits now.

    `tops` holds, for each of `TOP_QUESTIONS`, the most frequent answers with their counts; for the
    talent it is the national classes.
    """

    figures: PeriodFigures
    tables: tuple[KpiTable, ...]
    waiting: Waiting
    tops: Mapping[str, tuple[tuple[str, int], ...]]


def statistics(tx: Transaction, at: Occasion, user_id: int) -> Statistics:
    """Return the figures of /stats. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_FIGURES)
    now, today = at.now, jst_date(at.now)
    year = fiscal_year_of(today)
    periods = (day_of(today), week_of(today), month_of(today), year)
    of_day, of_week, of_month, of_year = _figures_of(tx, at.programme, periods)
    return Statistics(
        today=of_day,
        week=of_week,
        month=of_month,
        fiscal_year=of_year,
        drafts=drafts.count(tx),
        waiting=waiting(tx, at),
        by_entry=figures.count_by_entry(tx, _consultations(at.programme), year),
        by_channel=figures.count_by_channel(tx, _consultations(at.programme), year),
        messages=outbox.state(tx, now - _LATE, now - _LATELY),
    )


def _figures_of(
    tx: Transaction, programme: Programme, periods: Sequence[Period]
) -> list[PeriodFigures]:
    trigger = programme.counting.count_trigger
    return [
        PeriodFigures(
            period=period,
            counts={kpi: counts[counted_as(kpi, trigger)] for kpi in KpiKind},
            received=counts[KpiKind.CONSULTATION],
            meetings=counts[ReferenceKind.MEETING],
            referrals=counts[ReferenceKind.REFERRAL],
        )
        for period, counts in zip(periods, figures.count(tx, periods), strict=True)
    ]


def _consultations(programme: Programme) -> CountedKind:
    return counted_as(KpiKind.CONSULTATION, programme.counting.count_trigger)


def kpi_report(
    tx: Transaction, programme: Programme, user_id: int, now: datetime
) -> tuple[KpiTable, ...]:
    """Return every KPI of the plan by fiscal year. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_FIGURES)
    return kpi_tables(tx, programme, jst_date(now))


def kpi_tables(tx: Transaction, programme: Programme, today: date) -> tuple[KpiTable, ...]:
    """Return every KPI of the plan from its first year to the year of `today`, as of that day."""
    last = FiscalYear.of_date(today)
    first = min([last, *(min(kpi.increments) for kpi in programme.kpis)])
    years = [FiscalYear(year) for year in range(first.year, last.year + 1)]
    trigger = programme.counting.count_trigger
    kinds = [counted_as(KpiKind(kpi.key), trigger) for kpi in programme.kpis]
    actuals = figures.increments(tx, kinds, years, today)
    return tuple(
        _kpi_table(kpi, actuals[kind], today)
        for kpi, kind in zip(programme.kpis, kinds, strict=True)
    )


def _kpi_table(kpi: Kpi, actuals: Mapping[FiscalYear, int], today: date) -> KpiTable:
    begins = min([*kpi.increments, FiscalYear.of_date(today)])
    own = {year: actual for year, actual in actuals.items() if year >= begins}
    return KpiTable(kpi, tuple(kpi_years(kpi, own, today)), today)


def waiting(tx: Transaction, at: Occasion) -> Waiting:
    """Return the overdue cases: the list's filter and the chasers mean the same by it."""
    days = at.programme.chasers.no_contact_after_working_days
    before = waiting_since_before(working_days(tx, at), at.now, days)
    count, oldest = case_waits.overdue(tx, before, _SHOWN_WAITING)
    return Waiting(count, tuple(oldest))


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
    installed = runs.first_run(tx, _INSTALLED)
    if installed is None:
        runs.decide_once(tx, _INSTALLED, "", now)
        return []
    due = due_periods(programme.schedule, working_days, now, max(installed, now - CATCH_UP))
    decided = runs.decided(tx, {_job(period) for period in due})
    return [
        period
        for period in due
        if (_job(period), period.key) not in decided and _decide(tx, period, staff_chat, now)
    ]


def _job(period: SummaryPeriod) -> str:
    return f"summary:{period.kind}"


def _decide(tx: Transaction, period: SummaryPeriod, staff_chat: int, now: datetime) -> bool:
    if not runs.decide_once(tx, _job(period), period.key, now):
        return False
    return outbox.add(
        tx,
        Notice(
            recipient=staff_chat,
            kind=NoticeKind.SUMMARY,
            payload={
                "kind": period.kind,
                "first": period.first_day.isoformat(),
                "last": period.last_day.isoformat(),
            },
            dedupe_key=f"{_job(period)}:{period.key}",
            due_at=now,
        ),
    )


def summary(tx: Transaction, at: Occasion, first: date, last: date) -> Summary:
    """Return the figures of `first` to `last` (JST dates, both included) as they are known now."""
    period = Period(first, last + timedelta(days=1))
    (of_period,) = _figures_of(tx, at.programme, [period])
    return Summary(
        figures=of_period,
        tables=kpi_tables(tx, at.programme, last),
        waiting=waiting(tx, at),
        tops=_tops(tx, at.programme, period),
    )


def _tops(
    tx: Transaction, programme: Programme, period: Period
) -> dict[str, tuple[tuple[str, int], ...]]:
    tallies: dict[str, Counter[str]] = {key: Counter() for key in TOP_QUESTIONS}
    for answers in figures.answers_counted(tx, _consultations(programme), period):
        for key, tally in tallies.items():
            tally.update(_ranked(answers, key))
    return {
        key: tuple(sorted(tally.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN_TOPS])
        for key, tally in tallies.items()
    }


def _ranked(answers: Answers, key: str) -> tuple[str, ...]:
    answer = answers.get(key)
    if key == "talent":
        return talent_classes(answers)
    if key == "industry" and answer is not None:
        return (industry_of(answers),)
    return (answer,) if isinstance(answer, str) else answer or ()
