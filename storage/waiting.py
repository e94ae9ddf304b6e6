"""The waiting list: who waits for a slot of which method, in the order they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, or_, select, text

from domain.consultations import OPEN_STATES, Reference
from domain.fiscal_year import FiscalYear
from domain.slots import Method
from domain.waiting import Waiting
from storage.tables import LIVE, BookingRow, ConsultationRow, PersonRow, WaitingRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction

_IS_OPEN = ConsultationRow.state.in_(OPEN_STATES) & ConsultationRow.user_id.is_not(None)


def add(tx: Transaction, consultation_id: int, method: Method, since: datetime) -> None:
    """Put a consultation in line; asking again keeps its place, another method loses it."""
    wanted = {"method": method, "since": since}
    tx.connection.execute(
        tx.insert(WaitingRow)
        .values(consultation_id=consultation_id, **wanted)
        .on_conflict_do_update(
            index_elements=["consultation_id"], set_=wanted, where=WaitingRow.method != method
        )
    )


def remove(tx: Transaction, consultation_id: int) -> None:
    """Take a consultation off the list, if it is on it."""
    tx.connection.execute(delete(WaitingRow).where(WaitingRow.consultation_id == consultation_id))


def remove_closed(tx: Transaction) -> None:
    """Take off the list whose case is closed, or who is not known any more."""
    still_open = select(ConsultationRow.id).where(_IS_OPEN)
    tx.connection.execute(delete(WaitingRow).where(WaitingRow.consultation_id.not_in(still_open)))


def anybody(tx: Transaction) -> bool:
    """Whether anybody is on the list."""
    return tx.connection.execute(select(WaitingRow.consultation_id).limit(1)).first() is not None


def line(tx: Transaction) -> list[Waiting]:
    """Return who can be offered a slot now, the first in line first.

    Not who has a hold already, and not whom the bot cannot write to.
    """
    has_live = exists().where(
        text(f"bookings.{LIVE}"), BookingRow.consultation_id == WaitingRow.consultation_id
    )
    unreachable = exists().where(
        PersonRow.user_id == ConsultationRow.user_id, PersonRow.unreachable_since.is_not(None)
    )
    return _load(tx, ~has_live, ~unreachable)


def find(tx: Transaction, consultation_id: int) -> Waiting | None:
    """Return what a consultation waits for."""
    return next(iter(_load(tx, WaitingRow.consultation_id == consultation_id)), None)


def place(tx: Transaction, one: Waiting) -> int:
    """Return the place in the line for a method; the first is 1."""
    before = or_(
        WaitingRow.since < one.since,
        (WaitingRow.since == one.since) & (WaitingRow.consultation_id < one.consultation_id),
    )
    return 1 + len(_load(tx, WaitingRow.method == one.method, before))


def counts(tx: Transaction) -> dict[Method, int]:
    """Return how many wait for each method that anybody waits for."""
    rows = tx.connection.execute(
        select(WaitingRow.method, func.count())
        .join(ConsultationRow, ConsultationRow.id == WaitingRow.consultation_id)
        .where(_IS_OPEN)
        .group_by(WaitingRow.method)
        .order_by(WaitingRow.method)
    )
    return {Method(method): number for method, number in rows}


def _load(tx: Transaction, *conditions: Any) -> list[Waiting]:
    rows = tx.connection.execute(
        select(
            WaitingRow.consultation_id,
            ConsultationRow.fiscal_year,
            ConsultationRow.number,
            ConsultationRow.user_id,
            WaitingRow.method,
            WaitingRow.since,
        )
        .join(ConsultationRow, ConsultationRow.id == WaitingRow.consultation_id)
        .where(_IS_OPEN, *conditions)
        .order_by(WaitingRow.since, WaitingRow.consultation_id)
    )
    return [
        Waiting(
            consultation_id=row.consultation_id,
            reference=Reference(FiscalYear(row.fiscal_year), row.number),
            user_id=row.user_id,
            method=Method(row.method),
            since=row.since,
        )
        for row in rows
    ]
