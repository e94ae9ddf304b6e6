"""What became of a meeting, as staff say it afterwards, and when they are asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.bookings import BookingState, Change
from domain.case_states import Act
from domain.errors import DomainError
from domain.fiscal_year import JST, jst_date
from domain.staff import Action, refusal
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.case_events import CaseEvent
    from domain.staff import StaffMember
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


class NotYourAnswer(DomainError):
    """Somebody else has said what became of the meeting."""

    def __init__(self) -> None:
        super().__init__(N_("Only who recorded it, or a manager, can correct it."))


class TooLateToCorrect(DomainError):
    """What became of the meeting was said too long ago."""

    def __init__(self) -> None:
        super().__init__(N_("It was recorded too long ago to be corrected."))


class HasGoneOn(DomainError):
    """What came after builds on what was said of the meeting."""

    def __init__(self) -> None:
        super().__init__(N_("The case has gone on since, so it cannot be corrected any more."))


class NothingToCorrect(DomainError):
    """No meeting of that day is on record."""

    def __init__(self) -> None:
        super().__init__(N_("It is off the record already."))


class NotBegun(DomainError):
    """The meeting is still to come."""

    def __init__(self) -> None:
        super().__init__(N_("The meeting has not begun yet."))


_BUILDS_ON_NOTHING = frozenset({Act.TAKE, Act.BOOK, Act.UNBOOK, Act.MEET, Act.UNMEET})
"""What meetings do to a case, and taking it: an outcome can be corrected all the same."""


def why_not_correct(
    member: StaffMember | None, said_by: int, said_at: datetime, now: datetime, days: int
) -> DomainError | None:
    """Return why a member may not correct what somebody said of a meeting; None if they may.

    Whoever said it may (Telegram user id), and who may correct cases, for some days.
    """
    if error := refusal(member, Action.CHANGE_MEETING):
        return error
    is_own = member is not None and member.user_id == said_by
    if not is_own and refusal(member, Action.CORRECT_CASE):
        return NotYourAnswer()
    return TooLateToCorrect() if now > said_at + days * _DAY else None


def has_gone_on(events: Iterable[CaseEvent], since: datetime) -> bool:
    """Whether a case was led on, closed or excluded since somebody said how a meeting went."""
    return any(
        event.at > since and event.before is not event.after
        for event in events
        if event.act not in _BUILDS_ON_NOTHING
    )


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
