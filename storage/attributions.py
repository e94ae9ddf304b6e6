"""By which partner a case came, as staff have said: the latest is the case's, all are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from domain.attributions import Attribution
from storage.tables import AttributionRow, ConsultationRow, PartnerRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


def add(
    tx: Transaction, consultation_id: int, partner: int | None, actor: int, now: datetime
) -> None:
    """Set by which partner a case came, and append who said so."""
    tx.connection.execute(
        update(ConsultationRow)
        .where(ConsultationRow.id == consultation_id)
        .values(partner_id=partner)
    )
    tx.connection.execute(
        insert(AttributionRow).values(
            consultation_id=consultation_id, partner_id=partner, actor=actor, at=now
        )
    )


def history(tx: Transaction, consultation_id: int) -> list[Attribution]:
    """Return what staff have said of a case, oldest first, under the names of today."""
    rows = tx.connection.execute(
        select(PartnerRow.name, AttributionRow.actor, AttributionRow.at)
        .select_from(AttributionRow)
        .join(PartnerRow, PartnerRow.id == AttributionRow.partner_id, isouter=True)
        .where(AttributionRow.consultation_id == consultation_id)
        .order_by(AttributionRow.id)
    )
    return [Attribution(row.name, row.actor, row.at) for row in rows]
