"""Sums over the KPI events; every figure shown anywhere comes from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from domain.size import Eligibility
from storage.tables import KpiEventRow

if TYPE_CHECKING:
    from datetime import date

    from domain.consultations import KpiKind
    from domain.fiscal_year import FiscalYear
    from storage.database import Transaction


def count(tx: Transaction, kind: KpiKind, first: date, after: date) -> dict[Eligibility, int]:
    """Return the count by eligibility on `first <= effective date < after` (JST dates)."""
    rows = tx.connection.execute(
        select(KpiEventRow.eligibility, func.sum(KpiEventRow.delta))
        .where(
            KpiEventRow.kind == kind,
            KpiEventRow.effective_date >= first,
            KpiEventRow.effective_date < after,
        )
        .group_by(KpiEventRow.eligibility)
    )
    found = {Eligibility(eligibility): int(total) for eligibility, total in rows}
    return {eligibility: found.get(eligibility, 0) for eligibility in Eligibility}


def count_by_channel(tx: Transaction, kind: KpiKind, first: date, after: date) -> dict[str, int]:
    """Return the count by channel on `first <= effective date < after` (JST dates)."""
    rows = tx.connection.execute(
        select(KpiEventRow.channel, func.sum(KpiEventRow.delta))
        .where(
            KpiEventRow.kind == kind,
            KpiEventRow.effective_date >= first,
            KpiEventRow.effective_date < after,
        )
        .group_by(KpiEventRow.channel)
    )
    return {channel: int(total) for channel, total in rows}


def eligible_by_fiscal_year(
    tx: Transaction, kind: KpiKind, years: list[FiscalYear]
) -> dict[FiscalYear, int]:
    """Return the KPI's actual increment of each fiscal year (facts 4-2)."""
    return {
        year: count(tx, kind, year.first_day, year.next.first_day)[Eligibility.ELIGIBLE]
        for year in years
    }
