"""Every change of a case's state that somebody could ask for by a button, for every role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from domain.case_events import CaseEvent
from domain.case_states import TERMS, TRANSITIONS, Act
from domain.consultations import CLOSED_STATES, EXCLUDED_STATES, ConsultationState
from handlers.case_buttons import state_code
from services import case_counts
from storage import case_events, consultations
from tests.integration.case_office import CLERK, MANAGER, MESSAGE, PLANNING, STRANGER, Cases
from tests.integration.case_ways import EVERYBODY, REMOVED, Office
from tests.integration.staff_desk import OWNER

if TYPE_CHECKING:
    from services.occasion import Occasion
    from storage.database import Transaction
    from tests.integration.conftest import Counter

S = ConsultationState
BY_HAND = {act for act in TRANSITIONS.values() if act in TERMS}
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
            case_counts.take_back(tx, at, MANAGER, case, state)
        else:
            case_counts.give_back(tx, at, MANAGER, case)

    office.desk.do(put)


def allowed(user: int, before: ConsultationState, to: ConsultationState) -> bool:
    act = TRANSITIONS.get((before, to))
    if act not in BY_HAND or user in (PLANNING, STRANGER, REMOVED, OWNER):
        return False
    if act is Act.RESTORE and to is not EXCLUDED_FROM:
        return False
    return user != CLERK or act not in CORRECTIONS


@pytest.mark.parametrize("before", list(S))
async def test_a_button_changes_the_state_where_table_and_role_allow_it(
    counter: Counter, before: ConsultationState
) -> None:
    office = Office(counter).cases
    case = office.desk.case()
    pressed = 0
    for user in EVERYBODY:
        for to in S:
            begin(office, case, before)
            act = TRANSITIONS.get((before, to), Act.NOTE)
            terms = TERMS.get(act, TERMS[Act.NOTE])
            why = terms.reasons[0] if terms.reasons else None
            await office.set(user, case, before, to, why or "-")
            expected = to if allowed(user, before, to) else before
            assert office.state(case) is expected, (user, before, to)
            counted = int(before not in EXCLUDED_STATES)
            if expected is not before:
                counted += terms.counts
            assert await office.counted(case) == counted, (user, before, to)
            done = [event for event in await office.events(case) if event[3] == user]
            if expected is not before:
                assert (act, before, to, user, why) in done
            elif before not in EXCLUDED_STATES:
                assert done == []
            pressed += 1
    audited = await counter.read("select action from audit_log where subject = 'R8-0001'")
    assert len(audited) == pressed
    assert await counter.read("select count(*) from dead_letters") == [(0,)]


@pytest.mark.parametrize("before", list(S))
async def test_a_card_has_the_buttons_of_the_table_and_the_role_and_no_others(
    counter: Counter, before: ConsultationState
) -> None:
    office = Office(counter).cases
    case = office.desk.case()
    begin(office, case, before)
    if before is not S.NEW:
        office.desk.do(lambda tx, _at: consultations.take(tx, case, CLERK))
    for user in EVERYBODY:
        counter.wire.shown.clear()
        await office.press(user, f"cs:open:{case}")
        shown = counter.wire.shown.get((user, MESSAGE))
        on_card = [one["callback_data"] for one in shown.buttons] if shown is not None else []
        found = {data for data in on_card if data.startswith(("cs:take:", "cs:set:"))}
        for ask in (data for data in on_card if data.startswith("cs:ask:")):
            await office.press(user, ask)
            buttons = office.shown(user).buttons
            found |= {b["callback_data"] for b in buttons if "cs:set:" in b["callback_data"]}
        assert found == {
            data for to in S if allowed(user, before, to) for data in buttons_of(case, before, to)
        }, user


def buttons_of(case: int, before: ConsultationState, to: ConsultationState) -> list[str]:
    """Return what the buttons say of themselves that lead from a state to another."""
    act = TRANSITIONS[before, to]
    if act is Act.TAKE:
        return [f"cs:take:{case}"]
    change = f"cs:set:{case}:{state_code(before)}:{state_code(to)}"
    return [f"{change}:{why}" for why in TERMS[act].reasons or ("-",)]


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
