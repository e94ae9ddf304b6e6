"""The form in which staff write down a consultation that did not come through the bot."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import Entry
from domain.errors import InvalidAnswer
from domain.form import OneOf
from domain.needs import company_identity, intake_channel, kpi_eligibility, size_verdict
from domain.needs_company import about_company
from domain.programme_types import OUTSIDE
from domain.questions import (
    Progress,
    accept_button,
    accept_text,
    correctable_questions,
    current_question,
    relevant_questions,
)
from domain.return_calls import ReturnCall
from domain.size import CompanySize, Eligibility
from domain.staff import Action
from domain.walk_ins import (
    NOT_AGREED,
    call_of,
    day_of,
    entry_of,
    first_day,
    known_from_call,
    parse_day,
    walk_in_questionnaire,
)
from tests.unit.paper_form import SAMPLE_FORM, TODAY, walk

if TYPE_CHECKING:
    from domain.form import Answers

PROGRAMME = load_programme(SAMPLE)
FORM = walk_in_questionnaire(PROGRAMME, SAMPLE_FORM)
SIZE_QUESTIONS = {
    "org_form", "company", "corporate_number", "area", "city", "ward", "prefecture", "industry",
    "other_industry", "branch", "capital", "employees", "group",
}  # fmt: skip


def finished(**choices: str) -> Answers:
    progress = walk(FORM, **{"day": "昨日", "area": "nanbu", "city": "112038", **choices})
    assert current_question(FORM, progress) is None
    return progress.answers


def test_the_purpose_comes_first_and_without_agreement_it_ends() -> None:
    question = current_question(FORM, Progress())
    assert question is not None
    assert question.key == "purpose"
    assert accept_button(FORM, Progress(), "purpose", "not_agreed").ended == NOT_AGREED


def test_what_decides_company_size_and_eligibility_is_asked_as_in_the_needs_form() -> None:
    asked = {question.key: question for question in about_company(PROGRAMME)}
    for key in SIZE_QUESTIONS:
        here, there = FORM.by_key[key], asked[key]
        assert (here.title, here.text, here.required) == (there.title, there.text, there.required)
        if isinstance(here, OneOf):
            assert isinstance(there, OneOf)
            assert {a: list(c) for a, c in here.by_answer.items()} == {
                a: list(c) for a, c in there.by_answer.items()
            }


def test_a_finished_form_means_what_an_intake_with_these_answers_means() -> None:
    answers = finished(channel="bank", group="no")
    assert (entry_of(answers), day_of(answers)) == (Entry.TELEPHONE, date(2026, 11, 23))
    assert kpi_eligibility(answers) is Eligibility.ELIGIBLE
    assert size_verdict(answers).size is CompanySize.SMALL
    assert company_identity(answers).city == "112038"
    assert intake_channel(answers) == "bank"


def test_a_company_outside_the_prefecture_does_not_count() -> None:
    assert kpi_eligibility(finished(area=OUTSIDE)) is Eligibility.NOT_ELIGIBLE


def test_a_sole_proprietor_is_asked_neither_number_nor_capital_nor_shares() -> None:
    answers = finished(org_form="sole")
    assert answers.keys().isdisjoint({"corporate_number", "capital", "group"})


def test_talent_engagement_contact_and_channel_may_be_left_out() -> None:
    optional = ("talent", "engage", "contact", "tel", "channel", "group", "corporate_number")
    progress = walk(FORM, day="今日", area="nanbu", city="112038")
    for key in optional:
        assert FORM.by_key[key].skip_label is not None
    assert FORM.by_key["issue"].skip_label is None
    assert progress.answers["share"] == "later"


def test_the_numbers_lead_from_one_to_the_last() -> None:
    shown = [q.number for q in FORM.questions if q.is_asked]
    assert shown[0] == 1
    assert shown[-1] == FORM.steps == FORM.last_number
    assert all(after - before in (0, 1) for before, after in pairwise(shown))


def test_only_those_who_may_log_fill_it_in() -> None:
    assert FORM.permitted is Action.LOG_CONSULTATION


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("今日", date(2026, 11, 24)),
        ("１１／２３", date(2026, 11, 23)),
        ("R8.10.25", date(2026, 10, 25)),
    ],
)
def test_a_day_up_to_thirty_days_ago_is_taken(typed: str, day: date) -> None:
    assert parse_day(PROGRAMME, typed, TODAY) == day


@pytest.mark.parametrize("typed", ["明日", "11/25", "R8.10.24", "2/30", "🙂", "令和9年1月1日"])
def test_a_day_to_come_or_too_long_ago_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAnswer):
        accept_text(FORM, at_the_day(), typed, TODAY)


def at_the_day() -> Progress:
    return Progress({"purpose": "agreed", "entry": "visit"})


def test_a_year_whose_figures_are_published_takes_nothing_more() -> None:
    counting = PROGRAMME.counting.model_copy(update={"log_back_days": 400})
    patient = PROGRAMME.model_copy(update={"counting": counting})
    assert first_day(patient, date(2027, 8, 31)) == date(2026, 7, 27)
    assert first_day(patient, date(2027, 9, 1)) == date(2027, 4, 1)
    assert first_day(PROGRAMME, date(2027, 4, 10)) == date(2027, 3, 11)


def test_a_request_to_be_called_back_is_known_shown_and_not_asked() -> None:
    call = ReturnCall(
        id=7,
        user_id=1,
        answers={"contact": "山田 太郎", "tel": "+81488300000", "when": "any"},
        requested_at=datetime.combine(TODAY, time()),
        assignee=None,
        done_at=None,
        partner=None,
    )
    progress = walk(FORM, Progress(known_from_call(call)), day="今日", area="nanbu", city="112038")
    assert progress.answers["contact"] == "山田 太郎"
    assert entry_of(progress.answers) is Entry.TELEPHONE
    assert call_of(progress.answers) == 7
    assert "call" in {q.key for q in relevant_questions(FORM, progress.answers)}
    assert "call" not in {q.key for q in correctable_questions(FORM, progress.answers)}
    assert call_of(finished()) is None
