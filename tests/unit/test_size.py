"""Facts 2: the SME Basic Act's thresholds, on both sides, against the law in numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.size import (
    CAPITAL_BANDS,
    EMPLOYEE_BANDS,
    CompanySize,
    Eligibility,
    OrgForm,
    SizeCategory,
    classify,
    eligibility,
    possible_sizes,
)

M = 1_000_000
LAW = {
    SizeCategory.MFG_OTHER: (300 * M, 300, 20),
    SizeCategory.WHOLESALE: (100 * M, 100, 5),
    SizeCategory.SERVICE: (50 * M, 100, 5),
    SizeCategory.RETAIL: (50 * M, 50, 5),
    SizeCategory.RUBBER: (300 * M, 900, 20),
    SizeCategory.SOFTWARE: (300 * M, 300, 5),
    SizeCategory.RYOKAN: (50 * M, 200, 5),
}


def band(bands: dict[str, int | None], value: int) -> str:
    return next(code for code, top in bands.items() if top is None or value <= top)


def by_law(form: OrgForm, category: SizeCategory, yen: int, heads: int) -> CompanySize:
    capital, employees, small = LAW[category]
    if heads <= small:
        return CompanySize.SMALL
    if heads <= employees or (form is not OrgForm.SOLE and yen <= capital):
        return CompanySize.SME
    return CompanySize.MID_CAP if heads <= 2000 else CompanySize.LARGE


@given(
    st.sampled_from([OrgForm.COMPANY, OrgForm.SOLE, OrgForm.COOPERATIVE]),
    st.sampled_from(list(SizeCategory)),
    st.integers(0, 2_000 * M),
    st.integers(0, 3000),
)
def test_bands_decide_as_the_law_in_numbers(
    form: OrgForm, category: SizeCategory, yen: int, heads: int
) -> None:
    verdict = classify(form, category, band(CAPITAL_BANDS, yen), band(EMPLOYEE_BANDS, heads))
    assert verdict.size is by_law(form, category, yen, heads)
    assert not verdict.to_confirm


@pytest.mark.parametrize("category", LAW)
def test_every_threshold_on_both_sides(category: SizeCategory) -> None:
    capital, employees, small = LAW[category]
    for yen in (capital, capital + 1):
        for heads in (small, small + 1, employees, employees + 1, 2000, 2001):
            verdict = classify(
                OrgForm.COMPANY, category, band(CAPITAL_BANDS, yen), band(EMPLOYEE_BANDS, heads)
            )
            assert verdict.size is by_law(OrgForm.COMPANY, category, yen, heads)


@pytest.mark.parametrize(
    ("category", "capital", "employees", "size"),
    [
        ("wholesale", "le100m", "2001+", "sme"),
        ("retail", "le100m", "51-100", "mid_cap"),
        ("rubber", "lt1b", "301-900", "sme"),
        ("service", "le100m", "101-200", "mid_cap"),
        ("ryokan", "le100m", "101-200", "sme"),
        ("mfg_other", "lt1b", "2001+", "large"),
    ],
)
def test_the_worked_examples_of_facts_2_3(
    category: str, capital: str, employees: str, size: str
) -> None:
    verdict = classify(OrgForm.COMPANY, SizeCategory(category), capital, employees)
    assert verdict.size == size


def test_an_unknown_capital_waits_for_staff_only_where_it_matters() -> None:
    few = possible_sizes(OrgForm.COMPANY, SizeCategory.MFG_OTHER, None, "301-900")
    many = possible_sizes(OrgForm.COMPANY, SizeCategory.MFG_OTHER, None, "2001+")
    assert eligibility(few, in_prefecture=True) is Eligibility.ELIGIBLE
    assert eligibility(many, in_prefecture=True) is Eligibility.TO_CONFIRM
    assert eligibility(few, in_prefecture=False) is Eligibility.NOT_ELIGIBLE


def test_another_corporation_waits_for_staff() -> None:
    possible = possible_sizes(OrgForm.OTHER_CORP, None, None, "0-5")
    assert eligibility(possible, in_prefecture=True) is Eligibility.TO_CONFIRM
