"""KPI arithmetic (facts 4-2): increments, rates, cumulative and current values, pace."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from domain.fiscal_year import FiscalYear
    from domain.programme import Kpi

_ONE_PLACE = Decimal("0.1")


@dataclass(frozen=True)
class KpiYear:
    """One KPI in one fiscal year. None means that the plan has no target for the year.

    `rate` is a percentage to one place, never capped; `pace_target` is the target times the
    elapsed part of the year, to one place.
    """

    fiscal_year: FiscalYear
    baseline: int
    target: int | None
    actual: int
    rate: Decimal | None
    cumulative_actual: int
    cumulative_target: int | None
    current_value: int
    pace_target: Decimal | None


def one_place(value: Fraction) -> Decimal:
    """Round half up to one decimal place, exactly."""
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return scaled.quantize(_ONE_PLACE, ROUND_HALF_UP)


def kpi_years(kpi: Kpi, actuals: Mapping[FiscalYear, int], today: date) -> list[KpiYear]:
    """Return the KPI year by year, in order; `actuals` are the increments of each year."""
    rows: list[KpiYear] = []
    total = 0
    targets = 0
    for year in sorted(actuals):
        target = kpi.increments.get(year)
        total += actuals[year]
        targets += target or 0
        elapsed = Fraction(year.elapsed_days(today), year.days)
        rows.append(
            KpiYear(
                fiscal_year=year,
                baseline=kpi.baseline,
                target=target,
                actual=actuals[year],
                rate=one_place(Fraction(100 * actuals[year], target)) if target else None,
                cumulative_actual=total,
                cumulative_target=targets if target is not None else None,
                current_value=kpi.baseline + total,
                pace_target=one_place(target * elapsed) if target is not None else None,
            )
        )
    return rows
