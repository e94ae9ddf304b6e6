"""Return calls: who asked to be telephoned, and who of the staff took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from domain.return_calls import NewReturnCall, ReturnCall
from storage.drafts import answers_from_json, answers_to_json
from storage.staff import WORKS_ON_CASES
from storage.tables import ReturnCallRow, StaffRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from storage.database import Transaction


def add(tx: Transaction, new: NewReturnCall) -> int:
    """Store a request; return its id. Raises IntegrityError if the person has one open."""
    return tx.connection.execute(
        insert(ReturnCallRow)
        .values(
            draft_id=new.draft_id,
            user_id=new.user_id,
            answers=answers_to_json(new.answers),
            consent_version=new.consent.version,
            consented_at=new.consent.given_at,
            requested_at=new.requested_at,
            partner_id=new.partner,
        )
        .returning(ReturnCallRow.id)
    ).scalar_one()


def find(tx: Transaction, call_id: int) -> ReturnCall | None:
    """Return one request."""
    return _load(tx, ReturnCallRow.id == call_id)


def open_of_person(tx: Transaction, user_id: int) -> ReturnCall | None:
    """Return the person's open request, if there is one."""
    return _load(tx, (ReturnCallRow.user_id == user_id) & ReturnCallRow.done_at.is_(None))


def of_draft(tx: Transaction, draft_id: int, user_id: int) -> ReturnCall | None:
    """Return the request that the person's draft became."""
    return _load(tx, (ReturnCallRow.draft_id == draft_id) & (ReturnCallRow.user_id == user_id))


def take(tx: Transaction, call_id: int, assignee: int) -> bool:
    """Assign the request if nobody who works on cases has it; False if somebody was first."""
    workers = select(StaffRow.user_id).where(WORKS_ON_CASES)
    is_free = ReturnCallRow.assignee.is_(None) | ReturnCallRow.assignee.not_in(workers)
    result = tx.connection.execute(
        update(ReturnCallRow).where(ReturnCallRow.id == call_id, is_free).values(assignee=assignee)
    )
    return result.rowcount == 1


def finish(tx: Transaction, call_id: int, now: datetime) -> bool:
    """Record that the person was called; False if it was recorded before."""
    result = tx.connection.execute(
        update(ReturnCallRow)
        .where(ReturnCallRow.id == call_id, ReturnCallRow.done_at.is_(None))
        .values(done_at=now)
    )
    return result.rowcount == 1


def remove_open(tx: Transaction, call_id: int, user_id: int) -> bool:
    """Delete the person's request unless it is dealt with; False if there is no such request."""
    result = tx.connection.execute(
        delete(ReturnCallRow).where(
            ReturnCallRow.id == call_id,
            ReturnCallRow.user_id == user_id,
            ReturnCallRow.done_at.is_(None),
        )
    )
    return result.rowcount == 1


def remove_done_before(tx: Transaction, moment: datetime) -> int:
    """Delete the requests dealt with before `moment`; return how many."""
    return tx.connection.execute(
        delete(ReturnCallRow).where(ReturnCallRow.done_at < moment)
    ).rowcount


def _load(tx: Transaction, condition: ColumnElement[bool]) -> ReturnCall | None:
    row = tx.connection.execute(
        select(
            ReturnCallRow.id,
            ReturnCallRow.user_id,
            ReturnCallRow.answers,
            ReturnCallRow.requested_at,
            ReturnCallRow.assignee,
            ReturnCallRow.done_at,
            ReturnCallRow.partner_id,
        ).where(condition)
    ).first()
    if row is None:
        return None
    return ReturnCall(
        id=row.id,
        user_id=row.user_id,
        answers=answers_from_json(row.answers),
        requested_at=row.requested_at,
        assignee=row.assignee,
        done_at=row.done_at,
        partner=row.partner_id,
    )
