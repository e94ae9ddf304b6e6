"""Brings a database to a version of the schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from storage.database import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable


def config() -> Config:
    """Return Alembic's configuration; it reads no file."""
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return alembic


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`. Raises SQLAlchemy's errors."""
    _run(url, command.upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` down to `revision`; `base` is the empty database."""
    _run(url, command.downgrade, revision)


def _run(url: str, step: Callable[[Config, str], None], revision: str) -> None:
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            alembic = config()
            alembic.attributes["connection"] = connection
            step(alembic, revision)
    finally:
        engine.dispose()
