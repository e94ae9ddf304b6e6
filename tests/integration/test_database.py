"""Migrations, group commit and references on SQLite and PostgreSQL."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from bot.logs import RedactingFilter
from domain.fiscal_year import FiscalYear
from storage import consultations
from storage.database import Database, Transaction, make_engine
from storage.migrate import downgrade, upgrade
from storage.tables import Base

if TYPE_CHECKING:
    from pathlib import Path

LAST = text("select last from reference_counters")


def test_the_migrations_make_the_tables_and_unmake_them(url: str) -> None:
    engine = make_engine(url)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    downgrade(url, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    upgrade(url)
    engine.dispose()


def test_a_drafts_id_is_never_given_out_again_whatever_is_migrated(database_file: Path) -> None:
    url = f"sqlite:///{database_file}"
    insert = text(
        "insert into drafts (user_id, questionnaire, questionnaire_version, progress,"
        " consent_version, consented_at, contact_keyboard, updated_at)"
        " values (1, 'needs', 1, '{}', 'x', '2026-11-24', 0, '2026-11-24') returning id"
    )
    engine = make_engine(url)
    for migrate in (lambda: downgrade(url, "0007"), lambda: upgrade(url)):
        with engine.begin() as connection:
            given = connection.execute(insert).scalar_one()
            connection.execute(text("delete from drafts"))
        migrate()
        with engine.begin() as connection:
            assert connection.execute(insert).scalar_one() == given + 1
            connection.execute(text("delete from drafts"))
    engine.dispose()


def test_references_are_gapless_under_concurrency_and_rollback(url: str) -> None:
    database = Database(url)
    year = FiscalYear(2026)

    def take(tx: Transaction) -> str:
        return str(consultations.next_reference(tx, year))

    def fail(tx: Transaction) -> str:
        consultations.next_reference(tx, year)
        raise ValueError("rolled back")

    futures = [database.write(fail if n % 5 == 0 else take) for n in range(200)]
    taken = sorted(f.result() for f in futures if f.exception() is None)
    database.close()
    assert taken == [f"R8-{n:04d}" for n in range(1, 161)]


def test_a_commit_tells_who_listens_to_its_topic(url: str) -> None:
    database = Database(url)
    told = threading.Event()
    take_off = database.on_commit("news", told.set)

    def write(tx: Transaction) -> None:
        tx.topics.add("news")

    def silent(tx: Transaction) -> None:
        tx.topics.add("other news")

    database.write(silent).result()
    assert not told.is_set()
    database.write(write).result()
    assert told.wait(10)
    told.clear()
    take_off()
    database.write(write).result()
    database.close()
    assert not told.is_set()


def test_a_listener_that_fails_does_not_stop_the_database(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(url)

    def fail() -> None:
        raise RuntimeError("the loop is closed")

    def write(tx: Transaction) -> int:
        tx.topics.add("news")
        return 7

    database.on_commit("news", fail)
    assert [database.write(write).result(), database.write(write).result()] == [7, 7]
    database.close()
    assert "a listener to news failed" in caplog.text


def test_a_submitter_that_went_away_does_not_stop_the_writer(url: str) -> None:
    database = Database(url)
    begun, go_on = threading.Event(), threading.Event()

    def slow(_tx: Transaction) -> int:
        begun.set()
        go_on.wait()
        return 1

    running = database.write(slow)
    begun.wait()
    waiting = [database.write(lambda _tx: 2) for _ in range(20)]
    for future in (running, *waiting[::2]):
        future.cancel()
    go_on.set()
    assert running.cancelled()
    assert [future.result() for future in waiting if not future.cancelled()]
    assert database.write(lambda _tx: 3).result() == 3
    database.close()


def test_a_closed_database_refuses_at_once(url: str) -> None:
    database = Database(url)
    database.close()
    with pytest.raises(RuntimeError):
        database.write(lambda _tx: 1)


def test_a_read_sees_one_moment_and_cannot_write(url: str) -> None:
    database = Database(url)
    year = FiscalYear(2026)

    def take(tx: Transaction) -> str:
        return str(consultations.next_reference(tx, year))

    def twice(tx: Transaction) -> list[int | None]:
        seen = [tx.connection.execute(LAST).scalar()]
        database.write(take).result()
        return [*seen, tx.connection.execute(LAST).scalar()]

    database.write(take).result()
    assert database.read(twice).result() == [1, 1]
    assert database.read(twice).result() == [2, 2]
    with pytest.raises(DBAPIError):
        database.read(take).result()
    database.close()


def test_a_file_that_cannot_be_opened_is_told_to_who_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text("this is no database")
    with pytest.raises(DBAPIError):
        Database(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into people (user_id, language) values (48830, :words), (48830, :words)",
        "insert into companies (name, name_key) values (:words, :words)",
    ],
)
def test_a_row_that_the_database_refuses_does_not_reach_the_log(url: str, statement: str) -> None:
    database = Database(url)

    def refused(tx: Transaction) -> None:
        tx.connection.execute(text(statement), {"words": "山田\n\n商店"})

    error = database.write(refused).exception()
    database.close()
    assert error is not None
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), (type(error), error, None))
    RedactingFilter().filter(record)
    assert record.exc_text is not None
    assert "IntegrityError" in record.exc_text
    for secret in ("山田", "商店", "Failing row", "(user_id)=("):
        assert secret not in record.exc_text
