"""A question that is answered by typing a day, as people write days."""

from __future__ import annotations

from datetime import date

import pytest

from domain.eras import parse_date
from domain.errors import InvalidAnswer, StaleButton
from domain.form import Dated, Questionnaire
from domain.questions import (
    SKIP,
    Progress,
    accept_button,
    accept_text,
    correct,
    current_question,
    settle,
)

TODAY = date(2026, 11, 24)
DAY = Dated(key="day", number=1, title="Day", text="Which day?", parse_day=parse_date)
OPTIONAL = Dated(
    key="until", number=2, title="Until", text="?", parse_day=parse_date, skip_label="Skip"
)
FORM = Questionnaire("days", 1, (DAY, OPTIONAL), steps=2)


@pytest.mark.parametrize(
    "typed", ["昨日", "11/23", "１１／２３", "R8.11.23", "令和8年11月23日（月）"]
)
def test_a_day_is_kept_as_an_iso_date(typed: str) -> None:
    progress = accept_text(FORM, Progress(), typed, TODAY)
    assert progress.answers == {"day": "2026-11-23"}
    assert current_question(FORM, progress) is OPTIONAL
    assert settle(FORM, progress.answers) == progress.answers


def test_the_same_word_is_another_day_tomorrow() -> None:
    progress = accept_text(FORM, Progress(), "昨日", date(2027, 1, 1))
    assert progress.answers == {"day": "2026-12-31"}


@pytest.mark.parametrize("typed", ["2/30", "きのうあたり", "", "🗓"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAnswer):
        accept_text(FORM, Progress(), typed, TODAY)


def test_only_an_optional_day_may_be_skipped() -> None:
    with pytest.raises(StaleButton):
        accept_button(FORM, Progress(), "day", SKIP)
    progress = accept_text(FORM, Progress(), "今日", TODAY)
    progress = accept_button(FORM, progress, "until", SKIP)
    assert progress.answers == {"day": "2026-11-24", "until": None}
    assert settle(FORM, progress.answers) == progress.answers
    corrected = accept_text(FORM, correct(FORM, progress, "day"), "11/20", TODAY)
    assert corrected.answers == {"day": "2026-11-20", "until": None}
