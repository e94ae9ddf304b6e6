"""When reminders are due, and until when they are of use."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from bot.programme_file import SAMPLE, load_programme
from domain.fiscal_year import JST
from domain.reminders import Reminder, due_at, owed, useful_until

if TYPE_CHECKING:
    from domain.programme_booking import BookingSettings

RULES = load_programme(SAMPLE).booking


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST).astimezone(UTC)  # type: ignore[misc, arg-type]


def rules(day_before: time, minutes_before: int) -> BookingSettings:
    changed = {"remind_day_before": day_before, "remind_minutes_before": minutes_before}
    return RULES.model_copy(update=changed)


START = jst(2027, 1, 4, 9, 30)


def test_the_day_before_is_the_calendars_and_the_clock_is_japans() -> None:
    assert due_at(Reminder.DAY_BEFORE, START, RULES) == jst(2027, 1, 3, 10)
    assert due_at(Reminder.SHORTLY_BEFORE, START, RULES) == jst(2027, 1, 4, 8, 30)
    assert due_at(Reminder.DAY_BEFORE, jst(2027, 1, 1, 0, 15), RULES) == jst(2026, 12, 31, 10)


def test_each_is_useful_until_the_next_thing_happens() -> None:
    assert useful_until(Reminder.DAY_BEFORE, START, RULES) == jst(2027, 1, 4, 8, 30)
    assert useful_until(Reminder.SHORTLY_BEFORE, START, RULES) == START


def test_what_is_due_when_it_is_booked_is_not_owed() -> None:
    both = {Reminder.DAY_BEFORE, Reminder.SHORTLY_BEFORE}
    assert set(owed(START, jst(2027, 1, 3, 9, 59), RULES)) == both
    assert set(owed(START, jst(2027, 1, 3, 10), RULES)) == {Reminder.SHORTLY_BEFORE}
    assert set(owed(START, jst(2027, 1, 4, 8, 29), RULES)) == {Reminder.SHORTLY_BEFORE}
    assert owed(START, jst(2027, 1, 4, 8, 30), RULES) == {}


def test_a_reminder_that_would_follow_the_later_one_is_not_owed() -> None:
    late = rules(time(22), 12 * 60)
    assert set(owed(START, jst(2027, 1, 1, 0), late)) == {Reminder.SHORTLY_BEFORE}
