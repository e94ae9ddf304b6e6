from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.closures import Interval
from domain.fiscal_year import JST
from domain.slots import Agenda, Method, Seat, SlotState, Taken

PROGRAMME = load_programme(SAMPLE)
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=JST)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=JST).astimezone(UTC)


def taken(start: datetime, seat: int, method: Method = Method.HUB) -> Taken:
    rules = PROGRAMME.booking.methods_offered[method]
    return Taken(start, rules.seat_until(start), method, 1 << seat, 1 << seat)


def agenda(
    *seats: Taken,
    method: Method = Method.HUB,
    closures: tuple[Interval, ...] = (),
    now: datetime = TUESDAY,
) -> Agenda:
    rules = PROGRAMME.booking.methods_offered[method]
    return Agenda(rules, PROGRAMME.working_days, closures, seats, now)


def test_slots_follow_hours_length_and_buffer() -> None:
    times = [
        f"{start.astimezone(JST):%H:%M}" for start in agenda().rules.starts_on(date(2026, 11, 26))
    ]
    assert times == ["09:30", "11:00", "13:30", "15:00"]


def test_the_notice_counts_working_days() -> None:
    assert agenda().first_day == date(2026, 11, 26)
    # The day between is closed by the staff: the notice begins a day later.
    closed = Interval(at(25, 0), at(26, 0))
    assert agenda(closures=(closed,)).first_day == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 11, 23), SlotState.CLOSED),
        (date(2026, 11, 25), SlotState.TOO_SOON),
        (date(2026, 11, 26), SlotState.FREE),
        (date(2026, 11, 28), SlotState.CLOSED),
        (date(2026, 12, 24), SlotState.FREE),
        (date(2026, 12, 25), SlotState.TOO_FAR),
        (date(2026, 12, 29), SlotState.CLOSED),
    ],
)
def test_a_day_says_why_it_cannot_be_booked(day: date, state: SlotState) -> None:
    assert agenda().state_of_day(day) is state


def test_a_slot_is_full_when_every_seat_is_taken() -> None:
    start = at(26, 9, 30)
    assert agenda(taken(start, 0)).free_seat(start) == Seat(1, 1)
    assert agenda(taken(start, 0), taken(start, 1)).state(start) is SlotState.FULL


def test_lowered_seats_count_what_is_booked_above_them() -> None:
    start = at(26, 9, 30)
    one = agenda(taken(start, 1), method=Method.VISIT)
    assert one.rules.places == 1
    # One adviser is out, on a seat of the pool; the visit has its own place free.
    assert one.free_seat(start) == Seat(0, 0)
    assert agenda(taken(start, 4), taken(start, 5)).state(start) is SlotState.FULL


def test_a_slot_needs_one_adviser_who_is_free_all_the_time() -> None:
    # Of two advisers one is out until ten and the other from then on: always one, never the same.
    early = Taken(at(26, 9, 30), at(26, 10), Method.PHONE, 0b01, 0b01)
    late = Taken(at(26, 10), at(26, 10, 30), Method.PHONE, 0b10, 0b10)
    assert agenda(early, late).state(at(26, 9, 30)) is SlotState.FULL


def test_a_closure_takes_only_the_times_it_touches() -> None:
    closed = Interval(at(26, 10), at(26, 11, 15))
    states = dict(agenda(closures=(closed,)).times(date(2026, 11, 26)))
    assert [state.value for state in states.values()] == ["closed", "closed", "free", "free"]
