from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import in_

from domain.my_number import MyNumberTyped, refuse_my_number, without_my_number

VALID = "123456789018"


def test_the_sample_passes_the_check_digit() -> None:
    assert in_.is_valid(VALID)
    assert not in_.is_valid("123456789012")


MY_NUMBERS = (
    VALID,
    "123456789012",
    "１２３４５６７８９０１８",
    " 1234 5678 9018 ",
    "1234-5678-9018",
    "1234ー5678ー9018",
    "12-34-56-78-90-12",
    f"番号は{VALID}です",
    "番号 1234 5678 9018。",
    "1234－5678－9018です",
    f"{VALID}@example.jp",
    f"48人 {VALID}",
)
OTHERS = (
    "",
    "+818012345678",
    "7123456789012",
    "7-1234-5678-9012",
    "1-1234-5678-9018",
    "注文番号は123456789012です",
    f"9{VALID}",
    f"{VALID}9",
    "048-830-0000",
)


@pytest.mark.parametrize("typed", MY_NUMBERS)
def test_a_my_number_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(MyNumberTyped) as refused:
        refuse_my_number(typed)
    told = refused.value.message % refused.value.params
    assert "My Number" in told
    assert not any(character.isdigit() for character in told)


@pytest.mark.parametrize("typed", OTHERS)
def test_other_numbers_are_let_through(typed: str) -> None:
    refuse_my_number(typed)


@given(st.text("0123456789", min_size=11, max_size=11), st.text("あ、。\n", max_size=3))
def test_every_valid_my_number_is_found_within_a_text(eleven: str, around: str) -> None:
    number = eleven + in_.calc_check_digit(eleven)
    for written in (number, f"{number[:4]}-{number[4:8]}-{number[8:]}"):
        with pytest.raises(MyNumberTyped):
            refuse_my_number(around + written + around)


@pytest.mark.parametrize("typed", [*MY_NUMBERS, "T123456789012", "①234 5678 9018"])
def test_a_my_number_is_made_zeros_and_still_refused(typed: str) -> None:
    stored = without_my_number(typed)
    assert len(stored) == len(typed)
    digits = [character for character in stored if character.isdigit()]
    assert digits[-12:] == ["0"] * 12
    if not typed.startswith("T"):
        with pytest.raises(MyNumberTyped):
            refuse_my_number(stored)


@pytest.mark.parametrize("typed", [*OTHERS, "あ" * 300, "0312345678 / 0312345679"])
def test_other_texts_are_stored_as_they_are(typed: str) -> None:
    assert without_my_number(typed) == typed


@given(st.text(st.sampled_from("0123456789０１－- ー.あ"), max_size=40))
def test_what_is_refused_is_what_is_made_zeros(typed: str) -> None:
    try:
        refuse_my_number(typed)
    except MyNumberTyped:
        with pytest.raises(MyNumberTyped):
            refuse_my_number(without_my_number(typed))
    else:
        assert without_my_number(typed) == typed
