"""Any sequence of buttons, texts, edits and stale taps leaves a draft that can be finished."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.programme_file import SAMPLE, load_programme
from domain.errors import InvalidAnswer, StaleButton
from domain.needs import company_identity, kpi_eligibility, needs_questionnaire, size_verdict
from domain.questions import (
    BACK,
    DONE,
    KEEP,
    RETYPE,
    SKIP,
    YES,
    OneOf,
    Progress,
    SomeOf,
    Typed,
    accept_button,
    accept_text,
    correct,
    current_question,
    relevant_questions,
    settle,
    ticks,
)

QUESTIONNAIRE = needs_questionnaire(load_programme(SAMPLE))
CODES = sorted(
    {
        choice.code
        for question in QUESTIONNAIRE.questions
        if isinstance(question, OneOf) and not callable(question.choices)
        for choice in question.choices
    }
    | {BACK, DONE, KEEP, RETYPE, SKIP, YES, "112038", "h0", "rubber"}
)
TEXTS = {
    "company": "㈱見本",
    "corporate_number": "7123456789012",
    "contact": "山田",
    "agent": "見本銀行",
    "tel": "048-830-3900",
    "email": "a@example.jp",
    "issue_text": "営業",
}
KEYS = [question.key for question in QUESTIONNAIRE.questions]
ACTIONS = st.one_of(
    st.tuples(st.just("press"), st.sampled_from(KEYS), st.sampled_from(CODES)),
    st.tuples(st.just("here"), st.just(""), st.sampled_from(CODES)),
    st.tuples(st.just("type"), st.just(""), st.text(max_size=20)),
    st.tuples(st.just("correct"), st.sampled_from(KEYS), st.just("")),
    st.tuples(st.just("go"), st.just(""), st.just("")),
)


def forward(progress: Progress) -> Progress:
    question = current_question(QUESTIONNAIRE, progress)
    if question is None:
        return progress
    if isinstance(question, SomeOf):
        if not ticks(progress, question):
            code = question.offered(progress.answers)[0].code
            progress = accept_button(QUESTIONNAIRE, progress, question.key, code)
        return accept_button(QUESTIONNAIRE, progress, question.key, DONE)
    if isinstance(question, OneOf):
        code = next(c.code for c in question.offered(progress.answers) if c.ends is None)
        return accept_button(QUESTIONNAIRE, progress, question.key, code)
    assert isinstance(question, Typed)
    if progress.typed is None:
        progress = accept_text(QUESTIONNAIRE, progress, TEXTS[question.key])
    if progress.typed is not None:
        progress = accept_button(QUESTIONNAIRE, progress, question.key, YES)
    return progress


def apply(progress: Progress, action: tuple[str, str, str]) -> Progress:
    kind, key, code = action
    question = current_question(QUESTIONNAIRE, progress)
    try:
        if kind == "go":
            return forward(progress)
        if kind == "type":
            return accept_text(QUESTIONNAIRE, progress, code)
        if kind == "correct":
            return correct(QUESTIONNAIRE, progress, key)
        where = key if kind == "press" or question is None else question.key
        return accept_button(QUESTIONNAIRE, progress, where, code)
    except (InvalidAnswer, StaleButton):
        return progress


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTIONS, max_size=40))
def test_any_sequence_leaves_a_valid_draft_that_can_be_finished(
    actions: list[tuple[str, str, str]],
) -> None:
    progress = Progress()
    for action in actions:
        changed = apply(progress, action)
        if changed.ended is None:
            progress = changed
        assert settle(QUESTIONNAIRE, progress.answers) == dict(progress.answers)
    for _ in range(2 * len(KEYS)):
        progress = forward(progress)
    assert current_question(QUESTIONNAIRE, progress) is None
    asked = {q.key for q in relevant_questions(QUESTIONNAIRE, progress.answers)}
    assert asked == set(progress.answers)
    size_verdict(progress.answers)
    kpi_eligibility(progress.answers)
    company_identity(progress.answers)


def test_the_form_has_the_numbers_of_the_paper_form() -> None:
    assert [q.number for q in QUESTIONNAIRE.questions] == sorted(
        q.number for q in QUESTIONNAIRE.questions
    )
    assert {q.number for q in QUESTIONNAIRE.questions} == set(range(2, 23))
