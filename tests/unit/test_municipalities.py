from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.municipalities import (
    COLUMNS,
    Municipalities,
    MunicipalityRowError,
    check_digit,
)

DATA = Path(__file__).parent / "data"
ROWS = list(csv.DictReader((DATA / "aomi_municipalities.csv").read_text("utf-8").splitlines()))
AREAS = ("島", "海岸")


def changed(number: int, **values: str) -> list[dict[str, str]]:
    """The rows with some columns of one row replaced."""
    return [row | values if n == number else row for n, row in enumerate(ROWS)]


@pytest.fixture
def places() -> Municipalities:
    return Municipalities.from_rows(ROWS, AREAS)


def test_towns_are_listed_by_area_without_wards(places: Municipalities) -> None:
    assert places.areas == AREAS
    assert [town.name for town in places.towns_of("海岸")] == ["青海市", "四日市市"]
    assert [town.name for town in places.towns_of("島")] == ["鳥ヶ島町", "波村"]
    assert places.towns_of("山") == ()


def test_a_city_has_its_wards(places: Municipalities) -> None:
    assert [ward.name for ward in places.wards_of("991007")] == ["港区", "浜区"]
    assert places.wards_of("992011") == ()


def test_an_area_is_explained_by_its_towns_short_names(places: Municipalities) -> None:
    assert places.examples("海岸") == "青海・四日市"
    assert places.examples("海岸", limit=1) == "青海"


def test_a_code_finds_its_municipality_or_ward(places: Municipalities) -> None:
    town = places.by_code("993018")
    assert town is not None
    assert (town.name, town.kana, town.district, town.jis) == (
        "鳥ヶ島町",
        "トリガシマチョウ",
        "北海郡",
        "99301",
    )
    ward = places.by_code("991015")
    assert ward is not None
    assert ward.parent == "991007"
    assert places.by_code("000000") is None


@pytest.mark.parametrize(
    "typed",
    [
        "鳥ヶ島町",
        "鳥ケ島町",
        "鳥ヶ島",
        " 鳥 ヶ島 ",
        "トリガシマチョウ",
        "とりがしまちょう",
        "ﾄﾘｶﾞｼﾏﾁｮｳ",
    ],
)
def test_a_typed_name_is_found_in_any_spelling(places: Municipalities, typed: str) -> None:
    assert [town.code for town in places.named(typed)] == ["993018"]


def test_homophones_are_all_found_and_an_unknown_name_is_not() -> None:
    places = Municipalities.from_rows(changed(5, kana="ヨッカイチシ"), AREAS)
    assert {town.name for town in places.named("ヨッカイチシ")} == {"四日市市", "波村"}
    assert places.named("どこか") == ()
    assert places.named("") == ()


@pytest.mark.parametrize(
    ("jis", "digit"),
    [
        ("13101", "6"),
        ("01100", "2"),
        ("47201", "8"),
        ("99302", "6"),
        ("00000", "1"),
        ("00005", "1"),
    ],
)
def test_the_check_digit_follows_the_rule(jis: str, digit: str) -> None:
    assert check_digit(jis) == digit


@given(st.text("0123456789", min_size=5, max_size=5))
def test_the_check_digit_makes_the_weighted_sum_a_multiple_of_eleven(jis: str) -> None:
    total = sum((6 - n) * int(digit) for n, digit in enumerate(jis))
    # Below 11 the rule subtracts the sum itself; 10 and 11 are written 0 and 1.
    assert (total + int(check_digit(jis))) % 11 in {0, 1}


@pytest.mark.parametrize(
    ("rows", "areas", "says"),
    [
        (changed(3, lg_code6="992012"), AREAS, "should end in 1"),
        (changed(3, lg_code6="99201"), AREAS, "six digits"),
        (changed(3, lg_code6="９９２０１１"), AREAS, "six digits"),
        (changed(3, jis5="99202"), AREAS, "should be 99201"),
        (changed(3, name=" "), AREAS, "no name or no kana"),
        (changed(3, kana=""), AREAS, "no name or no kana"),
        ([*ROWS, ROWS[3]], AREAS, "listed twice"),
        (changed(4, name="波村"), AREAS, "listed twice"),
        (changed(3, lg_code6="131016", jis5="13101"), AREAS, "another prefecture"),
        (changed(3, area="山"), AREAS, "does not name"),
        (ROWS, (*AREAS, "山"), "no municipality lies in the area '山'"),
        (ROWS, (*AREAS, "島"), "names an area twice"),
        (ROWS, ("島",), "does not name"),
        (changed(1, parent="999999"), AREAS, "no city here"),
        (changed(1, parent="991023"), AREAS, "no city here"),
        (changed(1, area="島"), AREAS, "different areas"),
        ([], AREAS, "no municipality"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    rows: list[dict[str, str]], areas: tuple[str, ...], says: str
) -> None:
    with pytest.raises(MunicipalityRowError, match=says):
        Municipalities.from_rows(rows, areas)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column: str) -> None:
    rows = [{key: value for key, value in row.items() if key != column} for row in ROWS]
    with pytest.raises(MunicipalityRowError, match=column):
        Municipalities.from_rows(rows, AREAS)
