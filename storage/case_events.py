"""The history of cases, append-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from domain.case_events import CaseEvent
from domain.case_states import Act, Why
from domain.consultations import ConsultationState
from storage.tables import CaseEventRow

if TYPE_CHECKING:
    from storage.database import Transaction


def add(tx: Transaction, consultation_id: int, event: CaseEvent) -> None:
    """Append what happened to a case."""
    tx.connection.execute(
        insert(CaseEventRow).values(
            consultation_id=consultation_id,
            act=event.act,
            before=event.before,
            after=event.after,
            actor=event.actor,
            at=event.at,
            reason=event.why,
            member=event.member,
            note=event.note,
            held_on=event.held_on,
        )
    )


def of_consultation(tx: Transaction, consultation_id: int) -> list[CaseEvent]:
    """Return what happened to a case, oldest first."""
    rows = tx.connection.execute(
        select(*CaseEventRow.__table__.columns)
        .where(CaseEventRow.consultation_id == consultation_id)
        .order_by(CaseEventRow.id)
    )
    return [
        CaseEvent(
            act=Act(row.act),
            before=ConsultationState(row.before),
            after=ConsultationState(row.after),
            actor=row.actor,
            at=row.at,
            why=Why(row.reason) if row.reason is not None else None,
            member=row.member,
            note=row.note,
            held_on=row.held_on,
        )
        for row in rows
    ]
