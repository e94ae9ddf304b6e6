"""Many want few seats at once: every seat is taken once, and nobody is told anything else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.bookings import BookingState
from services import bookings
from storage import bookings as stored
from storage.database import Database
from tests.integration.booking_office import OWNER, assert_seats_are_kept, consultations
from tests.integration.booking_rivals import AT, PATIENCE, SEATS, TIMES, Field, Told, race

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TAKERS = 200
PROCESSES = 4


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def race_of_processes(fields: list[Field]) -> list[Told]:
    """Let a process run for each field, all of them at once; return what all owners were told."""
    with ExitStack() as running:
        rivals = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.integration.booking_rivals"],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in fields
        ]
        for rival in rivals:
            running.callback(rival.kill)
        for rival, field in zip(rivals, fields, strict=True):
            assert rival.stdin is not None
            rival.stdin.write(json.dumps(asdict(field)) + "\n")
            rival.stdin.flush()
        for rival in rivals:
            assert rival.stdout is not None
            assert rival.stdout.readline() == "ready\n"
        for rival in rivals:
            assert rival.stdin is not None
            rival.stdin.write("go\n")
            rival.stdin.flush()
        told: list[Told] = []
        for rival in rivals:
            output, _ = rival.communicate(timeout=PATIENCE)
            told += json.loads(output)
        return told


def run(database: Database, url: str, **field: object) -> list[Told]:
    """Race in one process on SQLite, which has only one, and in several on PostgreSQL."""
    if database.is_sqlite:
        return race(Field(url, **field))  # type: ignore[arg-type]
    parts = [
        {
            name: value[number::PROCESSES] if isinstance(value, tuple) else value
            for name, value in field.items()
        }
        for number in range(PROCESSES)
    ]
    return race_of_processes([Field(url, **part) for part in parts])


def assert_all_seats_are_taken_once(database: Database, told: list[Told]) -> None:
    assert len(told) == TAKERS
    words = Counter(word for each in told for word in each)
    assert set(words) == {"booked", "SlotTaken"}
    assert words["booked"] == SEATS
    live = assert_seats_are_kept(database)
    assert Counter(booking.starts_at for booking in live) == {time.start: 2 for time in TIMES}


def test_two_hundred_takers_get_ten_seats(database: Database, url: str) -> None:
    cases = tuple(consultations(database, TAKERS))
    told = run(database, url, takers=cases)
    assert_all_seats_are_taken_once(database, told)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_the_primary_key_alone_guards_the_seats(database: Database, url: str) -> None:
    cases = tuple(consultations(database, TAKERS))
    told = run(database, url, takers=cases, takes_turns=False)
    assert_all_seats_are_taken_once(database, told)


def test_what_is_cancelled_while_others_move_goes_to_who_waits(
    database: Database, url: str
) -> None:
    cases = consultations(database, SEATS + 40)
    seated = [
        database.write(
            lambda tx, case=case, time=TIMES[n // 2]: bookings.book(tx, AT, OWNER, case, time)
        ).result()
        for n, case in enumerate(cases[:SEATS])
    ]
    ids = tuple(booking.id for booking in seated)
    waiting = tuple(cases[SEATS:])
    told = run(database, url, takers=waiting, movers=ids[::2], cancellers=ids[1::2])
    words = Counter(word for each in told for word in each)
    assert set(words) <= {"booked", "moved", "stayed", "cancelled", "SlotTaken"}
    # Both presses find it cancelled.
    assert words["cancelled"] == SEATS
    assert words["booked"] <= SEATS // 2
    seated_now = {booking.consultation_id for booking in assert_seats_are_kept(database)}
    # Who asked before a seat was given back asks again.
    race(Field(url, takers=tuple(case for case in waiting if case not in seated_now)))
    live = assert_seats_are_kept(database)
    assert Counter(booking.starts_at for booking in live) == {time.start: 2 for time in TIMES}
    assert {booking.id for booking in live} >= set(ids[::2])
    for gone in ids[1::2]:
        found = database.read(lambda tx, gone=gone: stored.find(tx, gone)).result()
        assert found is not None
        assert found.state is BookingState.CANCELLED
