"""Leases on SQLite and PostgreSQL, and the version of the schema."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from alembic.script import ScriptDirectory

from bot.lease import Lease
from services import leases
from services.leases import Outcome, Task
from storage import migrate
from storage.database import Database
from storage.failures import DatabaseFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.database import Transaction

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def taking(
    holder: str, now: datetime = NOW, gone: str = "", task: Task = Task.POLLING
) -> Callable[[Transaction], Outcome]:
    return partial(
        leases.take,
        task=task,
        holder=holder,
        now=now,
        duration=MINUTE,
        is_gone=lambda other: other == gone,
    )


def take(database: Database, *arguments: Any, **named: Any) -> Outcome:
    return database.write(taking(*arguments, **named)).result()


def test_one_of_many_takes_a_lease(database: Database) -> None:
    futures = [database.write(taking(f"host:{number}")) for number in range(20)]
    assert sum(future.result().is_taken for future in futures) == 1


def test_a_lease_is_kept_by_renewing_and_lapses_without(database: Database) -> None:
    assert take(database, "a").is_taken
    assert take(database, "b") == Outcome(is_taken=False, holder="a")
    assert take(database, "a", NOW + MINUTE / 2).is_taken
    assert not take(database, "b", NOW + MINUTE * 1.2).is_taken
    assert take(database, "b", NOW + MINUTE * 1.6).is_taken
    assert take(database, "a", NOW + MINUTE * 1.7) == Outcome(is_taken=False, holder="b")


def test_a_holder_that_is_gone_is_not_waited_for(database: Database) -> None:
    take(database, "a")
    assert take(database, "b", gone="a").is_taken
    assert not take(database, "a").is_taken


def test_each_task_has_its_own_lease(database: Database) -> None:
    take(database, "a")
    assert take(database, "b", task=Task.WEBHOOK).is_taken


def test_a_lease_given_back_is_free_and_only_ones_own_is(database: Database) -> None:
    take(database, "a")
    database.write(partial(leases.release, task=Task.POLLING, holder="b")).result()
    assert not take(database, "b").is_taken
    database.write(partial(leases.release, task=Task.POLLING, holder="a")).result()
    assert take(database, "b").is_taken


async def test_a_lease_is_renewed_only_when_it_needs_it(database: Database) -> None:
    moment = [NOW]
    mine = Lease(database, Task.POLLING, lambda: moment[0], "a")
    assert (await mine.hold()).is_taken
    # Taken away behind its back: it is not asked about before it must be renewed.
    await asyncio.to_thread(take, database, "b", NOW, "a")
    moment[0] += timedelta(seconds=10)
    assert (await mine.hold()).is_taken
    moment[0] += timedelta(seconds=10)
    assert await mine.hold() == Outcome(is_taken=False, holder="b")
    await mine.release()
    assert not take(database, "c", moment[0]).is_taken


def test_the_newest_version_is_the_newest_migration(url: str) -> None:
    scripts = ScriptDirectory.from_config(migrate.config())
    assert scripts.get_current_head() == migrate.HEAD
    assert migrate.current_version(url) == migrate.HEAD
    migrate.downgrade(url, "base")
    assert migrate.current_version(url) is None
    migrate.upgrade(url)
    migrate.upgrade(url)


def test_looking_at_a_database_that_is_not_there_creates_nothing(tmp_path: Path) -> None:
    assert migrate.current_version(f"sqlite:///{tmp_path / 'folder' / 'x.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_one_line_without_password() -> None:
    url = "postgresql://user:hunter2@127.0.0.1:1/nowhere?connect_timeout=1"
    with pytest.raises(DatabaseFailure) as caught:
        migrate.current_version(url)
    told = str(caught.value)
    assert told.startswith("database postgresql://user:***@127.0.0.1:1/nowhere: connection")
    assert "hunter2" not in told
    assert "\n" not in told
    assert "Background on this error" not in told


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text("this is no database")
    with pytest.raises(DatabaseFailure, match=r"file is not a database$"):
        migrate.upgrade(f"sqlite:///{path}")
