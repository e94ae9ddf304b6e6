"""Any sequence of buttons, texts, edits and stale taps leaves a draft that can be finished."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.errors import InvalidAnswer, StaleButton
from domain.form import OneOf, Questionnaire, SomeOf, Typed
from domain.needs import company_identity, intake_channel, kpi_eligibility, size_verdict
from domain.questions import (
    BACK,
    DONE,
    KEEP,
    RETYPE,
    SKIP,
    Progress,
    accept_button,
    accept_text,
    correct,
    count_failure,
    current_question,
    relevant_questions,
    settle,
    taken_over,
    ticks,
    yes_to,
)
from tests.unit.paper_form import AOMI_FORM, SAMPLE_FORM, TEXTS, TODAY, walk

PLACES = ("鶴ケ島", "大宮区", "さいたま市", "波村", "浜区", "四日市")
CONTROLS = (BACK, DONE, KEEP, RETYPE, SKIP)
KEYS = [question.key for question in SAMPLE_FORM.questions]
CODES = sorted(
    {
        code
        for form in (SAMPLE_FORM, AOMI_FORM)
        for question in form.questions
        if isinstance(question, OneOf)
        for offered in question.by_answer.values()
        for code in offered
    }
)


class AnyWayThrough(RuleBasedStateMachine):
    """A person who presses and types anything, and a process that is replaced meanwhile."""

    forms: ClassVar[tuple[Questionnaire, ...]] = (SAMPLE_FORM, AOMI_FORM)

    def __init__(self) -> None:
        super().__init__()
        self.form = self.forms[0]
        self.progress = Progress()

    @initialize(here=st.integers(0, 1), done=st.booleans(), agent=st.booleans())
    def begin(self, here: int, done: bool, agent: bool) -> None:
        self.form = self.forms[here]
        if done:
            self.progress = walk(self.form, role="agent" if agent else "owner", tel=SKIP)

    def try_(self, act: Any, *arguments: Any) -> None:
        try:
            changed = act(self.form, self.progress, *arguments)
        except StaleButton:
            return
        except InvalidAnswer:
            changed = count_failure(self.progress)
        if changed.ended is None:
            self.progress = changed

    @rule(key=st.sampled_from(KEYS), code=st.sampled_from([*CODES, *CONTROLS]))
    def press_any_button(self, key: str, code: str) -> None:
        self.try_(accept_button, key, code)

    @rule(code=st.sampled_from(CONTROLS))
    def press_a_control(self, code: str) -> None:
        question = current_question(self.form, self.progress)
        self.try_(accept_button, question.key if question else "role", code)

    @rule()
    def say_yes_to_what_was_typed_last(self) -> None:
        question = current_question(self.form, self.progress)
        if question is not None and self.progress.typed is not None:
            self.try_(accept_button, question.key, yes_to(self.progress.typed))

    @rule(number=st.integers(0, 30))
    def choose(self, number: int) -> None:
        question = current_question(self.form, self.progress)
        if isinstance(question, OneOf):
            offered = question.offered(self.progress.answers)
            self.try_(accept_button, question.key, offered[number % len(offered)].code)

    @rule(text=st.text(max_size=20) | st.sampled_from([*TEXTS.values(), *PLACES]))
    def type_anything(self, text: str) -> None:
        self.try_(accept_text, text, TODAY)

    @rule()
    def type_what_is_asked(self) -> None:
        question = current_question(self.form, self.progress)
        if isinstance(question, Typed):
            self.try_(accept_text, TEXTS[question.key], TODAY)

    @rule(key=st.sampled_from(KEYS))
    def correct_an_answer(self, key: str) -> None:
        self.try_(correct, key)

    @rule()
    def move_to_another_programme(self) -> None:
        self.form = self.forms[1 - self.forms.index(self.form)]
        self.progress = taken_over(self.form, self.progress)

    @invariant()
    def the_draft_is_valid(self) -> None:
        progress = self.progress
        assert settle(self.form, progress.answers) == dict(progress.answers)
        assert list(progress.answers) == [key for key in KEYS if key in progress.answers]
        assert progress.detour is None or progress.detour in progress.answers
        question = current_question(self.form, progress)
        if isinstance(question, OneOf):
            assert question.offered(progress.answers)
        if isinstance(question, SomeOf):
            ticked = ticks(progress, question)
            assert len(ticked) <= question.limit
            assert set(ticked) <= set(question.by_code(progress.answers))
            assert question.alone not in ticked or len(ticked) == 1
        else:
            assert progress.ticked is None
        assert progress.typed is None or isinstance(question, Typed)

    def teardown(self) -> None:
        finished = walk(self.form, self.progress)
        asked = [question.key for question in relevant_questions(self.form, finished.answers)]
        assert list(finished.answers) == asked
        size_verdict(finished.answers)
        kpi_eligibility(finished.answers)
        company_identity(finished.answers)
        intake_channel(finished.answers)


TestAnyWayThrough = AnyWayThrough.TestCase
TestAnyWayThrough.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("form", [SAMPLE_FORM, AOMI_FORM])
def test_going_back_again_and_again_reaches_the_first_question_and_stays(
    form: Questionnaire,
) -> None:
    progress = walk(form)
    progress = correct(form, progress, "tel")
    seen = []
    for _ in range(2 * len(KEYS)):
        question = current_question(form, progress)
        assert question is not None
        seen.append(question.key)
        progress = accept_button(form, progress, question.key, BACK)
    assert seen[-1] == seen[-2] == "role"
    asked = [key for key in reversed(KEYS) if key in progress.answers]
    assert seen[: len(asked)] == asked


def test_keeping_a_revisited_answer_returns_to_the_open_question() -> None:
    progress = Progress()
    progress = accept_button(SAMPLE_FORM, progress, "role", "owner")
    progress = accept_button(SAMPLE_FORM, progress, "org_form", BACK)
    assert progress.detour == "role"
    progress = accept_button(SAMPLE_FORM, progress, "role", KEEP)
    question = current_question(SAMPLE_FORM, progress)
    assert question is not None
    assert question.key == "org_form"


def test_an_unanswered_question_is_not_there_to_correct() -> None:
    progress = accept_button(SAMPLE_FORM, Progress(), "role", "owner")
    for key in ("tel", "capital", "nothing"):
        with pytest.raises(StaleButton):
            correct(SAMPLE_FORM, progress, key)


def test_a_correction_prunes_what_it_makes_irrelevant_and_asks_what_it_calls_for() -> None:
    progress = walk(SAMPLE_FORM, engage="full", org_form="company")
    assert {"salary", "capital", "group", "corporate_number"} <= set(progress.answers)
    progress = correct(SAMPLE_FORM, progress, "org_form")
    progress = accept_button(SAMPLE_FORM, progress, "org_form", "sole")
    assert {"capital", "group", "corporate_number"}.isdisjoint(progress.answers)
    assert current_question(SAMPLE_FORM, progress) is None
    progress = correct(SAMPLE_FORM, progress, "engage")
    progress = accept_button(SAMPLE_FORM, progress, "engage", "side")
    progress = accept_button(SAMPLE_FORM, progress, "engage", DONE)
    assert progress.answers["engage"] == ("full", "side")
    question = current_question(SAMPLE_FORM, progress)
    assert question is not None
    assert question.key == "fee"


def test_a_text_waits_for_yes_and_a_new_text_replaces_it() -> None:
    progress = walk(SAMPLE_FORM)
    progress = correct(SAMPLE_FORM, progress, "company")
    first, second = yes_to("有限会社一番"), yes_to("株式会社二番")
    with pytest.raises(StaleButton):
        accept_button(SAMPLE_FORM, progress, "company", first)
    progress = accept_text(SAMPLE_FORM, progress, "㈲一番", TODAY)
    progress = accept_text(SAMPLE_FORM, progress, "㈱二番", TODAY)
    assert progress.answers["company"] == "株式会社見本"
    with pytest.raises(StaleButton):
        accept_button(SAMPLE_FORM, progress, "company", first)
    progress = accept_button(SAMPLE_FORM, progress, "company", second)
    assert progress.answers["company"] == "株式会社二番"


def test_back_from_a_waiting_text_only_drops_it() -> None:
    progress = walk(SAMPLE_FORM)
    progress = correct(SAMPLE_FORM, progress, "company")
    progress = accept_text(SAMPLE_FORM, progress, "㈲一番", TODAY)
    progress = accept_button(SAMPLE_FORM, progress, "company", BACK)
    assert (progress.typed, progress.detour) == (None, "company")
    with pytest.raises(StaleButton):
        accept_button(SAMPLE_FORM, progress, "company", RETYPE)


def test_skip_after_three_failures_only_where_the_form_allows_it() -> None:
    progress = walk(SAMPLE_FORM)
    for key, allowed in (("contact", True), ("company", False)):
        open_ = correct(SAMPLE_FORM, progress, key)
        for _ in range(3):
            with pytest.raises(StaleButton):
                accept_button(SAMPLE_FORM, open_, key, SKIP)
            open_ = count_failure(open_)
        if allowed:
            skipped = accept_button(SAMPLE_FORM, open_, key, SKIP)
            assert skipped.answers[key] is None
            assert current_question(SAMPLE_FORM, skipped) is None
        else:
            with pytest.raises(StaleButton):
                accept_button(SAMPLE_FORM, open_, key, SKIP)


def test_one_cannot_go_on_with_a_choice_that_refuses_and_loses_nothing() -> None:
    progress = walk(SAMPLE_FORM, role="agent")
    open_ = correct(SAMPLE_FORM, progress, "agent_consent")
    with pytest.raises(InvalidAnswer, match="company has agreed"):
        accept_button(SAMPLE_FORM, open_, "agent_consent", "not_yet")


def test_an_area_of_one_town_answers_its_town() -> None:
    progress = walk(SAMPLE_FORM, area="saitama")
    assert progress.answers["city"] == "111007"
    with pytest.raises(StaleButton):
        correct(SAMPLE_FORM, progress, "city")


@pytest.mark.parametrize(
    ("asked", "typed", "found"),
    [
        ("area", "鶴ケ島", {"area": "kawagoehiki", "city": "112411"}),
        ("area", "かわごえし", {"area": "kawagoehiki", "city": "112011"}),
        ("area", "大宮", {"area": "saitama", "city": "111007", "ward": "111031"}),
        ("city", "戸田市", {"area": "nanbu", "city": "112241"}),
        ("city", "秩父", {"area": "chichibu", "city": "112071"}),
    ],
)
def test_a_typed_place_answers_what_it_names(asked: str, typed: str, found: dict[str, str]) -> None:
    progress = correct(SAMPLE_FORM, walk(SAMPLE_FORM, area="nanbu"), asked)
    answers = accept_text(SAMPLE_FORM, progress, typed, TODAY).answers
    assert {key: answers[key] for key in found} == found
    assert ("ward" in answers) is ("ward" in found)


@pytest.mark.parametrize("typed", ["", "製造", "名古屋市", "北区と南区", "🎉"])
def test_a_text_that_names_no_place_is_sent_to_the_buttons(typed: str) -> None:
    progress = correct(SAMPLE_FORM, walk(SAMPLE_FORM), "area")
    with pytest.raises(InvalidAnswer, match="buttons below"):
        accept_text(SAMPLE_FORM, progress, typed, TODAY)
    with pytest.raises(InvalidAnswer, match="buttons below"):
        accept_text(SAMPLE_FORM, correct(SAMPLE_FORM, progress, "industry"), "秩父", TODAY)


def test_answers_of_another_version_are_settled_and_never_crash() -> None:
    left = {
        **walk(SAMPLE_FORM, area="nanbu", city="112038").answers,
        "area": "gone",
        "industry": ("E",),
        "issue": ("sales", "gone"),
        "talent": ("management", "it", "hr"),
        "engage": "full",
        "contact": ("a",),
        "tel": "+81488303900",
        "unheard_of": "x",
    }
    progress = taken_over(SAMPLE_FORM, Progress(answers=left, detour="gone", ticked=("gone",)))
    lost = {
        "area", "city", "industry", "branch", "issue", "talent", "engage", "salary", "contact",
        "unheard_of",
    }  # fmt: skip
    assert set(left) - set(progress.answers) == lost
    question = current_question(SAMPLE_FORM, progress)
    assert question is not None
    assert question.key == "area"
    assert current_question(SAMPLE_FORM, walk(SAMPLE_FORM, progress)) is None


def test_a_detour_to_a_question_that_is_gone_is_no_detour() -> None:
    question = current_question(SAMPLE_FORM, Progress(detour="gone"))
    assert question is not None
    assert question.key == "role"


def test_the_version_tells_what_is_offered() -> None:
    again = replace(SAMPLE_FORM)
    fewer = replace(SAMPLE_FORM, questions=SAMPLE_FORM.questions[1:])
    assert SAMPLE_FORM.version == again.version
    assert len({SAMPLE_FORM.version, AOMI_FORM.version, fewer.version}) == 3
    assert 0 <= SAMPLE_FORM.version < 2**31
