"""Periods that figures are shown for, and when each scheduled summary falls due.

Weeks run Monday to Sunday, all days are JST; knows nothing of what a summary says or of whether it
was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from domain.fiscal_year import JST, FiscalYear, jst_date, jst_midnight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.programme import Schedule
    from domain.working_days import WorkingDays


_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Period:
    """The days `first <= day < after` (JST)."""

    first: date
    after: date

    def contains(self, day: date) -> bool:
        """Whether a day (JST) lies in the period."""
        return self.first <= day < self.after

    @property
    def utc_bounds(self) -> tuple[datetime, datetime]:
        """The half-open span [start, end) in UTC, for queries on stored moments."""
        return jst_midnight(self.first), jst_midnight(self.after)


def day_of(day: date) -> Period:
    """Return the single day."""
    return Period(day, day + _DAY)


def week_of(day: date) -> Period:
    """Return the week, Monday to Sunday, that holds a day."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + _WEEK)


def month_of(day: date) -> Period:
    """Return the calendar month that holds a day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def fiscal_year_of(day: date) -> Period:
    """Return the fiscal year, April to March, that holds a day."""
    year = FiscalYear.of_date(day)
    return Period(year.first_day, year.last_day + _DAY)


@dataclass(frozen=True)
class SummaryPeriod:
    """A week or a month (JST dates, both included) and the moment its summary is due (UTC)."""

    kind: Literal["weekly", "monthly"]
    key: str
    first_day: date
    last_day: date
    due_at: datetime


def due_periods(
    schedule: Schedule, working_days: WorkingDays, now: datetime, since: datetime
) -> list[SummaryPeriod]:
    """Return the periods whose summary fell due in `since < due <= now`, in order.

    A due day on which the office is closed moves to the next working day.
    Raises ValueError for a naive `now` or `since`.
    """
    # Whatever was due by an open day before `since` cannot have moved past it.
    settled = working_days.last_open_until(jst_date(since) - _DAY)
    earliest = (settled.replace(day=1) - _DAY).replace(day=1)
    latest = jst_date(now)
    periods = [
        *_weekly(schedule, working_days, earliest, latest),
        *_monthly(schedule, working_days, earliest, latest),
    ]
    return sorted((p for p in periods if since < p.due_at <= now), key=lambda p: (p.due_at, p.key))


def _weekly(
    schedule: Schedule, working_days: WorkingDays, earliest: date, latest: date
) -> Iterator[SummaryPeriod]:
    monday = earliest - timedelta(days=earliest.weekday())
    while monday <= latest:
        year, week, _ = monday.isocalendar()
        nominal = monday + _WEEK + timedelta(days=schedule.weekly.weekday)
        yield SummaryPeriod(
            "weekly",
            f"{year}-W{week:02d}",
            monday,
            monday + timedelta(days=6),
            _due(working_days.first_open_from(nominal), schedule.weekly.time),
        )
        monday += _WEEK


def _monthly(
    schedule: Schedule, working_days: WorkingDays, earliest: date, latest: date
) -> Iterator[SummaryPeriod]:
    first = earliest.replace(day=1)
    while first <= latest:
        following = (first + timedelta(days=31)).replace(day=1)
        nominal = following.replace(day=schedule.monthly.day)
        yield SummaryPeriod(
            "monthly",
            f"{first:%Y-%m}",
            first,
            following - _DAY,
            _due(working_days.first_open_from(nominal), schedule.monthly.time),
        )
        first = following


def _due(day: date, at: time) -> datetime:
    return datetime.combine(day, at, JST).astimezone(UTC)
