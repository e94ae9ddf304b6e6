"""The real `madoguchi run`: staff bring cases through every change of the table.

Each is tried first, with the copied button, by everybody whose role does not allow it. That this
changed nothing is seen when the button still does what it says for who may.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox import cast
from domain.case_states import STATE_WORDS, TERMS, TRANSITIONS, Act, restored, targets
from domain.consultations import ConsultationState
from domain.partners import NewPartner, PartnerKind
from domain.staff import Action, StaffMember
from handlers.case_buttons import ASKED, state_code
from locales import load_translations
from storage import consultations, partners, staff
from storage.database import Database
from tests.e2e.booking_people import monday_in_june
from tests.e2e.desk_people import STAFF, STRANGER, Desk
from tests.e2e.warm_bot import WarmBot
from tests.integration.ledger import Ledger
from tests.unit.sheets import CHOSEN, TYPED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bot.sandbox.client import SandboxClient
    from tests.e2e.warm_bot import WarmStart

S = ConsultationState
Pair = tuple[S, S]
NEEDED = {
    Act.BOOK: Action.CHANGE_MEETING,
    Act.UNBOOK: Action.CHANGE_MEETING,
    Act.MEET: Action.CHANGE_MEETING,
    Act.REFER: Action.REFER_CASE,
    Act.MATCH: Action.RECORD_MATCH,
    Act.UNMATCH: Action.RECORD_MATCH,
} | {act: terms.permission for act, terms in TERMS.items()}
REFUSED_PRESSES_AT_LEAST = len(TRANSITIONS) * 2
"""Planning and whoever is not on the staff may change nothing."""


def by_hand() -> list[tuple[Pair, ...]]:
    """Return what to do with one case each: the table's changes by hand, there and back."""
    ways: list[tuple[Pair, ...]] = []
    for (before, to), act in TRANSITIONS.items():
        if act is Act.EXCLUDE:
            ways.append(((before, to), (to, restored(before))))
        elif act in TERMS and act is not Act.RESTORE:
            ways.append(((before, to),))
    return ways


@dataclass
class Counter:
    """Everybody at the counter, and which changes they have made."""

    desks: list[Desk]
    year: int
    made: set[Pair] = field(default_factory=set)
    refused: int = 0

    def title(self, case: int, state: S) -> str:
        word = load_translations("ja").gettext(STATE_WORDS[state])
        return f"R{self.year}-{case:04d}　{word}"

    async def change(self, desk: Desk, case: int, pair: Pair, data: str) -> None:
        """Have all those press who may not, then who may; the case's card shows it."""
        needed = NEEDED[TRANSITIONS[pair]]
        for other in self.desks:
            if not other.may(needed):
                assert await other.is_refused(data), (other.role, pair, data)
                self.refused += 1
        await desk.press(data)
        await desk.open(case, self.title(case, pair[1]))
        self.made.add(pair)

    async def by_hand(self, desk: Desk, case: int, pair: Pair) -> None:
        """Change a state by the card's own button."""
        act = TRANSITIONS[pair]
        await desk.open(case, self.title(case, pair[0]))
        if act in ASKED:
            await desk.follow(f"cs:ask:{case}:{act}")
        start = f"cs:set:{case}:{state_code(pair[0])}:{state_code(pair[1])}"
        await self.change(
            desk, case, pair, await desk.sees_button("cs:take:" if act is Act.TAKE else start)
        )

    async def book(self, desk: Desk, case: int, before: S) -> None:
        await desk.open(case, self.title(case, before))
        await desk.follow("cs:how:", f"cs:days:{case}:hub", f"cs:times:{case}:hub", "cs:sure:")
        await self.change(desk, case, (before, S.BOOKED), await desk.sees_button("cs:book:"))

    async def cancel(self, desk: Desk, case: int) -> None:
        await desk.follow("mt:card:", "mt:drop:")
        data = await desk.sees_button("mt:end:")
        await self.change(desk, case, (S.BOOKED, S.CONTACTING), data)

    async def meet_unbooked(self, desk: Desk, case: int, before: S) -> None:
        await desk.open(case, self.title(case, before))
        await desk.follow("cs:held:")
        await self.change(desk, case, (before, S.MET), await desk.sees_button("cs:met:"))

    async def meet(self, desk: Desk, case: int) -> None:
        await desk.open(case, self.title(case, S.BOOKED))
        await desk.follow("mt:card:")
        await self.change(desk, case, (S.BOOKED, S.MET), await desk.sees_button("mt:met:"))

    async def refer(self, desk: Desk, case: int, before: S) -> None:
        await desk.open(case, self.title(case, before))
        await desk.follow("rf:list:", "rf:pv:")
        await self.change(desk, case, (before, S.REFERRED), await desk.sees_button("rf:go:"))

    async def match(self, desk: Desk, case: int) -> None:
        """Record a person found."""
        await desk.open(case, self.title(case, S.INTERVIEW))
        await desk.follow("ma:begin:")
        await desk.answer("常勤雇用", "経営", "今日", "不明", "不明", "不明")
        data = await desk.sees_button("ma:submit-")
        await self.change(desk, case, (S.INTERVIEW, S.MATCHED), data)

    async def lose(self, desk: Desk, case: int, before: S, match: int) -> None:
        """Record that the person declined before the start."""
        await desk.open(case, self.title(case, before))
        await desk.follow(f"ma:card:{match}", f"ma:ask:{match}:agreed:cancel")
        data = await desk.sees_button(f"ma:do:{match}:agreed:cancel:person")
        await self.change(desk, case, (before, S.INTERVIEW), data)


