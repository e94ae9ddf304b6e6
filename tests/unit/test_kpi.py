from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fiscal_year import FiscalYear
from domain.kpi import kpi_years, one_place, percentage
from domain.programme import Kpi

Y17, Y18, Y19, Y20 = (FiscalYear(year) for year in (2017, 2018, 2019, 2020))


def kpi(baseline: int, increments: dict[int, int], key: str = "consultations") -> Kpi:
    return Kpi.model_validate(
        {
            "key": key,
            "name": "相談件数",
            "unit": "件",
            "baseline": baseline,
            "increments_by_year": increments,
            "increments_total": sum(increments.values()),
        }
    )


CONSULTATIONS = kpi(453, {2017: 200, 2018: 200, 2019: 200})
MATCHES = kpi(38, {2017: 15, 2018: 15, 2019: 15}, "matches")
AFTER = date(2020, 4, 1)


def test_the_plan_s_table_if_every_year_reaches_its_target() -> None:
    rows = kpi_years(CONSULTATIONS, {Y17: 200, Y18: 200, Y19: 200}, AFTER)
    assert [row.target for row in rows] == [200, 200, 200]
    assert [row.cumulative_target for row in rows] == [200, 400, 600]
    assert [row.current_value for row in rows] == [653, 853, 1053]
    assert [row.rate for row in rows] == [Decimal("100.0")] * 3
    rows = kpi_years(MATCHES, {Y17: 15, Y18: 15, Y19: 15}, AFTER)
    assert [row.target for row in rows] == [15, 15, 15]
    assert [row.cumulative_target for row in rows] == [15, 30, 45]
    assert [row.current_value for row in rows] == [53, 68, 83]
    assert rows[-1].cumulative_rate == Decimal("100.0")


def test_the_worked_example_of_the_first_year() -> None:
    (row,) = kpi_years(CONSULTATIONS, {Y17: 212}, AFTER)
    assert (row.rate, row.current_value, row.is_met) == (Decimal("106.0"), 665, True)
    (row,) = kpi_years(MATCHES, {Y17: 17}, AFTER)
    assert (row.rate, row.current_value, row.is_met) == (Decimal("113.3"), 55, True)


def test_rates_are_never_capped_and_negatives_are_shown() -> None:
    high, low = kpi_years(MATCHES, {Y17: 150, Y18: -3}, AFTER)
    assert high.rate == Decimal("1000.0")
    assert (low.rate, low.actual, low.is_met) == (Decimal("-20.0"), -3, False)
    assert low.cumulative_actual == 147


def test_a_year_without_a_target_gets_none_invented() -> None:
    *_, last, beyond = kpi_years(CONSULTATIONS, {Y17: 1, Y18: 1, Y19: 1, Y20: 9}, AFTER)
    assert last.cumulative_target == 600
    assert (beyond.target, beyond.rate, beyond.is_met) == (None, None, None)
    assert (beyond.cumulative_target, beyond.cumulative_rate) == (None, None)
    assert (beyond.pace_target, beyond.pace_gap) == (None, None)
    assert (beyond.cumulative_actual, beyond.current_value) == (12, 465)


def test_a_gap_in_the_targets_ends_the_cumulative_target() -> None:
    rows = kpi_years(kpi(0, {2017: 10, 2019: 10}), {Y17: 1, Y18: 1, Y19: 1}, AFTER)
    assert [row.cumulative_target for row in rows] == [10, None, None]
    assert [row.rate for row in rows] == [Decimal("10.0"), None, Decimal("10.0")]


def test_the_cumulative_target_needs_no_row_for_every_year() -> None:
    (row,) = kpi_years(CONSULTATIONS, {Y19: 5}, AFTER)
    assert row.cumulative_target == 600


def test_what_came_before_the_first_target_is_in_the_baseline_already() -> None:
    before, first = kpi_years(CONSULTATIONS, {FiscalYear(2016): 40, Y17: 10}, AFTER)
    assert (before.actual, before.cumulative_actual, before.current_value) == (40, 0, 453)
    assert (first.cumulative_actual, first.current_value) == (10, 463)
    assert first.cumulative_target == 200


def test_a_target_of_zero_has_no_rate() -> None:
    (row,) = kpi_years(kpi(0, {2017: 0}), {Y17: 3}, AFTER)
    assert (row.target, row.rate, row.is_met) == (0, None, True)


@pytest.mark.parametrize(
    ("today", "pace", "gap"),
    [
        (date(2017, 3, 31), "0.0", "50.0"),
        (date(2017, 4, 1), "0.5", "49.5"),  # 200 / 365 = 0.547…
        (date(2017, 10, 31), "117.3", "-67.3"),  # 200 × 214 / 365 = 117.26…
        (date(2018, 3, 31), "200.0", "-150.0"),
        (date(2026, 1, 1), "200.0", "-150.0"),
    ],
)
def test_the_pace_is_the_target_times_the_days_gone_by(today: date, pace: str, gap: str) -> None:
    (row,) = kpi_years(CONSULTATIONS, {Y17: 50}, today)
    assert (row.pace_target, row.pace_gap) == (Decimal(pace), Decimal(gap))


def test_the_pace_of_a_leap_year_divides_by_366() -> None:
    (row,) = kpi_years(kpi(0, {2019: 366}), {Y19: 0}, date(2019, 4, 1))
    assert row.pace_target == Decimal("1.0")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1/20", "0.1"), ("-1/20", "-0.1"), ("1/21", "0.0"), ("-1/21", "0.0"), ("1/4", "0.3"),
     ("340/3", "113.3"), ("200/3", "66.7")],
)  # fmt: skip
def test_one_place_rounds_half_up(value: str, shown: str) -> None:
    assert str(one_place(Fraction(value))) == shown


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_a_percentage_is_within_half_a_tenth_of_the_exact_one(actual: int, target: int) -> None:
    shown = percentage(actual, target)
    assert shown is not None
    assert shown.as_tuple().exponent == -1
    assert abs(Fraction(shown) - Fraction(100 * actual, target)) <= Fraction(1, 20)


ACTUALS = st.dictionaries(
    st.integers(2014, 2026).map(FiscalYear), st.integers(-500, 2000), max_size=10
)
TARGETS = st.dictionaries(st.integers(2015, 2024), st.integers(0, 500), min_size=1)


@given(ACTUALS, TARGETS, st.integers(0, 1000), st.dates(date(2014, 1, 1), date(2030, 1, 1)))
def test_cumulative_figures_add_up_year_by_year(
    actuals: dict[FiscalYear, int], targets: dict[int, int], baseline: int, today: date
) -> None:
    rows = kpi_years(kpi(baseline, targets), actuals, today)
    assert [row.fiscal_year for row in rows] == sorted(actuals)
    total = 0
    for row in rows:
        total += row.actual if row.fiscal_year.year >= min(targets) else 0
        assert row.cumulative_actual == total
        assert row.current_value == baseline + total
        assert row.target == targets.get(row.fiscal_year.year)
        assert (row.pace_target is None) == (row.target is None)
        if row.pace_target is not None and row.target is not None:
            assert 0 <= row.pace_target <= row.target
