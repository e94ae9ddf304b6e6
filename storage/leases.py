"""Leases by name: which process does what only one may do at a time, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from storage.tables import LeaseRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


def take(
    tx: Transaction, name: str, holder: str, now: datetime, until: datetime, displaced: str | None
) -> bool:
    """Take or renew a lease; False if somebody else holds it beyond `now`.

    `displaced` is a holder that is known to be gone and need not be waited for.
    """
    statement = tx.insert(LeaseRow).values(name=name, holder=holder, until=until)
    is_free = (LeaseRow.until < now) | (LeaseRow.holder == holder)
    if displaced is not None:
        is_free |= LeaseRow.holder == displaced
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_={"holder": holder, "until": until}, where=is_free
    )
    return tx.connection.execute(statement.returning(LeaseRow.name)).first() is not None


def holder(tx: Transaction, name: str) -> str | None:
    """Return who took the lease last, if it was not released."""
    return tx.connection.execute(
        select(LeaseRow.holder).where(LeaseRow.name == name)
    ).scalar_one_or_none()


def release(tx: Transaction, name: str, holder: str) -> None:
    """Give a lease back; one that somebody else holds by now is left alone."""
    tx.connection.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))
