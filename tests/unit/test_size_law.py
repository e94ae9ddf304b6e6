from __future__ import annotations

from itertools import product

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

C, S, O = SizeCategory, CompanySize, OrgForm  # noqa: E741 - short names for the tables

# The law's thresholds, written out once more on purpose (SME Basic Act, article 2):
# capital in yen, employees, employees of a small enterprise.
LAW = {
    C.MFG_OTHER: (300_000_000, 300, 20),
    C.WHOLESALE: (100_000_000, 100, 5),
    C.SERVICE: (50_000_000, 100, 5),
    C.RETAIL: (50_000_000, 50, 5),
    C.RUBBER: (300_000_000, 900, 20),
    C.SOFTWARE: (300_000_000, 300, 5),
    C.RYOKAN: (50_000_000, 200, 5),
}


def capital_band(yen: int) -> str:
    """The band of Q8 whose words fit an amount."""
    if yen >= 1_000_000_000:
        return "ge1b"
    for band, largest in (
        ("le10m", 10_000_000),
        ("le50m", 50_000_000),
        ("le100m", 100_000_000),
        ("le300m", 300_000_000),
    ):
        if yen <= largest:
            return band
    return "lt1b"


def employees_band(heads: int) -> str:
    """The band of Q9 whose words hold a head count."""
    for band in EMPLOYEE_BANDS:
        low, _, high = band.partition("-")
        if high and int(low) <= heads <= int(high):
            return band
    return "2001+"


def by_law(form: OrgForm, category: SizeCategory, yen: int, heads: int) -> CompanySize:
    """The verdict from numbers, without bands."""
    capital, employees, small = LAW[category]
    if heads <= small:
        return S.SMALL
    if (form is not O.SOLE and yen <= capital) or heads <= employees:
        return S.SME
    return S.MID_CAP if heads <= 2000 else S.LARGE


def verdict(
    form: OrgForm, category: SizeCategory | None, capital: str | None, employees: str
) -> tuple[CompanySize, bool]:
    found = classify(form, category, capital, employees)
    return found.size, found.to_confirm


BIG, MANY = 1_000_000_000, 2_001


@pytest.mark.parametrize("category", list(C))
def test_capital_at_the_threshold_is_sme_and_above_it_is_not(category: SizeCategory) -> None:
    threshold = LAW[category][0]
    at, above = capital_band(threshold), capital_band(threshold + 1)
    assert verdict(O.COMPANY, category, at, "2001+") == (S.SME, False)
    assert verdict(O.COMPANY, category, above, "2001+") == (S.LARGE, False)


@pytest.mark.parametrize("category", list(C))
def test_employees_at_the_threshold_are_sme_and_above_it_are_mid_cap(
    category: SizeCategory,
) -> None:
    threshold = LAW[category][1]
    at, above = employees_band(threshold), employees_band(threshold + 1)
    assert at != above
    assert verdict(O.COMPANY, category, "ge1b", at) == (S.SME, False)
    assert verdict(O.COMPANY, category, "ge1b", above) == (S.MID_CAP, False)


@pytest.mark.parametrize("category", list(C))
def test_small_enterprises_are_told_by_employees_alone(category: SizeCategory) -> None:
    threshold = LAW[category][2]
    at, above = employees_band(threshold), employees_band(threshold + 1)
    for capital in CAPITAL_BANDS:
        assert verdict(O.COMPANY, category, capital, at) == (S.SMALL, False)
    assert verdict(O.COMPANY, category, "le10m", above) == (S.SME, False)


@pytest.mark.parametrize("category", list(C))
def test_mid_cap_ends_at_2000_employees(category: SizeCategory) -> None:
    assert verdict(O.COMPANY, category, "ge1b", "901-2000") == (S.MID_CAP, False)
    assert verdict(O.COMPANY, category, "ge1b", "2001+") == (S.LARGE, False)


@pytest.mark.parametrize(
    ("category", "capital", "employees", "size"),
    [
        (C.WHOLESALE, "le100m", "2001+", S.SME),
        (C.RETAIL, "le100m", "51-100", S.MID_CAP),
        (C.RUBBER, "lt1b", "301-900", S.SME),
        (C.SERVICE, "le100m", "101-200", S.MID_CAP),
        (C.RYOKAN, "le100m", "101-200", S.SME),
        (C.MFG_OTHER, "lt1b", "2001+", S.LARGE),
    ],
)
def test_the_examples_of_the_rules(
    category: SizeCategory, capital: str, employees: str, size: CompanySize
) -> None:
    assert verdict(O.COMPANY, category, capital, employees) == (size, False)


@pytest.mark.parametrize("category", list(C))
def test_a_sole_proprietor_is_told_by_employees_whatever_the_capital(
    category: SizeCategory,
) -> None:
    above = employees_band(LAW[category][1] + 1)
    for capital in (None, *CAPITAL_BANDS):
        assert verdict(O.SOLE, category, capital, above) == (S.MID_CAP, False)


def test_a_cooperative_is_told_like_a_company() -> None:
    for category, capital, employees in product(C, (None, *CAPITAL_BANDS), EMPLOYEE_BANDS):
        assert classify(O.COOPERATIVE, category, capital, employees) == classify(
            O.COMPANY, category, capital, employees
        )


