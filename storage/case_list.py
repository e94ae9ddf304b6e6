"""The open cases, what needs attention first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, select

from domain.bookings import ASKED_STATES
from domain.case_list import PAGE, Area, Listed, Which
from domain.consultations import ConsultationState, Reference
from domain.fiscal_year import FiscalYear
from storage.case_waits import IS_OPEN, IS_UNTAKEN, is_overdue
from storage.staff import WORKS_ON_CASES
from storage.tables import BookingRow, CaseEventRow, ConsultationRow, StaffRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from domain.case_list import Asked, Narrowing
    from storage.database import Transaction

_AREA = ConsultationRow.answers["area"].as_string()
_HOLDER = (
    select(func.coalesce(func.nullif(StaffRow.name, ""), "–"))
    .where(StaffRow.user_id == ConsultationRow.assignee, WORKS_ON_CASES)
    .scalar_subquery()
)
_CHANGED_AT = func.coalesce(
    select(func.max(CaseEventRow.at))
    .where(CaseEventRow.consultation_id == ConsultationRow.id)
    .scalar_subquery(),
    ConsultationRow.submitted_at,
)


def _lacks_outcome(asked: Asked) -> ColumnElement[bool]:
    return exists().where(
        BookingRow.consultation_id == ConsultationRow.id,
        BookingRow.state.in_(ASKED_STATES),
        BookingRow.ends_at <= asked.now,
    )


def _narrowed(asked: Asked) -> ColumnElement[bool]:
    narrowing: Narrowing = asked.narrowing
    if isinstance(narrowing, Area):
        return and_(IS_OPEN, narrowing.code == _AREA)
    if isinstance(narrowing, ConsultationState):
        return and_(IS_OPEN, ConsultationRow.state == narrowing)
    conditions: dict[Which, ColumnElement[bool]] = {
        Which.ALL: IS_OPEN,
        Which.MINE: ConsultationRow.assignee == asked.user_id,
        Which.UNASSIGNED: _HOLDER.is_(None),
        Which.OVERDUE: is_overdue(asked.overdue_before),
    }
    return and_(IS_OPEN, conditions[narrowing])


def count(tx: Transaction, asked: Asked) -> int:
    """Return how many open cases the list is narrowed to."""
    statement = select(func.count()).select_from(ConsultationRow).where(_narrowed(asked))
    return tx.connection.execute(statement).scalar_one()


def page(tx: Transaction, asked: Asked) -> tuple[Listed, ...]:
    """Return a page: what nobody has for too long, meetings without outcome, the overdue.

    Then the rest; within each, what has not changed for longest comes first.
    """
    late, lacks_outcome = is_overdue(asked.overdue_before), _lacks_outcome(asked)
    urgency = case((IS_UNTAKEN & late, 0), (lacks_outcome, 1), (late, 2), else_=3)
    rows = tx.connection.execute(
        select(
            ConsultationRow.id,
            ConsultationRow.fiscal_year,
            ConsultationRow.number,
            ConsultationRow.state,
            _AREA.label("area"),
            _HOLDER.label("holder"),
            _CHANGED_AT.label("changed_at"),
            late.label("is_overdue"),
            lacks_outcome.label("lacks_outcome"),
        )
        .where(_narrowed(asked))
        .order_by(urgency, _CHANGED_AT, ConsultationRow.id)
        .limit(PAGE)
        .offset(asked.page * PAGE)
    )
    return tuple(_listed(row) for row in rows)


def _listed(row: Any) -> Listed:
    return Listed(
        id=row.id,
        reference=Reference(FiscalYear(row.fiscal_year), row.number),
        state=ConsultationState(row.state),
        area=row.area,
        assignee=row.holder,
        changed_at=row.changed_at,
        is_overdue=bool(row.is_overdue),
        lacks_outcome=bool(row.lacks_outcome),
    )


def by_state(tx: Transaction) -> dict[ConsultationState, int]:
    """Return how many open cases each state has."""
    statement = (
        select(ConsultationRow.state, func.count().label("number"))
        .where(IS_OPEN)
        .group_by(ConsultationRow.state)
    )
    found = {row.state: row.number for row in tx.connection.execute(statement)}
    return {state: found[state] for state in ConsultationState if state in found}


def by_area(tx: Transaction) -> dict[str, int]:
    """Return how many open cases each area has."""
    statement = select(_AREA, func.count()).where(IS_OPEN).group_by(_AREA).order_by(_AREA)
    return {area: number for area, number in tx.connection.execute(statement) if area is not None}


def open_of_assignee(tx: Transaction, assignee: int) -> list[int]:
    """Return the open cases that were given to somebody, oldest first."""
    return list(
        tx.connection.execute(
            select(ConsultationRow.id)
            .where(ConsultationRow.assignee == assignee, IS_OPEN)
            .order_by(ConsultationRow.id)
        ).scalars()
    )
