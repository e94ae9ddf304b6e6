from __future__ import annotations

import pytest

from domain.industry import BRANCHES, INDUSTRIES, UNKNOWN, size_category
from domain.size import SizeCategory

C = SizeCategory


def test_the_eight_most_frequent_industries_are_offered_first() -> None:
    assert [code for code, _ in INDUSTRIES[:8]] == list("EDIGHMLP")


def test_every_division_but_government_is_offered_once() -> None:
    assert sorted(code for code, _ in INDUSTRIES) == list("ABCDEFGHIJKLMNOPQRT")
    assert INDUSTRIES[-1][0] == UNKNOWN


def test_only_six_divisions_have_a_second_question() -> None:
    assert set(BRANCHES) == set("EGIKMN")


@pytest.mark.parametrize(
    ("industry", "branch", "category"),
    [
        *((division, None, C.MFG_OTHER) for division in "ABCDFHJ"),
        *((division, None, C.SERVICE) for division in "LOPQR"),
        ("E", "rubber", C.RUBBER),
        ("E", "else", C.MFG_OTHER),
        ("I", "wholesale", C.WHOLESALE),
        ("I", "retail", C.RETAIL),
        ("G", "software", C.SOFTWARE),
        ("G", "media", C.SERVICE),
        ("G", "network", C.MFG_OTHER),
        ("M", "lodging", C.RYOKAN),
        ("M", "restaurant", C.RETAIL),
        ("M", "takeout", C.RETAIL),
        ("K", "estate", C.MFG_OTHER),
        ("K", "parking", C.SERVICE),
        ("K", "rental", C.SERVICE),
        ("N", "travel", C.MFG_OTHER),
        ("N", "else", C.SERVICE),
    ],
)
def test_each_industry_falls_in_its_category_of_the_act(
    industry: str, branch: str | None, category: SizeCategory
) -> None:
    assert size_category(industry, branch) is category


def test_every_branch_has_its_category() -> None:
    for industry, branches in BRANCHES.items():
        for code, _, category in branches:
            assert size_category(industry, code) is category


def test_an_unknown_industry_or_a_missing_branch_has_no_category() -> None:
    assert size_category(UNKNOWN, None) is None
    assert all(size_category(industry, None) is None for industry in BRANCHES)


def test_a_code_that_is_not_offered_is_refused() -> None:
    with pytest.raises(KeyError):
        size_category("Z", None)


def test_codes_are_short_ascii_for_buttons() -> None:
    codes = [code for code, _ in INDUSTRIES]
    codes += [code for branches in BRANCHES.values() for code, _, _ in branches]
    assert all(code.isascii() and len(code) <= 16 for code in codes)
