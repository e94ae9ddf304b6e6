"""What staff see of the slots: the weeks ahead, and one day with its meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.closures import Interval, whole_days, within
from domain.fiscal_year import jst_date, jst_midnight
from domain.staff import Action
from services import waiting
from services.agendas import agenda
from services.cases import permitted
from services.staff_meetings import Meeting, meetings_of
from storage import closures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from domain.slots import Agenda, Method, SeatCount, SlotRules
    from services.occasion import Occasion
    from storage.database import Transaction

SHOWN_DAYS = 14
"""The week that is asked for, and the next."""
FARTHEST_DAYS = 371
"""How far ahead staff can look: as far as a closure reaches, to the end of that week."""
_DAY = timedelta(days=1)


class DayOff(StrEnum):
    """Why there are no meetings on a day: the office's own calendar, or staff closed it."""

    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True)
class MethodSeats:
    """The seats of one or more methods at a time; None while staff have closed it."""

    methods: tuple[Method, ...]
    count: SeatCount | None


@dataclass(frozen=True)
class SlotTime:
    """A time at which meetings can begin (UTC); the methods that most share come first.

    `end` is when the longest of them is over.
    """

    start: datetime
    end: datetime
    seats: tuple[MethodSeats, ...]


@dataclass(frozen=True)
class SlotDay:
    """A day (JST): its times from now on, and how many meetings are booked or held on it."""

    day: date
    off: DayOff | None
    times: tuple[SlotTime, ...]
    meetings: int


@dataclass(frozen=True)
class SlotWeeks:
    """Two weeks from a Monday on, without the days that are over."""

    monday: date
    days: tuple[SlotDay, ...]
    has_earlier: bool
    has_later: bool
    main: tuple[Method, ...]
    """The methods whose seats need no name: those that most share."""
    waiting: Mapping[Method, int]
    """How many wait for a slot of a method."""


@dataclass(frozen=True)
class DaySheet:
    """A day with its meetings, and what of it is closed; `may_close` is about who asks."""

    slots: SlotDay
    main: tuple[Method, ...]
    meetings: tuple[Meeting, ...]
    closed: tuple[Interval, ...]
    may_close: bool
    is_over: bool


def weeks(tx: Transaction, at: Occasion, user_id: int, monday: date | None) -> SlotWeeks:
    """Return the two weeks from a Monday on; from this week on where it is None or over.

    Raises NotPermitted.
    """
    permitted(tx, user_id, Action.READ_SLOTS)
    today = jst_date(at.now)
    this_week = today - _DAY * today.weekday()
    farthest = today + _DAY * FARTHEST_DAYS
    first = this_week
    if monday is not None:
        first = min(max(this_week, monday - _DAY * monday.weekday()), farthest)
    days = [first + _DAY * number for number in range(SHOWN_DAYS)]
    sheet = _Sheet(tx, at, first, days[-1])
    return SlotWeeks(
        monday=first,
        days=tuple(sheet.day(day) for day in days if day >= today),
        has_earlier=first > this_week,
        has_later=first + _DAY * 7 <= farthest,
        main=sheet.main,
        waiting=waiting.counts(tx),
    )


def day_sheet(tx: Transaction, at: Occasion, user_id: int, day: date) -> DaySheet:
    """Return a day with its meetings. Raises NotPermitted."""
    member = permitted(tx, user_id, Action.READ_SLOTS)
    whole_day = Interval(jst_midnight(day), jst_midnight(day + _DAY))
    sheet = _Sheet(tx, at, day, day)
    return DaySheet(
        slots=sheet.day(day),
        main=sheet.main,
        meetings=meetings_of(tx, day),
        closed=tuple(within(closures.between(tx, whole_day.start, whole_day.end), [whole_day])),
        may_close=member.may(Action.CLOSE_SLOTS),
        is_over=day < jst_date(at.now),
    )


class _Sheet:
    """The slots of some days, of all methods together; those alike in all count as one."""

    def __init__(self, tx: Transaction, at: Occasion, since: date, until: date) -> None:
        self._at = at
        groups = _alike(at.programme.booking.methods_offered.values())
        self._agendas = [
            (methods, agenda(tx, rules, at, since, until)) for methods, rules in groups
        ]
        self._closed_days = whole_days(
            closures.between(tx, jst_midnight(since), jst_midnight(until + _DAY))
        )
        self.main: tuple[Method, ...] = groups[0][0]

    def day(self, day: date) -> SlotDay:
        off = self._off(day)
        return SlotDay(
            day=day,
            off=off,
            times=() if off is not None else self._times(day),
            meetings=sum(
                taken.seats.bit_count()
                for taken in self._agendas[0][1].taken
                if jst_date(taken.start) == day
            ),
        )

    def _off(self, day: date) -> DayOff | None:
        if not self._at.programme.working_days.is_open(day):
            return DayOff.HOLIDAY
        is_closed = any(first <= day <= last for first, last in self._closed_days)
        return DayOff.CLOSED if is_closed else None

    def _times(self, day: date) -> tuple[SlotTime, ...]:
        seats: dict[datetime, list[MethodSeats]] = {}
        ends: dict[datetime, datetime] = {}
        for methods, found in self._agendas:
            for start in found.rules.starts_on(day):
                if start > self._at.now:
                    seats.setdefault(start, []).append(_seats(found, methods, start))
                    ends[start] = max(ends.get(start, start), found.rules.ends(start))
        return tuple(SlotTime(start, ends[start], tuple(seats[start])) for start in sorted(seats))


def _seats(found: Agenda, methods: tuple[Method, ...], start: datetime) -> MethodSeats:
    is_closed = found.is_closed(Interval(start, found.rules.ends(start)))
    return MethodSeats(methods, None if is_closed else found.count(start))


def _alike(all_rules: Iterable[SlotRules]) -> list[tuple[tuple[Method, ...], SlotRules]]:
    """Put the methods together that have the same hours and are bound by the common seats only.

    The largest group comes first.
    """

    groups: dict[object, list[SlotRules]] = {}
    for rules in all_rules:
        own = rules.method if rules.places < rules.seats else None
        key = (rules.hours, rules.minutes, rules.buffer_minutes, own)
        groups.setdefault(key, []).append(rules)
    largest_first = sorted(groups.values(), key=len, reverse=True)
    return [(tuple(rules.method for rules in group), group[0]) for group in largest_first]
