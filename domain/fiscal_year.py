"""The Japanese fiscal year, 1 April to 31 March in JST, and the line between two JST days.

Refuses naive datetimes: which year a moment belongs to depends on its time zone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from domain.eras import ERAS, HEISEI, LAST_YEAR, EraYear, era_year
from domain.errors import InvalidAnswer
from domain.texts import N_

JST = ZoneInfo("Asia/Tokyo")

NOT_A_FISCAL_YEAR = N_(
    "This could not be read as a fiscal year. "
    "Please write the year in which the fiscal year begins. Example: %(example)s"
)

_FIRST_MONTH = 4
_ERA_STYLE = re.compile(r"(令和|平成|[RrHh])(元|[0-9]{1,2})(?:年度?)?")
_WESTERN_STYLE = re.compile(r"(?:[Ff][Yy])?([0-9]{4})(?:年度?)?")
_IN_BRACKETS = re.compile(r"\([^()]*\)$")


def jst_date(moment: datetime) -> date:
    """Return the day (JST) on which an aware moment falls. Raises ValueError for a naive one."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a naive datetime has no day: give it a time zone")
    return moment.astimezone(JST).date()


def jst_midnight(on: date) -> datetime:
    """Return the moment, in UTC, at which a day (JST) begins."""
    return datetime.combine(on, time.min, tzinfo=JST).astimezone(UTC)


@dataclass(frozen=True, order=True)
class FiscalYear:
    """The fiscal year that begins on 1 April of `year`: FiscalYear(2026) is 令和8年度.

    Raises ValueError for a year before Heisei or after 2100.
    """

    year: int

    def __post_init__(self) -> None:
        if not HEISEI.first_day.year <= self.year <= LAST_YEAR:
            raise ValueError(f"fiscal year {self.year} is outside 1989 to {LAST_YEAR}")

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the fiscal year of an aware moment, decided in JST (counting rule R12)."""
        return cls.of_date(jst_date(moment))

    @classmethod
    def of_date(cls, on: date) -> Self:
        """Return the fiscal year of a day (JST)."""
        return cls(on.year if on.month >= _FIRST_MONTH else on.year - 1)

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read what people write: 2026, R8, 令和8年度, 平成31年度, H29, 令和元年度（平成31年度）.

        Raises InvalidAnswer.
        """
        text = "".join(unicodedata.normalize("NFKC", raw).split())
        text = _IN_BRACKETS.sub("", text)
        try:
            return cls(_written_year(text))
        except ValueError:
            raise InvalidAnswer(NOT_A_FISCAL_YEAR, example="2026, R8, 令和8年度") from None

    @property
    def first_day(self) -> date:
        """1 April (JST)."""
        return date(self.year, _FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        """31 March of the following calendar year (JST)."""
        return date(self.year + 1, _FIRST_MONTH, 1) - timedelta(days=1)

    @property
    def days(self) -> int:
        """The number of days: 365, or 366 when it holds a 29 February."""
        return (self.last_day - self.first_day).days + 1

    @property
    def utc_bounds(self) -> tuple[datetime, datetime]:
        """The half-open span [start, end) in UTC, for queries on stored moments."""
        return jst_midnight(self.first_day), jst_midnight(self.last_day + timedelta(days=1))

    def elapsed_days(self, on: date) -> int:
        """Return how many of its days have come by `on`, that day included; 0 to `days`."""
        return min(max((on - self.first_day).days + 1, 0), self.days)

    def contains(self, on: date) -> bool:
        """Return whether a day (JST) belongs to this fiscal year."""
        return self.first_day <= on <= self.last_day

    @property
    def label(self) -> str:
        """The name in documents: 令和8年度; both names for a year in which the era changed.

        The ministries agreed to call all of 2019 令和元年度; the plan says 平成31年度.
        """
        now, before = self._era, era_year(self.first_day)
        return f"{now.text}度" if now == before else f"{now.text}度（{before.text}度）"

    @property
    def reference_prefix(self) -> str:
        """The prefix of reference numbers: R8; 2019 is R1."""
        return f"{self._era.initial}{self._era.year}"

    @property
    def _era(self) -> EraYear:
        return era_year(date(self.year, 12, 31))


def _written_year(text: str) -> int:
    if found := _WESTERN_STYLE.fullmatch(text):
        return int(found[1])
    if found := _ERA_STYLE.fullmatch(text):
        era = next(era for era in ERAS if found[1].upper() in (era.name, era.initial))
        number = 1 if found[2] == "元" else int(found[2])
        if number < 1:
            raise ValueError("era years begin at 1")
        return era.calendar_year(number)
    raise ValueError("no fiscal year")
