from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eras import EraYear, era_year, japanese_date, parse_date
from domain.errors import InvalidAnswer

TODAY = date(2026, 11, 24)


def read_or_refused(text: str, today: date) -> date | str:
    try:
        return parse_date(text, today)
    except InvalidAnswer as refused:
        return refused.message % refused.params


DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "expected", "text"),
    [
        (date(1989, 1, 8), EraYear("平成", "H", 1), "平成元年1月8日"),
        (date(2018, 4, 1), EraYear("平成", "H", 30), "平成30年4月1日"),
        (date(2019, 4, 30), EraYear("平成", "H", 31), "平成31年4月30日"),
        (date(2019, 5, 1), EraYear("令和", "R", 1), "令和元年5月1日"),
        (date(2020, 1, 1), EraYear("令和", "R", 2), "令和2年1月1日"),
        (date(2026, 11, 24), EraYear("令和", "R", 8), "令和8年11月24日"),
    ],
)
def test_heisei_turns_into_reiwa_on_1_may_2019(day: date, expected: EraYear, text: str) -> None:
    assert era_year(day) == expected
    assert japanese_date(day) == text


def test_days_before_heisei_are_refused() -> None:
    with pytest.raises(ValueError, match="1989-01-07"):
        era_year(date(1989, 1, 7))


@pytest.mark.parametrize(
    "typed",
    [
        "R8.11.24",
        "r8.11.24",
        "Ｒ８．１１．２４",
        "R8/11/24",
        "令和8年11月24日",
        "令和８年１１月２４日",
        "㋿8年11月24日",
        "令和 8年 11月 24日",
        "令和8年11月24日（火）",
        "令和8年11月24日(火曜日)",
        "平成38年11月24日",
        "2026/11/24",
        "2026-11-24",
        "2026ー11ー24",
        "2026.11.24",
        "２０２６年１１月２４日",
        "20261124",
        " 11/24 ",
        "11月24日",
        "11-24",
        "今日",
        "本日",
    ],
)
def test_a_day_is_read_in_every_form_people_write(typed: str) -> None:
    assert parse_date(typed, TODAY) == TODAY


@pytest.mark.parametrize(("word", "days"), [("昨日", -1), ("一昨日", -2), ("明日", 1)])
def test_words_count_from_the_given_day(word: str, days: int) -> None:
    assert parse_date(word, TODAY) == TODAY + timedelta(days=days)


def test_the_first_year_is_gannen() -> None:
    assert parse_date("令和元年5月1日", TODAY) == date(2019, 5, 1)
    assert parse_date("R元.5.1", TODAY) == parse_date("R1.5.1", TODAY)


def test_a_year_past_the_end_of_its_era_is_read_as_the_plan_writes_it() -> None:
    assert parse_date("平成32年3月31日", TODAY) == date(2020, 3, 31)


@pytest.mark.parametrize(
    ("today", "typed", "expected"),
    [
        (date(2026, 1, 5), "12/28", date(2025, 12, 28)),
        (date(2026, 12, 28), "1/5", date(2027, 1, 5)),
        (date(2026, 6, 1), "6/1", date(2026, 6, 1)),
        (date(2028, 3, 1), "2/29", date(2028, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(today: date, typed: str, expected: date) -> None:
    assert parse_date(typed, today) == expected


@pytest.mark.parametrize(
    "typed",
    ["", "あした来て", "8.11.24", "2026/13/1", "2026/2/29", "2/29", "R0.0.0", "1 1/24", "S63.1.1",
     "1988/1/1", "2101/1/1", "0001/01/01", "令和8年", "2026/11/24/1", "٢٠٢٦/11/24"],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_date(typed, TODAY)
    assert "令和8年11月24日" in refused.value.message % refused.value.params


@given(DAYS)
def test_every_way_to_show_a_day_is_read_back(day: date) -> None:
    for shown in (japanese_date(day), day.isoformat(), f"{day:%Y/%m/%d}"):
        assert parse_date(shown, TODAY) == day


@given(st.text(max_size=30), DAYS)
def test_any_text_is_read_or_refused(text: str, today: date) -> None:
    assert read_or_refused(text, today)


@given(st.from_regex(r"\A[RrHh令平成和元0-9./年月日-]{1,12}\Z"), DAYS)
def test_anything_like_a_date_is_read_or_refused(text: str, today: date) -> None:
    assert read_or_refused(text, today)
