"""A seat is one meeting's: taken, moved, given back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.bookings import AlreadyBooked, BookingGone, BookingState, Change, MoveOf, SlotTaken
from domain.fiscal_year import JST
from domain.slots import Method
from services import bookings
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage.database import Database
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
AT = Occasion(load_programme(SAMPLE), -1, NOW)
OWNER = 100
MORNING = Wish(Method.HUB, datetime(2026, 11, 26, 9, 30, tzinfo=JST).astimezone(UTC))
NOON = Wish(Method.HUB, datetime(2026, 11, 26, 11, 0, tzinfo=JST).astimezone(UTC))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def consultations(database: Database, count: int) -> list[int]:
    ledger = Ledger(database)
    return [ledger.consult(date(2026, 11, 24)) for _ in range(count)]


def test_a_seat_is_taken_once_and_given_back(database: Database) -> None:
    first, second, third = consultations(database, 3)

    def book(case: int, wish: Wish = MORNING) -> int:
        return database.write(lambda tx: bookings.book(tx, AT, OWNER, case, wish)).result().id

    one = book(first)
    assert book(first) == one
    with pytest.raises(AlreadyBooked):
        book(first, NOON)
    book(second)
    with pytest.raises(SlotTaken):
        book(third)
    moved = database.write(lambda tx: bookings.move(tx, AT, OWNER, MoveOf(one, 1), NOON)).result()
    assert (moved.starts_at, moved.revision) == (NOON.start, 2)
    book(third)
    with pytest.raises(BookingGone):
        database.write(lambda tx: bookings.cancel(tx, AT, OWNER, MoveOf(one, 1))).result()
    gone = database.write(lambda tx: bookings.cancel(tx, AT, OWNER, MoveOf(one, 2))).result()
    assert gone.state is BookingState.CANCELLED
    history = database.read(lambda tx: stored.history(tx, first)).result()
    assert [event.change for event in history] == [Change.BOOKED, Change.MOVED, Change.CANCELLED]
