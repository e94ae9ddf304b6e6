"""`python -m tests.integration.booking_rivals`: owners of one process who want the same seats.

Reads a `Field` as a line of JSON, says "ready", and sets out at the next line; then prints a line
of JSON with what each owner was told, in the order of the field.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, TypeAlias

from domain.bookings import MoveOf, NewMeeting
from domain.slots import Method
from services import bookings
from services.bookings import Wish
from storage import bookings as stored
from storage.database import Database
from tests.integration.booking_office import OWNER, hours, occasion, programme_of, way, wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# One day can be booked, with five times of two seats.
AT = occasion(
    programme_of(2, [hours("09:00", "16:30")], hub=way(notice_working_days=2, horizon_days=2))
)
TIMES = [wish(Method.HUB, 26, clock) for clock in ("09:00", "10:30", "12:00", "13:30", "15:00")]
SEATS = 10
PATIENCE = 30
"""Seconds after which a race that hangs has failed."""
Told: TypeAlias = list[str]
"""What an owner was told, in order: "booked", "moved", "cancelled", or the name of a refusal."""


@dataclass(frozen=True)
class Field:
    """Who sets out at once: cases without a meeting, and bookings that are moved or cancelled."""

    url: str
    takes_turns: bool = True
    takers: tuple[int, ...] = ()
    movers: tuple[int, ...] = ()
    cancellers: tuple[int, ...] = ()


def race(field: Field) -> list[Told]:
    """Let all owners of a field go at once, each in a thread of its own."""
    runs: list[tuple[Callable[[Database, int, int], Iterator[str]], int]] = [
        *((_take, case) for case in field.takers),
        *((_move, booking) for booking in field.movers),
        *((_cancel, booking) for booking in field.cancellers),
    ]
    line = Barrier(len(runs))
    database = Database(field.url)

    def run(number: int) -> Told:
        act, subject = runs[number]
        line.wait(PATIENCE)
        return list(act(database, subject, number))

    try:
        with ThreadPoolExecutor(len(runs)) as threads:
            return list(threads.map(run, range(len(runs)), timeout=PATIENCE))
    finally:
        database.close()


def _take(database: Database, case: int, number: int) -> Iterator[str]:
    """Ask for a time; when it has just been taken, for the first of the three nearest."""
    asked = TIMES[number % len(TIMES)]
    while True:
        try:
            database.write(
                lambda tx, asked=asked: bookings.book(tx, AT, OWNER, case, asked)
            ).result()
        except Exception as refusal:  # noqa: BLE001 - the race is about which kinds there are
            yield type(refusal).__name__
        else:
            yield "booked"
            return
        offer = database.read(
            lambda tx: bookings.offer(tx, AT, OWNER, NewMeeting(case), Method.HUB)
        ).result()
        nearest = offer.agenda.nearest(asked.start, 3)
        if not nearest:
            return
        asked = Wish(Method.HUB, nearest[number % len(nearest)])


def _move(database: Database, booking: int, number: int) -> Iterator[str]:
    """Try one time after the other."""
    for turn in range(2 * len(TIMES)):
        asked = TIMES[(number + turn) % len(TIMES)]
        revision = _revision(database, booking)
        move = partial(
            bookings.move, at=AT, user_id=OWNER, target=MoveOf(booking, revision), wish=asked
        )
        try:
            moved = database.write(move).result()
        except Exception as refusal:  # noqa: BLE001 - as above
            yield type(refusal).__name__
        else:
            yield "moved" if moved.revision > revision else "stayed"


def _cancel(database: Database, booking: int, number: int) -> Iterator[str]:
    """Press twice."""
    target = MoveOf(booking, _revision(database, booking))
    presses = [database.write(lambda tx: bookings.cancel(tx, AT, OWNER, target)) for _ in range(2)]
    for press in presses:
        refusal = press.exception()
        yield "cancelled" if refusal is None else type(refusal).__name__


def _revision(database: Database, booking: int) -> int:
    found = database.read(lambda tx: stored.find(tx, booking)).result()
    assert found is not None
    return found.revision


def main() -> None:
    """Take part in a race of several processes."""
    field = Field(**json.loads(sys.stdin.readline()))
    if not field.takes_turns:
        stored.take_turns = lambda tx: None
    _say("ready")
    sys.stdin.readline()
    _say(json.dumps(race(field)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
