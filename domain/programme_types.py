"""The kinds of values a programme file may hold: strict, each refusal in plain words."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from domain.errors import InvalidAnswer
from domain.telephone import parse_telephone


class Part(BaseModel):
    """A table of the file; an unknown key in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _month_day(value: tuple[int, int]) -> tuple[int, int]:
    try:
        date(_COMMON_YEAR, *value)
    except ValueError:
        raise ValueError(f"{list(value)} is no month and day of every year") from None
    return value


def _clock_time(value: object) -> object:
    if isinstance(value, str) and not _HOUR_MINUTE.fullmatch(value):
        raise ValueError(f"{value!r} is no time of day")
    if not isinstance(value, str | time):
        raise ValueError(f"{value!r} is no time of day")  # noqa: TRY004 - pydantic words it
    if isinstance(value, time) and (value.second or value.microsecond):
        raise ValueError(f"{value} has seconds; please write hours and minutes only")
    return value


def _callable_telephone(value: str) -> str:
    try:
        parse_telephone(value, example="")
    except InvalidAnswer:
        raise ValueError(f"{value!r} is no telephone number that can be called back") from None
    return value


def _area_code(value: str) -> str:
    if not _AREA_CODE.fullmatch(value):
        raise ValueError(
            f"{value!r} is no code of 1 to 16 lower-case letters and digits, begun by a letter"
        )
    if value == OUTSIDE:
        raise ValueError(f"{value!r} stands for firms outside the prefecture; choose another")
    return value


def _prefecture_code(value: str) -> str:
    if not _PREFECTURE_CODE.fullmatch(value):
        raise ValueError(f"{value!r} is no prefecture code of JIS X 0401, 01 to 47")
    return value


OUTSIDE = "out"
"""The answer to "in which area?" of a firm with no office in the prefecture."""
_AREA_CODE = re.compile(r"[a-z][a-z0-9]{0,15}")
_PREFECTURE_CODE = re.compile(r"0[1-9]|[1-3][0-9]|4[0-7]")
_COMMON_YEAR = 2025
_HOUR_MINUTE = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Day = Annotated[date, Strict()]
MonthDay = Annotated[tuple[Whole, Whole], AfterValidator(_month_day)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
AreaCode = Annotated[str, AfterValidator(_area_code)]
Telephone = Annotated[Text, AfterValidator(_callable_telephone)]
PrefectureCode = Annotated[str, AfterValidator(_prefecture_code)]
Year = Annotated[int, Field(ge=1989, le=2100)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
