"""What must be true of slots whatever the hours, seats, closures and bookings are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bookings import Booking, BookingState, may_be_changed
from domain.closures import Interval
from domain.consultations import Reference
from domain.fiscal_year import JST, FiscalYear, jst_date, jst_midnight
from domain.slots import QUARTER, Agenda, Hours, Method, SlotRules, SlotState, Taken
from domain.working_days import WorkingDays

DAY = timedelta(days=1)
OFFICE = WorkingDays(frozenset(range(5)), closures=((date(2027, 1, 6), date(2027, 1, 7)),))
# Around a year's end, holidays in a row, a leap day, and the end of a fiscal year.
FIRST_DAYS = (
    date(2026, 12, 22),
    date(2027, 1, 2),
    date(2026, 4, 28),
    date(2028, 2, 25),
    date(2027, 3, 29),
)
CLOCKS = tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45))
LENGTHS = st.sampled_from((15, 30, 45, 60, 90))
BUFFERS = st.sampled_from((0, 15, 30, 45))


@st.composite
def hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Spans of a few weekdays that do not overlap."""
    found = []
    for weekday in draw(st.sets(st.integers(0, 4), min_size=2)):
        edges = sorted(draw(st.sets(st.sampled_from(CLOCKS), min_size=2, max_size=4)))
        spans = zip(edges[::2], edges[1::2], strict=False)
        found += [Hours(weekday, opens, closes) for opens, closes in spans]
    return tuple(found)


@st.composite
def pools(draw: st.DrawFn) -> tuple[SlotRules, SlotRules]:
    """Two methods that share the seats of one pool."""
    seats = draw(st.integers(1, 3))
    notice, horizon = draw(st.integers(0, 3)), draw(st.integers(1, 9))

    def rules(method: Method) -> SlotRules:
        return SlotRules(
            method=method,
            hours=draw(hours()),
            minutes=draw(LENGTHS),
            buffer_minutes=draw(BUFFERS),
            places=draw(st.integers(1, seats)),
            seats=seats,
            notice_working_days=notice,
            horizon_days=horizon,
        )

    return rules(Method.HUB), rules(Method.PHONE)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    day = draw(st.sampled_from(FIRST_DAYS)) + DAY * draw(st.integers(0, 5))
    clock = draw(st.sampled_from([time(0), time(9, 30), time(23, 59, 59)]))
    return datetime.combine(day, clock, JST).astimezone(UTC)


@st.composite
def spans_after(draw: st.DrawFn, moment: datetime) -> tuple[Interval, ...]:
    """Closures from a moment's day on: quarters, or whole days."""
    midnight = jst_midnight(jst_date(moment))
    found = []
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            start = midnight + DAY * draw(st.integers(0, 6))
            length = DAY * draw(st.integers(1, 2))
        else:
            start = midnight + QUARTER * draw(st.integers(0, 6 * 96))
            length = QUARTER * draw(st.integers(1, 30))
        found.append(Interval(start, start + length))
    return tuple(found)


def booked_at_random(
    draw: st.DrawFn, pool: tuple[SlotRules, ...], closures: tuple[Interval, ...], now: datetime
) -> tuple[Taken, ...]:
    """Book by one method and the other what is free, up to twelve times."""
    taken: tuple[Taken, ...] = ()
    for _ in range(draw(st.integers(0, 12))):
        rules = draw(st.sampled_from(pool))
        free = list(Agenda(rules, OFFICE, closures, taken, now).free())
        if free:
            # Near the first, so that they crowd.
            start = free[draw(st.integers(0, min(3, len(free) - 1)))]
            seat = Agenda(rules, OFFICE, closures, taken, now).free_seat(start)
            assert seat is not None
            taken += (
                Taken(
                    start, rules.seat_until(start), rules.method, 1 << seat.seat, 1 << seat.place
                ),
            )
    return taken


@settings(deadline=None)
@given(st.data(), pools(), moments())
def test_nobody_meets_two_at_once_and_the_buffer_is_kept(
    data: st.DataObject, pool: tuple[SlotRules, SlotRules], now: datetime
) -> None:
    taken = booked_at_random(data.draw, pool, data.draw(spans_after(now)), now)
    by_method = {rules.method: rules for rules in pool}
    for one, other in combinations(taken, 2):
        first, second = sorted((one, other), key=lambda each: each.start)
        if one.seats == other.seats:
            rules = by_method[first.method]
            after = timedelta(minutes=rules.minutes + rules.buffer_minutes)
            assert second.start - first.start >= after
        if one.method is other.method and one.places == other.places:
            assert second.start >= first.until
    at_once = Counter(quarter for one in taken for quarter in quarters_of(one))
    assert max(at_once.values(), default=0) <= pool[0].seats
    assert all(one.seats < 1 << pool[0].seats for one in taken)
    for rules in pool:
        by_it = [one for one in taken if one.method is rules.method]
        places = Counter(quarter for one in by_it for quarter in quarters_of(one))
        assert max(places.values(), default=0) <= rules.places


