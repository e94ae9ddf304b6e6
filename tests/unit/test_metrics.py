"""The text format of the figures."""

from __future__ import annotations

import re

import pytest

from bot.metrics import Counter, Histogram, render


def test_a_counter_shows_every_outcome_from_the_start() -> None:
    counter = Counter("x_total", "What.", ("good", "bad"))
    counter.add("bad")
    counter.add("bad", 2)
    assert list(counter.lines()) == [
        "# HELP x_total What.",
        "# TYPE x_total counter",
        'x_total{outcome="good"} 0',
        'x_total{outcome="bad"} 3',
    ]
    assert counter.of("bad") == 3


def test_an_outcome_that_was_not_declared_cannot_become_a_label() -> None:
    with pytest.raises(KeyError):
        Counter("x_total", "What.", ("good",)).add("person 5100000001")


def test_a_histogram_is_cumulative_and_a_bound_belongs_to_its_bucket() -> None:
    histogram = Histogram("x_seconds", "How long.", (0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7):
        histogram.observe(seconds)
    assert list(histogram.lines()) == [
        "# HELP x_seconds How long.",
        "# TYPE x_seconds histogram",
        'x_seconds_bucket{le="0.1"} 2',
        'x_seconds_bucket{le="1.0"} 3',
        'x_seconds_bucket{le="+Inf"} 4',
        "x_seconds_sum 7.650000",
        "x_seconds_count 4",
    ]


def test_every_line_is_of_the_format() -> None:
    text = render({"madoguchi_waiting": ("What waits.", 3.0)})
    assert text.endswith("madoguchi_waiting 3\n")
    line = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[\w.+]+"\})? [\d.e+-]+)')
    assert all(line.fullmatch(each) for each in text.splitlines())
