"""The history of cases, append-only, and who is about to write a note to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from domain.case_events import CaseEvent
from domain.case_states import Act, Why
from domain.consultations import ConsultationState
from storage.tables import CaseEventRow, NotePromptRow

if TYPE_CHECKING:
    from datetime import datetime

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


def ask_for_note(tx: Transaction, user_id: int, consultation_id: int, now: datetime) -> None:
    """Keep that what a member types next is a note to a case; one case at a time."""
    asked = {"consultation_id": consultation_id, "asked_at": now}
    tx.connection.execute(
        tx.insert(NotePromptRow)
        .values(user_id=user_id, **asked)
        .on_conflict_do_update(index_elements=["user_id"], set_=asked)
    )


def note_asked_for(tx: Transaction, user_id: int, since: datetime) -> int | None:
    """Return the case that a member was asked since a moment to write a note to."""
    return tx.connection.execute(
        select(NotePromptRow.consultation_id).where(
            NotePromptRow.user_id == user_id, NotePromptRow.asked_at >= since
        )
    ).scalar_one_or_none()


def drop_prompt(tx: Transaction, user_id: int) -> None:
    """Forget that a member was about to write a note."""
    tx.connection.execute(delete(NotePromptRow).where(NotePromptRow.user_id == user_id))
