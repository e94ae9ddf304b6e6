from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidAnswer
from domain.fiscal_year import JST, FiscalYear, jst_date, jst_midnight

YEARS = st.integers(1989, 2100).map(FiscalYear)


@pytest.mark.parametrize(
    ("year", "label", "prefix"),
    [
        (1989, "平成元年度", "H1"),
        (2017, "平成29年度", "H29"),
        (2018, "平成30年度", "H30"),
        (2019, "令和元年度（平成31年度）", "R1"),
        (2020, "令和2年度", "R2"),
        (2026, "令和8年度", "R8"),
    ],
)
def test_label_and_reference_prefix(year: int, label: str, prefix: str) -> None:
    assert FiscalYear(year).label == label
    assert FiscalYear(year).reference_prefix == prefix


def test_r12_the_fiscal_year_turns_at_midnight_in_japan() -> None:
    turn = datetime(2018, 3, 31, 15, 0, tzinfo=UTC)
    assert FiscalYear.of(turn) == FiscalYear(2018)
    assert FiscalYear.of(turn - timedelta(microseconds=1)) == FiscalYear(2017)
    assert FiscalYear.of(datetime(2018, 4, 1, 0, 0, tzinfo=JST)) == FiscalYear(2018)


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 4, 1, 9, 0)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="naive"):
        FiscalYear.of(naive)
    with pytest.raises(ValueError, match="naive"):
        jst_date(naive)


def test_it_runs_from_1_april_to_31_march() -> None:
    year = FiscalYear(2026)
    assert (year.first_day, year.last_day) == (date(2026, 4, 1), date(2027, 3, 31))
    assert not year.contains(date(2026, 3, 31))
    assert year.contains(date(2026, 4, 1))
    assert year.contains(date(2027, 3, 31))
    assert not year.contains(date(2027, 4, 1))
    assert FiscalYear(2025) < year < FiscalYear(2027)


def test_a_leap_day_makes_366_days() -> None:
    assert FiscalYear(2026).days == 365
    assert FiscalYear(2027).days == 366


@pytest.mark.parametrize(
    ("on", "elapsed"),
    [
        (date(2026, 3, 31), 0),
        (date(2026, 4, 1), 1),
        (date(2026, 4, 30), 30),
        (date(2027, 3, 31), 365),
        (date(2027, 4, 1), 365),
    ],
)
def test_the_day_itself_has_elapsed(on: date, elapsed: int) -> None:
    assert FiscalYear(2026).elapsed_days(on) == elapsed


def test_bounds_in_utc_are_half_open() -> None:
    assert FiscalYear(2026).utc_bounds == (
        datetime(2026, 3, 31, 15, tzinfo=UTC),
        datetime(2027, 3, 31, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("2026", 2026), ("2026年度", 2026), ("FY2026", 2026), ("R8", 2026), ("r8", 2026),
        ("令和8年度", 2026), ("令和８年度", 2026), ("令和元年度", 2019), ("R1", 2019),
        ("平成31年度", 2019), ("H29", 2017), ("平成32年度", 2020), ("平成元年度", 1989),
        ("令和元年度（平成31年度）", 2019),
    ],
)  # fmt: skip
def test_a_fiscal_year_is_read_as_people_write_it(typed: str, year: int) -> None:
    assert FiscalYear.parse(typed) == FiscalYear(year)


@pytest.mark.parametrize("typed", ["", "8", "R0", "1988", "2101", "2026-04", "昭和63年度", "R8.4"])
def test_what_is_no_fiscal_year_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        FiscalYear.parse(typed)
    assert "令和8年度" in refused.value.message % refused.value.params


@given(YEARS)
def test_labels_and_prefixes_are_read_back(year: FiscalYear) -> None:
    assert FiscalYear.parse(year.label) == year
    assert FiscalYear.parse(year.reference_prefix) == year
    assert FiscalYear.parse(str(year.year)) == year


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=st.timezones()))  # noqa: DTZ001
def test_a_moment_lies_within_the_bounds_of_its_year_in_any_zone(moment: datetime) -> None:
    year = FiscalYear.of(moment)
    start, end = year.utc_bounds
    assert start <= moment < end
    assert year.contains(jst_date(moment))


@given(st.dates(date(1989, 4, 1), date(2101, 3, 31)))
def test_every_day_belongs_to_one_year(day: date) -> None:
    year = FiscalYear.of_date(day)
    assert year.contains(day)
    assert jst_date(jst_midnight(day)) == day
    assert 1 <= year.elapsed_days(day) <= year.days


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    outcome: FiscalYear | str
    try:
        outcome = FiscalYear.parse(text)
    except InvalidAnswer as refused:
        outcome = refused.message % refused.params
    assert outcome
