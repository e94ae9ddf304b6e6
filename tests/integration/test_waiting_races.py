"""Two at once on the waiting list: each slot is held once, and nobody has two."""

from __future__ import annotations

from concurrent.futures import wait
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from services import bookings, waiting
from storage import bookings as stored
from storage.database import Database
from tests.integration.waiting_line import EARLY, LATE, Line, full_line, jst

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def line(url: str) -> Iterator[Line]:
    """Two slots a week, booked by 101 and 102; 103 to 106 want one too."""
    database = Database(url)
    yield full_line(database)
    database.close()


def test_two_that_free_slots_at_once_offer_each_once(line: Line, url: str) -> None:
    line.wait(103, 104)
    targets = [(user, line.target(user)) for user in (101, 102)]
    with ExitStack() as stack:
        others = [line.database]
        if not line.database.is_sqlite:
            # As by two processes.
            others.append(Database(url))
            stack.callback(others[1].close)
        wait(
            [
                others[n % len(others)].write(
                    lambda tx, user=user, target=target: bookings.cancel(tx, line.at, user, target)
                )
                for n, (user, target) in enumerate(targets)
            ]
            + [other.write(lambda tx: waiting.serve(tx, line.at)) for other in others * 4]
        )
    assert sorted(filter(None, map(line.held, (103, 104)))) == [EARLY.start, LATE.start]
    assert [line.owed(user) for user in (103, 104)] == [["slot_offered"]] * 2


def test_two_who_press_and_one_tick_at_once_settle_a_hold_once(line: Line, url: str) -> None:
    line.wait(103, 104)
    line.cancel(line.booked(101))
    hold = line.target(103)
    with ExitStack() as stack:
        others = [line.database]
        if not line.database.is_sqlite:
            others.append(Database(url))
            stack.callback(others[1].close)
        pressed = [
            others[n % len(others)].write(
                lambda tx, service=service: service(tx, line.at, 103, hold)
            )
            for n, service in enumerate([waiting.accept, waiting.decline, waiting.accept])
        ]
        wait([*pressed, others[-1].write(lambda tx: waiting.serve(tx, line.at))])
    kept, given_on = line.live(103), line.held(104)
    assert (kept is None) == (given_on is not None)
    assert len(line.do(lambda tx: stored.live_between(tx, jst(26, 9), jst(26, 10)))) == 1
