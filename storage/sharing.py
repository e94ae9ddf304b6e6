"""Decisions about sharing: append-only, the latest of a case stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from domain.sharing import Said, Sharing, SharingDecision
from storage.tables import SharingDecisionRow

if TYPE_CHECKING:
    from storage.database import Transaction


def add(tx: Transaction, consultation_id: int, decision: SharingDecision) -> None:
    """Append a decision about a case."""
    tx.connection.execute(
        insert(SharingDecisionRow).values(
            consultation_id=consultation_id,
            value=decision.value,
            said=decision.said,
            actor=decision.actor,
            at=decision.at,
        )
    )


def of_case(tx: Transaction, consultation_id: int) -> list[SharingDecision]:
    """Return the decisions about a case after its intake, oldest first."""
    rows = tx.connection.execute(
        select(
            SharingDecisionRow.value,
            SharingDecisionRow.said,
            SharingDecisionRow.actor,
            SharingDecisionRow.at,
        )
        .where(SharingDecisionRow.consultation_id == consultation_id)
        .order_by(SharingDecisionRow.id)
    )
    return [SharingDecision(Sharing(row.value), Said(row.said), row.actor, row.at) for row in rows]
