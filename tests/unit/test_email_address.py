from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.email_address import parse_email
from domain.errors import InvalidAnswer


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("yamada@example.co.jp", "yamada@example.co.jp"),
        (" Taro.Yamada+hub@Example.CO.JP\n", "Taro.Yamada+hub@example.co.jp"),
        ("ｙａｍａｄａ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", "yamada@example.co.jp"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ("o'neil@a-b.example", "o'neil@a-b.example"),
    ],
)
def test_widths_and_case_are_put_in_one_form(typed: str, address: str) -> None:
    assert parse_email(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "", "yamada", "@example.jp", "yamada@", "yamada@example", "a b@example.jp",
        "a@b@example.jp", "a@example..jp", "a@-x.jp", "a@x-.jp", "a@example.jp.", "山田@example.jp",
        "a@example.1", "a@example.jp, b@example.jp", "<a@example.jp>", "a@exa mple.jp",
        "a" * 65 + "@example.jp", "a@" + "b." * 130 + "jp",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_email(typed)
    assert "yamada@example.co.jp" in refused.value.message % refused.value.params


@given(st.emails())
def test_ordinary_addresses_are_accepted(address: str) -> None:
    parsed = parse_email(address)
    assert parsed.lower() == address.lower()
    assert parse_email(parsed) == parsed


@given(st.text(max_size=60) | st.from_regex(r"\A[a-zａ-ｚ@＠.．-]{1,30}\Z"))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        address = parse_email(text)
    except InvalidAnswer as refused:
        told = refused.message % refused.params
    else:
        told = "understood"
        assert address.isascii()
        assert parse_email(address) == address
    assert told
