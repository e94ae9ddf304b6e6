"""The audit log in the database: rows stay as they were written, and are found by keyset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.audit import AuditAction, AuditKind
from domain.audit_search import AuditPeriod, AuditSearch
from storage import audit
from storage.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.audit_search import AuditEntry
    from storage.database import Transaction

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ADMIN, CLERK, STRANGER = 900, 301, 777
EVERYTHING = AuditSearch()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def write(database: Database, *rows: tuple[int, AuditAction, str, datetime]) -> None:
    def unit(tx: Transaction) -> None:
        for row in rows:
            audit.append(tx, *row)

    database.write(unit).result()


def older(
    database: Database, search: AuditSearch, than: AuditEntry | None = None, count: int = 100
) -> list[AuditEntry]:
    return database.read(lambda tx: audit.older(tx, search, NOW, than, count)).result()


def newer(
    database: Database, search: AuditSearch, than: AuditEntry, count: int = 100
) -> list[AuditEntry]:
    return database.read(lambda tx: audit.newer(tx, search, NOW, than, count)).result()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 1",
        "UPDATE audit_log SET subject = 'R8-0002' WHERE id = 1",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE id = 1",
    ],
)
def test_no_row_is_changed_or_deleted(database: Database, statement: str) -> None:
    write(database, (CLERK, AuditAction.TAKE, "R8-0001", datetime.now(UTC)))
    before = older(database, EVERYTHING)
    with pytest.raises(DBAPIError, match="append-only"):
        database.write(lambda tx: tx.connection.execute(text(statement)).rowcount).result()
    assert older(database, EVERYTHING) == before


def test_no_row_is_replaced_and_the_table_not_emptied(database: Database, url: str) -> None:
    write(database, (CLERK, AuditAction.TAKE, "R8-0001", datetime.now(UTC)))
    statement = "TRUNCATE audit_log"
    if url.startswith("sqlite"):
        statement = (
            "INSERT OR REPLACE INTO audit_log (id, actor, action, subject, at) "
            "VALUES (1, 1, 'take', 'R8-0002', '2026-11-24 01:00:00')"
        )
    with pytest.raises(DBAPIError, match="append-only"):
        database.write(lambda tx: tx.connection.execute(text(statement)).rowcount).result()
    assert [entry.subject for entry in older(database, EVERYTHING)] == ["R8-0001"]


def test_what_was_kept_for_five_years_may_go(database: Database) -> None:
    day, five_years = timedelta(days=1), timedelta(days=5 * 365 + 2)
    kept, over = datetime.now(UTC) - five_years + day * 3, datetime.now(UTC) - five_years - day
    write(database, (1, AuditAction.TAKE, "R3-0001", over), (2, AuditAction.TAKE, "R3-0002", kept))
    delete = text("DELETE FROM audit_log WHERE actor = :actor")
    gone = database.write(lambda tx: tx.connection.execute(delete, {"actor": 1}).rowcount)
    assert gone.result() == 1
    with pytest.raises(DBAPIError, match="append-only"):
        database.write(lambda tx: tx.connection.execute(delete, {"actor": 2}).rowcount).result()


def fill(database: Database) -> None:
    rows = []
    actions = list(AuditAction)
    for number in range(200):
        # Some share a moment, and some are written after what happened later.
        at = NOW - timedelta(hours=(number * 7) % 60 + number % 5 * 200)
        actor = (ADMIN, CLERK, STRANGER)[number % 3]
        rows.append((actor, actions[number % len(actions)], f"R8-{number % 9:04d}", at))
    write(database, *rows)


SEARCHES = [
    EVERYTHING,
    *(AuditSearch(kind=kind) for kind in AuditKind),
    *(AuditSearch(period=period) for period in AuditPeriod),
    AuditSearch(actor=CLERK),
    AuditSearch(actor=STRANGER, kind=AuditKind.REFUSED, period=AuditPeriod.MONTH),
    AuditSearch(reference="R8-0004"),
    AuditSearch(reference="R8-0004", kind=AuditKind.LOOK, actor=ADMIN),
    AuditSearch(actor=12345),
]


@pytest.mark.parametrize("search", SEARCHES)
def test_pages_hold_each_entry_once_in_both_directions(
    database: Database, search: AuditSearch
) -> None:
    fill(database)
    since = search.period.since(NOW)
    expected = [
        entry
        for entry in older(database, EVERYTHING, count=1000)
        if search.actor in (None, entry.actor)
        and search.kind in (None, entry.action.kind)
        and search.reference in (None, entry.subject)
        and (since is None or entry.at >= since)
    ]
    found: list[AuditEntry] = []
    while page := older(database, search, found[-1] if found else None, 7):
        found += page
    assert found == expected
    assert found == sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)
    if found:
        back = [found[-1]]
        while page := newer(database, search, back[0], 7):
            back = [*page, *back]
        assert back == expected
    every = database.read(lambda tx: list(audit.every(tx, search, NOW, 1000))).result()
    assert every == expected


def test_new_rows_move_no_entry_to_another_page(database: Database) -> None:
    fill(database)
    everything = older(database, EVERYTHING, count=1000)
    first = older(database, EVERYTHING, None, 15)
    write(database, *((ADMIN, AuditAction.TAKE, "R8-0001", NOW) for _ in range(20)))
    assert older(database, EVERYTHING, first[-1], 15) == everything[15:30]


def test_periods_begin_at_midnight_in_japan() -> None:
    moment = datetime(2026, 11, 24, 14, 59, tzinfo=UTC)
    assert AuditPeriod.TODAY.since(moment) == datetime(2026, 11, 23, 15, tzinfo=UTC)
    later = moment + timedelta(minutes=1)
    assert AuditPeriod.TODAY.since(later) == datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert AuditPeriod.WEEK.since(moment) == datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert AuditPeriod.MONTH.since(moment) == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert AuditPeriod.ALL.since(moment) is None
