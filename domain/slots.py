"""Slots: when a meeting can begin, and which adviser's seat is free then.

Days and clock times are JST, moments are aware and in UTC. A slot keeps a seat for its minutes and
the buffer behind them. Time is counted in quarters of an hour, the finest grain of a programme.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from domain.closures import Interval, without_closed
from domain.fiscal_year import JST, jst_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.working_days import WorkingDays

QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)


class Method(StrEnum):
    """How to meet (questionnaire, Q22)."""

    VISIT = "visit"
    HUB = "hub"
    ONLINE = "online"
    PHONE = "phone"


@dataclass(frozen=True)
class Hours:
    """Hours (JST) of a weekday, Monday being 0."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class SlotRules:
    """What the slots of a method follow.

    `seats` advisers work in parallel over all methods; `places` of them at most by this one.
    """

    method: Method
    hours: tuple[Hours, ...]
    minutes: int
    buffer_minutes: int
    places: int
    seats: int
    notice_working_days: int
    horizon_days: int

    def ends(self, start: datetime) -> datetime:
        """Return when a meeting that begins at `start` ends."""
        return start + timedelta(minutes=self.minutes)

    def seat_until(self, start: datetime) -> datetime:
        """Return until when a meeting that begins at `start` keeps its seat."""
        return self.ends(start) + timedelta(minutes=self.buffer_minutes)

    def starts_on(self, day: date) -> tuple[datetime, ...]:
        """Return the moments (UTC) at which a slot begins on a weekday like this one."""
        return _starts(self.hours, self.minutes, self.buffer_minutes, day)


@lru_cache(maxsize=1024)
def _starts(
    hours: tuple[Hours, ...], minutes: int, buffer_minutes: int, day: date
) -> tuple[datetime, ...]:
    found = []
    for span in hours:
        if span.weekday != day.weekday():
            continue
        start = datetime.combine(day, span.opens, tzinfo=JST).astimezone(UTC)
        closes = datetime.combine(day, span.closes, tzinfo=JST).astimezone(UTC)
        while start + timedelta(minutes=minutes) <= closes:
            found.append(start)
            start += timedelta(minutes=minutes + buffer_minutes)
    return tuple(sorted(found))


@dataclass(frozen=True)
class Seat:
    """Which adviser of all, and which of those who work by a method; both count from 0."""

    seat: int
    place: int


@dataclass(frozen=True)
class Taken:
    """What live bookings of a method that begin and end together keep from `start` to `until`.

    Moments in UTC; `seats` and `places` have a bit for each that is taken, the lowest for 0.
    """

    start: datetime
    until: datetime
    method: Method
    seats: int
    places: int

    def without(self, gone: Taken) -> Taken:
        """Return what is left when some go; those that begin or end otherwise are not of these."""
        if (self.start, self.until, self.method) != (gone.start, gone.until, gone.method):
            return self
        return replace(self, seats=self.seats & ~gone.seats, places=self.places & ~gone.places)


class SlotState(StrEnum):
    """Whether a time can be booked, and if not, why."""

    FREE = "free"
    FULL = "full"
    CLOSED = "closed"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"


@dataclass(frozen=True)
class SeatCount:
    """How many seats there are at a time, are booked, and can still be booked.

    More are booked than there are where seats were lowered since.
    """

    seats: int
    booked: int
    free: int


def quarters(start: datetime, until: datetime) -> Iterator[datetime]:
    """Return the quarters of an hour that a seat is taken for; `start` lies on one."""
    while start < until:
        yield start
        start += QUARTER


