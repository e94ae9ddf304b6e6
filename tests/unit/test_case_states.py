"""The table of a case's states: every pair of them, for every role."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from domain.bookings import Change, case_state_after
from domain.case_states import (
    STATE_WORDS,
    TERMS,
    TRANSITIONS,
    WHY_WORDS,
    Act,
    NotFromHere,
    Why,
    corrected_on,
    offered,
    refused,
    restored,
    targets,
)
from domain.consultations import CLOSED_STATES, EXCLUDED_STATES, OPEN_STATES, ConsultationState
from domain.staff import NotPermitted, Role, RoleNotPermitted, StaffMember

OPEN = [
    "new",
    "triaged",
    "contacting",
    "booked",
    "met",
    "defined",
    "referred",
    "candidate",
    "interview",
    "matched",
    "followup",
]
CLOSED = [
    f"closed_{why}" for why in ("done", "declined", "no_contact", "other_support", "out_of_scope")
]
EXCLUDED = ["duplicate", "test", "spam"]
# What the rules' table says of each state besides closing, reopening, excluding and restoring, and
# the ways that it leaves out: to people found without an agency, and back when nobody is left.
ONWARD = {
    "new": {"triaged": "take", "met": "meet"},
    "triaged": {"contacting": "change", "booked": "book", "met": "meet"},
    "contacting": {"booked": "book", "met": "meet"},
    "booked": {"contacting": "unbook", "met": "meet"},
    "met": {
        "defined": "change",
        **dict.fromkeys(("new", "triaged", "contacting", "booked"), "unmeet"),
    },
    "defined": {"referred": "refer", "candidate": "change"},
    "referred": {"candidate": "change"},
    "candidate": {"interview": "change", "referred": "refer"},
    "interview": {"candidate": "change", "matched": "match"},
    "matched": {"followup": "change", "referred": "refer", "interview": "unmatch"},
    "followup": {"interview": "unmatch"},
}
CORRECTORS = {Role.ADMIN, Role.MANAGER, Role.SUB_MANAGER}
WORKERS = CORRECTORS | {Role.CLERK}
PAIRS = list(product(ConsultationState, ConsultationState))


def expected(before: str, to: str) -> str | None:
    if to in EXCLUDED:
        return "exclude" if before not in EXCLUDED else None
    if before in EXCLUDED:
        return "restore" if to != "booked" else None
    if before in CLOSED:
        return "reopen" if to == "contacting" else None
    if to in CLOSED:
        never = (to == "closed_no_contact" and before == "new") or (
            to == "closed_done" and before not in ("met", "referred", "followup")
        )
        return None if never else "close"
    return ONWARD[before].get(to)


def member(role: Role) -> StaffMember:
    return StaffMember(1, "x", role, datetime(2026, 11, 24, tzinfo=UTC))


def test_the_states_are_open_closed_or_excluded() -> None:
    assert {*OPEN} == OPEN_STATES
    assert {*CLOSED, *EXCLUDED} == CLOSED_STATES
    assert {*EXCLUDED} == EXCLUDED_STATES
    assert set(STATE_WORDS) == set(ConsultationState)
    assert set(WHY_WORDS) == set(Why)


@pytest.mark.parametrize(("before", "to"), PAIRS)
def test_a_state_leads_where_the_table_says_and_nowhere_else(
    before: ConsultationState, to: ConsultationState
) -> None:
    act = expected(before, to)
    assert TRANSITIONS.get((before, to)) == act
    assert all((to in targets(one, before)) is (one == act) for one in Act)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize(("before", "to"), PAIRS)
def test_by_hand_a_role_changes_what_the_table_allows_it(
    before: ConsultationState, to: ConsultationState, role: Role | None
) -> None:
    act = expected(before, to)
    for why in (None, *Why):
        error = refused(member(role) if role else None, before, to, why)
        if role is None:
            assert type(error) is NotPermitted
        elif role not in WORKERS or (
            act in ("exclude", "restore", "reopen") and role not in CORRECTORS
        ):
            assert isinstance(error, RoleNotPermitted)
        elif act in ("take", "change", "close", "exclude"):
            assert (error is None) is (why is None)
        elif act == "reopen":
            assert (error is None) is (why in ("contact", "goes_on", "mistake"))
        elif act == "restore":
            assert (error is None) is (why in ("mistake", "checked"))
        else:
            assert isinstance(error, NotFromHere)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", list(ConsultationState))
def test_what_is_offered_is_what_would_not_be_refused(state: ConsultationState, role: Role) -> None:
    possible = {
        act
        for (before, to), act in TRANSITIONS.items()
        for why in (None, *Why)
        if before is state and refused(member(role), before, to, why) is None
    }
    if role in WORKERS:
        possible |= {Act.NOTE} | ({Act.HAND_OVER} if state in OPEN_STATES else set())
    assert offered(member(role), state) == possible


def test_only_excluding_and_restoring_count_and_both_need_a_reason() -> None:
    assert {act: terms.counts for act, terms in TERMS.items() if terms.counts} == {
        Act.EXCLUDE: -1,
        Act.RESTORE: 1,
    }
    reasoned = {act for act, terms in TERMS.items() if terms.needs_reason}
    assert reasoned == {Act.CLOSE, Act.EXCLUDE, Act.REOPEN, Act.RESTORE, Act.JUDGE}


@pytest.mark.parametrize("state", [*OPEN, *CLOSED])
def test_an_excluded_case_is_restored_to_where_it_was_but_not_to_its_cancelled_meeting(
    state: str,
) -> None:
    back = restored(ConsultationState(state))
    assert back == ("contacting" if state == "booked" else state)
    assert all(TRANSITIONS[ConsultationState(one), back] is Act.RESTORE for one in EXCLUDED)


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("state", list(ConsultationState))
def test_a_booking_moves_a_case_as_the_table_says(change: Change, state: ConsultationState) -> None:
    acts = {
        "booked": "book",
        "moved": "book",
        "met": "meet",
        "cancelled": "unbook",
        "no_show": "unbook",
        "postponed": "unbook",
    }
    led = [to for to in ConsultationState if expected(state, to) == acts.get(change, "none")]
    assert [case_state_after(change, state)] == (led or [state])


def test_a_correction_counts_on_the_same_day_until_the_year_is_published() -> None:
    counted, published = date(2026, 11, 24), date(2027, 8, 31)
    for today in (counted, date(2027, 4, 1), published):
        assert corrected_on(counted, today, published) == counted
    assert corrected_on(counted, date(2027, 9, 1), published) == date(2027, 9, 1)
