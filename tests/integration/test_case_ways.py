"""Every change of the table that meetings, referrals and matches bring about, for everybody.

What is tried comes from the table: a row that nobody's press brings about, or a role that nobody
here has, is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from domain.audit import AuditAction, AuditKind
from domain.case_states import TERMS, TRANSITIONS, Act
from domain.consultations import ConsultationState
from domain.staff import Role
from tests.integration.case_office import ROLES
from tests.integration.case_ways import EVERYBODY, WAYS, Office, Way

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

S = ConsultationState
Change = tuple[Act, ConsultationState, ConsultationState, int]


@dataclass
class Tried:
    """What a press has changed: the case's states one after the other, figures, records."""

    state: ConsultationState
    changes: list[Change]
    counted: dict[str, int]
    audited: list[AuditAction]
    rows: list[Any]

    @property
    def moves(self) -> list[Change]:
        """The changes without those that left the state as it was."""
        return [change for change in self.changes if change[1] is not change[2]]


async def press(office: Office, way: Way, before: S, user: int) -> Tried:
    """Press a button that was copied from whoever may, or one's own, with a case in a state."""
    case = office.referrals.case(state=way.home)
    data = await way.ready(office, case, user if way.may(user) else way.who_may, before)
    office.begin(case, before)
    figures, audited, rows = (
        await office.figures(case), await _audited(office, user), await _rows(office)
    )  # fmt: skip
    await office.cases.press(user, data)
    after = await office.figures(case)
    tried = Tried(
        office.cases.state(case),
        [(Act(a), S(b), S(c), who) for a, b, c, who, _ in await office.cases.events(case)],
        {kind: after.get(kind, 0) - figures.get(kind, 0) for kind in {*after, *figures}},
        (await _audited(office, user))[len(audited) :],
        [] if await _rows(office) == rows else await _rows(office),
    )
    tried.counted = {kind: delta for kind, delta in tried.counted.items() if delta}
    office.clear()
    return tried


async def _audited(office: Office, user: int) -> list[AuditAction]:
    rows = await office.counter.read(
        f"select action from audit_log where actor = {user} order by id"
    )
    return [AuditAction(action) for (action,) in rows]


async def _rows(office: Office) -> list[Any]:
    """Return all that a press could have changed of meetings, referrals and matches."""
    return [
        await office.counter.read(f"select {columns} from {table} order by id")
        for table, columns in (
            ("bookings", "id, state, revision"), ("referrals", "id"), ("matches", "id, state"),
            ("case_events", "id"),
        )
    ]  # fmt: skip


def follows_the_table(before: S, tried: Tried) -> bool:
    """Whether each change led on from the one before, and is a row of the table."""
    for act, start, end, _ in tried.moves:
        if start is not before or TRANSITIONS.get((start, end)) is not act:
            return False
        before = end
    return tried.state is before


def test_nothing_of_the_table_and_no_role_is_left_out() -> None:
    by_hand = {pair for pair, act in TRANSITIONS.items() if act in TERMS}
    tried = {
        (before, to)
        for way in WAYS
        for (before, to), act in TRANSITIONS.items()
        if act is way.act and way.leads_from(before)
    }
    # test_corrections.py presses what takes back a meeting that staff said was held.
    corrected = {pair for pair, act in TRANSITIONS.items() if act is Act.UNMEET}
    assert by_hand | tried | corrected == set(TRANSITIONS)
    assert by_hand & tried == set()
    assert set(ROLES.values()) == set(Role)


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
async def test_what_the_table_has_is_done_by_those_who_may_and_by_nobody_else(
    counter: Counter, way: Way
) -> None:
    office = Office(counter)
    counter.moment = way.moment
    for (before, to), act in TRANSITIONS.items():
        if act is not way.act or not way.leads_from(before):
            continue
        for user in EVERYBODY:
            tried = await press(office, way, before, user)
            what = (way.name, before, user, tried)
            assert follows_the_table(before, tried), what
            if way.may(user):
                assert tried.state is to, what
                assert tried.changes[-1][0] is act, what
                assert {who for *_, who in tried.changes} == {user}, what
                assert tried.counted == way.counts, what
                assert way.audited is None or way.audited in tried.audited, what
            else:
                assert (tried.state, tried.changes, tried.counted) == (before, [], {}), what
                assert tried.rows == [], what
                kinds = {action.kind for action in tried.audited}
                assert way.permission is None or kinds == {AuditKind.REFUSED}, what
    assert await counter.read("select incident, error from dead_letters") == []


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
async def test_what_the_table_has_not_is_done_by_nobody(counter: Counter, way: Way) -> None:
    office = Office(counter)
    counter.moment = way.moment
    for before in S:
        if way.act in {act for (start, _), act in TRANSITIONS.items() if start is before}:
            continue
        tried = await press(office, way, before, way.who_may)
        what = (way.name, before, tried)
        assert follows_the_table(before, tried), what
        # Who does something for a case that nobody has takes it; nothing else moves it.
        assert tried.moves == [] or tried.moves[0][:2] == (Act.TAKE, S.NEW), what
    assert await counter.read("select incident, error from dead_letters") == []
