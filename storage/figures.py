"""Sums over the KPI events; every figure shown anywhere comes from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, union_all

from domain.consultations import COUNTED_KINDS, Entry
from domain.fiscal_year import FiscalYear
from domain.size import Eligibility
from storage.drafts import answers_from_json
from storage.tables import ConsultationRow, KpiEventRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from domain.consultations import CountedKind
    from domain.form import Answers
    from domain.periods import Period
    from storage.database import Transaction


def count(
    tx: Transaction, periods: Sequence[Period]
) -> list[dict[CountedKind, dict[Eligibility, int]]]:
    """Return the counts of each period by kind and eligibility, in one statement."""
    parts = [
        select(
            literal(number).label("number"),
            KpiEventRow.kind,
            KpiEventRow.eligibility,
            func.sum(KpiEventRow.delta).label("total"),
        )
        .where(
            KpiEventRow.kind.in_(COUNTED_KINDS),
            KpiEventRow.effective_date >= period.first,
            KpiEventRow.effective_date < period.after,
        )
        .group_by(KpiEventRow.kind, KpiEventRow.eligibility)
        for number, period in enumerate(periods)
    ]
    found = [
        {kind: dict.fromkeys(Eligibility, 0) for kind in COUNTED_KINDS.values()} for _ in periods
    ]
    for row in tx.connection.execute(union_all(*parts)):
        found[row.number][COUNTED_KINDS[row.kind]][Eligibility(row.eligibility)] = int(row.total)
    return found


def count_by_channel(tx: Transaction, kind: CountedKind, period: Period) -> dict[str, int]:
    """Return the period's count by channel, the largest first."""
    total = func.sum(KpiEventRow.delta)
    rows = tx.connection.execute(
        select(KpiEventRow.channel, total)
        .where(
            KpiEventRow.kind == kind,
            KpiEventRow.effective_date >= period.first,
            KpiEventRow.effective_date < period.after,
        )
        .group_by(KpiEventRow.channel)
        .order_by(total.desc(), KpiEventRow.channel)
    )
    return {channel: int(count_) for channel, count_ in rows}


def count_by_entry(tx: Transaction, kind: CountedKind, period: Period) -> dict[Entry, int]:
    """Return the period's count by how the consultations came in, in the order of `Entry` (R8)."""
    rows = tx.connection.execute(
        select(ConsultationRow.entry, func.sum(KpiEventRow.delta))
        .join(ConsultationRow, ConsultationRow.id == KpiEventRow.consultation_id)
        .where(
            KpiEventRow.kind == kind,
            KpiEventRow.effective_date >= period.first,
            KpiEventRow.effective_date < period.after,
        )
        .group_by(ConsultationRow.entry)
    )
    found = {Entry(entry): int(total) for entry, total in rows}
    return {entry: found[entry] for entry in Entry if found.get(entry)}


def increments(
    tx: Transaction, kinds: Iterable[CountedKind], years: Sequence[FiscalYear], until: date
) -> dict[CountedKind, dict[FiscalYear, int]]:
    """Return each kind's actual increment of each fiscal year up to the day `until` (facts 4-2)."""
    found = {kind: dict.fromkeys(years, 0) for kind in kinds}
    parts = [
        select(
            literal(kind.value).label("kind"),
            literal(year.year).label("year"),
            func.coalesce(func.sum(KpiEventRow.delta), 0).label("total"),
        ).where(
            KpiEventRow.kind == kind,
            KpiEventRow.eligibility == Eligibility.ELIGIBLE,
            KpiEventRow.effective_date >= year.first_day,
            KpiEventRow.effective_date <= min(year.last_day, until),
        )
        for kind in found
        for year in years
    ]
    for row in tx.connection.execute(union_all(*parts)):
        found[COUNTED_KINDS[row.kind]][FiscalYear(row.year)] = int(row.total)
    return found


def answers_counted(tx: Transaction, kind: CountedKind, period: Period) -> list[Answers]:
    """Return the answers of the consultations that count in the period, corrections taken off."""
    counted = (
        select(KpiEventRow.consultation_id)
        .where(
            KpiEventRow.kind == kind,
            KpiEventRow.effective_date >= period.first,
            KpiEventRow.effective_date < period.after,
        )
        .group_by(KpiEventRow.consultation_id)
        .having(func.sum(KpiEventRow.delta) > 0)
    )
    rows = tx.connection.execute(
        select(ConsultationRow.answers).where(ConsultationRow.id.in_(counted))
    )
    return [answers_from_json(answers) for answers in rows.scalars()]
