"""Reminders of a meeting: when each is due, and until when it is of use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.fiscal_year import JST, jst_date

if TYPE_CHECKING:
    from domain.programme_booking import BookingSettings

_DAY = timedelta(days=1)


class Reminder(StrEnum):
    """The two reminders of a meeting: the day before at a clock time, and shortly before it."""

    DAY_BEFORE = "day_before"
    SHORTLY_BEFORE = "shortly_before"


def due_at(reminder: Reminder, starts_at: datetime, rules: BookingSettings) -> datetime:
    """Return when (UTC) a reminder of a meeting is due.

    The day before is the calendar's (JST), whether or not the office is open then.
    """
    if reminder is Reminder.SHORTLY_BEFORE:
        return starts_at - timedelta(minutes=rules.remind_minutes_before)
    day = jst_date(starts_at) - _DAY
    return datetime.combine(day, rules.remind_day_before, JST).astimezone(UTC)


def useful_until(reminder: Reminder, starts_at: datetime, rules: BookingSettings) -> datetime:
    """Return when (UTC) a reminder comes too late: each when the next one, or the meeting, does."""
    if reminder is Reminder.SHORTLY_BEFORE:
        return starts_at
    return due_at(Reminder.SHORTLY_BEFORE, starts_at, rules)


def owed(starts_at: datetime, now: datetime, rules: BookingSettings) -> dict[Reminder, datetime]:
    """Return the reminders of a meeting booked `now`, each with the moment (UTC) it is due.

    What would have been due by now is not owed, nor what is due when it is of no use any more.
    """
    due = {reminder: due_at(reminder, starts_at, rules) for reminder in Reminder}
    return {
        reminder: moment
        for reminder, moment in due.items()
        if now < moment < useful_until(reminder, starts_at, rules)
    }
