"""What the rooms above see of a database that fails: one readable line, never SQL or its values."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator


_AWAY_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
)
_AWAY_POSTGRESQL = frozenset({"08", "40", "53", "57", "58"})
"""Connection, deadlock or serialisation, resources, an operator's hand, the system."""
_AWAY_STATES = frozenset({"25006", "55P03"})
"""A server that only reads for now, as after a failover; a lock that was not to be had."""


class DatabaseFailure(OSError):
    """The database cannot be reached, or refused; `str()` is one line fit for an operator."""


@contextmanager
def readable_failures(url: str) -> Iterator[None]:
    """Turn SQLAlchemy's errors about the database at `url` into DatabaseFailure."""
    try:
        yield
    except SQLAlchemyError as error:
        raise DatabaseFailure(f"database {shown_url(url)}: {reason_of(error)}") from error


def is_database_away(error: BaseException) -> bool:
    """Whether the database, not what was asked of it, is why something failed: try again later.

    Recognises the errors of SQLAlchemy and of the drivers under it.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return (cause.sqlite_errorcode & 0xFF) in _AWAY_SQLITE
    state: str | None = getattr(cause, "sqlstate", "")
    if state == "":
        return isinstance(error, (PoolTimeout, OSError)) and not isinstance(error, DatabaseFailure)
    # PostgreSQL's own errors have a state; a connection that broke has none.
    return state is None or state[:2] in _AWAY_POSTGRESQL or state in _AWAY_STATES


def shown_url(url: str) -> str:
    """Return a database URL as it may be shown: without the password and the options."""
    try:
        return make_url(url).set(query={}).render_as_string(hide_password=True)
    except ArgumentError:
        return "(not a URL)"


def reason_of(error: SQLAlchemyError) -> str:
    """Return the database's own first line; the rest may quote what was being stored."""
    told = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(told).strip().splitlines()
    return lines[0] if lines else type(told).__name__
