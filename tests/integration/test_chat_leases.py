"""Two bots on one PostgreSQL: each chat in order, each update once, whoever stored it or ended."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.dispatcher import Dispatcher
from services import inbox
from services.inbox import LEASE, AlreadyApplied
from storage.migrate import downgrade, upgrade
from tests.integration.conftest import Counter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Update

    from domain.inbox import StoredUpdate
    from handlers.context import Context, MadoguchiApplication
    from storage.database import Transaction

CHAT = 100


def nothing(_tx: Transaction) -> None: ...


@dataclass
class Ledger:
    """Which update was answered by whom, in order."""

    answered: list[tuple[int, int, str]] = field(default_factory=list)
    again: list[int] = field(default_factory=list)

    def of(self, chat: int = CHAT) -> list[tuple[int, str]]:
        return [(number, who) for where, number, who in self.answered if where == chat]


class Recording(Dispatcher):
    """Applies an update and writes it down; can be made to hang before it does."""

    def __init__(self, application: MadoguchiApplication, name: str, ledger: Ledger) -> None:
        super().__init__(application, application.house.clock)
        self.name = name
        self.ledger = ledger
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()

    async def _handle(self, update: Update, context: Context, item: StoredUpdate) -> None:
        self.begun.set()
        await self.go_on.wait()
        try:
            await context.transact(nothing)
        except AlreadyApplied:
            self.ledger.again.append(item.update_id)
        else:
            self.ledger.answered.append((item.chat_key, item.update_id, self.name))

    async def kill(self) -> None:
        """End as a killed process does: nothing is given back."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass
class Pair:
    """Two applications; `moment` is the time of both."""

    counters: list[Counter]
    ledger: Ledger
    first: Recording
    second: Recording

    def update(self, number: int, chat: int = CHAT) -> dict[str, Any]:
        return {"update_id": number, **self.counters[0].message(chat, text="x")}

    def wait(self, time: timedelta) -> None:
        for counter in self.counters:
            counter.moment += time

    async def left(self) -> int:
        (row,) = await self.counters[0].read("select count(*) from inbox where status != 'done'")
        return int(row[0])

    async def leases(self) -> int:
        (row,) = await self.counters[0].read("select count(*) from chat_leases")
        return int(row[0])


@pytest.fixture
async def pair(postgres: str) -> AsyncIterator[Pair]:
    upgrade(postgres)
    counters = [Counter(postgres), Counter(postgres)]
    for counter in counters:
        await counter.open()
    ledger = Ledger()
    first, second = (
        Recording(counter.application, name, ledger)
        for counter, name in zip(counters, "AB", strict=True)
    )
    yield Pair(counters, ledger, first, second)
    for dispatcher in (first, second):
        await dispatcher.kill()
    for counter in counters:
        await counter.close()
    downgrade(postgres, "base")


@pytest.mark.parametrize("seed", range(5))
async def test_each_update_is_answered_once_and_each_chat_in_order(pair: Pair, seed: int) -> None:
    chance = random.Random(seed)
    both = (pair.first, pair.second)
    chats = range(1, 9)
    numbers = {chat: [chat + 10 * n for n in range(15)] for chat in chats}

    async def write(chat: int) -> None:
        for number in numbers[chat]:
            await chance.choice(both).accept([pair.update(number, chat)])
            if chance.random() < 0.3:
                await asyncio.gather(*(each.drain() for each in both))

    async def sweep(dispatcher: Recording) -> None:
        while True:
            await dispatcher.renew()
            await dispatcher.resume()

    sweeping = [asyncio.create_task(sweep(each)) for each in both]
    async with asyncio.timeout(60):
        await asyncio.gather(*map(write, chats))
        while await pair.left():
            await asyncio.gather(*(each.drain() for each in both))
    for task in sweeping:
        task.cancel()
    await asyncio.gather(*sweeping, return_exceptions=True)
    await asyncio.gather(*(each.drain() for each in both))
    for chat in chats:
        assert [number for number, _ in pair.ledger.of(chat)] == numbers[chat]
    assert pair.ledger.again == []
    assert {who for _, _, who in pair.ledger.answered} == {"A", "B"}


