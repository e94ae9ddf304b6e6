"""What a staff member's next message is taken for: one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from domain.prompts import Prompt, PromptKind
from storage.tables import PromptRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


def ask(tx: Transaction, user_id: int, prompt: Prompt, now: datetime) -> None:
    """Keep what a member's next message is taken for, in place of anything before."""
    asked = {"kind": prompt.kind, "consultation_id": prompt.case, "asked_at": now}
    tx.connection.execute(
        tx.insert(PromptRow)
        .values(user_id=user_id, **asked)
        .on_conflict_do_update(index_elements=["user_id"], set_=asked)
    )


def find(tx: Transaction, user_id: int, since: datetime) -> Prompt | None:
    """Return what a member was asked for since a moment."""
    row = tx.connection.execute(
        select(PromptRow.kind, PromptRow.consultation_id).where(
            PromptRow.user_id == user_id, PromptRow.asked_at >= since
        )
    ).first()
    return None if row is None else Prompt(PromptKind(row.kind), row.consultation_id)


def drop(tx: Transaction, user_id: int) -> None:
    """Forget what a member was asked for."""
    tx.connection.execute(delete(PromptRow).where(PromptRow.user_id == user_id))
