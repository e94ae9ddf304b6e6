from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.working_days import WorkingDays

OFFICE = WorkingDays(
    weekdays=frozenset(range(5)), closures=((date(2026, 8, 13), date(2026, 8, 14)),)
)
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), False),  # Labour Thanksgiving Day
        (date(2026, 5, 6), False),  # substitute holiday
        (date(2026, 9, 22), False),  # a day between two holidays
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2028, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2026, 8, 12), True),
        (date(2026, 8, 13), False),
        (date(2026, 8, 14), False),
        (date(2026, 8, 17), True),
        (date(2019, 5, 1), False),  # accession to the throne
    ],
)
def test_weekends_holidays_year_end_and_closures_are_closed(day: date, is_open: bool) -> None:
    assert OFFICE.is_open(day) is is_open


def test_year_end_comes_from_the_settings() -> None:
    day = date(2026, 12, 30)
    assert not OFFICE.is_open(day)
    inside_the_year = WorkingDays(frozenset(range(5)), year_end=((8, 10), (8, 20)))
    assert inside_the_year.is_open(day)
    assert not inside_the_year.is_open(date(2026, 8, 12))


def test_an_office_may_open_on_saturday() -> None:
    assert WorkingDays(frozenset({5})).is_open(date(2026, 11, 21))


def test_golden_week_moves_to_the_next_working_day() -> None:
    assert OFFICE.first_open_from(date(2026, 5, 2)) == date(2026, 5, 7)
    assert OFFICE.last_open_until(date(2026, 5, 6)) == date(2026, 5, 1)


def test_new_year_moves_to_the_next_working_day() -> None:
    assert OFFICE.first_open_from(date(2026, 12, 29)) == date(2027, 1, 4)
    assert OFFICE.last_open_until(date(2027, 1, 3)) == date(2026, 12, 28)


def test_an_internal_deadline_on_sunday_moves_to_friday() -> None:
    assert OFFICE.last_open_until(date(2025, 8, 31)) == date(2025, 8, 29)


def test_adding_working_days_does_not_count_the_day_itself() -> None:
    friday = date(2026, 11, 20)
    assert OFFICE.add(friday, 2) == date(2026, 11, 25)
    assert OFFICE.add(friday, 0) == friday
    assert OFFICE.add(date(2026, 11, 21), 0) == date(2026, 11, 24)
    assert OFFICE.between(friday, date(2026, 11, 25)) == 2
    assert OFFICE.between(friday, friday) == 0
    assert OFFICE.between(friday, date(2026, 11, 1)) == 0
    with pytest.raises(ValueError, match="-1"):
        OFFICE.add(friday, -1)


@pytest.mark.parametrize(
    "never_open",
    [
        WorkingDays(frozenset()),
        WorkingDays(frozenset(range(7)), year_end=((1, 1), (12, 31))),
        WorkingDays(frozenset(range(7)), closures=((date(2026, 1, 1), date(2036, 1, 1)),)),
    ],
)
def test_an_office_that_never_opens_is_refused_instead_of_searched_for_ever(
    never_open: WorkingDays,
) -> None:
    with pytest.raises(ValueError, match="no working day"):
        never_open.first_open_from(date(2028, 6, 1))


@given(DAYS, st.integers(0, 30))
def test_between_is_the_counterpart_of_add(day: date, count: int) -> None:
    start = OFFICE.first_open_from(day)
    assert OFFICE.between(start, OFFICE.add(start, count)) == count


@given(DAYS)
def test_the_first_open_day_is_open_and_nothing_before_it_is(day: date) -> None:
    first = OFFICE.first_open_from(day)
    assert OFFICE.is_open(first)
    assert not any(OFFICE.is_open(day + timedelta(days=n)) for n in range((first - day).days))
    assert OFFICE.last_open_until(first) == first
