"""The many ways in which people write which days and hours to close."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closing_words import parse_span
from domain.closures import (
    DAY_MINUTES,
    ClosingSpan,
    Interval,
    SpanIsOver,
    SpanTooLong,
    merged,
    refuse_span,
    within,
    without,
)
from domain.errors import InvalidAnswer
from domain.fiscal_year import JST

TODAY = date(2026, 11, 24)
CHRISTMAS, LAST = date(2026, 12, 25), date(2026, 12, 28)
NOON = 12 * 60


@pytest.mark.parametrize(
    "typed",
    [
        "12/25",
        " １２／２５ ",
        "12-25",
        "12.25",
        "12 / 25",
        "12月25日",
        "12月 25日（金）",
        "12/25(金)",
        "12/25 終日",
        "12/25 0:00-24:00",
        "R8.12.25",
        "r8/12/25",
        "令和8年12月25日",
        "2026/12/25",
        "2026-12-25",
        "20261225",
        "2026年12月25日（金）",
    ],
)
def test_a_day(typed: str) -> None:
    assert parse_span(typed, TODAY) == ClosingSpan(CHRISTMAS, CHRISTMAS)


@pytest.mark.parametrize(
    "typed",
    [
        "12/25-12/28",
        "12/25 - 12/28",
        "12/25〜12/28",
        "12/25～12/28",
        "１２／２５ー１２／２８",
        "12/25から12/28まで",
        "12/25(金)〜12/28(月)",
        "12/25-28",
        "12月25日から28日まで",
        "12月25日〜28日",
        "2026-12-25-2026-12-28",
        "2026-12-25 ~ 12/28",
        "R8.12.25-R8.12.28",
        "令和8年12月25日〜令和8年12月28日",
    ],
)
def test_a_range(typed: str) -> None:
    assert parse_span(typed, TODAY) == ClosingSpan(CHRISTMAS, LAST)


@pytest.mark.parametrize(
    ("typed", "opens", "closes"),
    [
        ("12/25 13:00-15:00", 13 * 60, 15 * 60),
        ("１２／２５　１３：００ー１５：００", 13 * 60, 15 * 60),
        ("12/25 13時から15時", 13 * 60, 15 * 60),
        ("12/25 13時〜15時まで", 13 * 60, 15 * 60),
        ("12/25 13-15時", 13 * 60, 15 * 60),
        ("12/25 13-15", 13 * 60, 15 * 60),
        ("12/25、午後1時から3時", 13 * 60, 15 * 60),
        ("12/25 午前9時半〜午後3時15分", 9 * 60 + 30, 15 * 60 + 15),
        ("12月25日9時半から10時", 9 * 60 + 30, 10 * 60),
        ("12/25 午前", 0, NOON),
        ("12/25 午後", NOON, DAY_MINUTES),
        ("12/25 13時から", 13 * 60, DAY_MINUTES),
        ("12/25 〜12:00", 0, NOON),
    ],
)
def test_hours(typed: str, opens: int, closes: int) -> None:
    assert parse_span(typed, TODAY) == ClosingSpan(CHRISTMAS, CHRISTMAS, opens, closes)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("今日", TODAY, TODAY),
        ("明日", date(2026, 11, 25), date(2026, 11, 25)),
        ("今日から明後日まで", TODAY, date(2026, 11, 26)),
        ("today", TODAY, TODAY),
        ("11/24", TODAY, TODAY),
        ("11/23", date(2027, 11, 23), date(2027, 11, 23)),
        ("25日", date(2026, 11, 25), date(2026, 11, 25)),
        ("12/28-1/4", LAST, date(2027, 1, 4)),
        ("12/28-3日", LAST, date(2027, 1, 3)),
        ("2/29", date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_next_such_day(typed: str, first: date, last: date) -> None:
    assert parse_span(typed, TODAY) == ClosingSpan(first, last)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "could not be read"),
        ("クリスマス", "could not be read"),
        ("昨日", "could not be read"),
        ("13:00-15:00", "could not be read"),
        ("13/45", "no such day"),
        ("2/30", "no such day"),
        ("2026/2/29", "no such day"),
        ("12/25 13:00", "the time “13:00”"),
        ("12/25 研修", "the time “研修”"),
        ("12/25、12/28", "the time “12/28”"),
        ("12/25-", "the time “-”"),
        ("12/25 25:00-26:00", "no such time as 25:00"),
        ("12/25 9:60-10:00", "no such time as 9:60"),
        ("12/25 午後13時-14時", "no such time"),
        ("12/25 15:00-13:00", "not after the beginning"),
        ("12/25 13:00-13:00", "not after the beginning"),
        ("2026/12/28-2026/12/25", "not after the beginning"),
        ("12/28-12/25", "not after the beginning"),
    ],
)
def test_what_cannot_be_read_says_what_was_wrong(typed: str, complaint: str) -> None:
    with pytest.raises(InvalidAnswer) as refusal:
        parse_span(typed, TODAY)
    assert complaint in refusal.value.message % refusal.value.params


@given(st.text(max_size=40))
def test_anything_typed_is_read_or_refused_politely(typed: str) -> None:
    with suppress(InvalidAnswer):
        span = parse_span(typed, TODAY)
        assert span.first <= span.last


@given(
    st.dates(TODAY, date(2027, 11, 23)),
    st.integers(0, 100),
    st.integers(0, 23 * 60),
    st.integers(1, 60),
    st.sampled_from(["{0.month}/{0.day}", "{0.year}-{0.month}-{0.day}", "{0.month}月{0.day}日"]),
    st.sampled_from(["-", "〜", " ～ ", "から"]),
)
def test_what_is_written_is_read_back(
    first: date, more: int, opens: int, length: int, form: str, joint: str
) -> None:
    span = ClosingSpan(first, first + timedelta(days=more), opens, opens + length)
    clocks = [f"{minutes // 60}:{minutes % 60:02}" for minutes in (span.opens, span.closes)]
    days = joint.join(form.format(day) for day in (span.first, span.last))
    assert parse_span(f"{days} {joint.join(clocks)}", TODAY) == span


def test_hours_of_several_days_are_as_many_intervals() -> None:
    span = ClosingSpan(CHRISTMAS, LAST, 13 * 60, 15 * 60)
    starts = [interval.start.astimezone(JST) for interval in span.intervals]
    assert [start.day for start in starts] == [25, 26, 27, 28]
    assert {start.hour for start in starts} == {13}
    (whole,) = ClosingSpan(CHRISTMAS, LAST).intervals
    assert whole.end - whole.start == timedelta(days=4)


def test_the_past_and_more_than_a_year_are_refused() -> None:
    now = datetime(2026, 11, 24, 15, 0, tzinfo=JST).astimezone(UTC)
    yesterday = TODAY - timedelta(days=1)
    for over in (ClosingSpan(yesterday, TODAY), ClosingSpan(TODAY, TODAY, 0, 15 * 60)):
        with pytest.raises(SpanIsOver):
            refuse_span(over, now)
    with pytest.raises(SpanTooLong):
        refuse_span(ClosingSpan(TODAY, TODAY + timedelta(days=366)), now)
    refuse_span(ClosingSpan(TODAY, TODAY + timedelta(days=365)), now)
    refuse_span(ClosingSpan(TODAY, TODAY), now)


_MOMENTS = st.integers(0, 200).map(
    lambda hours: datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hours)
)
_INTERVALS = st.tuples(_MOMENTS, st.integers(1, 40)).map(
    lambda pair: Interval(pair[0], pair[0] + timedelta(hours=pair[1]))
)


def _length(spans: list[Interval]) -> timedelta:
    return sum((span.end - span.start for span in spans), timedelta())


@given(st.lists(_INTERVALS, max_size=6), _INTERVALS)
def test_opening_takes_away_what_was_closed_there_and_no_more(
    closed: list[Interval], opened: Interval
) -> None:
    before = merged(closed)
    after = without(before, opened)
    assert not within(after, [opened])
    assert _length(before) == _length(after) + _length(within(before, [opened]))
