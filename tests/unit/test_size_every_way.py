"""The size rules once more, from the specification's tables alone, over every combination.

The tables stand here as the specification prints them, and the bands are read from their own
names; nothing is taken from the code but the function under test.
"""

from __future__ import annotations

from itertools import product

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.form import ChoicesBy, OneOf
from domain.needs import kpi_eligibility, needs_questionnaire, size_verdict

# 2-1: capital and employees of an SME, employees of a small enterprise.
LAW = {
    "general": (300_000_000, 300, 20),
    "wholesale": (100_000_000, 100, 5),
    "service": (50_000_000, 100, 5),
    "retail": (50_000_000, 50, 5),
    "rubber": (300_000_000, 900, 20),
    "software": (300_000_000, 300, 5),
    "ryokan": (50_000_000, 200, 5),
}
# 2-4: the industries, and the branches of the six that need one (Q7b), by what the form says.
DIVISIONS = {
    **dict.fromkeys("ABCDFHJ", "general"),
    **dict.fromkeys("LOPQR", "service"),
}
BRANCHES = {
    ("E", "rubber"): "rubber",
    ("E", "else"): "general",
    ("I", "wholesale"): "wholesale",
    ("I", "retail"): "retail",
    ("G", "software"): "software",
    ("G", "media"): "service",
    ("G", "network"): "general",
    ("M", "lodging"): "ryokan",
    ("M", "restaurant"): "retail",
    ("M", "takeout"): "retail",
    ("K", "estate"): "general",
    ("K", "parking"): "service",
    ("K", "rental"): "service",
    ("N", "travel"): "general",
    ("N", "else"): "service",
}
INDUSTRIES: dict[tuple[str, str | None], str | None] = {
    **{(division, None): category for division, category in DIVISIONS.items()},
    **BRANCHES,
    ("T", None): None,
}
# 2-3: what each band of Q8 and Q9 can hold at most; no end for the last one.
CAPITALS = {
    "le10m": 10_000_000,
    "le50m": 50_000_000,
    "le100m": 100_000_000,
    "le300m": 300_000_000,
    "lt1b": 999_999_999,
    "ge1b": float("inf"),
}
EMPLOYEES = {
    "0-5": 5,
    "6-20": 20,
    "21-50": 50,
    "51-100": 100,
    "101-200": 200,
    "201-300": 300,
    "301-900": 900,
    "901-2000": 2000,
    "2001+": float("inf"),
}
FORMS = ("company", "sole", "coop", "other")
FORM = needs_questionnaire(load_programme(SAMPLE))


def size_of(form: str, category: str, capital: float, heads: float) -> str:
    most_capital, most_heads, small = LAW[category]
    if heads <= small:
        return "small"
    if heads <= most_heads or (form != "sole" and capital <= most_capital):
        return "sme"
    return "mid_cap" if heads <= 2000 else "large"


def by_the_specification(
    form: str, category: str | None, capital: str | None, heads: str
) -> tuple[str, set[str]]:
    """The size told, and every size that what is not known leaves open."""
    if form == "other":
        return "other", {"other"}
    count = EMPLOYEES[heads]
    # Unknown capital: by the employees alone, as if no capital were small enough.
    told = size_of(form, category or "general", CAPITALS.get(str(capital), float("inf")), count)
    capitals = CAPITALS.values() if capital is None else [CAPITALS[capital]]
    categories = LAW if category is None else [category]
    return told, {size_of(form, c, k, count) for c in categories for k in capitals}


def answers(
    form: str, industry: str, branch: str | None, capital: str | None, heads: str, *, inside: bool
) -> dict[str, str]:
    """A finished intake as far as its size goes."""
    often = {choice.code for choice in offered("industry", {})}
    given = {"org_form": form, "employees": heads, "area": "nanbu" if inside else "out"}
    given |= (
        {"industry": industry}
        if industry in often
        else {
            "industry": "more",
            "other_industry": industry,
        }
    )
    if branch is not None:
        given["branch"] = branch
    if form in {"company", "coop"}:
        given["capital"] = capital or "unknown"
    return given


def offered(key: str, given: dict[str, str]) -> tuple[object, ...]:
    question = FORM.by_key[key]
    assert isinstance(question, OneOf)
    return tuple(question.offered(given))


def test_the_form_offers_these_bands_industries_and_branches_and_no_others() -> None:
    codes = {key: [c.code for c in offered(key, {})] for key in ("capital", "employees")}
    assert codes == {"capital": [*CAPITALS, "unknown"], "employees": list(EMPLOYEES)}
    industries = {c.code for key in ("industry", "other_industry") for c in offered(key, {})}
    assert industries == {industry for industry, _ in INDUSTRIES} | {"more"}
    branch = FORM.by_key["branch"]
    assert isinstance(branch, OneOf)
    assert isinstance(branch.choices, ChoicesBy)
    asked = {(i, c.code) for i, choices in branch.choices.by_answer.items() for c in choices}
    assert asked == set(BRANCHES)


