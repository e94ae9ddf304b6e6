from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidAnswer
from domain.free_text import parse_free_text
from domain.my_number import MyNumberTyped


@pytest.mark.parametrize(
    "typed",
    [
        "新しい取引先を県外に増やしたいが、営業の責任者がいない。",
        "お客様からの注文が増え、職人さんが足りない。取引先様や皆さんの協力を得たい。",
        "2026年4月1日に開業。売上は1億2,000万円、従業員は20〜30人。",
        "製品の仕様は多様。同様に模様も製品仕様による。様子を見る。氏名と氏族。",
        "営業",
        "あ" * 300,
        "一行目\n二行目",
        "🎉売上が伸びた",
        "0",
    ],
)
def test_a_plain_text_is_taken_as_it_is(typed: str) -> None:
    parsed = parse_free_text(f" {typed}\n")
    assert (parsed.value, parsed.to_confirm) == (typed, False)


@pytest.mark.parametrize(
    "typed",
    [
        "電話は048-830-0000です",
        "０９０１２３４５６７８へ",
        "+81 80 1234 5678",
        "090 (1234) 5678",
        "mihon@example.co.jp まで",
        "ｍｉｈｏｎ＠ｅｘａｍｐｌｅ．ｊｐ",
        "担当は山田さんです",
        "社長の山田太郎氏が引退",
        "佐々木様のご紹介",
        "注文番号は123456789012です",
    ],
)
def test_what_looks_like_personal_data_is_asked_back(typed: str) -> None:
    parsed = parse_free_text(typed)
    assert (parsed.value, parsed.to_confirm) == (typed, True)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("あ" * 301, "301 characters"),
        ("", "could not be read"),
        ("。。。", "could not be read"),
        ("🎉", "could not be read"),
        ("営業\x00", "could not be read"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(typed: str, says: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_free_text(typed)
    assert says in refused.value.message % refused.value.params


def test_a_my_number_is_refused() -> None:
    with pytest.raises(MyNumberTyped):
        parse_free_text("私の番号は1234 5678 9018です")


@given(st.text(max_size=320))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(typed: str) -> None:
    try:
        parsed = parse_free_text(typed)
    except InvalidAnswer as refused:
        told = refused.message % refused.params
    else:
        told = "understood"
        assert 1 <= len(parsed.value) <= 300
        assert parse_free_text(parsed.value) == parsed
    assert told
