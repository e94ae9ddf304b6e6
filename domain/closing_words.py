"""Reading what staff type to close or open the counter: days, and hours of them (JST).

Knows no closures and does not look at the clock: whoever calls says what day it is.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.closures import DAY_MINUTES, ClosingSpan, clock
from domain.eras import LAST_YEAR, NO_SUCH_DAY, parse_date
from domain.errors import InvalidAnswer
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_A_SPAN = N_(
    "This could not be read as a day or a time. Please write the day first, then the hours if it "
    "is not the whole day.\nExamples: %(examples)s"
)
NOT_A_TIME = N_(
    "The day is clear, the time “%(typed)s” is not. Please write from when until when.\n"
    "Example: %(example)s"
)
NO_SUCH_TIME = N_("There is no such time as %(typed)s. A day has the hours 0:00 to 24:00.")
ENDS_TOO_EARLY = N_("The end (%(end)s) is not after the beginning (%(start)s). Please check both.")

_DAYS_AHEAD = {
    "今日": 0,
    "本日": 0,
    "きょう": 0,
    "today": 0,
    "明日": 1,
    "あす": 1,
    "あした": 1,
    "tomorrow": 1,
    "明後日": 2,
    "あさって": 2,
}
_HALF_A_YEAR = timedelta(days=183)
"""12/28-12/25 is a slip of the pen rather than nearly a year; 12/28-1/4 is neither."""
_TWO_MONTHS = 62
_WORD = "|".join(_DAYS_AHEAD)
_WEEKDAY = r"(?:\([^()]{1,4}\))?"
# The separators within a date agree, so that a range such as 12/25-12/28 is not taken for one.
_WITH_YEAR = (
    r"(?:(?:令和|平成|[rh])(?:元|\d{1,2})|\d{4})"
    r"(?:年\d{1,2}月\d{1,2}日?|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2}|-\d{1,2}-\d{1,2})|\d{8}"
)
_MONTH_DAY = r"\d{1,2}(?:/|\.|月)\d{1,2}日?"
_DAY = rf"(?:{_WORD}|{_WITH_YEAR}|{_MONTH_DAY}|\d{{1,2}}日)"
_DAYS = re.compile(
    rf"(?P<first>{_DAY}){_WEEKDAY}"
    rf"(?:[~-](?P<last>{_DAY}|\d{{1,2}}(?![\d:時/.-])){_WEEKDAY})?"
    r"(?P<hours>.*)"
)
_ONE_WITH_HYPHEN = re.compile(r"(\d{1,2})-(\d{1,2})(?=\s|$)")
_CLOCK = (
    r"(?P<{0}_half>午前|午後)?(?P<{0}_hour>\d{{1,2}})"
    r"(?::(?P<{0}_minute>\d{{2}})|時(?:(?P<{0}_kanji>\d{{1,2}})分|(?P<{0}_past>半))?)?"
)
_HOURS = re.compile(rf"(?:{_CLOCK.format('from')})?[~-](?:{_CLOCK.format('until')})?")
_WHOLE_DAY = {"", "終日", "全日", "一日", "1日", "一日中", "1日中", "allday"}
_HALVES = {
    "午前": (0, DAY_MINUTES // 2),
    "午前中": (0, DAY_MINUTES // 2),
    "午後": (DAY_MINUTES // 2, DAY_MINUTES),
}
_AROUND_MARKS = re.compile(r"\s*(?:([~/.:年月時-])\s*|([日分]))")
_SAME_MARKS = str.maketrans(
    {**dict.fromkeys("‐‑‒–—―−ー", "-"), **dict.fromkeys("〜~∼", "~"), "、": " ", ",": " "}
)


def parse_span(raw: str, today: date) -> ClosingSpan:
    """Read days and hours: 12/25, 12/25-12/28, 令和8年12月25日から28日まで, 明日 13時〜15時半.

    A day without a year is the next such day, `today` included; a last day without one is the next
    from the first day on. Raises InvalidAnswer.
    """
    text = _typed(raw)
    found = _DAYS.fullmatch(text)
    if found is None:
        raise InvalidAnswer(NOT_A_SPAN, examples=_examples(today))
    first = _read_day(found["first"], today, today)
    last = _read_day(found["last"] or found["first"], first, today)
    is_slip = last.year > first.year and last - first > _HALF_A_YEAR
    if last < first or (is_slip and not _has_year(found["last"] or "")):
        raise InvalidAnswer(ENDS_TOO_EARLY, start=_shown(first), end=_shown(last))
    opens, closes = _read_hours(found["hours"].replace(" ", ""), today)
    return ClosingSpan(first, last, opens, closes)


def _typed(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).translate(_SAME_MARKS).lower()
    text = text.replace("から", "~").replace("より", "~").replace("まで", "")
    text = _AROUND_MARKS.sub(lambda mark: mark[1] or mark[2], " ".join(text.split()))
    # 12-25 alone is a day, not a range.
    return _ONE_WITH_HYPHEN.sub(r"\1/\2", text, count=1) if _ONE_WITH_HYPHEN.match(text) else text


def _read_day(text: str, since: date, today: date) -> date:
    """Read a day; without a year, or without a month, it is the next such day from `since` on."""
    if text in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[text])
    if _has_year(text):
        return parse_date(text, today)
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) > 1:
        return _next_day(numbers[0], numbers[1], since)
    for ahead in range(_TWO_MONTHS):
        if (day := since + timedelta(days=ahead)).day == numbers[0]:
            return day
    raise InvalidAnswer(NO_SUCH_DAY, example=_shown(since))


def _has_year(text: str) -> bool:
    return re.fullmatch(_WITH_YEAR, text) is not None


def _next_day(month: int, day: int, since: date) -> date:
    for year in range(since.year, min(since.year + 9, LAST_YEAR + 1)):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= since:
            return found
    raise InvalidAnswer(NO_SUCH_DAY, example=_shown(since))


def _read_hours(text: str, today: date) -> tuple[int, int]:
    """Return the minutes from midnight between which the hours lie."""
    if text in _WHOLE_DAY:
        return 0, DAY_MINUTES
    if text in _HALVES:
        return _HALVES[text]
    found = _HOURS.fullmatch(text)
    if found is None or text in ("~", "-"):
        raise InvalidAnswer(NOT_A_TIME, typed=text, example=f"{_shown(today)} 13:00-15:00")
    parts = found.groupdict()
    opens = _minutes(parts, "from", None)
    closes = _minutes(parts, "until", parts["from_half"])
    opens, closes = opens or 0, DAY_MINUTES if closes is None else closes
    if opens >= closes:
        raise InvalidAnswer(ENDS_TOO_EARLY, start=clock(opens), end=clock(closes))
    return opens, closes


def _minutes(parts: Mapping[str, str | None], name: str, half: str | None) -> int | None:
    """Return a clock time in minutes from midnight; `half` of the day is what it inherits."""
    if parts[f"{name}_hour"] is None:
        return None
    hour = int(parts[f"{name}_hour"] or 0)
    minute = int(parts[f"{name}_minute"] or parts[f"{name}_kanji"] or 0)
    if parts[f"{name}_past"]:
        minute = 30
    in_half = parts[f"{name}_half"] or half
    if in_half and hour > 12 and parts[f"{name}_half"]:
        raise InvalidAnswer(NO_SUCH_TIME, typed=f"{in_half}{hour}時")
    if in_half == "午後" and hour < 12:
        hour += 12
    total = hour * 60 + minute
    if minute > 59 or total > DAY_MINUTES:
        raise InvalidAnswer(NO_SUCH_TIME, typed=f"{hour}:{minute:02}")
    return total


def _shown(day: date) -> str:
    return f"{day.month}/{day.day}"


def _examples(today: date) -> str:
    one, last = today + timedelta(days=7), today + timedelta(days=9)
    return f"{_shown(one)}, {_shown(one)}-{_shown(last)}, {_shown(one)} 13:00-15:00"
