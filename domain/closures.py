"""Closures: times that staff close to meetings, besides the office's own calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.fiscal_year import jst_date, jst_midnight
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from domain.working_days import WorkingDays

DAY_MINUTES = 24 * 60
LONGEST_DAYS = 366
"""A closure is at most a leap year long: more is a slip of the pen."""
EVER = timedelta(days=40_000)
"""From now on: farther than any closure reaches."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Interval:
    """A span of time, aware, `start` included and `end` not. Raises ValueError if it is empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"{self.start} to {self.end} is no span of time")

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have a moment in common."""
        return self.start < other.end and other.start < self.end


def whole_days(closed: Iterable[Interval]) -> tuple[tuple[date, date], ...]:
    """Return the days (JST) that intervals, merged or not, cover from midnight to midnight.

    As runs of (first, last), both included, the earliest first.
    """
    runs = []
    for span in merged(closed):
        first, last = jst_date(span.start), jst_date(span.end) - _DAY
        if jst_midnight(first) < span.start:
            first += _DAY
        if first <= last:
            runs.append((first, last))
    return tuple(runs)


def without_closed(calendar: WorkingDays, closed: Iterable[Interval]) -> WorkingDays:
    """Return the days on which the counter is open, without those that staff have closed."""
    return replace(calendar, closures=calendar.closures + whole_days(closed))


def merged(spans: Iterable[Interval]) -> list[Interval]:
    """Return the same time as intervals that neither overlap nor touch, oldest first."""
    joined: list[Interval] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def without(spans: Iterable[Interval], opened: Interval) -> list[Interval]:
    """Return what is left of intervals when `opened` is taken out of them."""
    left = []
    for span in spans:
        if not span.overlaps(opened):
            left.append(span)
            continue
        if span.start < opened.start:
            left.append(Interval(span.start, opened.start))
        if opened.end < span.end:
            left.append(Interval(opened.end, span.end))
    return left


def within(spans: Iterable[Interval], limits: Iterable[Interval]) -> list[Interval]:
    """Return the time that both have, as merged intervals."""
    limits = merged(limits)
    return [
        Interval(max(span.start, limit.start), min(span.end, limit.end))
        for span in merged(spans)
        for limit in limits
        if span.overlaps(limit)
    ]


@dataclass(frozen=True)
class ClosingSpan:
    """Days (JST, both included), and the hours of each of them in minutes from midnight.

    Raises ValueError if that is no time at all.
    """

    first: date
    last: date
    opens: int = 0
    closes: int = DAY_MINUTES

    def __post_init__(self) -> None:
        if self.last < self.first or not 0 <= self.opens < self.closes <= DAY_MINUTES:
            raise ValueError(f"{self} is no span of time")

    @property
    def is_whole_days(self) -> bool:
        """Whether it covers its days from midnight to midnight."""
        return (self.opens, self.closes) == (0, DAY_MINUTES)

    def __str__(self) -> str:
        """Write it for the audit log: 2026-12-25, or 2026-12-25/2026-12-28 13:00-15:00."""
        days = str(self.first) if self.first == self.last else f"{self.first}/{self.last}"
        return days if self.is_whole_days else f"{days} {clock(self.opens)}-{clock(self.closes)}"

    @property
    def days(self) -> int:
        """How many days it reaches over."""
        return (self.last - self.first).days + 1

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The time it covers: one interval for whole days, else one for each day."""
        if self.is_whole_days:
            return (Interval(jst_midnight(self.first), jst_midnight(self.last + _DAY)),)
        opens, closes = timedelta(minutes=self.opens), timedelta(minutes=self.closes)
        begins = [jst_midnight(self.first + _DAY * number) for number in range(self.days)]
        return tuple(Interval(begin + opens, begin + closes) for begin in begins)


def clock(minutes: int) -> str:
    """Return minutes from midnight as a clock time: 9:05, 24:00."""
    return f"{minutes // 60}:{minutes % 60:02}"


class SpanIsOver(DomainError):
    """What is to be closed or opened lies in the past."""

    def __init__(self) -> None:
        super().__init__(N_("That time is over already. Please choose a day from today on."))


class SpanTooLong(DomainError):
    """More days than anybody means to close in one go."""

    def __init__(self) -> None:
        super().__init__(
            N_("That is more than %(days)d days. Please close a shorter time."), days=LONGEST_DAYS
        )


def refuse_span(span: ClosingSpan, now: datetime) -> None:
    """Raise SpanIsOver if it begins before today (JST) or has ended, SpanTooLong if it is long."""
    if span.first < jst_date(now) or span.intervals[-1].end <= now:
        raise SpanIsOver
    if span.days > LONGEST_DAYS:
        raise SpanTooLong
