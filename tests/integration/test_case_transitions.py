"""Every change of a case's state that somebody could ask for by a button, for every role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from domain.case_events import CaseEvent
from domain.case_states import TERMS, TRANSITIONS, Act
from domain.consultations import CLOSED_STATES, EXCLUDED_STATES, ConsultationState
from storage import case_events
from tests.integration.case_office import CLERK, MANAGER, PLANNING, ROLES, STRANGER, Cases

if TYPE_CHECKING:
    from services.occasion import Occasion
    from storage.database import Transaction
    from tests.integration.conftest import Counter

S = ConsultationState
BY_HAND = {Act.TAKE, Act.CHANGE, Act.CLOSE, Act.REOPEN, Act.EXCLUDE, Act.RESTORE}
CORRECTIONS = {Act.REOPEN, Act.EXCLUDE, Act.RESTORE}
EXCLUDED_FROM = S.DEFINED


def begin(office: Cases, case: int, state: ConsultationState) -> None:
    """Let a case be in a state, with nobody in charge, as if it had come there."""

    def put(tx: Transaction, at: Occasion) -> None:
        tx.connection.execute(
            text("update consultations set state = :state, assignee = null where id = :case"),
            {"state": state.value, "case": case},
        )
        tx.connection.execute(text("delete from case_events"))
        if state in EXCLUDED_STATES:
            event = CaseEvent(Act.EXCLUDE, EXCLUDED_FROM, state, MANAGER, at.now)
            case_events.add(tx, case, event)

    office.desk.do(put)


def allowed(user: int, before: ConsultationState, to: ConsultationState) -> bool:
    act = TRANSITIONS.get((before, to))
    if act not in BY_HAND or user in (PLANNING, STRANGER):
        return False
    if act is Act.RESTORE and to is not EXCLUDED_FROM:
        return False
    return user != CLERK or act not in CORRECTIONS


@pytest.mark.parametrize("before", list(S))
async def test_a_button_changes_the_state_where_table_and_role_allow_it(
    counter: Counter, before: ConsultationState
) -> None:
    office = Cases(counter)
    case = office.desk.case()
    pressed = 0
    for user in (*ROLES, STRANGER):
        for to in S:
            begin(office, case, before)
            act = TRANSITIONS.get((before, to))
            reasons = TERMS[act].reasons if act in TERMS else ()
            await office.set(user, case, before, to, reasons[0] if reasons else "-")
            expected = to if allowed(user, before, to) else before
            assert office.state(case) is expected, (user, before, to)
            done = [event for event in await office.events(case) if event[3] == user]
            if expected is not before:
                assert (act, before, to, user, reasons[0] if reasons else None) in done
            elif before not in EXCLUDED_STATES:
                assert done == []
            pressed += 1
    audited = await counter.read("select action from audit_log where subject = 'R8-0001'")
    assert len(audited) == pressed
    assert await counter.read("select count(*) from dead_letters") == [(0,)]


@pytest.mark.parametrize("before", sorted(CLOSED_STATES - EXCLUDED_STATES))
async def test_without_its_reason_nothing_is_taken_up_again(
    counter: Counter, before: ConsultationState
) -> None:
    office = Cases(counter)
    case = office.desk.case()
    begin(office, case, before)
    for why in ("-", "checked"):
        await office.set(MANAGER, case, before, S.CONTACTING, why)
    assert office.state(case) is before
