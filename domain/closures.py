"""Closures: times that staff close to meetings, besides the office's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.fiscal_year import jst_date, jst_midnight

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

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
