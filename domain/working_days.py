"""Which days the office is open: weekdays, without holidays, year end and announced closures.

Knows days only, never opening hours, and does not look at the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

_DAY = timedelta(days=1)
_SEARCH_DAYS = 800
YEAR_END = ((12, 29), (1, 3))
"""29 December to 3 January, as in the national law on holidays of administrative organs."""


@dataclass(frozen=True)
class WorkingDays:
    """`weekdays` counts Monday as 0; `closures` are (first, last) dates, both included.

    The year end (12/29–1/3) is in no holiday library: it comes from the programme file, as
    (month, day) pairs, both included, and may wrap round New Year.
    """

    weekdays: frozenset[int]
    year_end: tuple[tuple[int, int], tuple[int, int]] = YEAR_END
    closures: tuple[tuple[date, date], ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether the office is open on this day."""
        return (
            day.weekday() in self.weekdays
            and not self._at_year_end(day)
            and not jpholiday.is_holiday(day)
            and not any(first <= day <= last for first, last in self.closures)
        )

    def first_open_from(self, day: date) -> date:
        """Return `day` if the office is open, else the next day that it is.

        Raises ValueError if it stays closed for more than two years.
        """
        return self._nearest_open(day, _DAY)

    def last_open_until(self, day: date) -> date:
        """Return `day` if the office is open, else the last day before that it was.

        Raises ValueError if it was closed for more than two years.
        """
        return self._nearest_open(day, -_DAY)

    def add(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; `day` itself is never counted.

        With 0, `day` or the next working day. Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"cannot count {count} working days ahead")
        if count == 0:
            return self.first_open_from(day)
        for _ in range(count):
            day = self.first_open_from(day + _DAY)
        return day

    def between(self, day: date, until: date) -> int:
        """Return the working days after `day` up to and including `until`; 0 if it lies before.

        The counterpart of `add`: between(day, add(day, n)) is n.
        """
        return sum(self.is_open(day + _DAY * n) for n in range(1, (until - day).days + 1))

    def _at_year_end(self, day: date) -> bool:
        first, last = self.year_end
        on = (day.month, day.day)
        return first <= on <= last if first <= last else on >= first or on <= last

    def _nearest_open(self, day: date, step: timedelta) -> date:
        for n in range(_SEARCH_DAYS):
            if self.is_open(day + step * n):
                return day + step * n
        raise ValueError(f"the office has no working day within {_SEARCH_DAYS} days of {day}")
