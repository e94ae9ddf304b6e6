"""Brings a database to a version of the schema.

Alembic is imported only when there is something to do: a start with a current schema, which is
nearly every start, does without it.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, func, inspect, select, table
from sqlalchemy.engine import make_url

from storage.database import make_engine
from storage.failures import DatabaseFailure, readable_failures, shown_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import Connection

    from storage.database import Transaction

HEAD: Final = "0012"
"""The newest version in `storage/migrations`; a test compares them."""
_VERSIONS = table("alembic_version", column("version_num"))
_LOCK_KEY = 0x6D61646F


def config() -> Config:
    """Return Alembic's configuration; it reads no file."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    alembic = Config()
    alembic.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return alembic


def schema_version(tx: Transaction) -> str | None:
    """Return the version the database is at; None if it was never migrated."""
    return _version(tx.connection)


def current_version(url: str) -> str | None:
    """Return the version of the database at `url`; None if it was never migrated or is not there.

    Creates nothing. Raises DatabaseFailure.
    """
    with readable_failures(url):
        parts = make_url(url)
        if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").exists():
            return None
        engine = make_engine(url)
        try:
            with engine.connect() as connection:
                return _version(connection)
        finally:
            engine.dispose()


def version_problem(version: str | None) -> str | None:
    """Return what is wrong with a schema at `version` for this programme; None if nothing is."""
    if version == HEAD:
        return None
    if version is None:
        return f"has no tables yet (version {HEAD} is needed)"
    if version > HEAD:
        return f"was made by a newer madoguchi (version {version}; this one knows {HEAD})"
    return f"is at version {version} (version {HEAD} is needed)"


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`; safe in several processes at once.

    Raises DatabaseFailure, also when the database was made by a newer programme.
    """
    version = current_version(url)
    if revision == "head" and version == HEAD:
        return
    if version is not None and version > HEAD:
        raise DatabaseFailure(f"database {shown_url(url)} {version_problem(version)}")
    from alembic import command  # noqa: PLC0415 - see above

    with _migrating(url) as alembic:
        command.upgrade(alembic, revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` down to `revision`; `base` is the empty database.

    Raises DatabaseFailure.
    """
    from alembic import command  # noqa: PLC0415 - see above

    with _migrating(url) as alembic:
        command.downgrade(alembic, revision)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    version: str | None = connection.execute(select(_VERSIONS.c.version_num)).scalar()
    return version


@contextmanager
def _migrating(url: str) -> Iterator[Config]:
    from alembic.util import CommandError  # noqa: PLC0415 - see above

    with readable_failures(url):
        engine = make_engine(url)
        try:
            with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    # Two replicas that start together must not both migrate.
                    connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))
                alembic = config()
                alembic.attributes["connection"] = connection
                yield alembic
        except CommandError as error:
            raise DatabaseFailure(f"database {shown_url(url)}: {error}") from error
        finally:
            engine.dispose()