@pytest.mark.parametrize("form", FORMS)
def test_every_combination_has_the_size_and_eligibility_of_the_specification(form: str) -> None:
    capitals = (None, *CAPITALS) if form in {"company", "coop"} else (None,)
    tried = 0
    for (industry, branch), capital, heads in product(INDUSTRIES, capitals, EMPLOYEES):
        category = INDUSTRIES[industry, branch]
        told, possible = by_the_specification(form, category, capital, heads)
        here = answers(form, industry, branch, capital, heads, inside=True)
        verdict = size_verdict(here)
        case = (form, industry, branch, capital, heads)
        assert (verdict.size, verdict.to_confirm) == (
            told,
            form == "other" or len(possible) > 1,
        ), case
        counts = {size in {"small", "sme", "mid_cap"} for size in possible}
        expected = (
            {True: "eligible", False: "not_eligible"}[counts.pop()]
            if len(counts) == 1
            else ("to_confirm")
        )
        assert kpi_eligibility(here) == ("to_confirm" if form == "other" else expected), case
        away = answers(form, industry, branch, capital, heads, inside=False)
        assert kpi_eligibility(away) == "not_eligible", case
        assert size_verdict(away) == verdict, case
        tried += 1
    assert tried == len(INDUSTRIES) * len(capitals) * 9


@pytest.mark.parametrize("shares", ["yes", "no", "unknown", None])
def test_a_large_shareholder_leaves_the_size_and_lets_staff_judge_the_kpi(
    shares: str | None,
) -> None:
    for capital, heads in product(CAPITALS, EMPLOYEES):
        plain = answers("company", "I", "retail", capital, heads, inside=True)
        given = plain if shares is None else plain | {"group": shares}
        assert size_verdict(given).size == size_verdict(plain).size
        expected = kpi_eligibility(plain)
        if shares == "yes" and expected == "eligible":
            expected = type(expected)("to_confirm")
        assert kpi_eligibility(given) == expected


@pytest.mark.parametrize(
    ("example", "industry", "branch", "capital", "heads", "size", "counts"),
    [
        ("卸売・資本金1億円以下→中小", "I", "wholesale", "le100m", "2001+", "sme", "eligible"),
        (
            "卸売・1億円超・101人以上→中堅",
            "I",
            "wholesale",
            "le300m",
            "101-200",
            "mid_cap",
            "eligible",
        ),
        (
            "小売・5千万円超・51–100人→中堅",
            "I",
            "retail",
            "le100m",
            "51-100",
            "mid_cap",
            "eligible",
        ),
        ("小売・5千万円超・21–50人→中小", "I", "retail", "le100m", "21-50", "sme", "eligible"),
        ("飲食店は小売", "M", "restaurant", "le100m", "51-100", "mid_cap", "eligible"),
        ("ゴム・3億円超・301–900人→中小", "E", "rubber", "lt1b", "301-900", "sme", "eligible"),
        ("ゴム・3億円超・901人以上→中堅", "E", "rubber", "lt1b", "901-2000", "mid_cap", "eligible"),
        ("タイヤは製造業", "E", "else", "lt1b", "301-900", "mid_cap", "eligible"),
        (
            "サービス・5千万円超・101–200人→中堅",
            "R",
            None,
            "le100m",
            "101-200",
            "mid_cap",
            "eligible",
        ),
        ("旅館・5千万円超・101–200人→中小", "M", "lodging", "le100m", "101-200", "sme", "eligible"),
        (
            "ソフトウェア・3億円超・201–300人→中小",
            "G",
            "software",
            "lt1b",
            "201-300",
            "sme",
            "eligible",
        ),
        ("ソフトウェア・6–20人は小規模でない", "G", "software", "le10m", "6-20", "sme", "eligible"),
        ("製造・3億円超・2001+→大企業", "E", "else", "lt1b", "2001+", "large", "not_eligible"),
        ("製造・3億円以下・2001+→中小", "E", "else", "le300m", "2001+", "sme", "eligible"),
    ],
)
def test_the_boundary_examples_by_name(
    example: str,
    industry: str,
    branch: str | None,
    capital: str,
    heads: str,
    size: str,
    counts: str,
) -> None:
    given = answers("company", industry, branch, capital, heads, inside=True)
    assert (size_verdict(given).size, kpi_eligibility(given)) == (size, counts), example
