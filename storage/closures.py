"""Times that staff have closed to meetings; kept merged, so that none overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from domain.closures import Interval
from storage.tables import ClosureRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from storage.database import Transaction


def between(tx: Transaction, since: datetime, until: datetime) -> tuple[Interval, ...]:
    """Return the closures with a moment from `since` to before `until`, the earliest first."""
    rows = tx.connection.execute(
        select(ClosureRow.starts_at, ClosureRow.ends_at)
        .where(ClosureRow.ends_at > since, ClosureRow.starts_at < until)
        .order_by(ClosureRow.starts_at)
    )
    return tuple(Interval(row.starts_at, row.ends_at) for row in rows)


def replace(tx: Transaction, old: Iterable[Interval], new: Iterable[Interval]) -> None:
    """Put closures in the place of others."""
    starts = [span.start for span in old]
    tx.connection.execute(delete(ClosureRow).where(ClosureRow.starts_at.in_(starts)))
    values = [{"starts_at": span.start, "ends_at": span.end} for span in new]
    if values:
        tx.connection.execute(insert(ClosureRow), values)