async def test_what_another_process_stored_is_not_overtaken(pair: Pair) -> None:
    pair.first.go_on.clear()
    await pair.first.accept([pair.update(1)])
    await pair.second.accept([pair.update(2)])
    await pair.first.accept([pair.update(3)])
    pair.first.go_on.set()
    await pair.first.drain()
    await pair.second.drain()
    assert pair.ledger.of() == [(1, "A"), (2, "A"), (3, "A")]
    assert await pair.leases() == 0


async def test_the_chats_of_a_killed_process_are_taken_over_when_its_leases_lapse(
    pair: Pair,
) -> None:
    pair.first.go_on.clear()
    await pair.first.accept([pair.update(1), pair.update(2)])
    await pair.first.begun.wait()
    await pair.first.kill()
    await pair.second.accept([pair.update(3)])
    pair.wait(LEASE)
    await pair.second.resume()
    await pair.second.drain()
    assert pair.ledger.of() == []
    pair.wait(timedelta(seconds=1))
    await pair.second.resume()
    await pair.second.drain()
    assert pair.ledger.of() == [(1, "B"), (2, "B"), (3, "B")]
    assert (await pair.left(), await pair.leases()) == (0, 0)


async def test_a_process_that_keeps_its_leases_is_left_its_chats(pair: Pair) -> None:
    pair.first.go_on.clear()
    await pair.first.accept([pair.update(1)])
    for _ in range(4):
        pair.wait(LEASE / 2)
        await pair.first.renew()
        await pair.second.resume()
    await pair.second.drain()
    assert pair.ledger.of() == []
    pair.first.go_on.set()
    await pair.first.drain()
    assert pair.ledger.of() == [(1, "A")]


async def test_a_process_that_stood_still_leaves_its_chats_to_who_took_them(pair: Pair) -> None:
    pair.first.go_on.clear()
    await pair.first.accept([pair.update(1), pair.update(2), pair.update(3)])
    await pair.first.begun.wait()
    pair.wait(LEASE + timedelta(seconds=1))
    pair.second.go_on.clear()
    pair.second.begun.clear()
    await pair.second.resume()
    await pair.second.begun.wait()
    await pair.first.renew()
    pair.first.go_on.set()
    await pair.first.drain()
    pair.second.go_on.set()
    await pair.second.drain()
    assert [number for number, _ in pair.ledger.of()] == [1, 2, 3]
    assert pair.ledger.of()[1:] == [(2, "B"), (3, "B")]
    assert pair.ledger.again == [1]
    assert (await pair.left(), await pair.leases()) == (0, 0)


async def test_a_process_that_ends_gives_its_chats_back_at_once(pair: Pair) -> None:
    pair.first.go_on.clear()
    await pair.first.accept([pair.update(1), pair.update(2)])
    await pair.first.kill()
    await pair.first.give_up()
    await pair.second.resume()
    await pair.second.drain()
    assert pair.ledger.of() == [(1, "B"), (2, "B")]


async def test_what_was_answered_between_two_looks_is_not_answered_again(pair: Pair) -> None:
    await pair.first.accept([pair.update(1)])
    await pair.first.drain()
    house = pair.counters[1].application.house
    left = await house.write(lambda tx: inbox.take_up(tx, "B", house.clock(), set()))
    assert left == []
    assert await pair.leases() == 0


async def test_the_same_update_told_to_both_is_answered_once(pair: Pair) -> None:
    both = (pair.first, pair.second)
    for number in range(1, 21):
        await asyncio.gather(*(each.accept([pair.update(number)]) for each in both))
    while await pair.left():
        await asyncio.gather(*(each.drain() for each in both))
        await asyncio.gather(*(each.resume() for each in both))
    assert [number for number, _ in pair.ledger.of()] == list(range(1, 21))
    assert pair.ledger.again == []
