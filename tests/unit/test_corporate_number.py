from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.corporate_number import parse_corporate_number
from domain.errors import InvalidAnswer
from domain.my_number import MyNumberTyped

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
BASES = st.text("0123456789", min_size=12, max_size=12)


def by_ordinance(base: str) -> str:
    """The number with its check digit, as the ministerial ordinance computes it."""
    total = sum(int(digit) * (2 if n % 2 == 0 else 1) for n, digit in enumerate(base))
    return f"{9 - total % 9}{base}"


@pytest.mark.parametrize(
    "number",
    ["2000020112062", "8000020113468", "5000020113859", "4011001098993", "7123456789012"],
)
def test_published_numbers_are_accepted(number: str) -> None:
    assert parse_corporate_number(number) == number


@pytest.mark.parametrize(
    "typed",
    [
        "７１２３４５６７８９０１２",
        "7-1234-5678-9012",
        "7 1234 5678 9012",
        "７－１２３４－５６７８－９０１２",
        "7ー1234ー5678ー9012",
        "7−1234−5678−9012",
        "T7123456789012",
        "Ｔ７１２３４５６７８９０１２",
        "t 7123456789012\n",
    ],
)
def test_widths_hyphens_and_the_invoice_letter_are_accepted(typed: str) -> None:
    assert parse_corporate_number(typed) == "7123456789012"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "digits only"),
        ("わからない", "digits only"),
        ("7123456789O12", "digits only"),
        ("T", "digits only"),
        ("٧١٢٣٤٥٦٧٨٩٠١٢", "digits only"),
        ("71234567890", "there were 11"),
        ("71234567890123", "there were 14"),
        ("1234567890123", "check digit"),
        ("0123456789012", "check digit"),
    ],
)
def test_what_is_wrong_is_said_with_an_example(typed: str, says: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        parse_corporate_number(typed)
    text = refused.value.message % refused.value.params
    assert says in text
    assert "7123456789012" in text


@pytest.mark.parametrize("typed", ["123456789012", "1234-5678-9012", "１２３４５６７８９０１２"])
def test_twelve_digits_are_refused_and_appear_nowhere(typed: str) -> None:
    with pytest.raises(MyNumberTyped) as refused:
        parse_corporate_number(typed)
    error = refused.value
    text = f"{error} {error.message % error.params} {error.args}"
    assert "My Number" in text
    assert "not been stored" in text
    assert "123456789012" not in text.replace("7123456789012", "")
    assert error.__cause__ is None


@given(BASES)
def test_the_check_digit_follows_the_ordinance(base: str) -> None:
    number = by_ordinance(base)
    assert parse_corporate_number(number) == number
    assert parse_corporate_number(f"T{number}".translate(FULL_WIDTH)) == number


@given(BASES, st.integers(1, 8))
def test_another_check_digit_is_refused(base: str, off: int) -> None:
    right = int(by_ordinance(base)[0])
    wrong = (right - 1 + off) % 9 + 1
    with pytest.raises(InvalidAnswer):
        parse_corporate_number(f"{wrong}{base}")


@given(st.text(max_size=40) | st.from_regex(r"\A[T0-9０-９ -]{10,16}\Z"))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        number = parse_corporate_number(text)
    except InvalidAnswer as refused:
        told = refused.message % refused.params
    else:
        told = "understood"
        assert parse_corporate_number(number) == number
    assert told
