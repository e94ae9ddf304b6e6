"""When staff are asked what became of a meeting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from domain.fiscal_year import JST
from domain.outcomes import last_asking
from domain.working_days import WorkingDays

CALENDAR = WorkingDays(weekdays=frozenset(range(5)))
NINE = time(9)


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ((2026, 11, 26, 10, 30), (2026, 11, 26, 10, 30)),
        ((2026, 11, 27, 8, 59), (2026, 11, 26, 10, 30)),
        ((2026, 11, 27, 9, 0), (2026, 11, 27, 9, 0)),
        # Over the weekend.
        ((2026, 11, 29, 12, 0), (2026, 11, 27, 9, 0)),
        ((2026, 11, 30, 9, 0), (2026, 11, 30, 9, 0)),
        # Over the year's end.
        ((2027, 1, 3, 9, 0), (2026, 12, 28, 9, 0)),
        ((2027, 1, 4, 9, 0), (2027, 1, 4, 9, 0)),
    ],
)
def test_at_the_end_and_each_later_working_day(
    now: tuple[int, ...], asked: tuple[int, ...]
) -> None:
    ends = jst(2026, 11, 26, 10, 30)
    assert last_asking(ends, jst(*now), CALENDAR, NINE) == jst(*asked)


def test_a_day_that_staff_closed_is_no_working_day() -> None:
    ends, now = jst(2026, 11, 26, 10, 30), jst(2026, 11, 27, 12, 0)
    friday = date(2026, 11, 27)
    closed = replace(CALENDAR, closures=((friday, friday),))
    assert last_asking(ends, now, closed, NINE) == ends


def test_a_meeting_that_ends_before_the_office_opens_is_not_asked_about_twice_that_day() -> None:
    ends, now = jst(2026, 11, 26, 8, 0), jst(2026, 11, 26, 9, 30)
    assert last_asking(ends, now, CALENDAR, NINE) == ends