def number(bits: int) -> int:
    """Return the number of the one seat that a booking keeps."""
    assert bits.bit_count() == 1
    return bits.bit_length() - 1


def quarters_of(one: Taken) -> list[datetime]:
    return [one.start + QUARTER * n for n in range((one.until - one.start) // QUARTER)]


def is_covered(moment: datetime, spans: tuple[Interval, ...]) -> bool:
    return any(span.start <= moment < span.end for span in spans)


def is_open(day: date, closures: tuple[Interval, ...]) -> bool:
    """Whether the office works on a day, and staff have not closed every quarter of it."""
    quarters = [jst_midnight(day) + QUARTER * n for n in range(96)]
    return OFFICE.is_open(day) and not all(is_covered(each, closures) for each in quarters)


def bookable(agenda: Agenda, asked: list[datetime]) -> set[datetime]:
    """Say from first principles at which quarters of an hour a meeting can begin."""
    rules, today = agenda.rules, jst_date(agenda.now)
    days = [today + DAY * n for n in range(24)]
    open_days = [day for day in days if is_open(day, agenda.closures)]
    counted = [day for day in open_days if day > today]
    earliest = counted[rules.notice_working_days - 1]
    if rules.notice_working_days == 0:
        earliest = open_days[0]
    return {
        start
        for start in asked
        if start > agenda.now
        and earliest <= jst_date(start) <= today + DAY * rules.horizon_days
        and jst_date(start) in open_days
        and begins_a_slot(rules, start)
        and not any(
            is_covered(each, agenda.closures) for each in quarters_from(start, rules.minutes)
        )
        and has_a_seat(agenda, start)
    }


def begins_a_slot(rules: SlotRules, start: datetime) -> bool:
    clock = start - jst_midnight(jst_date(start))
    step = timedelta(minutes=rules.minutes + rules.buffer_minutes)
    return any(
        span.weekday == jst_date(start).weekday()
        and clock >= since_midnight(span.opens)
        and (clock - since_midnight(span.opens)) % step == timedelta()
        and clock + timedelta(minutes=rules.minutes) <= since_midnight(span.closes)
        for span in rules.hours
    )


def has_a_seat(agenda: Agenda, start: datetime) -> bool:
    rules = agenda.rules
    kept = quarters_from(start, rules.minutes + rules.buffer_minutes)
    there = [one for one in agenda.taken if set(kept) & set(quarters_of(one))]
    same = [one for one in there if one.method is rules.method]
    crowd = Counter(quarter for one in there for quarter in quarters_of(one))
    crowd_same = Counter(quarter for one in same for quarter in quarters_of(one))
    return (
        all(crowd[each] < rules.seats and crowd_same[each] < rules.places for each in kept)
        and bool(set(range(rules.seats)) - {number(one.seats) for one in there})
        and bool(set(range(rules.places)) - {number(one.places) for one in same})
    )


def quarters_from(start: datetime, minutes: int) -> list[datetime]:
    return [start + QUARTER * n for n in range(minutes // 15)]


def since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)


@settings(max_examples=60, deadline=None)
@given(st.data(), pools(), moments(), st.integers(1, 3), st.integers(1, 3))
def test_what_is_offered_is_what_can_be_booked(
    data: st.DataObject,
    pool: tuple[SlotRules, SlotRules],
    now: datetime,
    seats: int,
    places: int,
) -> None:
    """Also with seats lowered below what is booked, and at any edge of a month or year."""
    closures = data.draw(spans_after(now))
    taken = booked_at_random(data.draw, pool, closures, now)
    rules = replace(pool[0], seats=seats, places=min(seats, places))
    agenda = Agenda(rules, OFFICE, closures, taken, now)
    midnight = jst_midnight(jst_date(now))
    asked = [midnight + QUARTER * n for n in range(96 * (rules.horizon_days + 2))]
    can = bookable(agenda, asked)
    assert set(agenda.free()) == can
    assert {start for start in asked if agenda.state(start) is SlotState.FREE} == can
    days = [jst_date(now) + DAY * n for n in range(-1, rules.horizon_days + 3)]
    free_days = {day for day in days if agenda.state_of_day(day) is SlotState.FREE}
    assert free_days == {jst_date(start) for start in can}
    for day in days:
        for start, state in agenda.times(day):
            assert (state is SlotState.FREE) == (start in can)
    asked_for = data.draw(st.sampled_from(asked))
    nearest = agenda.nearest(asked_for, 3)
    assert nearest == sorted(nearest)
    assert len(nearest) == min(3, len(can))
    far = max((abs(start - asked_for) for start in nearest), default=timedelta())
    assert all(abs(start - asked_for) >= far for start in can - set(nearest))


@settings(deadline=None)
@given(st.data(), pools(), moments())
def test_a_booking_that_goes_leaves_what_there_was(
    data: st.DataObject, pool: tuple[SlotRules, SlotRules], now: datetime
) -> None:
    taken = booked_at_random(data.draw, pool, (), now)
    agenda = Agenda(pool[1], OFFICE, (), taken, now)
    for one in taken:
        left = agenda.without(one)
        assert set(left.free()) >= set(agenda.free())
        if one.method is agenda.rules.method:
            assert left.state(one.start) is SlotState.FREE


@settings(deadline=None)
@given(pools(), moments(), st.integers(2, 9000))
def test_a_counter_closed_for_years_offers_nothing(
    pool: tuple[SlotRules, SlotRules], now: datetime, days: int
) -> None:
    start = jst_midnight(jst_date(now))
    closed = Interval(start, start + DAY * (pool[0].horizon_days + 1 + days))
    agenda = Agenda(pool[0], OFFICE, (closed,), (), now)
    assert list(agenda.free()) == []
    assert agenda.first_day > agenda.last_day


RULES = SlotRules(
    method=Method.HUB,
    hours=(Hours(3, time(9, 30), time(12)),),
    minutes=60,
    buffer_minutes=30,
    places=1,
    seats=1,
    notice_working_days=2,
    horizon_days=30,
)


def meeting_on(day: date) -> Booking:
    start = datetime.combine(day, time(9, 30), JST).astimezone(UTC)
    return Booking(
        id=1,
        consultation_id=1,
        reference=Reference(FiscalYear(2026), 1),
        user_id=1,
        assignee=None,
        method=Method.HUB,
        starts_at=start,
        ends_at=RULES.ends(start),
        state=BookingState.BOOKED,
        revision=1,
        uid="x",
        held_until=None,
        changed_at=start,
    )


@pytest.mark.parametrize(
    ("now", "may"),
    [
        ((2026, 11, 24, 23, 59, 59), True),
        ((2026, 11, 25, 0, 0, 0), False),
        ((2026, 11, 26, 9, 29, 59), False),
    ],
)
def test_a_meeting_can_be_changed_up_to_the_last_minute_of_a_day(
    now: tuple[int, ...], may: bool
) -> None:
    moment = datetime(*now, tzinfo=JST).astimezone(UTC)  # type: ignore[misc, arg-type]
    agenda = Agenda(RULES, OFFICE, (), (), moment)
    meeting = meeting_on(date(2026, 11, 26))
    assert may_be_changed(meeting, agenda) is may
    # What may be changed is also what could be booked now.
    assert (agenda.state(meeting.starts_at) is SlotState.FREE) is may


@pytest.mark.parametrize(
    ("now", "first"),
    [
        # 29 December to 3 January, and two days that the programme closes.
        (date(2026, 12, 25), date(2027, 1, 4)),
        (date(2026, 12, 28), date(2027, 1, 5)),
        (date(2027, 1, 4), date(2027, 1, 8)),
        # Golden week.
        (date(2026, 4, 30), date(2026, 5, 7)),
        (date(2026, 5, 2), date(2026, 5, 8)),
        # The leap day is a Tuesday.
        (date(2028, 2, 25), date(2028, 2, 29)),
    ],
)
def test_the_notice_counts_no_closed_day(now: date, first: date) -> None:
    for clock in (time(0), time(23, 59, 59)):
        moment = datetime.combine(now, clock, JST).astimezone(UTC)
        assert Agenda(RULES, OFFICE, (), (), moment).first_day == first


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_slot_has_the_same_clock_time_all_the_year(day: date) -> None:
    starts = replace(RULES, hours=(Hours(day.weekday(), time(9, 30), time(12)),)).starts_on(day)
    assert [start - jst_midnight(day) for start in starts] == [
        timedelta(hours=9.5),
        timedelta(hours=11),
    ]
