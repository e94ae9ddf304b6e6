from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closures import Interval, merged, whole_days, without
from domain.fiscal_year import jst_date, jst_midnight

HOUR = timedelta(hours=1)
# Across a year's end; it begins in the middle of a day (JST).
START = datetime(2026, 12, 29, 1, tzinfo=UTC)
HOURS = 24 * 8


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, HOURS - 1))
    return Interval(START + HOUR * start, START + HOUR * draw(st.integers(start + 1, HOURS)))


def hours_of(spans: list[Interval]) -> set[datetime]:
    every = [START + HOUR * n for n in range(HOURS)]
    return {hour for hour in every if any(span.start <= hour < span.end for span in spans)}


@given(st.lists(intervals()))
def test_merged_closures_cover_the_same_time_and_lie_apart(spans: list[Interval]) -> None:
    found = merged(spans)
    assert hours_of(found) == hours_of(spans)
    assert all(one.end < other.start for one, other in pairwise(found))
    assert merged(found) == found


@given(st.lists(intervals()), intervals())
def test_what_is_opened_is_taken_out_and_nothing_else(
    spans: list[Interval], opened: Interval
) -> None:
    left = without(merged(spans), opened)
    assert hours_of(left) == hours_of(spans) - hours_of([opened])
    assert merged(left) == left


@given(st.lists(intervals()))
def test_a_day_is_closed_when_every_hour_of_it_is(spans: list[Interval]) -> None:
    closed = hours_of(spans)
    days = [jst_date(START) + timedelta(days=n) for n in range(10)]
    expected = {
        day for day in days if all(jst_midnight(day) + HOUR * n in closed for n in range(24))
    }
    runs = whole_days(spans)
    assert {day for day in days if any(first <= day <= last for first, last in runs)} == expected
    assert list(runs) == sorted(runs)


def test_a_closure_of_centuries_is_one_run() -> None:
    span = Interval(jst_midnight(date(2026, 11, 24)), jst_midnight(date(2900, 1, 1)))
    assert whole_days([span]) == ((date(2026, 11, 24), date(2899, 12, 31)),)


@pytest.mark.parametrize("end", [START, START - HOUR])
def test_an_empty_closure_is_refused(end: datetime) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        Interval(START, end)
