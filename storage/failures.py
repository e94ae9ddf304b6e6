"""What the rooms above see of a database that fails: one readable line, never SQL or its values."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Iterator


class DatabaseFailure(OSError):
    """The database cannot be reached, or refused; `str()` is one line fit for an operator."""


@contextmanager
def readable_failures(url: str) -> Iterator[None]:
    """Turn SQLAlchemy's errors about the database at `url` into DatabaseFailure."""
    try:
        yield
    except SQLAlchemyError as error:
        raise DatabaseFailure(f"database {shown_url(url)}: {reason_of(error)}") from error


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
