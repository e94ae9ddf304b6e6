"""Since when cases wait for somebody to take them, or for their company to be contacted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, exists, func, not_, or_, select

from domain.bookings import Change
from domain.case_states import Act
from domain.consultations import OPEN_STATES, ConsultationState, Reference
from domain.fiscal_year import FiscalYear
from domain.relay import Direction
from storage.staff import WORKS_ON_CASES
from storage.tables import (
    BookingEventRow,
    BookingRow,
    CaseEventRow,
    ConsultationRow,
    RelayMessageRow,
    StaffRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from storage.database import Transaction


class Wait(NamedTuple):
    """A case that waits, since a moment (UTC), with who has it, or had it last."""

    case: int
    assignee: int | None
    since: datetime


IS_OPEN = ConsultationRow.state.in_(sorted(OPEN_STATES))
_HAS_HOLDER = exists().where(StaffRow.user_id == ConsultationRow.assignee, WORKS_ON_CASES)
IS_UNTAKEN = and_(IS_OPEN, not_(_HAS_HOLDER))
"""An open case that nobody who works on cases has."""
_TO_CONTACT = (ConsultationState.TRIAGED, ConsultationState.CONTACTING)
IS_TO_CONTACT = and_(ConsultationRow.state.in_(_TO_CONTACT), _HAS_HOLDER)
"""A case that somebody has and whose company is to be contacted, with no meeting ahead."""

_OF_CASE = CaseEventRow.consultation_id == ConsultationRow.id
_SINCE_UNTAKEN: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (CaseEventRow.at, (_OF_CASE, CaseEventRow.act.in_((Act.REOPEN, Act.RESTORE)))),
    (
        # A member is in a role since `added_at`.
        func.coalesce(StaffRow.removed_at, StaffRow.added_at),
        (StaffRow.user_id == ConsultationRow.assignee, not_(WORKS_ON_CASES)),
    ),
)
"""The moments, besides the submission, from which a case waits to be taken."""
_CONTACTS: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    # Neither handing a case over nor judging it reaches a company.
    (CaseEventRow.at, (_OF_CASE, CaseEventRow.act.not_in((Act.HAND_OVER, Act.JUDGE)))),
    (
        BookingEventRow.at,
        (
            BookingEventRow.booking_id == BookingRow.id,
            BookingRow.consultation_id == ConsultationRow.id,
            BookingEventRow.change.in_((Change.BOOKED, Change.MOVED, Change.MET)),
        ),
    ),
    (
        RelayMessageRow.at,
        (
            RelayMessageRow.consultation_id == ConsultationRow.id,
            RelayMessageRow.direction == Direction.TO_OWNER,
        ),
    ),
)
"""The moments, besides the submission, at which a company was contacted, or that was begun.

A case that is taken, that loses its meeting or is taken up again has its time from then on.
"""


def _since(sources: Iterable[tuple[Any, tuple[Any, ...]]]) -> list[Any]:
    """Return the latest moment of each source, NULL where there is none, as columns."""
    return [
        select(func.max(at)).where(*of_case).correlate(ConsultationRow).scalar_subquery()
        for at, of_case in sources
    ]


def _none_from(
    sources: Iterable[tuple[Any, tuple[Any, ...]]], moment: datetime
) -> ColumnElement[bool]:
    """Whether nothing of the sources, nor the submission, is of a moment or after it."""
    return and_(
        ConsultationRow.submitted_at < moment,
        *(
            not_(select(1).where(*of_case, at >= moment).correlate(ConsultationRow).exists())
            for at, of_case in sources
        ),
    )


def is_overdue(moment: datetime) -> ColumnElement[bool]:
    """Whether nobody has a case, or its company was not contacted, since before a moment."""
    return or_(
        and_(IS_UNTAKEN, _none_from(_SINCE_UNTAKEN, moment)),
        and_(IS_TO_CONTACT, _none_from(_CONTACTS, moment)),
    )


def overdue(tx: Transaction, moment: datetime, limit: int) -> tuple[int, list[Reference]]:
    """Return how many cases are overdue since before a moment, and the oldest of them."""
    rows = tx.connection.execute(
        select(
            ConsultationRow.submitted_at,
            ConsultationRow.id,
            ConsultationRow.fiscal_year,
            ConsultationRow.number,
        ).where(is_overdue(moment))
    ).all()
    # Sorted here: asked for by the database, the order makes PostgreSQL read every case by its
    # date where an index of the states has a few.
    oldest = sorted(rows)[:limit]
    return len(rows), [Reference(FiscalYear(row.fiscal_year), row.number) for row in oldest]


def _waits(
    sources: tuple[tuple[Any, tuple[Any, ...]], ...], *conditions: ColumnElement[bool]
) -> Select[Any]:
    return select(
        ConsultationRow.id,
        ConsultationRow.assignee,
        ConsultationRow.submitted_at,
        *_since(sources),
    ).where(*conditions)


def _read(tx: Transaction, statement: Select[Any]) -> list[Wait]:
    return [
        Wait(row[0], row[1], max(moment for moment in row[2:] if moment is not None))
        for row in tx.connection.execute(statement)
    ]


def untaken(tx: Transaction, before: datetime) -> list[Wait]:
    """Return the cases that nobody has had since before a moment."""
    conditions = (IS_UNTAKEN, _none_from(_SINCE_UNTAKEN, before))
    return _read(tx, _waits(_SINCE_UNTAKEN, *conditions).order_by(ConsultationRow.id))


def to_contact(tx: Transaction, before: datetime) -> list[Wait]:
    """Return the cases in hand whose companies were not contacted since before a moment."""
    conditions = (IS_TO_CONTACT, _none_from(_CONTACTS, before))
    return _read(tx, _waits(_CONTACTS, *conditions).order_by(ConsultationRow.id))


def untaken_since(tx: Transaction, case: int) -> datetime | None:
    """Return since when nobody has had a case; None if somebody has it, or it is closed."""
    found = _read(tx, _waits(_SINCE_UNTAKEN, IS_UNTAKEN, ConsultationRow.id == case))
    return found[0].since if found else None


def to_contact_since(tx: Transaction, case: int) -> datetime | None:
    """Return since when a company waits to be contacted; None if it does not."""
    found = _read(tx, _waits(_CONTACTS, IS_TO_CONTACT, ConsultationRow.id == case))
    return found[0].since if found else None