@dataclass(frozen=True)
class Agenda:
    """What can be booked by one method, as of `now`: rules, calendar, closures, live bookings.

    `taken` is by all live bookings, of every method, of the days that are asked about.
    """

    rules: SlotRules
    working_days: WorkingDays
    closures: tuple[Interval, ...]
    taken: tuple[Taken, ...]
    now: datetime

    def without(self, gone: Taken) -> Agenda:
        """Return the agenda as it is once a booking is gone: what it could be moved to."""
        return replace(self, taken=tuple(each.without(gone) for each in self.taken))

    @cached_property
    def first_day(self) -> date:
        """The earliest day that can be booked: the minimum notice counts working days.

        A day after the last if the counter stays closed for years.
        """
        try:
            return self.calendar.add(jst_date(self.now), self.rules.notice_working_days)
        except ValueError:
            return self.last_day + _DAY

    @property
    def last_day(self) -> date:
        """The last day that can be booked."""
        return jst_date(self.now) + _DAY * self.rules.horizon_days

    def last_day_to_act(self, day: date) -> date:
        """Return the last day on which something on `day`, an open one, can be booked or moved."""
        last = day
        while self.calendar.add(last, self.rules.notice_working_days) > day:
            last -= _DAY
        return last

    def state_of_day(self, day: date) -> SlotState:
        """Return FREE if any time of the day can be booked, else why none can."""
        if (outside := self._outside(day)) is not None:
            return outside
        states = set()
        for start in self.rules.starts_on(day):
            state = self._state_by_clock(start)
            if state is SlotState.FREE:
                return state
            states.add(state)
        for state in (SlotState.FULL, SlotState.TOO_SOON):
            if state in states:
                return state
        return SlotState.CLOSED

    def times(self, day: date) -> list[tuple[datetime, SlotState]]:
        """Return the day's slots in order, each with its state."""
        outside = self._outside(day)
        return [
            (start, outside or self._state_by_clock(start)) for start in self.rules.starts_on(day)
        ]

    def state(self, start: datetime) -> SlotState:
        """Return whether a meeting can begin at a moment; CLOSED where no slot begins."""
        day = jst_date(start)
        if (outside := self._outside(day)) is not None:
            return outside
        if start not in self.rules.starts_on(day):
            return SlotState.CLOSED
        return self._state_by_clock(start)

    def _state_by_clock(self, start: datetime) -> SlotState:
        if start <= self.now:
            return SlotState.TOO_SOON
        if self._is_closed_in(Interval(start, self.rules.ends(start))):
            return SlotState.CLOSED
        return SlotState.FULL if self.free_seat(start) is None else SlotState.FREE

    def is_closed(self, meeting: Interval) -> bool:
        """Whether the office is closed on the day of a meeting, or for any part of it."""
        return not self.calendar.is_open(jst_date(meeting.start)) or self._is_closed_in(meeting)

    def _is_closed_in(self, meeting: Interval) -> bool:
        return any(closed.overlaps(meeting) for closed in self.closures)

    def free_seat(self, start: datetime) -> Seat | None:
        """Return the lowest seat and place that are free for the whole slot; None if it is full.

        A seat above today's number counts as taken: seats may have been lowered below what is
        booked.
        """
        seats, places, rules = 0, 0, self.rules
        for quarter in quarters(start, rules.seat_until(start)):
            at_once = self._seats[quarter]
            by_method = self._places[quarter]
            if at_once.bit_count() >= rules.seats or by_method.bit_count() >= rules.places:
                return None
            seats |= at_once
            places |= by_method
        seat, place = _lowest_free(seats), _lowest_free(places)
        return Seat(seat, place) if seat < rules.seats and place < rules.places else None

    def count(self, start: datetime) -> SeatCount:
        """Return the seats of a slot, whatever else forbids it: those of all, or the places left.

        `free` is above 0 exactly where `free_seat` finds one.
        """
        rules = self.rules
        slot = list(quarters(start, rules.seat_until(start)))
        pool = _counted([self._seats[quarter] for quarter in slot], rules.seats)
        if rules.places >= rules.seats:
            return pool
        places = _counted([self._places[quarter] for quarter in slot], rules.places)
        return replace(places, free=min(places.free, pool.free))

    def days(self, since: date | None = None, until: date | None = None) -> Iterator[date]:
        """Return the days that can be booked, of those from `since` to `until` if given."""
        day = max(self.first_day, since or self.first_day)
        last = min(self.last_day, until or self.last_day)
        while day <= last:
            yield day
            day += _DAY

    def free(self, since: date | None = None, until: date | None = None) -> Iterator[datetime]:
        """Return the free slots of those days, the earliest first."""
        for day in self.days(since, until):
            for start, state in self.times(day):
                if state is SlotState.FREE:
                    yield start

    def nearest(self, to: datetime, count: int, but: datetime | None = None) -> list[datetime]:
        """Return the free slots nearest to a moment, the earliest first; not `but`."""
        free = (start for start in self.free() if start != but)
        by_distance = sorted(free, key=lambda start: (abs(start - to), start))
        return sorted(by_distance[:count])

    def _outside(self, day: date) -> SlotState | None:
        if not self.calendar.is_open(day):
            return SlotState.CLOSED
        if day < self.first_day:
            return SlotState.TOO_SOON
        return SlotState.TOO_FAR if day > self.last_day else None

    @cached_property
    def calendar(self) -> WorkingDays:
        """The days on which the counter is open, without those that staff have closed."""
        return without_closed(self.working_days, self.closures)

    @cached_property
    def _seats(self) -> defaultdict[datetime, int]:
        return _by_quarter((each, each.seats) for each in self.taken)

    @cached_property
    def _places(self) -> defaultdict[datetime, int]:
        return _by_quarter(
            (each, each.places) for each in self.taken if each.method is self.rules.method
        )


def _by_quarter(taken: Iterable[tuple[Taken, int]]) -> defaultdict[datetime, int]:
    """Return, for each quarter of an hour, a bit for each seat that is taken."""
    found: defaultdict[datetime, int] = defaultdict(int)
    for each, bits in taken:
        for quarter in quarters(each.start, each.until):
            found[quarter] |= bits
    return found


def _counted(taken: list[int], seats: int) -> SeatCount:
    """Count the bits taken in each quarter of a slot; only what is free in all of them is free."""
    booked = max(quarter.bit_count() for quarter in taken)
    ever_taken = 0
    for quarter in taken:
        ever_taken |= quarter
    below = (ever_taken & ((1 << seats) - 1)).bit_count()
    return SeatCount(seats, booked, max(0, seats - max(booked, below)))


def _lowest_free(taken: int) -> int:
    return (~taken & (taken + 1)).bit_length() - 1
