"""Addenda: further submissions for open consultations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from domain.addenda import Addendum, NewAddendum
from domain.consultations import Entry
from storage import consultations
from storage.drafts import answers_from_json, answers_to_json
from storage.tables import AddendumRow

if TYPE_CHECKING:
    from sqlalchemy import Row

    from domain.consultations import Consultation
    from storage.database import Transaction


def add(tx: Transaction, consultation_id: int, new: NewAddendum) -> int:
    """Append to a consultation; return the addendum's id. A draft makes one at most."""
    return tx.connection.execute(
        insert(AddendumRow)
        .values(
            consultation_id=consultation_id,
            draft_id=new.draft_id,
            user_id=new.user_id,
            answers=answers_to_json(new.answers),
            consent_version=new.consent.version,
            consented_at=new.consent.given_at,
            submitted_at=new.submitted_at,
            entry=new.entry,
            logged_by=new.logged_by,
        )
        .returning(AddendumRow.id)
    ).scalar_one()


_COLUMNS = (
    AddendumRow.id,
    AddendumRow.consultation_id,
    AddendumRow.user_id,
    AddendumRow.answers,
    AddendumRow.submitted_at,
    AddendumRow.entry,
    AddendumRow.logged_by,
)


def find(tx: Transaction, addendum_id: int) -> Addendum | None:
    """Return one addendum with its consultation."""
    row = tx.connection.execute(select(*_COLUMNS).where(AddendumRow.id == addendum_id)).first()
    consultation = consultations.find(tx, row.consultation_id) if row is not None else None
    if row is None or consultation is None:
        return None
    return _addendum(row, consultation)


def of_consultation(tx: Transaction, consultation: Consultation) -> list[Addendum]:
    """Return what was added to a consultation, oldest first."""
    rows = tx.connection.execute(
        select(*_COLUMNS)
        .where(AddendumRow.consultation_id == consultation.id)
        .order_by(AddendumRow.id)
    )
    return [_addendum(row, consultation) for row in rows]


def _addendum(row: Row[Any], consultation: Consultation) -> Addendum:
    return Addendum(
        id=row.id,
        consultation=consultation,
        answers=answers_from_json(row.answers),
        submitted_at=row.submitted_at,
        same_person=row.user_id is not None and row.user_id == consultation.user_id,
        entry=Entry(row.entry),
        logged_by=row.logged_by,
    )


def case_of_draft(tx: Transaction, draft_id: int) -> Consultation | None:
    """Return the case that what staff logged in a draft was added to."""
    case_id = tx.connection.execute(
        select(AddendumRow.consultation_id).where(
            AddendumRow.draft_id == draft_id, AddendumRow.logged_by.is_not(None)
        )
    ).scalar_one_or_none()
    return consultations.find(tx, case_id) if case_id is not None else None


def is_submitted(tx: Transaction, draft_id: int, user_id: int) -> bool:
    """Whether the person's draft became an addendum."""
    statement = select(AddendumRow.id).where(
        AddendumRow.draft_id == draft_id, AddendumRow.user_id == user_id
    )
    return tx.connection.execute(statement).first() is not None
