"""KPI arithmetic (facts 4-2): increments, rates, cumulative and current values, pace."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
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
    elapsed part of the year, to one place. A correction can make `actual` negative: it is shown
    as it is.
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

    @property
    def cumulative_rate(self) -> Decimal | None:
        """The cumulative percentage to one place; None without a cumulative target."""
        return percentage(self.cumulative_actual, self.cumulative_target)

    @property
    def pace_gap(self) -> Decimal | None:
        """How far the year is ahead of its pace, negative if behind; None without a target."""
        return None if self.pace_target is None else self.actual - self.pace_target

    @property
    def is_met(self) -> bool | None:
        """Whether the year's target is reached (達成／未達); None without a target."""
        return None if self.target is None else self.actual >= self.target


def one_place(value: Fraction) -> Decimal:
    """Round to one decimal place, a half away from zero (四捨五入), exactly."""
    tenths = int(abs(value) * 10 + Fraction(1, 2))
    return Decimal(tenths if value >= 0 else -tenths) * _ONE_PLACE


def percentage(actual: int, target: int | None) -> Decimal | None:
    """Return `actual` in per cent of `target`, to one place, never capped; None without one."""
    return one_place(Fraction(100 * actual, target)) if target else None


def _cumulative_target(increments: Mapping[FiscalYear, int], year: FiscalYear) -> int | None:
    if not increments or year < (first := min(increments)):
        return None
    known = [target for of, target in increments.items() if of <= year]
    return sum(known) if len(known) == year.year - first.year + 1 else None


def kpi_years(kpi: Kpi, actuals: Mapping[FiscalYear, int], today: date) -> list[KpiYear]:
    """Return the KPI year by year, in order; `actuals` are the increments of each year.

    What happened before the first year with a target is part of the baseline and adds nothing to
    the cumulative figures. The cumulative target ends where a year has no target (facts 4-2).
    """
    rows: list[KpiYear] = []
    total = 0
    begins = min(kpi.increments, default=min(actuals, default=None))
    for year in sorted(actuals):
        target = kpi.increments.get(year)
        if begins is not None and year >= begins:
            total += actuals[year]
        elapsed = Fraction(year.elapsed_days(today), year.days)
        rows.append(
            KpiYear(
                fiscal_year=year,
                baseline=kpi.baseline,
                target=target,
                actual=actuals[year],
                rate=percentage(actuals[year], target),
                cumulative_actual=total,
                cumulative_target=_cumulative_target(kpi.increments, year),
                current_value=kpi.baseline + total,
                pace_target=one_place(target * elapsed) if target is not None else None,
            )
        )
    return rows
