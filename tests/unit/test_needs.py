"""The needs questionnaire against the paper form, for the sample and for a made-up prefecture."""

from __future__ import annotations

import pytest

from domain.company_name import name_key
from domain.errors import InvalidAnswer
from domain.form import OneOf, Questionnaire, SomeOf, Typed
from domain.needs import (
    company_identity,
    in_prefecture,
    intake_channel,
    kpi_eligibility,
    note_on_the_meeting,
    points_to_confirm,
    size_verdict,
)
from domain.questions import DONE, SKIP, Progress, accept_button, current_question
from handlers.callbacks import FIX, QUESTION, pack
from locales import LANGUAGES, load_translations
from tests.unit.paper_form import AOMI_FORM, SAMPLE_FORM, answer, walk

FORMS = pytest.mark.parametrize("form", [SAMPLE_FORM, AOMI_FORM])
OPTIONAL = {"corporate_number", "ward", "sales", "group", "issue_text", "channel"}


def codes(form: Questionnaire, key: str) -> list[str]:
    question = form.by_key[key]
    assert isinstance(question, OneOf)
    return [choice.code for choice in question.offered({})]


def test_the_keys_are_a_contract() -> None:
    assert [(question.number, question.key) for question in SAMPLE_FORM.questions] == [
        (2, "role"),
        (3, "org_form"),
        (4, "company"),
        (5, "corporate_number"),
        (6, "area"),
        (6, "city"),
        (6, "ward"),
        (6, "prefecture"),
        (6, "continue_outside"),
        (7, "industry"),
        (7, "other_industry"),
        (7, "branch"),
        (8, "capital"),
        (9, "employees"),
        (10, "sales"),
        (11, "group"),
        (12, "issue"),
        (13, "issue_text"),
        (14, "stage"),
        (15, "talent"),
        (16, "engage"),
        (17, "salary"),
        (17, "fee"),
        (18, "timing"),
        (19, "share"),
        (19, "channel"),
        (20, "agent"),
        (20, "agent_consent"),
        (20, "contact"),
        (21, "tel"),
        (21, "email"),
    ]


@FORMS
def test_one_step_is_left_after_the_last_question(form: Questionnaire) -> None:
    assert (form.last_number, form.steps) == (21, 22)


@FORMS
def test_only_the_optional_questions_can_be_skipped(form: Questionnaire) -> None:
    assert {q.key for q in form.questions if not q.required} == OPTIONAL
    # The telephone may be left out for an e-mail address.
    assert {q.key for q in form.questions if q.skip_label is not None} == OPTIONAL | {"tel"}


@FORMS
def test_every_button_of_every_question_fits_telegram(form: Questionnaire) -> None:
    for question in form.questions:
        assert pack(FIX, form.name, question.key)
        if isinstance(question, OneOf):
            for offered in question.by_answer.values():
                assert all(pack(QUESTION, form.name, question.key, code) for code in offered)


@FORMS
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_a_question_differs_from_the_others(
    form: Questionnaire, language: str
) -> None:
    _ = load_translations(language).gettext
    for question in form.questions:
        if isinstance(question, OneOf):
            for offered in question.by_answer.values():
                labels = [_(choice.label) for choice in offered.values()]
                assert len(set(labels)) == len(labels), question.key


@FORMS
def test_each_section_begins_where_its_first_question_does(form: Questionnaire) -> None:
    numbers = [q.number for q in form.questions]
    assert [section.first for section in form.sections] == [2, 12, 15, 19, 20]
    assert all(section.first in numbers for section in form.sections)
    for question in form.questions:
        section = form.section_of(question)
        assert section is not None
        assert section.first <= question.number


def test_the_choices_are_those_of_the_paper_form() -> None:
    count = {
        key: len(codes(SAMPLE_FORM, key))
        for key in (
            "role", "org_form", "area", "industry", "other_industry", "capital", "employees",
            "sales", "group", "issue", "stage", "talent", "engage", "salary", "fee", "timing",
            "share", "channel",
        )
    }  # fmt: skip
    assert count == {
        "role": 4, "org_form": 4, "area": 11, "industry": 9, "other_industry": 11, "capital": 7,
        "employees": 9, "sales": 6, "group": 3, "issue": 10, "stage": 4, "talent": 10, "engage": 5,
        "salary": 6, "fee": 5, "timing": 5, "share": 4, "channel": 7,
    }  # fmt: skip
    assert codes(SAMPLE_FORM, "share")[0] == "later"


@pytest.mark.parametrize(
    ("key", "limit", "alone"), [("issue", 3, "unclear"), ("talent", 2, None), ("engage", 5, None)]
)
def test_several_choices_have_the_limits_of_the_paper_form(
    key: str, limit: int, alone: str | None
) -> None:
    question = SAMPLE_FORM.by_key[key]
    assert isinstance(question, SomeOf)
    assert (question.limit, question.alone) == (limit, alone)


