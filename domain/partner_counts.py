"""What partners have sent and been sent, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.fiscal_year import FiscalYear
from domain.periods import Period, month_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from domain.partners import Partner, PartnerPage


@dataclass(frozen=True)
class PartnerCounts:
    """Counts of one partner in a period, corrections taken off.

    `intakes` are the consultations that came by the partner, `matches` those made of them, each on
    its effective day (R2, R4). `referrals` are the cases referred to it, `placements` the matches
    of those. A correction can make a month's figure negative: it is shown as it is.
    """

    intakes: int = 0
    matches: int = 0
    referrals: int = 0
    placements: int = 0


NOTHING: Final = PartnerCounts()
FIRST_YEAR: Final = FiscalYear(2000)
"""Before any programme of this kind."""


@dataclass(frozen=True)
class PartnerFigures:
    """A partner in a month, in the fiscal year of that month up to its end, and in all."""

    month: PartnerCounts
    year: PartnerCounts
    total: PartnerCounts


@dataclass(frozen=True)
class MonthPage:
    """A page of the partners with their figures of a month; `is_latest` if it is not over yet."""

    month: Period
    page: PartnerPage
    figures: Mapping[int, PartnerFigures]
    is_latest: bool

    @property
    def year(self) -> FiscalYear:
        """The fiscal year that the month belongs to."""
        return FiscalYear.of_date(self.month.first)


@dataclass(frozen=True)
class PartnerExport:
    """The counts of every partner (by id) in each month of a fiscal year."""

    year: FiscalYear
    partners: tuple[Partner, ...]
    months: tuple[tuple[Period, Mapping[int, PartnerCounts]], ...]


def year_until(month: Period) -> Period:
    """Return the fiscal year of a month, up to the end of that month."""
    return Period(FiscalYear.of_date(month.first).first_day, month.after)


def ever_until(month: Period) -> Period:
    """Return all days up to the end of a month."""
    return Period(FIRST_YEAR.first_day, month.after)


def months_of(year: FiscalYear, until: date) -> list[Period]:
    """Return the months of a fiscal year that have begun by a day (JST)."""
    months = [month_of(year.first_day)]
    while months[-1].after <= year.last_day:
        months.append(month_of(months[-1].after))
    return [month for month in months if month.first <= until]
