"""How long a slot is held for who waits, and when they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from domain.fiscal_year import JST
from domain.waiting import OfficeHours, held_until, told_at
from domain.working_days import WorkingDays

WEEKDAYS = WorkingDays(frozenset(range(5)))
OFFICE = OfficeHours(time(9), time(17), WEEKDAYS)


def jst(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("offered", "until"),
    [
        # Tuesday 24 to Thursday 26 November 2026; Monday 23 was a holiday.
        ("2026-11-24 10:00:00", "2026-11-24 10:30:00"),
        ("2026-11-24 09:00:00", "2026-11-24 09:30:00"),
        ("2026-11-24 08:59:59", "2026-11-24 09:30:00"),
        ("2026-11-24 00:00:00", "2026-11-24 09:30:00"),
        ("2026-11-24 16:30:00", "2026-11-24 17:00:00"),
        ("2026-11-24 16:30:01", "2026-11-25 09:00:01"),
        ("2026-11-24 16:50:00", "2026-11-25 09:20:00"),
        ("2026-11-24 16:59:59", "2026-11-25 09:29:59"),
        ("2026-11-24 17:00:00", "2026-11-25 09:30:00"),
        ("2026-11-24 23:59:59", "2026-11-25 09:30:00"),
        # Friday evening, Saturday, and the Sunday before a holiday.
        ("2026-11-27 16:45:00", "2026-11-30 09:15:00"),
        ("2026-11-28 12:00:00", "2026-11-30 09:30:00"),
        ("2026-11-22 10:00:00", "2026-11-24 09:30:00"),
        # The last office hour of the year runs on in the new one.
        ("2026-12-28 16:40:00", "2027-01-04 09:10:00"),
        ("2026-12-31 23:59:59", "2027-01-04 09:30:00"),
    ],
)
def test_a_hold_lasts_for_minutes_of_office_hours(offered: str, until: str) -> None:
    assert held_until(OFFICE, jst(offered), 30) == jst(until)


def test_a_long_hold_runs_over_several_days() -> None:
    # Eight hours a day, of which seven are left on the first.
    assert held_until(OFFICE, jst("2026-11-26 10:00:00"), 24 * 60) == jst("2026-12-01 10:00:00")
    assert held_until(OFFICE, jst("2026-11-26 09:00:00"), 8 * 60) == jst("2026-11-26 17:00:00")


def test_a_day_that_staff_closed_has_no_office_hours() -> None:
    wednesday = date(2026, 11, 25)
    closed = replace(WEEKDAYS, closures=((wednesday, wednesday),))
    office = OfficeHours(time(9), time(17), closed)
    assert held_until(office, jst("2026-11-24 16:50:00"), 30) == jst("2026-11-26 09:20:00")


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        ("2026-11-24 10:00:00", "2026-11-24 10:00:00"),
        ("2026-11-28 12:00:00", "2026-11-28 12:00:00"),
        ("2026-11-24 20:59:59", "2026-11-24 20:59:59"),
        ("2026-11-24 21:00:00", "2026-11-25 08:00:00"),
        ("2026-11-24 00:00:00", "2026-11-24 08:00:00"),
        ("2026-11-24 07:59:59", "2026-11-24 08:00:00"),
        ("2026-11-24 08:00:00", "2026-11-24 08:00:00"),
        ("2026-11-27 23:00:00", "2026-11-28 08:00:00"),
        ("2026-12-31 23:30:00", "2027-01-01 08:00:00"),
    ],
)
def test_nobody_is_woken(offered: str, told: str) -> None:
    assert told_at(OFFICE, jst(offered)) == jst(told)


def test_an_office_that_opens_early_tells_as_it_opens() -> None:
    early = OfficeHours(time(7), time(15), WEEKDAYS)
    assert told_at(early, jst("2026-11-24 23:00:00")) == jst("2026-11-25 07:00:00")
    assert told_at(early, jst("2026-11-24 07:10:00")) == jst("2026-11-24 07:10:00")
