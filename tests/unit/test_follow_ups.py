"""Which follow-up is due, months after the start of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consultations import Reference
from domain.fiscal_year import FiscalYear
from domain.follow_ups import FollowUp, Placement, follow_up, months_later
from domain.matches import Engagement, Match, MatchState
from domain.working_days import WorkingDays

CALENDAR = WorkingDays(weekdays=frozenset(range(5)))
MONTHS = (1, 3, 6)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
MATCH = Match(
    id=7,
    consultation_id=1,
    reference=Reference(FiscalYear(2026), 1),
    number=1,
    state=MatchState.STARTED,
    engagement=Engagement.FULL,
    talent="it",
    agreed_on=None,
    starts_on=None,
    started_on=None,
    ended_on=None,
    pay=None,
    from_prefecture=None,
    counted_on=None,
)


def begun(day: date, followed_up_on: date | None = None) -> Placement:
    return Placement(replace(MATCH, started_on=day), 401, followed_up_on)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_month_s_last(
    day: date, months: int, later: date
) -> None:
    assert months_later(day, months) == later


@given(DAYS, st.integers(1, 60))
def test_months_later_is_in_that_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("start", "on"),
    [
        # A Saturday; the turn of the year; Golden Week; the first day of a fiscal year.
        (date(2026, 10, 28), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2027, 1, 4)),
        (date(2027, 4, 1), date(2027, 5, 6)),
        (date(2027, 3, 1), date(2027, 4, 1)),
    ],
)
def test_it_is_due_on_the_next_working_day(start: date, on: date) -> None:
    before = on - timedelta(days=1)
    assert follow_up(begun(start), before, CALENDAR, MONTHS) is None
    assert follow_up(begun(start), on, CALENDAR, MONTHS) == FollowUp(1, on)


def test_the_planned_start_stands_until_somebody_says_that_work_began() -> None:
    planned = Placement(replace(MATCH, starts_on=date(2026, 10, 1)), None, None)
    assert follow_up(planned, date(2026, 11, 2), CALENDAR, MONTHS) == FollowUp(1, date(2026, 11, 2))
    moved = replace(planned, match=replace(planned.match, started_on=date(2026, 10, 5)))
    assert follow_up(moved, date(2026, 11, 4), CALENDAR, MONTHS) is None
    assert follow_up(Placement(MATCH, None, None), date(2030, 1, 1), CALENDAR, MONTHS) is None


def test_only_the_latest_is_left_to_do_and_none_once_it_is_done() -> None:
    start, today = date(2026, 10, 1), date(2027, 1, 4)
    due = follow_up(begun(start), today, CALENDAR, MONTHS)
    assert due == FollowUp(3, today)
    assert follow_up(begun(start, date(2026, 11, 2)), today, CALENDAR, MONTHS) == due
    assert follow_up(begun(start, today), today, CALENDAR, MONTHS) is None
    assert follow_up(begun(start, today), date(2027, 4, 1), CALENDAR, MONTHS) == FollowUp(
        6, date(2027, 4, 1)
    )
    assert follow_up(begun(start, date(2027, 4, 1)), date(2030, 1, 1), CALENDAR, MONTHS) is None
    assert follow_up(begun(start), today, CALENDAR, ()) is None
