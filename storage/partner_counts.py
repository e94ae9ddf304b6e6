"""Sums by partner over the KPI events and the referrals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from domain.consultations import EXCLUDED_STATES, KpiKind
from domain.partner_counts import NOTHING, PartnerCounts, PartnerFigures, ever_until, year_until
from storage.tables import ConsultationRow, KpiEventRow, ReferralRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import InstrumentedAttribute

    from domain.periods import Period
    from storage.database import Transaction

_INTRODUCED: Final = {KpiKind.CONSULTATION: "intakes", KpiKind.MATCH: "matches"}


def count(
    tx: Transaction, periods: Sequence[Period], partners: Collection[int] | None = None
) -> list[dict[int, PartnerCounts]]:
    """Return the counts of some partners (None: of all) in each period, in one statement.

    Those without any are left out.
    """
    parts = [
        part
        for number, period in enumerate(periods)
        for part in (
            *(_introduced(number, kind, period, partners) for kind in _INTRODUCED),
            _referred(number, period, partners),
            _placed(number, period, partners),
        )
    ]
    found: list[dict[int, PartnerCounts]] = [{} for _ in periods]
    for number, partner, figure, total in tx.connection.execute(union_all(*parts)):
        counts = found[number]
        counts[partner] = replace(counts.get(partner, NOTHING), **{figure: int(total)})
    return found


def figures(tx: Transaction, month: Period, partners: Collection[int]) -> dict[int, PartnerFigures]:
    """Return each partner's figures of a month, with those of the fiscal year and in all."""
    periods = (month, year_until(month), ever_until(month))
    of_month, of_year, in_all = count(tx, periods, partners)
    return {
        each: PartnerFigures(
            of_month.get(each, NOTHING), of_year.get(each, NOTHING), in_all.get(each, NOTHING)
        )
        for each in partners
    }


def _introduced(
    number: int, kind: KpiKind, period: Period, partners: Collection[int] | None
) -> Select[Any, Any, Any, Any]:
    """Select what counts of the cases that came by partners."""
    return (
        select(
            literal(number).label("number"),
            ConsultationRow.partner_id.label("partner"),
            literal(_INTRODUCED[kind]).label("figure"),
            func.sum(KpiEventRow.delta).label("total"),
        )
        .join(ConsultationRow, ConsultationRow.id == KpiEventRow.consultation_id)
        .where(_among(ConsultationRow.partner_id, partners), *_events(kind, period))
        .group_by(ConsultationRow.partner_id)
    )


def _referred(
    number: int, period: Period, partners: Collection[int] | None
) -> Select[Any, Any, Any, Any]:
    """Select how many cases were referred to partners, without those that proved to be none."""
    since, until = period.utc_bounds
    return (
        select(
            literal(number).label("number"),
            ReferralRow.partner_id.label("partner"),
            literal("referrals").label("figure"),
            func.count(ReferralRow.id).label("total"),
        )
        .join(ConsultationRow, ConsultationRow.id == ReferralRow.consultation_id)
        .where(
            _among(ReferralRow.partner_id, partners),
            ConsultationRow.state.not_in(EXCLUDED_STATES),
            ReferralRow.referred_at >= since,
            ReferralRow.referred_at < until,
        )
        .group_by(ReferralRow.partner_id)
    )


def _placed(
    number: int, period: Period, partners: Collection[int] | None
) -> Select[Any, Any, Any, Any]:
    """Select the matches of the cases that were referred to partners."""
    return (
        select(
            literal(number).label("number"),
            ReferralRow.partner_id.label("partner"),
            literal("placements").label("figure"),
            func.sum(KpiEventRow.delta).label("total"),
        )
        .join(ReferralRow, ReferralRow.consultation_id == KpiEventRow.consultation_id)
        .where(_among(ReferralRow.partner_id, partners), *_events(KpiKind.MATCH, period))
        .group_by(ReferralRow.partner_id)
    )


def _events(kind: KpiKind, period: Period) -> tuple[ColumnElement[bool], ...]:
    return (
        KpiEventRow.kind == kind,
        KpiEventRow.effective_date >= period.first,
        KpiEventRow.effective_date < period.after,
    )


def _among(
    column: InstrumentedAttribute[Any], partners: Collection[int] | None
) -> ColumnElement[bool]:
    return column.is_not(None) if partners is None else column.in_(partners)
