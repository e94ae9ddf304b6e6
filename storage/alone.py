"""Keeps an SQLite file to one running bot: a second one would answer people and send twice."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from storage.failures import DatabaseFailure, shown_url

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def only_one(url: str) -> Iterator[None]:
    """Hold the SQLite file at `url` for this process; nothing on PostgreSQL, where leases decide.

    The system lets go of it when the process ends, however it ends. Raises DatabaseFailure if
    another process holds it, or its folder cannot be written to.
    """
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        yield
        return
    file = Path(parts.database).resolve()
    path = file.with_name(f"{file.name}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseFailure(f"database {shown_url(url)}: {path}: {error.strerror}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise DatabaseFailure(
            f"database {shown_url(url)}: another madoguchi runs on this file; stop it first, or "
            "use PostgreSQL for several at once"
        ) from error
    try:
        yield
    finally:
        os.close(held)
