"""The audit log: rows are added, found by keyset, newest first, and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import asc, desc, insert, select, tuple_, union_all

from domain.audit import AuditAction, checked_subject
from domain.audit_search import AuditEntry
from storage.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import Any

    from sqlalchemy import ColumnElement, Row, Tuple

    from domain.audit_search import AuditSearch
    from storage.database import Transaction

    Order = Callable[[Any], ColumnElement[Any]]

_COLUMNS = (AuditRow.id, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.subject)
_PLACE = tuple_(AuditRow.at, AuditRow.id)


def append(tx: Transaction, actor: int, action: AuditAction, subject: str, now: datetime) -> None:
    """Record who did what to what. Raises ValueError for a subject that could be personal data."""
    tx.connection.execute(
        insert(AuditRow).values(
            actor=actor, action=action, subject=checked_subject(subject), at=now
        )
    )


def find(tx: Transaction, entry_id: int) -> AuditEntry | None:
    """Return one entry."""
    row = tx.connection.execute(select(*_COLUMNS).where(AuditRow.id == entry_id)).first()
    return _entry(row) if row is not None else None


def older(
    tx: Transaction, search: AuditSearch, now: datetime, than: AuditEntry | None, count: int
) -> list[AuditEntry]:
    """Return the newest entries that are older than one, or the newest of all, newest first."""
    conditions = _wanted(search, now)
    if than is not None:
        conditions.append(_place(than) > _PLACE)
    return _first(tx, search, conditions, desc, count)


def newer(
    tx: Transaction, search: AuditSearch, now: datetime, than: AuditEntry, count: int
) -> list[AuditEntry]:
    """Return the oldest entries that are newer than one, newest first."""
    conditions = [*_wanted(search, now), _place(than) < _PLACE]
    return _first(tx, search, conditions, asc, count)[::-1]


def every(tx: Transaction, search: AuditSearch, now: datetime, most: int) -> Iterator[AuditEntry]:
    """Return what is found, newest first, up to `most`."""
    statement = select(*_COLUMNS).where(*_wanted(search, now))
    if search.actions is not None:
        statement = statement.where(AuditRow.action.in_(search.actions))
    statement = statement.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(most)
    return map(_entry, tx.connection.execute(statement))


def _wanted(search: AuditSearch, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of a search but for its kind."""
    conditions: list[ColumnElement[bool]] = []
    if search.reference is not None:
        conditions.append(AuditRow.subject == search.reference)
    if search.actor is not None:
        conditions.append(AuditRow.actor == search.actor)
    since = search.period.since(now)
    if since is not None:
        conditions.append(AuditRow.at >= since)
    return conditions


def _first(
    tx: Transaction,
    search: AuditSearch,
    conditions: list[ColumnElement[bool]],
    order: Order,
    count: int,
) -> list[AuditEntry]:
    wanted = select(*_COLUMNS).where(*conditions)
    wanted = wanted.order_by(order(AuditRow.at), order(AuditRow.id)).limit(count)
    if search.actions is None:
        return [_entry(row) for row in tx.connection.execute(wanted)]
    # The first of each action, by its index, then the first of those: an index of kinds would tie
    # the stored rows to what counts as which kind today.
    parts = [wanted.where(AuditRow.action == action).subquery() for action in search.actions]
    found = union_all(*(select(part) for part in parts)).subquery()
    together = select(found.c.id, found.c.at, found.c.actor, found.c.action, found.c.subject)
    together = together.order_by(order(found.c.at), order(found.c.id)).limit(count)
    return [_entry(row) for row in tx.connection.execute(together)]


def _place(entry: AuditEntry) -> Tuple:
    return tuple_(entry.at, entry.id, types=(AuditRow.at.type, AuditRow.id.type))


def _entry(row: Row[int, datetime, int, str, str]) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.actor, AuditAction(row.action), row.subject)
