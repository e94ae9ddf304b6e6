"""Company size and KPI eligibility from bands alone (facts 2; SME Basic Act, article 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrgForm(StrEnum):
    """The form of the business (Q3)."""

    COMPANY = "company"
    SOLE = "sole"
    COOPERATIVE = "coop"
    OTHER_CORP = "other"


class SizeCategory(StrEnum):
    """The Act's industry categories and its three special industries."""

    MFG_OTHER = "mfg_other"
    WHOLESALE = "wholesale"
    SERVICE = "service"
    RETAIL = "retail"
    RUBBER = "rubber"
    SOFTWARE = "software"
    RYOKAN = "ryokan"


class CompanySize(StrEnum):
    """小規模, 中小, 中堅, 大企業, and corporations that staff must judge."""

    SMALL = "small"
    SME = "sme"
    MID_CAP = "mid_cap"
    LARGE = "large"
    OTHER = "other"


class Eligibility(StrEnum):
    """Whether a consultation counts for the KPI (R7)."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    TO_CONFIRM = "to_confirm"


CAPITAL_BANDS: dict[str, int | None] = {
    "le10m": 10_000_000,
    "le50m": 50_000_000,
    "le100m": 100_000_000,
    "le300m": 300_000_000,
    "lt1b": 999_999_999,
    "ge1b": None,
}
"""Largest capital of each band in yen; None has no upper end."""
EMPLOYEE_BANDS: dict[str, int | None] = {
    "0-5": 5,
    "6-20": 20,
    "21-50": 50,
    "51-100": 100,
    "101-200": 200,
    "201-300": 300,
    "301-900": 900,
    "901-2000": 2000,
    "2001+": None,
}
"""Largest head count of each band; None has no upper end."""
MID_CAP_EMPLOYEES = 2000


@dataclass(frozen=True)
class _Limits:
    capital: int
    employees: int
    small: int


_LIMITS = {
    SizeCategory.MFG_OTHER: _Limits(300_000_000, 300, 20),
    SizeCategory.WHOLESALE: _Limits(100_000_000, 100, 5),
    SizeCategory.SERVICE: _Limits(50_000_000, 100, 5),
    SizeCategory.RETAIL: _Limits(50_000_000, 50, 5),
    SizeCategory.RUBBER: _Limits(300_000_000, 900, 20),
    SizeCategory.SOFTWARE: _Limits(300_000_000, 300, 5),
    SizeCategory.RYOKAN: _Limits(50_000_000, 200, 5),
}


@dataclass(frozen=True)
class SizeVerdict:
    """The size, and whether staff must confirm it because an answer was "I don't know"."""

    size: CompanySize
    to_confirm: bool = False


def _fits(bands: dict[str, int | None], band: str, limit: int) -> bool:
    largest = bands[band]
    return largest is not None and largest <= limit


def _size(
    org_form: OrgForm, category: SizeCategory, capital: str | None, employees: str
) -> CompanySize:
    limits = _LIMITS[category]
    if _fits(EMPLOYEE_BANDS, employees, limits.small):
        return CompanySize.SMALL
    by_capital = (
        org_form is not OrgForm.SOLE
        and capital is not None
        and _fits(CAPITAL_BANDS, capital, limits.capital)
    )
    if by_capital or _fits(EMPLOYEE_BANDS, employees, limits.employees):
        return CompanySize.SME
    if _fits(EMPLOYEE_BANDS, employees, MID_CAP_EMPLOYEES):
        return CompanySize.MID_CAP
    return CompanySize.LARGE


def possible_sizes(
    org_form: OrgForm, category: SizeCategory | None, capital: str | None, employees: str
) -> frozenset[CompanySize]:
    """Return every size these answers leave open; None means "not known"."""
    if org_form is OrgForm.OTHER_CORP:
        return frozenset({CompanySize.OTHER})
    categories = list(SizeCategory) if category is None else [category]
    capitals: list[str | None] = [capital]
    if capital is None and org_form is not OrgForm.SOLE:
        capitals = list(CAPITAL_BANDS)
    return frozenset(_size(org_form, c, k, employees) for c in categories for k in capitals)


def classify(
    org_form: OrgForm, category: SizeCategory | None, capital: str | None, employees: str
) -> SizeVerdict:
    """Return the size by facts 2-3: capital or employees, employees only where unknown.

    `capital` and `employees` are codes of the bands; an unknown category counts as the general
    one. Raises KeyError for a code that is no band.
    """
    possible = possible_sizes(org_form, category, capital, employees)
    if org_form is OrgForm.OTHER_CORP:
        return SizeVerdict(CompanySize.OTHER, to_confirm=True)
    size = _size(org_form, category or SizeCategory.MFG_OTHER, capital, employees)
    return SizeVerdict(size, to_confirm=len(possible) > 1)


_ELIGIBLE_SIZES = frozenset({CompanySize.SMALL, CompanySize.SME, CompanySize.MID_CAP})


def eligibility(possible: frozenset[CompanySize], *, in_prefecture: bool) -> Eligibility:
    """Return whether a consultation counts (R7), given every size that is still possible.

    Outside the prefecture it never counts; another corporation waits for staff.
    """
    if not in_prefecture:
        return Eligibility.NOT_ELIGIBLE
    if possible <= _ELIGIBLE_SIZES:
        return Eligibility.ELIGIBLE
    if possible == {CompanySize.LARGE}:
        return Eligibility.NOT_ELIGIBLE
    return Eligibility.TO_CONFIRM
