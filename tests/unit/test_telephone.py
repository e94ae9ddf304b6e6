from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidAnswer
from domain.telephone import parse_telephone, show_telephone

EXAMPLE = "048-830-0000"
parse = partial(parse_telephone, example=EXAMPLE)


@pytest.mark.parametrize(
    ("typed", "e164", "shown"),
    [
        ("048-830-3900", "+81488303900", "048-830-3900"),
        ("04-2998-1111", "+81429981111", "04-2998-1111"),
        ("0494-22-2211", "+81494222211", "0494-22-2211"),
        ("03-3581-0101", "+81335810101", "03-3581-0101"),
        ("060-1234-5678", "+816012345678", "060-1234-5678"),
        ("070-1234-5678", "+817012345678", "070-1234-5678"),
        ("08012345678", "+818012345678", "080-1234-5678"),
        ("090 1234 5678", "+819012345678", "090-1234-5678"),
        ("050-1234-5678", "+815012345678", "050-1234-5678"),
        ("0120-123-456", "+81120123456", "0120-123-456"),
        ("0800-123-4567", "+818001234567", "0800-123-4567"),
    ],
)
def test_every_callable_kind_is_stored_as_e164_and_shown_as_written_in_japan(
    typed: str, e164: str, shown: str
) -> None:
    assert parse(typed) == e164
    assert show_telephone(e164) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "０４８－８３０－３９００",
        "０４８−８３０−３９００",
        "048ー830ー3900",
        "048‐830‐3900",
        "048(830)3900",
        "（048）830-3900",
        "0488303900",
        "+81488303900",
        "+81 48-830-3900",
        "＋８１４８８３０３９００",
        "+81(0)48-830-3900",
        "TEL 048-830-3900",
        "電話：048-830-3900",
        " 048.830.3900\n",
    ],
)
def test_one_number_is_read_in_every_way_it_is_typed(typed: str) -> None:
    assert parse(typed) == "+81488303900"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "110",
        "119",
        "048-12-3456",
        "048830390",
        "なし",
        "048-830-3900 内線12",
        "048-830-3900 ext. 5",
        "048-830-3900、090-1234-5678",
        "048-830-3900 090-1234-5678",
        "1-800-FLOWERS",
        "+12125550123",
        "+442079460000",
        "0990-123-456",
        "0570-012-345",
        "020-1234-5678",
        "٠٤٨-٨٣٠-٣٩٠٠",
    ],
)
def test_what_cannot_be_called_back_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse(typed)
    assert "048-830-0000" in refused.value.message % refused.value.params


@given(st.text(max_size=40) | st.from_regex(r"\A\+?[0-9０-９() -]{2,16}\Z"))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        e164 = parse(text)
    except InvalidAnswer as refused:
        told = refused.message % refused.params
    else:
        told = "understood"
        assert e164.startswith("+81")
        assert parse(e164) == e164
        assert parse(show_telephone(e164)) == e164
    assert told
