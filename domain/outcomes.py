"""What became of a meeting, as staff say it afterwards, and when they are asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.bookings import BookingState, Change
from domain.errors import DomainError
from domain.fiscal_year import JST, jst_date
from domain.texts import N_

if TYPE_CHECKING:
    from domain.working_days import WorkingDays

_DAY = timedelta(days=1)


class Outcome(StrEnum):
    """What became of a meeting: 実施, 欠席, 延期."""

    MET = "met"
    NO_SHOW = "no_show"
    POSTPONED = "postponed"

    @property
    def state(self) -> BookingState:
        """The state of a booking that ended so."""
        return BookingState(self.value)

    @property
    def change(self) -> Change:
        """The change by which a booking ends so."""
        return Change(self.value)


OUTCOME_NAMES = {
    Outcome.MET: N_("Held"),
    Outcome.NO_SHOW: N_("Nobody came"),
    Outcome.POSTPONED: N_("Postponed"),
}
ENDS = {outcome.state: outcome for outcome in Outcome}
"""The outcome by the state it leaves a booking in."""


class AlreadyAnswered(DomainError):
    """Somebody has said before what became of the meeting."""


class AlreadyMet(DomainError):
    """The meeting of that day is recorded already."""

    def __init__(self) -> None:
        super().__init__(N_("The meeting of that day is recorded already."))


class MeetingIsBooked(DomainError):
    """The case has a booked meeting: what becomes of it is said of that."""

    def __init__(self) -> None:
        super().__init__(N_("The case has a booked meeting. Please say there what became of it."))


class NotBegun(DomainError):
    """The meeting is still to come."""

    def __init__(self) -> None:
        super().__init__(N_("The meeting has not begun yet."))


def last_asking(ends_at: datetime, now: datetime, calendar: WorkingDays, opens: time) -> datetime:
    """Return the last moment (UTC), of those that have come, at which staff are to be asked.

    They are asked when the meeting ends, and again on each later working day when the office opens
    (JST). `now` is not before `ends_at`.
    """
    day = jst_date(now)
    if now < _at(day, opens):
        day -= _DAY
    day = calendar.last_open_until(day)
    return _at(day, opens) if day > jst_date(ends_at) else ends_at


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, JST).astimezone(UTC)
