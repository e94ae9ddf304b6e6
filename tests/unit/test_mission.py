from __future__ import annotations

import pytest

from domain.errors import InvalidAnswer
from domain.mission import (
    NAMES_THE_COMPANY,
    NAMES_THE_CONTACT,
    NAMES_THE_PLACE,
    NOT_IN_PRINT,
    SAYS_WHO,
    TOO_MANY_LINES,
    check_names,
    places_of,
    read_mission,
)
from domain.my_number import MyNumberTyped
from tests.unit.sheets import CHOSEN, PROGRAMME, TYPED, sheet_of

ORDINARY = sheet_of(CHOSEN).text
PLACES = ("川口市", "川口")


def read(raw: str, **answers: str) -> str:
    text = read_mission(raw)
    check_names(text, {**CHOSEN, **TYPED, **answers}, PLACES, ORDINARY)
    return text


def refusal(raw: str, **answers: str) -> str:
    with pytest.raises(InvalidAnswer) as refused:
        read(raw, **answers)
    return refused.value.message


@pytest.mark.parametrize(
    "typed",
    [
        "県外の新しい取引先を開拓する営業の責任者。",
        "専務を補佐し、生産管理の仕組みをつくる。\n週1日から。",
        "DXの推進（基幹システムの更新）。年商は3億円、工場は2つ。",
        "社長の右腕として、2〜3年で事業を引き継ぐ。",
        "信用を大切に、金庫の販路を広げる。",
        "髙品質〜ＩＴ①— “新” の体制",
    ],
)
def test_what_says_nothing_of_whose_it_is_is_taken_as_typed(typed: str) -> None:
    assert read(typed) == typed


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("見本製作所の営業を任せる", NAMES_THE_COMPANY),
        ("㈱見本製作所で働く", NAMES_THE_COMPANY),
        ("見本 製 作 所の営業", NAMES_THE_COMPANY),
        ("見本・製作所の営業", NAMES_THE_COMPANY),
        ("見本信用金庫の紹介", NAMES_THE_COMPANY),
        ("山田の補佐", NAMES_THE_CONTACT),
        ("太郎専務の補佐", NAMES_THE_CONTACT),
        ("山田太郎の後任", NAMES_THE_CONTACT),
        ("川口市の工場", NAMES_THE_PLACE),
        ("川口の工場", NAMES_THE_PLACE),
        ("電話は048-830-1111へ", SAYS_WHO),
        ("０４８ ８３０ １１１１", SAYS_WHO),
        ("法人番号は7123456789012", SAYS_WHO),
        ("taro@example.jp まで", SAYS_WHO),
        ("くわしくは www.example.jp", SAYS_WHO),
        ("mihon-seisaku.co.jp を見て", SAYS_WHO),
        ("https://例え.jp", SAYS_WHO),
        ("佐藤さんの後任", SAYS_WHO),
        ("販路開拓🎉", NOT_IN_PRINT),
        (
            "販路\ue000",
            "The text could not be read. Please type it in words, or skip the question.",
        ),
        ("あ" * 301, "The text has %(count)s characters. Please keep it to %(limit)s characters."),
    ],
)
def test_what_tells_whose_it_is_is_refused(typed: str, why: str) -> None:
    assert refusal(typed) == why


def test_a_my_number_is_refused_without_being_repeated() -> None:
    with pytest.raises(MyNumberTyped) as refused:
        read("番号は 1234 5678 9018")
    assert "1234" not in str(refused.value) + str(refused.value.params)


def test_a_firm_called_like_its_industry_bars_no_ordinary_words() -> None:
    assert read("製造業の経験がある方", company="株式会社製造業") == "製造業の経験がある方"
    assert refusal("株式会社製造業の工場長", company="株式会社製造業") == NAMES_THE_COMPANY
    assert refusal("㈱製造業の工場長", company="株式会社製造業") == NAMES_THE_COMPANY


def test_a_short_or_latin_name_is_no_part_of_longer_words() -> None:
    assert read("Digitalの推進", company="IT")
    assert refusal("ＩＮＴの営業", company="株式会社INT") == NAMES_THE_COMPANY
    assert read("INTERNETの営業", company="株式会社INT")
    assert read("林業の経験", contact="林 一郎")
    assert refusal("林一郎の補佐", contact="林 一郎") == NAMES_THE_CONTACT


def test_empty_lines_go_and_ten_are_the_most() -> None:
    assert read("営業\r\n\n\n企画\n") == "営業\n企画"
    assert refusal("\n".join("営業企画人事経理総務販")) == TOO_MANY_LINES


def test_a_place_goes_by_its_names_with_and_without_what_it_is() -> None:
    assert places_of(CHOSEN, PROGRAMME.municipalities) == ("川口市", "川口")
    ward = {"city": "111007", "ward": "111031"}
    assert places_of(ward, PROGRAMME.municipalities) == ("さいたま市", "さいたま", "大宮区")
    assert places_of({"area": "out", "city": None}, PROGRAMME.municipalities) == ()


def test_a_contact_who_is_only_a_title_bars_nothing() -> None:
    assert read("総務部長の補佐", contact="総務部長（担当）") == "総務部長の補佐"
