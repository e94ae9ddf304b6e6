"""Follow-ups: some months after somebody began to work, staff see how it goes (FOLLOWUP)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from domain.matches import Match
    from domain.working_days import WorkingDays


@dataclass(frozen=True)
class Placement:
    """A match of an open case whose work has begun, or was to begin, on a day (JST).

    `assignee` is who has the case, `followed_up_on` the day of the last follow-up.
    """

    match: Match
    assignee: int | None
    followed_up_on: date | None

    @property
    def begins_on(self) -> date | None:
        """The first day of work; the planned one while nobody said that it has begun."""
        return self.match.started_on or self.match.starts_on


@dataclass(frozen=True)
class FollowUp:
    """A follow-up so many months after the start of work, due on a working day."""

    months: int
    on: date


def months_later(day: date, months: int) -> date:
    """Return the same day some months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def follow_up(
    placement: Placement, today: date, calendar: WorkingDays, months: Iterable[int]
) -> FollowUp | None:
    """Return the follow-up that is due; None if none is yet, or it was done since.

    Of several that have come, only the latest is left to do.
    """
    begins_on = placement.begins_on
    if begins_on is None:
        return None
    due = [
        FollowUp(number, on)
        for number in months
        if (on := calendar.first_open_from(months_later(begins_on, number))) <= today
    ]
    latest = max(due, key=lambda one: one.months, default=None)
    done_on = placement.followed_up_on
    is_done = latest is not None and done_on is not None and done_on >= latest.on
    return None if is_done else latest
