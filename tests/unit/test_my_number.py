from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import in_

from domain.my_number import MyNumberTyped, refuse_my_number

VALID = "123456789018"


def test_the_sample_passes_the_check_digit() -> None:
    assert in_.is_valid(VALID)
    assert not in_.is_valid("123456789012")


@pytest.mark.parametrize(
    "typed",
    [
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
    ],
)
def test_a_my_number_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(MyNumberTyped) as refused:
        refuse_my_number(typed)
    told = refused.value.message % refused.value.params
    assert "My Number" in told
    assert not any(character.isdigit() for character in told)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+818012345678",
        "7123456789012",
        "7-1234-5678-9012",
        "1-1234-5678-9018",
        "注文番号は123456789012です",
        f"9{VALID}",
        f"{VALID}9",
        "048-830-0000",
    ],
)
def test_other_numbers_are_let_through(typed: str) -> None:
    refuse_my_number(typed)


@given(st.text("0123456789", min_size=11, max_size=11), st.text("あ、。\n", max_size=3))
def test_every_valid_my_number_is_found_within_a_text(eleven: str, around: str) -> None:
    number = eleven + in_.calc_check_digit(eleven)
    for written in (number, f"{number[:4]}-{number[4:8]}-{number[8:]}"):
        with pytest.raises(MyNumberTyped):
            refuse_my_number(around + written + around)