def test_another_corporation_is_for_staff_to_confirm() -> None:
    assert verdict(O.OTHER_CORP, C.SERVICE, None, "0-5") == (S.OTHER, True)


@pytest.mark.parametrize(
    ("employees", "size", "to_confirm"),
    [
        ("6-20", S.SMALL, False),
        ("201-300", S.SME, False),
        ("301-900", S.MID_CAP, True),
        ("901-2000", S.MID_CAP, True),
        ("2001+", S.LARGE, True),
    ],
)
def test_unknown_capital_is_told_by_employees_and_confirmed_where_it_matters(
    employees: str, size: CompanySize, to_confirm: bool
) -> None:
    assert verdict(O.COMPANY, C.MFG_OTHER, None, employees) == (size, to_confirm)


@pytest.mark.parametrize(
    ("employees", "size", "to_confirm"),
    [
        ("0-5", S.SMALL, False),
        ("6-20", S.SMALL, True),
        ("21-50", S.SME, False),
        ("101-200", S.SME, True),
        ("901-2000", S.MID_CAP, False),
    ],
)
def test_an_unknown_industry_counts_as_the_general_one_and_is_confirmed_where_it_matters(
    employees: str, size: CompanySize, to_confirm: bool
) -> None:
    assert verdict(O.COMPANY, None, "ge1b", employees) == (size, to_confirm)


def test_codes_that_are_no_band_are_refused() -> None:
    with pytest.raises(KeyError):
        classify(O.COMPANY, C.RETAIL, "le10m", "6–20")
    with pytest.raises(KeyError):
        classify(O.COMPANY, C.RETAIL, "a lot", "2001+")


E_ = Eligibility


@pytest.mark.parametrize(
    ("form", "category", "capital", "employees", "inside", "outside"),
    [
        (O.COMPANY, C.RETAIL, "le10m", "0-5", E_.ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.COMPANY, C.RETAIL, "le10m", "21-50", E_.ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.COMPANY, C.RETAIL, "ge1b", "901-2000", E_.ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.COMPANY, C.RETAIL, "ge1b", "2001+", E_.NOT_ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.SOLE, C.RETAIL, None, "0-5", E_.ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.SOLE, C.RETAIL, None, "2001+", E_.NOT_ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.OTHER_CORP, C.SERVICE, None, "0-5", E_.TO_CONFIRM, E_.NOT_ELIGIBLE),
        (O.COMPANY, C.RETAIL, None, "901-2000", E_.ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.COMPANY, C.RETAIL, None, "2001+", E_.TO_CONFIRM, E_.NOT_ELIGIBLE),
        (O.COMPANY, None, "le100m", "2001+", E_.TO_CONFIRM, E_.NOT_ELIGIBLE),
        (O.COMPANY, None, "le50m", "2001+", E_.ELIGIBLE, E_.NOT_ELIGIBLE),
        (O.COMPANY, None, "ge1b", "2001+", E_.NOT_ELIGIBLE, E_.NOT_ELIGIBLE),
    ],
)
def test_r7_only_small_sme_and_mid_cap_inside_the_prefecture_count(
    form: OrgForm,
    category: SizeCategory | None,
    capital: str | None,
    employees: str,
    inside: Eligibility,
    outside: Eligibility,
) -> None:
    possible = possible_sizes(form, category, capital, employees)
    assert eligibility(possible, in_prefecture=True) is inside
    assert eligibility(possible, in_prefecture=False) is outside


THRESHOLDS = sorted({10_000_000, *(capital for capital, _, _ in LAW.values()), BIG})
HEADS = sorted({2000, 900, *(n for _, most, small in LAW.values() for n in (most, small))})
YEN = st.integers(1, 5_000_000_000) | st.sampled_from(THRESHOLDS).flatmap(
    lambda t: st.sampled_from([t - 1, t, t + 1])
)
COUNT = st.integers(0, 5_000) | st.sampled_from(HEADS).flatmap(
    lambda t: st.sampled_from([t - 1, t, t + 1])
)
FORMS = st.sampled_from([O.COMPANY, O.SOLE, O.COOPERATIVE])


@given(FORMS, st.sampled_from(list(C)), YEN, COUNT)
def test_bands_give_the_same_verdict_as_the_numbers_of_the_law(
    form: OrgForm, category: SizeCategory, yen: int, heads: int
) -> None:
    found = classify(form, category, capital_band(yen), employees_band(heads))
    assert found.size is by_law(form, category, yen, heads)
    assert not found.to_confirm


@given(FORMS, st.sampled_from(list(C)), YEN, COUNT)
def test_what_is_not_known_leaves_the_true_size_possible(
    form: OrgForm, category: SizeCategory, yen: int, heads: int
) -> None:
    true = by_law(form, category, yen, heads)
    capital, employees = capital_band(yen), employees_band(heads)
    for known_category, known_capital in ((None, capital), (category, None), (None, None)):
        possible = possible_sizes(form, known_category, known_capital, employees)
        assert true in possible
        found = classify(form, known_category, known_capital, employees)
        assert found.size in possible
        assert found.to_confirm == (len(possible) > 1)
        sure = eligibility(possible, in_prefecture=True)
        truly = eligibility(frozenset({true}), in_prefecture=True)
        assert sure in {truly, Eligibility.TO_CONFIRM}
