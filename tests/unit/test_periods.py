from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fiscal_year import JST
from domain.periods import Period, day_of, due_periods, fiscal_year_of, month_of, week_of
from domain.programme import Schedule
from domain.working_days import WorkingDays

SCHEDULE = Schedule.model_validate(
    {"weekly": {"weekday": 0, "time": "09:00"}, "monthly": {"day": 1, "time": "09:00"}}
)
OFFICE = WorkingDays(frozenset(range(5)))


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST)  # type: ignore[misc, arg-type]


def due(since: datetime, now: datetime) -> list[tuple[str, datetime]]:
    found = due_periods(SCHEDULE, OFFICE, now, since)
    return [(period.key, period.due_at.astimezone(JST)) for period in found]


def test_the_weekly_summary_of_monday_covers_the_week_before() -> None:
    (period,) = due_periods(SCHEDULE, OFFICE, jst(2026, 11, 16, 9), jst(2026, 11, 15))
    assert (period.kind, period.key) == ("weekly", "2026-W46")
    assert (period.first_day, period.last_day) == (date(2026, 11, 9), date(2026, 11, 15))
    assert period.due_at == datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    assert period.due_at.tzinfo is UTC


def test_the_monthly_summary_of_the_first_covers_the_month_before() -> None:
    (period,) = due_periods(SCHEDULE, OFFICE, jst(2026, 10, 1, 9), jst(2026, 9, 30))
    assert (period.kind, period.key) == ("monthly", "2026-09")
    assert (period.first_day, period.last_day) == (date(2026, 9, 1), date(2026, 9, 30))


def test_a_holiday_monday_moves_the_weekly_summary_to_tuesday() -> None:
    assert due(jst(2026, 11, 22), jst(2026, 11, 24, 8, 59)) == []
    assert due(jst(2026, 11, 22), jst(2026, 11, 24, 9)) == [("2026-W47", jst(2026, 11, 24, 9))]


def test_new_year_moves_both_summaries_past_3_january() -> None:
    assert due(jst(2026, 12, 28, 9), jst(2027, 1, 4, 8, 59)) == []
    assert due(jst(2026, 12, 28, 9), jst(2027, 1, 4, 9)) == [
        ("2026-12", jst(2027, 1, 4, 9)),
        ("2026-W53", jst(2027, 1, 4, 9)),
    ]


def test_golden_week_moves_the_weekly_summary_past_it() -> None:
    assert due(jst(2026, 5, 1, 9), jst(2026, 5, 7, 9)) == [("2026-W18", jst(2026, 5, 7, 9))]
    assert due(jst(2026, 4, 30), jst(2026, 5, 1, 9)) == [("2026-04", jst(2026, 5, 1, 9))]


def test_the_week_that_crosses_the_year_has_its_iso_key() -> None:
    keys = [key for key, _ in due(jst(2024, 12, 28), jst(2025, 1, 7))]
    assert keys == ["2024-12", "2024-W52", "2025-W01"]


def test_since_is_excluded_and_now_is_included() -> None:
    assert due(jst(2026, 11, 16, 9), jst(2026, 11, 16, 23)) == []
    assert len(due(jst(2026, 11, 16, 8, 59), jst(2026, 11, 16, 9))) == 1


def test_what_was_missed_for_two_months_is_caught_up_in_order() -> None:
    found = due(jst(2026, 8, 31, 10), jst(2026, 11, 1, 12))
    assert [moment for _, moment in found] == sorted(moment for _, moment in found)
    assert [key for key, _ in found] == [
        "2026-08", "2026-W36", "2026-W37", "2026-W38", "2026-W39", "2026-09",
        "2026-W40", "2026-W41", "2026-W42", "2026-W43",
    ]  # fmt: skip


def test_a_long_closure_delays_and_loses_nothing() -> None:
    closed = WorkingDays(frozenset(range(5)), closures=((date(2026, 6, 1), date(2026, 9, 30)),))
    found = due_periods(SCHEDULE, closed, jst(2026, 10, 1, 9), jst(2026, 9, 30))
    assert [p.key for p in found if p.kind == "monthly"] == [
        "2026-05", "2026-06", "2026-07", "2026-08", "2026-09",
    ]  # fmt: skip
    assert len([p for p in found if p.kind == "weekly"]) == 18


def test_times_and_days_come_from_the_schedule() -> None:
    other = Schedule.model_validate(
        {"weekly": {"weekday": 4, "time": "17:30"}, "monthly": {"day": 5, "time": "08:15"}}
    )
    found = due_periods(other, OFFICE, jst(2026, 11, 6, 18), jst(2026, 11, 4))
    assert [(p.key, p.first_day, p.due_at) for p in found] == [
        ("2026-10", date(2026, 10, 1), jst(2026, 11, 5, 8, 15)),
        ("2026-W44", date(2026, 10, 26), jst(2026, 11, 6, 17, 30)),
    ]


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 11, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="naive"):
        due_periods(SCHEDULE, OFFICE, jst(2026, 11, 2), naive)


MOMENTS = st.datetimes(datetime(2017, 4, 1), datetime(2031, 3, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
)


@given(MOMENTS, st.lists(st.integers(0, 40 * 24 * 60), min_size=1, max_size=6))
def test_every_period_falls_due_exactly_once_however_the_ticks_fall(
    start: datetime, minutes: list[int]
) -> None:
    ticks = [start, *(start + timedelta(minutes=m) for m in sorted(minutes))]
    whole = due_periods(SCHEDULE, OFFICE, ticks[-1], start)
    pieces = [
        period
        for since, now in pairwise(ticks)
        for period in due_periods(SCHEDULE, OFFICE, now, since)
    ]
    assert pieces == whole
    assert len({(period.kind, period.key) for period in whole}) == len(whole)
    assert all(OFFICE.is_open(period.due_at.astimezone(JST).date()) for period in whole)


@given(st.dates(date(2017, 4, 1), date(2031, 3, 31)))
def test_every_period_of_figures_holds_its_day(day: date) -> None:
    for period in (day_of(day), week_of(day), month_of(day), fiscal_year_of(day)):
        assert period.contains(day)
        assert period.contains(period.first)
        assert not period.contains(period.after)


def test_periods_of_figures_are_half_open() -> None:
    day = date(2026, 12, 31)
    assert day_of(day) == Period(day, date(2027, 1, 1))
    assert week_of(day) == Period(date(2026, 12, 28), date(2027, 1, 4))
    assert month_of(day) == Period(date(2026, 12, 1), date(2027, 1, 1))
    assert fiscal_year_of(day) == Period(date(2026, 4, 1), date(2027, 4, 1))
    assert day_of(day).utc_bounds == (
        datetime(2026, 12, 30, 15, tzinfo=UTC),
        datetime(2026, 12, 31, 15, tzinfo=UTC),
    )
