"""The audit log: rows are added, and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from domain.audit import checked_subject
from storage.tables import AuditRow

if TYPE_CHECKING:
    from datetime import datetime

    from domain.audit import AuditAction
    from storage.database import Transaction


def append(tx: Transaction, actor: int, action: AuditAction, subject: str, now: datetime) -> None:
    """Record who did what to what. Raises ValueError for a subject that could be personal data."""
    tx.connection.execute(
        insert(AuditRow).values(
            actor=actor, action=action, subject=checked_subject(subject), at=now
        )
    )
