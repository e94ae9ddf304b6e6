"""The people found for open cases, with when somebody last saw how their work goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from domain.follow_ups import Placement
from domain.matches import MatchAct, MatchState
from storage import matches
from storage.case_waits import IS_OPEN
from storage.tables import ConsultationRow, MatchEventRow, MatchRow

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement

    from storage.database import Transaction

_FOLLOWED_UP_ON = (
    select(func.max(MatchEventRow.day))
    .where(MatchEventRow.match_id == MatchRow.id, MatchEventRow.act == MatchAct.FOLLOW_UP)
    .scalar_subquery()
)
_BEGINS_ON = func.coalesce(MatchRow.started_on, MatchRow.starts_on)
_MAY_BE_AT_WORK = (MatchState.AGREED, MatchState.STARTED)


def since(tx: Transaction, day: date) -> list[Placement]:
    """Return who began to work, or was to begin, on a day or before it and has not ended."""
    return _load(tx, day >= _BEGINS_ON)


def find(tx: Transaction, match_id: int) -> Placement | None:
    """Return a match whose work may go on; None if it ended, or its case is closed."""
    return next(iter(_load(tx, MatchRow.id == match_id)), None)


def _load(tx: Transaction, condition: ColumnElement[bool]) -> list[Placement]:
    rows = tx.connection.execute(
        select(MatchRow.id, ConsultationRow.assignee, _FOLLOWED_UP_ON.label("followed_up_on"))
        .join(ConsultationRow, ConsultationRow.id == MatchRow.consultation_id)
        .where(IS_OPEN, MatchRow.state.in_(_MAY_BE_AT_WORK), condition)
        .order_by(MatchRow.id)
    ).all()
    found = []
    for row in rows:
        match = matches.find(tx, row.id)
        if match is not None:
            found.append(Placement(match, row.assignee, row.followed_up_on))
    return found
