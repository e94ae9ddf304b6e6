"""Where a case stands after each change of its meeting (counting rules, table of states)."""

from __future__ import annotations

import pytest

from domain.bookings import Change, case_state_after
from domain.consultations import ConsultationState

NEW, TRIAGED, CONTACTING, BOOKED, MET, DEFINED = (
    ConsultationState(name) for name in ("new", "triaged", "contacting", "booked", "met", "defined")
)


@pytest.mark.parametrize("change", [Change.BOOKED, Change.MOVED])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Nobody has taken it: it goes on waiting for that, meeting or not.
        (NEW, NEW),
        (TRIAGED, BOOKED),
        (CONTACTING, BOOKED),
        (BOOKED, BOOKED),
        (MET, MET),
        (DEFINED, DEFINED),
    ],
)
def test_a_meeting_is_booked(
    change: Change, before: ConsultationState, after: ConsultationState
) -> None:
    assert case_state_after(change, before) is after


@pytest.mark.parametrize("change", [Change.CANCELLED, Change.NO_SHOW, Change.POSTPONED])
@pytest.mark.parametrize(
    ("before", "after"), [(NEW, NEW), (BOOKED, CONTACTING), (MET, MET), (DEFINED, DEFINED)]
)
def test_a_meeting_does_not_take_place(
    change: Change, before: ConsultationState, after: ConsultationState
) -> None:
    assert case_state_after(change, before) is after


@pytest.mark.parametrize(
    ("before", "after"), [(NEW, MET), (CONTACTING, MET), (BOOKED, MET), (DEFINED, DEFINED)]
)
def test_a_meeting_is_held(before: ConsultationState, after: ConsultationState) -> None:
    assert case_state_after(Change.MET, before) is after


@pytest.mark.parametrize("change", [Change.HELD, Change.LAPSED])
@pytest.mark.parametrize("state", [NEW, CONTACTING, BOOKED])
def test_a_time_that_is_only_held_moves_no_case(change: Change, state: ConsultationState) -> None:
    assert case_state_after(change, state) is state
