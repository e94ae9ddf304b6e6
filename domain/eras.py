"""Japanese eras: showing a date as an office writes it, reading dates as people type them.

Knows Heisei and Reiwa only (nothing in this programme is older) and refuses to read the clock:
whoever calls says what day it is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import InvalidAnswer
from domain.texts import N_

NOT_A_DATE = N_(
    "This could not be read as a date. Please write year, month and day. Example: %(example)s"
)
NO_SUCH_DAY = N_(
    "There is no such day in the calendar. Please check the month and the day. Example: %(example)s"
)
DATE_OUT_OF_RANGE = N_(
    "The year is outside what can be recorded here (%(first)s to %(last)s). "
    "Please check the year. Example: %(example)s"
)

LAST_YEAR = 2100


class StillToCome(InvalidAnswer):
    """A day in the future, where one that has come is asked for."""

    def __init__(self) -> None:
        super().__init__(N_("That day is still to come. Please check it."))


@dataclass(frozen=True)
class Era:
    """One era: its name, its initial letter and its first day (JST)."""

    name: str
    initial: str
    first_day: date

    def year_of(self, on: date) -> int:
        """Return the era's year number of a day; the first calendar year is 1."""
        return on.year - self.first_day.year + 1

    def calendar_year(self, year: int) -> int:
        """Return the western year of an era year, also past the era's end (平成32年 is 2020)."""
        return self.first_day.year + year - 1


HEISEI = Era("平成", "H", date(1989, 1, 8))
REIWA = Era("令和", "R", date(2019, 5, 1))
ERAS = (REIWA, HEISEI)


@dataclass(frozen=True)
class EraYear:
    """A year inside an era, such as 令和 / R / 8."""

    name: str
    initial: str
    year: int

    @property
    def text(self) -> str:
        """The year as written in documents: 令和8年, and 令和元年 for the first."""
        return f"{self.name}{'元' if self.year == 1 else self.year}年"


def era_year(on: date) -> EraYear:
    """Return the era year of a day (JST); Heisei turns into Reiwa on 2019-05-01.

    Raises ValueError before Heisei began (1989-01-08).
    """
    for era in ERAS:
        if on >= era.first_day:
            return EraYear(era.name, era.initial, era.year_of(on))
    raise ValueError(f"{on.isoformat()} is before {HEISEI.first_day.isoformat()}")


def japanese_date(on: date) -> str:
    """Return a day as 令和元年5月1日. Raises ValueError before Heisei began."""
    return f"{era_year(on).text}{on.month}月{on.day}日"


_DAY_WORDS = {
    "今日": 0,
    "本日": 0,
    "きょう": 0,
    "昨日": -1,
    "きのう": -1,
    "一昨日": -2,
    "おととい": -2,
    "明日": 1,
    "あす": 1,
    "あした": 1,
}
_ERA_NAMES = {name: era for era in ERAS for name in (era.name, era.initial, era.initial.lower())}
# `元` is the first year; the separators of a date are what keyboards offer for them.
_SEPARATOR = r"[./\-年]"
_WITH_YEAR = re.compile(
    rf"(?P<era>令和|平成|[RrHh])?(?P<year>元|[0-9]{{1,4}}){_SEPARATOR}"
    r"(?P<month>[0-9]{1,2})[./\-月](?P<day>[0-9]{1,2})日?"
)
_EIGHT_DIGITS = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_WITHOUT_YEAR = re.compile(r"(?P<month>[0-9]{1,2})[./\-月](?P<day>[0-9]{1,2})日?")
_WEEKDAY = re.compile(r"\([月火水木金土日](?:曜日?)?\)$")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_AROUND_MARKS = re.compile(r"\s*([./\-年月日和成])\s*")


def parse_date(raw: str, today: date) -> date:
    """Read a typed day (JST): R8.11.24, 令和8年11月24日, 2026/11/24, 2026-11-24, 11/24, 今日, 昨日.

    A day without a year is the one nearest to `today`. An era year past the era's end is
    understood as the plan of the programme itself writes it (平成32年 is 2020).
    Raises InvalidAnswer.
    """
    text = _typed(raw)
    if text in _DAY_WORDS:
        return today + timedelta(days=_DAY_WORDS[text])
    if found := _WITH_YEAR.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text):
        return _in_range(_calendar_year(found, today), found, today)
    if found := _WITHOUT_YEAR.fullmatch(text):
        return _nearest(int(found["month"]), int(found["day"]), today)
    raise InvalidAnswer(NOT_A_DATE, example=_example(today))


def _typed(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).translate(_DASHES).strip()
    return _WEEKDAY.sub("", _AROUND_MARKS.sub(r"\1", text)).strip()


def _calendar_year(found: re.Match[str], today: date) -> int:
    parts = found.groupdict()
    written = parts["year"]
    number = 1 if written == "元" else int(written)
    if parts.get("era"):
        return _ERA_NAMES[parts["era"]].calendar_year(number)
    if len(written) < len("2026"):
        raise InvalidAnswer(NOT_A_DATE, example=_example(today))
    return number


def _in_range(year: int, found: re.Match[str], today: date) -> date:
    first = HEISEI.first_day.year + 1
    if not first <= year <= LAST_YEAR:
        raise InvalidAnswer(DATE_OUT_OF_RANGE, first=first, last=LAST_YEAR, example=_example(today))
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        raise InvalidAnswer(NO_SUCH_DAY, example=_example(today)) from None


def _nearest(month: int, day: int, today: date) -> date:
    candidates = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    if not candidates:
        raise InvalidAnswer(NO_SUCH_DAY, example=_example(today))
    return min(candidates, key=lambda candidate: abs(candidate - today))


def _example(today: date) -> str:
    return f"{japanese_date(today)}, {today:%Y/%m/%d}"