def test_not_clear_yet_stands_alone() -> None:
    progress = Progress()
    while (question := current_question(SAMPLE_FORM, progress)) is not None:
        if question.key == "issue":
            break
        progress = answer(SAMPLE_FORM, progress)
    for code in ("sales", "digital", "people"):
        progress = accept_button(SAMPLE_FORM, progress, "issue", code)
    with pytest.raises(InvalidAnswer) as refused:
        accept_button(SAMPLE_FORM, progress, "issue", "finance")
    assert "up to 3" in refused.value.message % refused.value.params
    progress = accept_button(SAMPLE_FORM, progress, "issue", "unclear")
    assert progress.ticked == ("unclear",)
    progress = accept_button(SAMPLE_FORM, progress, "issue", "sales")
    assert progress.ticked == ("sales",)
    progress = accept_button(SAMPLE_FORM, progress, "issue", "sales")
    with pytest.raises(InvalidAnswer, match="at least one"):
        accept_button(SAMPLE_FORM, progress, "issue", DONE)


def asked(form: Questionnaire, **choices: str) -> set[str]:
    return set(walk(form, **choices).answers)


def test_a_sole_proprietor_is_not_asked_for_number_capital_and_shares() -> None:
    assert {"corporate_number", "capital", "group"} <= asked(SAMPLE_FORM, org_form="company")
    assert {"corporate_number", "capital", "group"}.isdisjoint(asked(SAMPLE_FORM, org_form="sole"))
    cooperative = asked(SAMPLE_FORM, org_form="coop")
    assert {"corporate_number", "capital"} <= cooperative
    assert "group" not in cooperative
    other = asked(SAMPLE_FORM, org_form="other")
    assert "corporate_number" in other
    assert {"capital", "group"}.isdisjoint(other)


@pytest.mark.parametrize(
    ("industry", "has_branch"), [(code, code in "EGIKMN") for code in "ABCDEFGHIJKLMNOPQRT"]
)
def test_six_industries_are_asked_a_second_time(industry: str, has_branch: bool) -> None:
    often = industry in codes(SAMPLE_FORM, "industry")
    choices = {"industry": industry} if often else {"industry": "more", "other_industry": industry}
    answers = walk(SAMPLE_FORM, **choices).answers
    assert ("branch" in answers) is has_branch
    assert ("other_industry" in answers) is not often
    size_verdict(answers)


def test_engagement_decides_on_salary_and_fee() -> None:
    for engage, expected in (
        ("full", {"salary"}),
        ("side", {"fee"}),
        ("second", set()),
        ("discuss", set()),
    ):
        assert asked(SAMPLE_FORM, engage=engage) & {"salary", "fee"} == expected


def test_only_a_city_with_wards_is_asked_for_its_ward() -> None:
    assert "ward" not in asked(SAMPLE_FORM, area="nanbu")
    answers = walk(SAMPLE_FORM, area="saitama", ward="111031").answers
    assert (answers["city"], answers["ward"]) == ("111007", "111031")
    assert walk(SAMPLE_FORM, area="saitama", ward=SKIP).answers["ward"] is None
    assert walk(AOMI_FORM, area="kaigan", city="991007", ward="991023").answers["ward"] == "991023"
    assert "ward" not in asked(AOMI_FORM, area="kaigan", city="992011")


def test_a_firm_outside_is_shown_the_hubs_and_may_go_on_or_stop() -> None:
    answers = walk(SAMPLE_FORM, area="out", prefecture="10").answers
    assert {"city", "ward"}.isdisjoint(answers)
    assert (answers["prefecture"], answers["continue_outside"]) == ("10", "go_on")
    assert not in_prefecture(answers)
    assert walk(SAMPLE_FORM, area="out", continue_outside="withdrawn").ended == "withdrawn"
    assert codes(AOMI_FORM, "prefecture") == ["13", "other"]


def test_a_job_seeker_ends_it_at_once() -> None:
    ended = walk(SAMPLE_FORM, role="job_seeker")
    assert ended.ended == "job_seeker"
    assert not ended.answers


def test_an_institution_is_asked_who_it_is_and_whether_the_company_agrees() -> None:
    assert {"agent", "agent_consent"} <= asked(SAMPLE_FORM, role="agent")
    assert {"agent", "agent_consent"}.isdisjoint(asked(SAMPLE_FORM, role="owner"))


def test_telephone_or_e_mail() -> None:
    assert "email" not in asked(SAMPLE_FORM)
    answers = walk(SAMPLE_FORM, tel=SKIP).answers
    assert (answers["tel"], answers["email"]) == (None, "a@example.jp")


def test_who_only_begins_to_think_is_told_how_the_meeting_starts() -> None:
    assert "sorting out your issues" in str(note_on_the_meeting({"stage": "thinking"}))
    assert note_on_the_meeting({"stage": "plan"}) is None
    assert note_on_the_meeting({}) is None


@FORMS
def test_an_area_shows_its_first_towns(form: Questionnaire) -> None:
    area = form.by_key["area"]
    assert isinstance(area, OneOf)
    labels = {choice.code: choice.label for choice in area.offered({})}
    if form is SAMPLE_FORM:
        assert labels["nanbu"] == "南部（川口・蕨・戸田）"
        assert labels["saitama"] == "さいたま（さいたま市）"
        assert labels["chichibu"] == "秩父（秩父・横瀬・皆野…）"
        assert "秩父：秩父・横瀬・皆野・長瀞・小鹿野" in str(area.note({})).splitlines()
    else:
        assert labels["kaigan"] == "海岸（青海・四日市）"


