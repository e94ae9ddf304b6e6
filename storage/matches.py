"""Matches and what was done to them; the latter is append-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, case, func, insert, select, update

from domain.consultations import Reference
from domain.fiscal_year import FiscalYear
from domain.matches import Engagement, Match, MatchAct, MatchEvent, MatchState, MatchWhy
from storage.tables import ConsultationRow, KpiEventRow, MatchEventRow, MatchRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from domain.matches import NewMatch
    from storage.database import Transaction

_OF_MATCH = KpiEventRow.match_id == MatchRow.id
_TOTAL = select(func.sum(KpiEventRow.delta)).where(_OF_MATCH).scalar_subquery()
_COUNTED_ON = (
    select(KpiEventRow.effective_date)
    .where(_OF_MATCH, KpiEventRow.delta > 0)
    .order_by(KpiEventRow.id.desc())
    .limit(1)
    .scalar_subquery()
)


def add(tx: Transaction, new: NewMatch) -> int:
    """Record a match under the next number of its case; return its id."""
    last = select(func.coalesce(func.max(MatchRow.number), 0)).where(
        MatchRow.consultation_id == new.consultation_id
    )
    return tx.connection.execute(
        insert(MatchRow)
        .values(
            consultation_id=new.consultation_id,
            number=tx.connection.execute(last).scalar_one() + 1,
            state=new.state,
            engagement=new.engagement,
            talent=new.talent,
            agreed_on=new.agreed_on,
            starts_on=new.starts_on,
            pay=new.pay,
            from_prefecture=new.from_prefecture,
            recorded_at=new.recorded_at,
        )
        .returning(MatchRow.id)
    ).scalar_one()


def save(tx: Transaction, match: Match) -> None:
    """Store a match as it is now."""
    tx.connection.execute(
        update(MatchRow)
        .where(MatchRow.id == match.id)
        .values(
            state=match.state,
            engagement=match.engagement,
            agreed_on=match.agreed_on,
            starts_on=match.starts_on,
            started_on=match.started_on,
            ended_on=match.ended_on,
            pay=match.pay,
        )
    )


def record(tx: Transaction, match_id: int, event: MatchEvent, draft_id: int | None) -> None:
    """Append what was done to a match, by which form. A form does one thing (unique draft_id)."""
    tx.connection.execute(
        insert(MatchEventRow).values(
            match_id=match_id,
            draft_id=draft_id,
            act=event.act,
            before=event.before,
            after=event.after,
            engagement=event.engagement,
            actor=event.actor,
            at=event.at,
            day=event.day,
            reason=event.why,
        )
    )


def find(tx: Transaction, match_id: int) -> Match | None:
    """Return a match."""
    found = _load(tx, _matches().where(MatchRow.id == match_id))
    return found[0] if found else None


def of_case(tx: Transaction, consultation_id: int) -> list[Match]:
    """Return the matches of a case by their numbers, whatever became of them."""
    return _load(tx, _matches().where(MatchRow.consultation_id == consultation_id))


def count(tx: Transaction, consultation_id: int, states: Collection[MatchState]) -> int:
    """Return how many matches of a case are in one of some states."""
    return tx.connection.execute(
        select(func.count())
        .select_from(MatchRow)
        .where(MatchRow.consultation_id == consultation_id, MatchRow.state.in_(states))
    ).scalar_one()


def of_draft(tx: Transaction, draft_id: int) -> int | None:
    """Return the match to which a form has done something."""
    return tx.connection.execute(
        select(MatchEventRow.match_id).where(MatchEventRow.draft_id == draft_id)
    ).scalar_one_or_none()


def history(tx: Transaction, consultation_id: int) -> list[MatchEvent]:
    """Return what was done to the matches of a case, oldest first."""
    rows = tx.connection.execute(
        select(*MatchEventRow.__table__.columns, MatchRow.number)
        .join(MatchRow, MatchRow.id == MatchEventRow.match_id)
        .where(MatchRow.consultation_id == consultation_id)
        .order_by(MatchEventRow.id)
    )
    return [
        MatchEvent(
            act=MatchAct(row.act),
            before=MatchState(row.before) if row.before is not None else None,
            after=MatchState(row.after),
            engagement=Engagement(row.engagement),
            actor=row.actor,
            at=row.at,
            day=row.day,
            why=MatchWhy(row.reason) if row.reason is not None else None,
            number=row.number,
        )
        for row in rows
    ]


def _matches() -> Select[Any]:
    return (
        select(
            *MatchRow.__table__.columns,
            ConsultationRow.fiscal_year,
            ConsultationRow.number.label("case_number"),
            case((_TOTAL > 0, _COUNTED_ON)).label("counted_on"),
        )
        .join(ConsultationRow, ConsultationRow.id == MatchRow.consultation_id)
        .order_by(MatchRow.number)
    )


def _load(tx: Transaction, statement: Select[Any]) -> list[Match]:
    return [
        Match(
            id=row.id,
            consultation_id=row.consultation_id,
            reference=Reference(FiscalYear(row.fiscal_year), row.case_number),
            number=row.number,
            state=MatchState(row.state),
            engagement=Engagement(row.engagement),
            talent=row.talent,
            agreed_on=row.agreed_on,
            starts_on=row.starts_on,
            started_on=row.started_on,
            ended_on=row.ended_on,
            pay=row.pay,
            from_prefecture=row.from_prefecture,
            counted_on=row.counted_on,
        )
        for row in tx.connection.execute(statement)
    ]
