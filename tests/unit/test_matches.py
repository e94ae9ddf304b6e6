"""What may be done to a match, what it counts, and what is asked about it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from domain.consultations import EXCLUDED_STATES, OPEN_STATES, ConsultationState, Reference
from domain.drafts import Draft
from domain.errors import InvalidAnswer
from domain.fiscal_year import FiscalYear
from domain.form import Dated, OneOf, Questionnaire, Typed
from domain.match_forms import (
    contract_questionnaire,
    day_of,
    match_questionnaire,
    new_match,
    pay_of,
    step_of,
    step_questionnaire,
)
from domain.matches import (
    ENGAGEMENT_WORDS,
    REASONS,
    STATE_WORDS,
    TRANSITIONS,
    WHY_WORDS,
    DayTooEarly,
    Engagement,
    Match,
    MatchAct,
    MatchState,
    MatchWhy,
    NewMatch,
    does_count,
    offered,
    possible,
    refuse_day,
    refuse_days_of,
)
from domain.questions import (
    Progress,
    accept_button,
    accept_text,
    correctable_questions,
    current_question,
)
from domain.staff import Action
from domain.talent import UNDECIDED, TalentClass, class_of
from tests.unit.paper_form import SAMPLE_FORM

TODAY = date(2026, 11, 24)
S, A, E = MatchState, MatchAct, Engagement
CASE = ConsultationState.MATCHED
# The rules' table once more: where each act leaves a match.
TABLE = {
    "offered": {"agree": "agreed", "cancel": "cancelled_before_start", "void": "void"},
    "agreed": {
        "start": "started",
        "cancel": "cancelled_before_start",
        "contract": "agreed",
        "void": "void",
    },
    "started": {"end": "ended", "contract": "agreed", "void": "void"},
    "cancelled_before_start": {"void": "void"},
    "ended": {"contract": "agreed", "void": "void"},
    "void": {},
}
FORM = match_questionnaire(SAMPLE_FORM)
STEP = step_questionnaire()
CONTRACT = contract_questionnaire(SAMPLE_FORM)


def match(
    state: MatchState = S.AGREED, engagement: Engagement = E.FULL, **days: date | None
) -> Match:
    known: dict[str, date | None] = dict.fromkeys(
        ("agreed_on", "starts_on", "started_on", "ended_on", "counted_on")
    )
    return Match(
        id=1,
        consultation_id=1,
        reference=Reference(FiscalYear(2026), 1),
        number=1,
        state=state,
        engagement=engagement,
        talent="it",
        pay=None,
        from_prefecture=None,
        **{**known, **days},
    )


@pytest.mark.parametrize(("state", "act"), list(product(MatchState, MatchAct)))
def test_the_table_is_the_rules(state: MatchState, act: MatchAct) -> None:
    after = TABLE[state].get(act)
    assert TRANSITIONS.get((state, act)) == after
    assert possible(act, state, E.TRIAL, CASE) is (after is not None)
    is_contract = act is A.CONTRACT
    assert possible(act, state, E.FULL, CASE) is (after is not None and not is_contract)


@pytest.mark.parametrize("case", list(ConsultationState))
def test_agreements_belong_to_open_cases_and_nothing_to_excluded_ones(
    case: ConsultationState,
) -> None:
    for state, act in TRANSITIONS:
        allowed = case not in EXCLUDED_STATES
        if act in (A.AGREE, A.CONTRACT):
            allowed = case in OPEN_STATES
        assert possible(act, state, E.TRIAL, case) is allowed


def test_what_is_offered_is_what_is_possible() -> None:
    assert offered(match(), CASE) == (A.START, A.CANCEL, A.VOID)
    assert offered(match(S.STARTED, E.TRIAL), CASE) == (A.CONTRACT, A.END, A.VOID)
    assert offered(match(S.VOID), CASE) == ()
    assert offered(match(), ConsultationState.SPAM) == ()


@pytest.mark.parametrize(("state", "engagement"), list(product(MatchState, Engagement)))
def test_a_person_counts_from_the_agreement_on_and_a_trial_only_if_set(
    state: MatchState, engagement: Engagement
) -> None:
    found = state in {"agreed", "started", "ended"}
    assert does_count(state, engagement, count_trials=True) is found
    alone = engagement != "trial"
    assert does_count(state, engagement, count_trials=False) is (found and alone)


def test_every_state_form_and_reason_has_words() -> None:
    assert set(STATE_WORDS) == set(MatchState)
    assert set(ENGAGEMENT_WORDS) == set(Engagement)
    assert set(WHY_WORDS) == set(MatchWhy)
    assert {act for act in MatchAct if REASONS.get(act)} == {"cancel", "void"}


@pytest.mark.parametrize(
    ("act", "day", "is_early"),
    [
        (A.AGREE, date(2026, 11, 1), False),
        (A.AGREE, date(2026, 10, 31), True),
        (A.START, date(2026, 11, 10), False),
        (A.START, date(2026, 11, 9), True),
        (A.END, date(2026, 11, 20), False),
        (A.END, date(2026, 11, 19), True),
        (A.CONTRACT, date(2026, 11, 9), True),
    ],
)
def test_a_day_comes_after_what_must_have_come_first(
    act: MatchAct, day: date, *, is_early: bool
) -> None:
    known = match(agreed_on=date(2026, 11, 10), started_on=date(2026, 11, 20))
    if act is A.AGREE:
        known = match(S.OFFERED)
    refused = refuse_day(known, act, day, date(2026, 11, 1))
    assert isinstance(refused, DayTooEarly) is is_early


def new(agreed_on: date | None, starts_on: date | None) -> NewMatch:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return NewMatch(1, E.FULL, "it", agreed_on, starts_on, None, None, now)


def test_the_days_of_a_new_match_come_after_the_case_and_in_order() -> None:
    case = date(2026, 11, 10)
    assert refuse_days_of(new(case, case), case) is None
    assert refuse_days_of(new(None, None), case) is None
    assert refuse_days_of(new(date(2026, 11, 9), None), case) is not None
    assert refuse_days_of(new(date(2026, 11, 20), date(2026, 11, 19)), case) is not None
    early = refuse_days_of(new(None, date(2026, 11, 9)), case)
    # Nothing is agreed yet: that would not be what it is before.
    assert early is not None
    assert "before the case was accepted" in early.message


@pytest.mark.parametrize("form", [FORM, STEP, CONTRACT])
def test_staff_fill_it_in_and_no_name_can_be_written(form: Questionnaire) -> None:
    assert form.permitted is Action.RECORD_MATCH
    assert not any(isinstance(question, Typed) for question in form.questions)


def test_talent_and_bands_are_the_needs_forms_but_what_is_open() -> None:
    for key in ("talent", "salary", "fee"):
        asked, mine = SAMPLE_FORM.by_key[key], FORM.by_key[key]
        assert isinstance(asked, OneOf)
        assert isinstance(mine, OneOf)
        codes = [choice.code for choice in asked.offered({}) if choice.code != UNDECIDED]
        assert [choice.code for choice in mine.offered({})] == codes
    talent = FORM.by_key["talent"]
    assert isinstance(talent, OneOf)
    assert {class_of(choice.code) for choice in talent.offered({})} == set(TalentClass)


@pytest.mark.parametrize(
    ("engagement", "asks"),
    [("full", "salary"), ("second", "salary"), ("side", "fee"), ("contract", "fee"), ("trial", "")],
)
def test_the_band_fits_the_form_of_the_work(engagement: str, asks: str) -> None:
    answers = {"engage": engagement}
    asked = [q.key for q in FORM.questions if q.key in {"salary", "fee"} and q.when(answers)]
    assert asked == ([asks] if asks else [])


def test_a_finished_form_is_a_match() -> None:
    progress = Progress()
    for key, code in (("engage", "side"), ("talent", "abroad")):
        progress = accept_button(FORM, progress, key, code)
    progress = accept_text(FORM, progress, "Ｒ８.11.24", TODAY)
    progress = accept_text(FORM, progress, "４月１日", TODAY)
    progress = accept_button(FORM, progress, "fee", "le50k")
    progress = accept_button(FORM, progress, "home", "out")
    assert current_question(FORM, progress) is None
    now = datetime(2026, 11, 24, tzinfo=UTC)
    draft = Draft(1, 2, FORM.name, FORM.version, progress, None, None, False, now, case=7)
    assert new_match(draft, now) == NewMatch(
        7, E.SIDE, "abroad", TODAY, date(2027, 4, 1), "le50k", False, now
    )


def test_what_is_skipped_is_not_known_and_an_offer_has_no_day() -> None:
    progress = Progress()
    for key, code in (
        ("engage", "full"),
        ("talent", "it"),
        ("agreed", "_skip"),
        ("starts", "_skip"),
        ("salary", "_skip"),
        ("home", "_skip"),
    ):
        progress = accept_button(FORM, progress, key, code)
    now = datetime(2026, 11, 24, tzinfo=UTC)
    draft = Draft(1, 2, FORM.name, FORM.version, progress, None, None, False, now, case=7)
    found = new_match(draft, now)
    assert found == NewMatch(7, E.FULL, "it", None, None, None, None, now)
    assert found.state is S.OFFERED


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("6/1", date(2027, 6, 1)),
        ("3/31", date(2027, 3, 31)),
        ("11/20", date(2026, 11, 20)),
        ("今日", TODAY),
        ("昨日", date(2026, 11, 23)),
        ("R7.4.1", date(2025, 4, 1)),
        ("2/29", date(2028, 2, 29)),
    ],
)
def test_a_planned_day_without_a_year_is_to_come(typed: str, day: date) -> None:
    question = FORM.by_key["starts"]
    assert isinstance(question, Dated)
    if typed == "2/29":
        with pytest.raises(InvalidAnswer):
            question.parse_day(typed, TODAY)
        return
    assert question.parse_day(typed, TODAY) == day


@pytest.mark.parametrize("step", ["agree", "start", "end"])
def test_a_step_asks_for_its_day_alone(step: str) -> None:
    progress = Progress({"match": "2", "step": step})
    progress = accept_text(STEP, progress, "昨日", TODAY)
    assert current_question(STEP, progress) is None
    assert step_of(progress.answers) == (A(step), date(2026, 11, 23))
    # Which match it is, and what has become of it, cannot be corrected into something else.
    assert len(correctable_questions(STEP, progress.answers)) == 1


def test_a_contract_asks_for_its_form_its_day_and_its_band() -> None:
    progress = Progress({"match": "1"})
    choices = CONTRACT.by_key["engage"]
    assert isinstance(choices, OneOf)
    assert "trial" not in {choice.code for choice in choices.offered({})}
    progress = accept_button(CONTRACT, progress, "engage", "contract")
    progress = accept_text(CONTRACT, progress, "今日", TODAY)
    progress = accept_button(CONTRACT, progress, "fee", "gt200k")
    assert current_question(CONTRACT, progress) is None
    assert step_of(progress.answers) == (A.CONTRACT, TODAY)
    assert pay_of(progress.answers) == "gt200k"
    assert day_of(progress.answers, "starts") is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("4/10", date(2026, 4, 10)),
        ("3/31", date(2026, 3, 31)),
        ("1/5", date(2026, 1, 5)),
        ("11/24", date(2026, 11, 24)),
        ("昨日", date(2026, 11, 23)),
        ("12/1", None),
        ("12/24", None),
        ("明日", None),
        ("R9.4.10", None),
        ("2027/1/5", None),
    ],
)
def test_a_day_that_has_come_is_the_last_such_day(typed: str, day: date | None) -> None:
    questions = [STEP.by_key["ended"], STEP.by_key["agreed"], FORM.by_key["agreed"]]
    for question in questions:
        assert isinstance(question, Dated)
        if day is not None:
            assert question.parse_day(typed, TODAY) == day
            continue
        with pytest.raises(InvalidAnswer):
            question.parse_day(typed, TODAY)