@FORMS
@pytest.mark.parametrize("number", ["123456789012", "１２３４ ５６７８ ９０１８"])
def test_no_typed_question_takes_twelve_digits(form: Questionnaire, number: str) -> None:
    typed = [question for question in form.questions if isinstance(question, Typed)]
    assert len(typed) == 7
    for question in typed:
        with pytest.raises(InvalidAnswer) as refused:
            question.parse(number)
        assert "My Number" in refused.value.message, question.key


@pytest.mark.parametrize(
    ("choices", "size", "eligibility", "points"),
    [
        ({"industry": "I", "branch": "retail", "employees": "6-20"}, "sme", "eligible", ()),
        ({"employees": "0-5"}, "small", "eligible", ()),
        ({"group": "yes"}, "small?", "to_confirm", ("shares of a large company",)),
        ({"group": "unknown"}, "small", "eligible", ()),
        ({"group": "yes", "area": "out"}, "small?", "not_eligible", ("shares of a large company",)),
        ({"org_form": "other"}, "other?", "to_confirm", ("size of the corporation",)),
        ({"org_form": "other", "area": "out"}, "other?", "not_eligible", None),
        ({"capital": "unknown", "employees": "2001+"}, "large?", "to_confirm", ("capital",)),
        ({"capital": "unknown", "employees": "0-5"}, "small", "eligible", ()),
        ({"capital": "unknown", "employees": "301-900"}, "mid_cap?", "eligible", ("capital",)),
        ({"capital": "ge1b", "employees": "2001+"}, "large", "not_eligible", ()),
        (
            {"capital": "ge1b", "employees": "2001+", "group": "yes"},
            "large?",
            "not_eligible",
            ("shares of a large company",),
        ),
        ({"industry": "more", "other_industry": "T", "employees": "0-5"}, "small", "eligible", ()),
        (
            {"industry": "more", "other_industry": "T", "employees": "6-20"},
            "small?",
            "eligible",
            ("industry",),
        ),
        ({"area": "out"}, "small", "not_eligible", ()),
    ],
)
def test_size_and_kpi_follow_from_the_answers(
    choices: dict[str, str], size: str, eligibility: str, points: tuple[str, ...] | None
) -> None:
    base = {"industry": "E", "branch": "else", "employees": "0-5", "group": "no"}
    answers = walk(SAMPLE_FORM, **{**base, **choices}).answers
    verdict = size_verdict(answers)
    assert verdict.size + ("?" if verdict.to_confirm else "") == size
    assert kpi_eligibility(answers) == eligibility
    if points is not None:
        assert points_to_confirm(answers) == points


@pytest.mark.parametrize(
    ("industry", "branch", "capital", "inside", "above"),
    [
        ("E", "rubber", "lt1b", "301-900", "901-2000"),
        ("E", "else", "lt1b", "201-300", "301-900"),
        ("G", "software", "lt1b", "201-300", "301-900"),
        ("G", "media", "le100m", "51-100", "101-200"),
        ("M", "lodging", "le100m", "101-200", "201-300"),
        ("M", "restaurant", "le100m", "21-50", "51-100"),
        ("I", "wholesale", "le300m", "51-100", "101-200"),
        ("I", "retail", "le100m", "21-50", "51-100"),
    ],
)
def test_the_special_industries_are_told_from_the_answers_to_the_form(
    industry: str, branch: str, capital: str, inside: str, above: str
) -> None:
    chosen = {"industry": industry, "branch": branch, "capital": capital}
    for employees, size in ((inside, "sme"), (above, "mid_cap")):
        answers = walk(SAMPLE_FORM, **chosen, employees=employees).answers
        assert size_verdict(answers).size == size


def test_a_company_is_recognised_by_number_else_name_and_municipality() -> None:
    identity = company_identity(walk(SAMPLE_FORM, area="nanbu", city="112038").answers)
    assert identity.corporate_number == "7123456789012"
    assert (identity.name, identity.city) == ("株式会社見本", "112038")
    assert identity.name_key == name_key("見本")
    unknown = company_identity(walk(SAMPLE_FORM, corporate_number=SKIP, area="out").answers)
    assert (unknown.corporate_number, unknown.city) == (None, "08")


def test_the_channel_is_told_or_unknown() -> None:
    assert intake_channel(walk(SAMPLE_FORM, channel="bank").answers) == "bank"
    assert intake_channel(walk(SAMPLE_FORM, channel=SKIP).answers) == "unknown"


@FORMS
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_choice_reads_like_a_control_button_beside_it(
    form: Questionnaire, language: str
) -> None:
    _ = load_translations(language).gettext
    controls = {_(label) for label in ("Back", "Save and pause", "By telephone", "Decide")}
    for question in form.questions:
        skip = {_(question.skip_label)} if question.skip_label else set()
        if isinstance(question, OneOf):
            for offered in question.by_answer.values():
                assert (controls | skip).isdisjoint(_(choice.label) for choice in offered.values())
