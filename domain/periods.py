"""The periods of the scheduled summaries, and when each falls due (counting rules, notices)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from domain.fiscal_year import JST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.programme import Schedule
    from domain.working_days import WorkingDays


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
    """
    earliest = since.astimezone(JST).date() - timedelta(days=45)
    latest = now.astimezone(JST).date()
    periods = [
        *_weekly(schedule, working_days, earliest, latest),
        *_monthly(schedule, working_days, earliest, latest),
    ]
    return sorted((p for p in periods if since < p.due_at <= now), key=lambda p: p.due_at)


def _weekly(
    schedule: Schedule, working_days: WorkingDays, earliest: date, latest: date
) -> Iterator[SummaryPeriod]:
    monday = earliest - timedelta(days=earliest.weekday())
    while monday <= latest:
        year, week, _ = monday.isocalendar()
        nominal = monday + timedelta(days=7 + schedule.weekly.weekday)
        yield SummaryPeriod(
            "weekly",
            f"{year}-W{week:02d}",
            monday,
            monday + timedelta(days=6),
            _due(working_days.first_open_from(nominal), schedule.weekly.time),
        )
        monday += timedelta(days=7)


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
            following - timedelta(days=1),
            _due(working_days.first_open_from(nominal), schedule.monthly.time),
        )
        first = following


def _due(day: date, at: time) -> datetime:
    return datetime.combine(day, at, JST).astimezone(UTC)
