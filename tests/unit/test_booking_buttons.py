"""What the data of a booking's buttons is read as."""

from __future__ import annotations

import pytest

from domain.bookings import MoveOf, NewMeeting
from domain.errors import StaleButton
from handlers.booking_buttons import read_target


def test_a_target_is_a_case_or_a_booking_with_its_revision() -> None:
    assert read_target("c12") == NewMeeting(12)
    assert read_target("b7.2") == MoveOf(7, 2)


@pytest.mark.parametrize("code", ["", "c", "c１２", "b７.2", "b7", "c1.2", "x1", "c" + "9" * 19])
def test_what_no_button_says_is_old(code: str) -> None:
    with pytest.raises(StaleButton):
        read_target(code)
