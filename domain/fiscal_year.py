"""Fiscal years (年度): 1 April to 31 March in Japan, whatever the server's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
_REIWA_OFFSET, _HEISEI_OFFSET = 2018, 1988


@dataclass(frozen=True, order=True)
class FiscalYear:
    """`FiscalYear(2026)` is 令和8年度, 2026-04-01 to 2027-03-31 JST."""

    year: int

    @classmethod
    def of(cls, moment: datetime) -> FiscalYear:
        """Return the year of a moment, decided in JST. Raises ValueError if it is naive."""
        if moment.tzinfo is None:
            message = f"naive datetime {moment!r}: give it a time zone"
            raise ValueError(message)
        return cls.of_date(moment.astimezone(JST).date())

    @classmethod
    def of_date(cls, day: date) -> FiscalYear:
        """Return the year that a JST date lies in."""
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def first_day(self) -> date:
        """1 April."""
        return date(self.year, 4, 1)

    @property
    def last_day(self) -> date:
        """31 March of the next calendar year."""
        return date(self.year + 1, 3, 31)

    @property
    def days(self) -> int:
        """365, or 366 if a 29 February lies in it."""
        return (self.last_day - self.first_day).days + 1

    def elapsed_days(self, on: date) -> int:
        """Return the days gone by on `on`, that day included, from 0 to `days`."""
        return min(max((on - self.first_day).days + 1, 0), self.days)

    @property
    def next(self) -> FiscalYear:
        """The year after."""
        return FiscalYear(self.year + 1)

    @property
    def label(self) -> str:
        """令和8年度; 2019 is 令和元年度（平成31年度）, as the plan's reader expects (facts 4-3)."""
        if self.year == _REIWA_OFFSET + 1:
            return "令和元年度（平成31年度）"
        if self.year > _REIWA_OFFSET:
            return f"令和{self.year - _REIWA_OFFSET}年度"
        return f"平成{self.year - _HEISEI_OFFSET}年度"

    @property
    def reference_prefix(self) -> str:
        """R8 for 2026, R1 for 2019, H30 for 2018: the start of a reference."""
        if self.year > _REIWA_OFFSET:
            return f"R{self.year - _REIWA_OFFSET}"
        return f"H{self.year - _HEISEI_OFFSET}"
