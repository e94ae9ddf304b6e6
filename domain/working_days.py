"""Which days the office is open: weekdays, without holidays, year end and announced closures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """`weekdays` counts Monday as 0; `closures` are (first, last) dates, both included.

    The year end (12/29–1/3) is in no holiday library: it comes from the programme file.
    """

    weekdays: frozenset[int]
    year_end: tuple[tuple[int, int], tuple[int, int]]
    closures: tuple[tuple[date, date], ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether the office is open on this day."""
        first, last = self.year_end
        at_year_end = (day.month, day.day) >= first or (day.month, day.day) <= last
        return (
            day.weekday() in self.weekdays
            and not at_year_end
            and not jpholiday.is_holiday(day)
            and not any(first <= day <= last for first, last in self.closures)
        )

    def first_open_from(self, day: date) -> date:
        """Return `day` if the office is open, else the next day that it is."""
        while not self.is_open(day):
            day += _DAY
        return day
