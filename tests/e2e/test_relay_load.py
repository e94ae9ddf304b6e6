"""Two hundred messages both ways, with a Telegram that now and then asks to wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.sandbox.client import SandboxClient
from bot.sandbox.shown import FaultOrder
from domain.staff import Role, StaffMember
from storage import consultations, staff
from storage.database import Database
from tests.e2e.conftest import PATIENCE
from tests.e2e.warm_bot import WarmBot
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.sandbox.server import SandboxServer
    from bot.sandbox.shown import ShownMessage
    from storage.database import Transaction
    from tests.e2e.warm_bot import WarmStart

CASES, MEMBERS, EACH = 20, 10, 5
OPENING = "はじめまして"


@dataclass(frozen=True)
class Case:
    """An owner and who has their case."""

    owner: int
    member: int

    def asked(self, number: int) -> str:
        return f"質問 {self.owner}-{number}"

    def told(self, number: int) -> str:
        return f"回答 {self.owner}-{number}"


def opened(path: Path) -> list[Case]:
    """Register the members and give each the cases of two owners."""
    found = [Case(1000 + number, 2000 + number % MEMBERS) for number in range(CASES)]
    now = datetime.now(UTC)
    database = Database(f"sqlite:///{path}")
    ledger = Ledger(database)

    def take(tx: Transaction, case: Case, number: int) -> None:
        staff.register(tx, StaffMember(case.member, f"職員 {case.member}", Role.CLERK, now))
        consultations.take(tx, number, case.member)

    for case in found:
        number = ledger.consult(now.date(), user_id=case.owner)
        database.write(lambda tx, c=case, n=number: take(tx, c, n)).result()  # type: ignore[misc]
    database.close()
    return found


async def met(people: SandboxClient, persons: Iterable[int]) -> None:
    """Have people start the bot, which may write to them from then on."""

    async def meet(person: int) -> None:
        await people.add_person(person, f"人物 {person}")
        sent = await people.send(person, "/start")
        await people.wait_message(person, lambda m: m.is_from_bot, PATIENCE, after=sent.message_id)

    await asyncio.gather(*map(meet, persons))


def endings(messages: Iterable[ShownMessage], beginning: str) -> list[str]:
    """Return what the bot passed on: the last line of each of its messages that begins so."""
    lines = [m.text.splitlines()[-1] for m in messages if m.is_from_bot and m.text]
    return [line for line in lines if line.startswith(beginning)]


async def test_two_hundred_messages_arrive_once_and_in_order(
    server: SandboxServer, environment: dict[str, str], database: Path, warm_start: WarmStart
) -> None:
    cases = opened(database)
    async with (
        SandboxClient(server.url) as people,
        WarmBot(environment, database.parent / "bot.log", warm_start),
    ):
        await met(people, {person for case in cases for person in (case.owner, case.member)})

        async def begin(case: Case) -> ShownMessage:
            await people.send(case.owner, f"{OPENING} {case.owner}")
            ending = f"{OPENING} {case.owner}"
            return await people.wait_message(
                case.member, lambda m: m.text.endswith(ending), PATIENCE
            )

        copies = await asyncio.gather(*map(begin, cases))
        methods = ("sendMessage",)
        await people.fault(
            FaultOrder("retry_after", methods, times=None, seconds=1, every=6, seed=20261124)
        )

        async def ask(case: Case) -> None:
            for number in range(EACH):
                await people.send(case.owner, case.asked(number))

        async def tell(case: Case, copy: ShownMessage) -> None:
            for number in range(EACH):
                await people.reply(case.member, copy, case.told(number))

        await asyncio.gather(*map(ask, cases), *map(tell, cases, copies))

        async def arrived(case: Case) -> None:
            last = EACH - 1
            asked, told = case.asked(last), case.told(last)
            await people.wait_message(case.member, lambda m: m.text.endswith(asked), PATIENCE)
            await people.wait_message(
                case.owner, lambda m: m.is_from_bot and m.text.endswith(told), PATIENCE
            )

        await asyncio.gather(*map(arrived, cases))
        await people.clear_faults()
        for case in cases:
            to_owner = endings(await people.messages(case.owner), "回答 ")
            assert to_owner == [case.told(number) for number in range(EACH)]
            to_member = endings(await people.messages(case.member), f"質問 {case.owner}-")
            assert to_member == [case.asked(number) for number in range(EACH)]
