from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.company_name import CompanyName, name_key, parse_company_name, parse_person_name
from domain.errors import InvalidAnswer


@pytest.mark.parametrize(
    ("typed", "formal"),
    [
        ("㈱見本製作所", "株式会社見本製作所"),
        ("(株)見本製作所", "株式会社見本製作所"),
        ("（株）見本製作所", "株式会社見本製作所"),
        ("（株) 見本製作所", "株式会社見本製作所"),
        ("見本製作所㈱", "見本製作所株式会社"),
        ("見本製作所 (株)", "見本製作所株式会社"),
        ("㈲見本", "有限会社見本"),
        ("見本（有）", "見本有限会社"),
        ("(同)見本", "合同会社見本"),
        ("(名)見本", "合名会社見本"),
        ("(資)見本", "合資会社見本"),
        ("㍿見本", "株式会社見本"),
    ],
)
def test_an_abbreviated_legal_form_is_written_out_in_its_place_and_asked_back(
    typed: str, formal: str
) -> None:
    name = parse_company_name(typed)
    assert name == CompanyName(typed, formal)
    assert name.needs_confirmation


@pytest.mark.parametrize(
    "typed", ["株式会社見本製作所", "見本製作所株式会社", "ＡＢＣ株式会社", "髙﨑商店", "A"]
)
def test_a_formal_name_keeps_its_spelling_and_is_not_asked_back(typed: str) -> None:
    name = parse_company_name(f"  {typed}\n")
    assert (name.typed, name.formal) == (typed, typed)
    assert not name.needs_confirmation


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Nothing was typed"),
        ("　 \n", "Nothing was typed"),
        ("あ" * 101, "101 characters"),
        ("㈱" + "あ" * 99, "103 characters"),
        ("🎉🎉", "no letters"),
        ("👨‍👩‍👧", "no letters"),
        ("1️⃣", "no letters"),
        ("・・・", "no letters"),
        ("株式会社\n見本", "one line"),
        ("見本\x00商事", "one line"),
        ("見本\u202e商事", "one line"),
        ("https://example.jp", "web address"),
        ("見本 ｗｗｗ．example.jp", "web address"),
        ("t.me/mihon", "web address"),
        ("㈱", "legal form alone"),
        ("株式会社", "legal form alone"),
        ("（有）", "legal form alone"),
        ("(株) 株式会社", "legal form alone"),
    ],
)
def test_what_is_no_company_name_is_refused_with_the_reason_and_an_example(
    typed: str, says: str
) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_company_name(typed)
    text = refused.value.message % refused.value.params
    assert says in text
    assert "株式会社見本製作所" in text


def test_a_hundred_characters_are_accepted() -> None:
    assert len(parse_company_name("あ" * 100).formal) == 100


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "株式会社見本製作所",
            "見本製作所株式会社",
            "㈱見本製作所",
            "見本製作所",
            "見本 製作所（株）",
        ),
        ("株式会社ABC", "ＡＢＣ株式会社", "abc", "A.B.C", "A・B・C"),
        ("みほんサービス", "ミホンサービス", "ﾐﾎﾝｻｰﾋﾞｽ", "ミホンサ－ビス", "ミホンサ-ビス"),
        ("鶴ヶ島商事", "鶴ケ島商事"),
        ("髙﨑工業", "高崎工業"),
        ("医療法人社団桜会", "桜会", "医療法人 桜会"),
        ("特定非営利活動法人見本", "NPO法人見本", "ＮＰＯ法人　見本"),
        ("A-B商事", "A−B商事", "A‐B商事", "AB商事"),
    ],
)
def test_all_spellings_of_a_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("ビル見本", "ビール見本"), ("見本製作所", "見本製作"), ("川口商事", "川越商事")],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_a_person_s_name_keeps_its_spelling() -> None:
    assert parse_person_name(" 山田 太郎（専務） ") == "山田 太郎（専務）"
    assert parse_person_name("あ" * 60) == "あ" * 60


@pytest.mark.parametrize("typed", ["", "あ" * 61, "😀", "山田\n太郎", "http://example.jp"])
def test_what_is_no_person_s_name_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_person_name(typed)
    assert "山田 太郎（専務）" in refused.value.message % refused.value.params


NAMES = st.text(max_size=120) | st.text(
    "株式会社有限(（)）㈱㈲ あアｱヶケー-−AＡ髙高🎉", max_size=20
)


@given(NAMES)
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        name = parse_company_name(text)
    except InvalidAnswer as refused:
        told = refused.message % refused.params
    else:
        told = "understood"
        assert 1 <= len(name.formal) <= 100
        assert name.typed == text.strip()
        assert name_key(name.formal)
        again = parse_company_name(name.formal)
        assert again.formal == name.formal
        assert not again.needs_confirmation
    assert told


@given(NAMES)
def test_a_key_is_its_own_key_and_holds_letters_only(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert all(unicodedata.category(character)[0] in "LN" for character in key)


@given(NAMES)
def test_typed_and_formal_names_have_one_key(text: str) -> None:
    try:
        name = parse_company_name(text)
    except InvalidAnswer:
        return
    assert name_key(name.typed) == name_key(name.formal)


@given(st.text(max_size=80))
def test_any_text_is_a_person_s_name_or_refused(text: str) -> None:
    try:
        name = parse_person_name(text)
    except InvalidAnswer as refused:
        told = refused.message % refused.params
    else:
        told = "understood"
        assert parse_person_name(name) == name
    assert told
