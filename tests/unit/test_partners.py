"""The names of partners, as staff type them."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.company_name import name_key
from domain.errors import InvalidAnswer
from domain.my_number import MyNumberTyped
from domain.partners import (
    KIND_NAMES,
    TOKEN_BYTES,
    TOKEN_FORM,
    NewPartner,
    PartnerKind,
    parse_partner_name,
)


@pytest.mark.parametrize(
    ("typed", "formal"),
    [
        ("株式会社見本人材", "株式会社見本人材"),
        ("㈱見本人材", "株式会社見本人材"),
        (" (株)見本人材 ", "株式会社見本人材"),
        ("見本銀行（株）浦和支店", "見本銀行株式会社浦和支店"),
        ("見本商工会議所", "見本商工会議所"),
        ("ミホン・パートナーズ＆カンパニー", "ミホン・パートナーズ＆カンパニー"),
        ("A&B Partners, Inc.", "A&B Partners, Inc."),
        ("か\u3099くえん商会", "がくえん商会"),
        ("葛\U000e0100城商工会", "葛\U000e0100城商工会"),
    ],
)
def test_a_name_is_taken_with_its_legal_form_written_out(typed: str, formal: str) -> None:
    assert parse_partner_name(typed).formal == formal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "　",
        "🏦",
        "見本銀行🏦",
        "見本☆銀行",
        "1️⃣見本",
        "見本❤️銀行",
        "見本🇯🇵銀行",
        "https://bank.example.co.jp",
        "見本銀行 www.example.jp",
        "見本\n銀行",
        "見本\u202e銀行",
        "株式会社",
        "※★",
        "あ" * 61,
    ],
)
def test_what_is_no_name_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_partner_name(typed)
    assert refused.value.params["example"]


def test_a_my_number_is_not_taken_for_a_name() -> None:
    with pytest.raises(MyNumberTyped):
        parse_partner_name("123456789018")


@given(st.text(max_size=80))
def test_a_name_that_is_taken_fits_a_button_and_has_a_key(typed: str) -> None:
    try:
        name = parse_partner_name(typed).formal
    except InvalidAnswer:
        return
    assert 0 < len(name) <= 60
    assert NewPartner(PartnerKind.BANK, name, "x").key == name_key(name) != ""


@given(st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES))
def test_whatever_the_bytes_a_token_has_the_form_of_one(drawn: bytes) -> None:
    assert TOKEN_FORM.fullmatch(urlsafe_b64encode(drawn).decode())


def test_every_kind_has_a_name() -> None:
    assert set(KIND_NAMES) == set(PartnerKind)
