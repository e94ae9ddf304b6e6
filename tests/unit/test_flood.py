"""The bucket of each person: what is taken, what is dropped, who is told, what is remembered."""

from __future__ import annotations

from typing import Any

import pytest

from bot.flood import MAX_PERSONS, MAX_WAITING, Flood, Verdict

TAKE, DROP, SAY = Verdict.TAKE, Verdict.DROP, Verdict.DROP_AND_SAY
NOW = 1_800_000_000.0


def press(person: int = 1) -> dict[str, Any]:
    return {"callback_query": {"from": {"id": person}, "data": "x"}}


def message(person: int = 1, date: float = NOW) -> dict[str, Any]:
    return {"message": {"from": {"id": person}, "date": int(date)}}


def judge(flood: Flood, *, at: float = NOW, times: int = 1, waiting: int = 0) -> list[Verdict]:
    return [flood.judge(press(), at, waiting) for _ in range(times)]


def test_twenty_at_once_then_two_a_second_and_the_person_is_told_once() -> None:
    flood = Flood(2)
    assert judge(flood, times=23) == [TAKE] * 20 + [SAY, DROP, DROP]
    assert judge(flood, at=NOW + 1, times=3) == [TAKE, TAKE, DROP]
    assert judge(flood, at=NOW + 60, times=21) == [TAKE] * 20 + [SAY]


def test_each_person_has_their_own_bucket() -> None:
    flood = Flood(2)
    judge(flood, times=30)
    assert flood.judge(press(2), NOW, 0) is TAKE


def test_a_pace_of_zero_takes_everything() -> None:
    assert judge(Flood(0), times=1000, waiting=1000) == [TAKE] * 1000


def test_a_slow_pace_still_takes_the_first() -> None:
    assert judge(Flood(0.01), times=2) == [TAKE, SAY]


def test_a_backlog_counts_when_it_was_written() -> None:
    flood = Flood(2)
    honest = [message(date=NOW - 3600 + 60 * minute) for minute in range(50)]
    assert [flood.judge(raw, NOW, 0) for raw in honest] == [TAKE] * 50
    flooding = [message(2, NOW - 3600) for _ in range(25)]
    assert [flood.judge(raw, NOW, 0) for raw in flooding].count(TAKE) == 20


def test_an_older_message_after_a_press_refills_nothing() -> None:
    flood = Flood(2)
    judge(flood, times=20)
    assert flood.judge(message(date=NOW - 100), NOW, 0) is SAY
    assert flood.judge(press(), NOW, 0) is DROP


def test_a_date_in_the_future_counts_as_now() -> None:
    flood = Flood(2)
    judge(flood, times=20)
    assert flood.judge(message(date=NOW + 1e6), NOW, 0) is SAY


def test_too_many_waiting_updates_of_a_chat_are_dropped_whatever_the_pace() -> None:
    flood = Flood(2)
    assert judge(flood, waiting=MAX_WAITING - 1) == [TAKE]
    assert judge(flood, times=2, waiting=MAX_WAITING) == [SAY, DROP]


@pytest.mark.parametrize(
    "raw",
    [
        {"my_chat_member": {"from": {"id": 1}}},
        {"message": {"date": 0}},
        {"message": "text"},
        {"callback_query": None},
        {"callback_query": {"from": {"id": "1"}}},
        {},
    ],
)
def test_what_nobody_typed_or_pressed_is_taken(raw: dict[str, Any]) -> None:
    flood = Flood(2)
    judge(flood, times=30)
    assert flood.judge(raw, NOW, 0) is TAKE


def test_memory_is_bounded_and_the_longest_unseen_is_forgotten() -> None:
    flood = Flood(2)
    judge(flood, times=21)
    for person in range(2, MAX_PERSONS + 1):
        flood.judge(press(person), NOW, 0)
    assert flood.judge(press(1), NOW, 0) is DROP
    for person in range(2, MAX_PERSONS + 2):
        flood.judge(press(person + MAX_PERSONS), NOW, 0)
    assert len(flood._buckets) == MAX_PERSONS
    assert flood.judge(press(1), NOW, 0) is TAKE
