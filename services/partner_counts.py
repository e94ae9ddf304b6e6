"""The figures by partner: of a month, on a partner's card, and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.errors import StaleButton
from domain.fiscal_year import FiscalYear, jst_date
from domain.partner_counts import FIRST_YEAR, MonthPage, PartnerExport, months_of
from domain.periods import month_of
from domain.staff import Action
from services.cases import permitted
from services.partners import listed
from storage import audit, partner_counts, partners

if TYPE_CHECKING:
    from datetime import date, datetime

    from storage.database import Transaction


def of_month(tx: Transaction, user_id: int, day: date, number: int, now: datetime) -> MonthPage:
    """Return a page of the partners with their figures of the month that holds a day (JST).

    Raises NotPermitted, or StaleButton for a month that no button speaks of.
    """
    page = listed(tx, user_id, None, number).page
    month, latest = month_of(day), month_of(jst_date(now))
    if not FIRST_YEAR.first_day <= month.first <= latest.first:
        raise StaleButton("")
    figures = partner_counts.figures(tx, month, [partner.id for partner in page.partners])
    return MonthPage(month, page, figures, is_latest=month == latest)


def note_export(tx: Transaction, user_id: int, year: int, now: datetime) -> None:
    """Record that the figures of a fiscal year are about to be exported.

    Raises NotPermitted, StaleButton.
    """
    permitted(tx, user_id, Action.READ_PARTNERS)
    audit.append(tx, user_id, AuditAction.EXPORT_PARTNERS, f"FY{_begun(year, now).year}", now)


def export(tx: Transaction, user_id: int, year: int, now: datetime) -> PartnerExport:
    """Return every partner's counts in the months of a fiscal year that have begun.

    Raises NotPermitted, StaleButton for a year that no button speaks of.
    """
    permitted(tx, user_id, Action.READ_PARTNERS)
    fiscal_year = _begun(year, now)
    every = tuple(partners.page(tx, None, 0, partners.count(tx, None)))
    months = months_of(fiscal_year, jst_date(now))
    counts = partner_counts.count(tx, months)
    return PartnerExport(fiscal_year, every, tuple(zip(months, counts, strict=True)))


def _begun(year: int, now: datetime) -> FiscalYear:
    latest = FiscalYear.of(now)
    if not FIRST_YEAR.year <= year <= latest.year:
        raise StaleButton("")
    return FiscalYear(year)