class Cases:
    """Cases in the states that they are brought on from, written before the bot starts."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._database = Database(f"sqlite:///{path}")
        self._ledger, self._now = Ledger(self._database), now
        for role, person in STAFF.items():
            member = StaffMember(person, f"職員 {role}", role, now)
            self._write(lambda tx, member=member: staff.register(tx, member))
        agency = NewPartner(PartnerKind.AGENCY, "見本人材株式会社", "x" * 22)
        self._write(lambda tx: partners.add(tx, agency, now))

    def _write(self, unit: Callable[..., object]) -> None:
        self._database.write(unit).result()

    def add(self, state: S) -> int:
        answers = {**CHOSEN, **TYPED, "share": "both"}
        case = self._ledger.consult(self._now.date(), answers=answers, user_id=cast.OWNER_METAL.id)
        self._write(lambda tx: consultations.set_state(tx, case, state))
        if state is not S.NEW:
            self._write(lambda tx: consultations.take(tx, case, STAFF[next(iter(STAFF))]))
        return case

    def close(self) -> None:
        self._database.close()


@dataclass
class Plan:
    """What is done with which case."""

    by_hand: list[tuple[tuple[Pair, ...], int]]
    booked: int
    unbooked: int
    met: list[tuple[int, S]]
    referred: list[tuple[int, S]]
    selecting: int

    @classmethod
    def of(cls, cases: Cases) -> Plan:
        without_booking = [s for s in S if targets(Act.MEET, s) and s is not S.BOOKED]
        return cls(
            [(steps, cases.add(steps[0][0])) for steps in by_hand()],
            cases.add(S.TRIAGED),
            cases.add(S.CONTACTING),
            [(cases.add(state), state) for state in without_booking],
            [(cases.add(state), state) for state in S if targets(Act.REFER, state)],
            cases.add(S.INTERVIEW),
        )


async def work_by_hand(counter: Counter, desk: Desk, plan: Plan) -> None:
    while plan.by_hand:
        steps, case = plan.by_hand.pop()
        for pair in steps:
            await counter.by_hand(desk, case, pair)


async def arrange(counter: Counter, desk: Desk, plan: Plan) -> None:
    await counter.book(desk, plan.booked, S.TRIAGED)
    await counter.cancel(desk, plan.booked)
    await counter.book(desk, plan.unbooked, S.CONTACTING)
    for case, state in plan.met:
        await counter.meet_unbooked(desk, case, state)


async def find(counter: Counter, desk: Desk, plan: Plan) -> None:
    for case, state in plan.referred:
        await counter.refer(desk, case, state)
    await counter.match(desk, plan.selecting)
    await counter.lose(desk, plan.selecting, S.MATCHED, 1)
    await counter.match(desk, plan.selecting)
    await counter.by_hand(desk, plan.selecting, (S.MATCHED, S.FOLLOWUP))
    await counter.lose(desk, plan.selecting, S.FOLLOWUP, 2)
    await work_by_hand(counter, desk, plan)


async def open_counter(people: SandboxClient, path: Path) -> tuple[Counter, Plan]:
    """Put the clock to a Monday; return who works then, and on what."""
    monday = monday_in_june(await people.now())
    await people.move_to(monday)
    known = {one.id for one in cast.PEOPLE}
    for role, person in STAFF.items():
        if person not in known:
            await people.add_person(person, f"職員 {role}")
    cases = Cases(path, monday)
    plan = Plan.of(cases)
    cases.close()
    desks = [Desk(people, person, role) for role, person in STAFF.items()]
    return Counter([*desks, Desk(people, STRANGER, None)], monday.year - 2018), plan


async def test_staff_bring_cases_through_every_change_and_nobody_else_does(
    people: SandboxClient, environment: dict[str, str], database: Path, warm_start: WarmStart
) -> None:
    counter, plan = await open_counter(people, database)
    async with WarmBot(environment, database.parent / "bot.log", warm_start):
        for desk in counter.desks:
            await desk.arrive()
        admin, manager, sub, clerk = counter.desks[:4]
        await asyncio.gather(
            work_by_hand(counter, admin, plan),
            work_by_hand(counter, manager, plan),
            find(counter, sub, plan),
            arrange(counter, clerk, plan),
        )
        await people.forward(timedelta(days=7))
        await counter.meet(clerk, plan.unbooked)
    # A correction is no way on; test_corrections.py has its rows.
    assert counter.made == {pair for pair, act in TRANSITIONS.items() if act is not Act.UNMEET}
    assert counter.refused >= REFUSED_PRESSES_AT_LEAST
