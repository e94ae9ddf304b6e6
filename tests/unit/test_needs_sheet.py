from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.form import OneOf, SomeOf
from domain.needs_company import UNKNOWN
from tests.unit.sheets import CHOSEN, FORM, TYPED, sheet_of

if TYPE_CHECKING:
    from domain.form import Answer, Answers

WORDS = """\
求人要件票（匿名）
受付番号：R8-0042
発行日：令和8年11月24日
発行：【見本】埼玉県プロフェッショナル人材戦略拠点

■企業の概要
地域：南部
業種：製造業
従業員数：21〜50人
資本金：5千万円以下
年間売上高：〜10億円

■経営の課題
課題：販路開拓・営業強化、デジタル化・DX
取り組みの段階：計画がある

■人材の要件
求める人材：販路開拓・マーケティング、DX・IT
国の分類：新事業・販路開拓、生産性向上
業務・ミッション：県外の販路を開く。
関わり方：常勤で採用、副業・兼業（業務委託など）
想定年収：〜800万円
委託の月額：〜10万円
時期：3か月以内

企業名・所在地・連絡先は伏せています。
お問い合わせの際は、受付番号をお知らせください。
【見本】埼玉県プロフェッショナル人材戦略拠点　電話 048-830-0000"""


def test_the_sheet_of_a_case_in_the_words_of_the_office() -> None:
    assert sheet_of({**CHOSEN, **TYPED}, "県外の販路を開く。").text == WORDS


def _answers() -> st.SearchStrategy[Answers]:
    """Return answers of every kind: some given, some skipped, some never asked."""
    given_: dict[str, st.SearchStrategy[Answer]] = {}
    for question in FORM.questionnaire.questions:
        if isinstance(question, OneOf):
            codes = sorted({code for offered in question.by_answer.values() for code in offered})
            one = st.sampled_from(codes)
            given_[question.key] = (
                st.lists(one, min_size=1, max_size=question.limit, unique=True).map(tuple)
                if isinstance(question, SomeOf)
                else one | st.none()
            )
    return st.fixed_dictionaries({}, optional=given_)


WHAT_THE_SHEET_SAYS = (
    "製造業", "建設業", "生産性向上・品質", "南部", "秩父", "県外", "R8-0042", "〜800万円", "、",
)  # fmt: skip
TYPED_KEYS = [q.key for q in FORM.questionnaire.questions if not isinstance(q, OneOf)]
WITHHELD = [*TYPED_KEYS, "city", "ward", "prefecture", "branch", "role", "org_form", "group"]
# A firm may be called what the sheet says anyway, so what is typed is not looked for in the sheet:
# the sheet must be the same whatever was typed.
_TYPED = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(WITHHELD, st.text() | st.sampled_from(WHAT_THE_SHEET_SAYS))
)


@given(_answers(), _TYPED, _TYPED)
def test_nothing_that_tells_whose_it_is_reaches_the_sheet(
    chosen: Answers, one: Answers, other: Answers
) -> None:
    shown = {key: answer for key, answer in chosen.items() if key not in WITHHELD}
    assert sheet_of({**shown, **one}) == sheet_of({**shown, **other})


def test_what_is_typed_is_all_that_is_typed() -> None:
    assert set(TYPED_KEYS) == set(TYPED)


@given(st.lists(st.text(alphabet=st.characters(codec="ascii"))))
def test_codes_that_are_no_choices_are_left_out(codes: list[str]) -> None:
    # A code of an older programme, or anything else that got in, is not shown as it stands.
    strange: Answers = {
        key: tuple(f"?{code}" for code in codes) if isinstance(answer, tuple) else "?"
        for key, answer in CHOSEN.items()
    }
    assert "?" not in sheet_of(strange).text


@pytest.mark.parametrize("town", ["chichibu", "saitama", "keno"])
def test_of_the_place_only_the_area_is_named(town: str) -> None:
    lines = dict(sheet_of({**CHOSEN, "area": town}).sections[0][1])
    names = {area.code: area.name for area in FORM.programme.geography.areas}
    assert lines["地域"] == names[town]


def test_of_a_company_outside_no_place_is_named() -> None:
    text = sheet_of({**CHOSEN, "area": "out", "prefecture": "13", "city": None}).text
    assert "地域：県外\n" in text


def test_the_industry_is_its_division_wherever_it_was_chosen() -> None:
    more = sheet_of({**CHOSEN, "industry": "more", "other_industry": "B", "branch": None}).text
    assert "業種：漁業\n" in more
    assert "業種" not in sheet_of({**CHOSEN, "industry": "more", "other_industry": "T"}).text


@pytest.mark.parametrize(
    ("key", "answer", "label"), [("capital", UNKNOWN, "資本金"), ("sales", None, "年間売上高")]
)
def test_what_was_not_told_is_left_out(key: str, answer: Answer, label: str) -> None:
    assert label in sheet_of(CHOSEN).text
    assert label not in sheet_of({**CHOSEN, key: answer}).text


def test_a_sheet_of_next_to_nothing_has_no_empty_section() -> None:
    assert sheet_of({}).sections == ()
    assert sheet_of({}).text.startswith("求人要件票（匿名）\n受付番号：R8-0042\n")


def test_every_word_of_the_sheet_tells_it_from_others() -> None:
    sheet = sheet_of(CHOSEN, "県外の販路を開く。")
    others = [
        dataclasses.replace(sheet, title="別"),
        dataclasses.replace(sheet, head=sheet.head[:-1]),
        dataclasses.replace(sheet, notes=sheet.notes[:-1]),
        sheet_of(CHOSEN, "県外の販路を開く"),
        sheet_of({**CHOSEN, "timing": "6m"}, "県外の販路を開く。"),
    ]
    assert len({one.digest for one in [sheet, *others]}) == 6
