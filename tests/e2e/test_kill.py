"""kill -9 of the bot at random moments of intakes and bookings loses and doubles nothing."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox import cast
from bot.sandbox.booking_walk import BookingWalk
from bot.sandbox.bot_process import bot_environment
from bot.sandbox.client import SandboxClient
from bot.sandbox.intake_walk import IntakeWalk
from bot.sandbox.people import Person
from bot.sandbox.server import SandboxServer
from domain.needs_company import JOB_SEEKER, WITHDRAWN
from domain.programme_types import OUTSIDE
from domain.slots import Method
from tests.e2e.conftest import PATIENCE, unrecorded
from tests.e2e.warm_bot import WarmBot

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.bot_process import BotProcess
    from tests.e2e.warm_bot import WarmStart

SEED = 20261124
MOMENTS = 50
# Side by side, because most of a restart is one core's work.
BOTS = 2
OWNERS_AT_ONCE = 3
# An intake shows a person some seventy changes; a start takes about a fifth of a second.
MOST_CHANGES_BETWEEN = 40
LONGEST_START_SECONDS = 0.3
LONGEST_STEP_SECONDS = 0.02
# It takes about forty; a walk that gets nowhere must fail, not hang.
LONGEST_RUN_SECONDS = 400

LEAVING = {JOB_SEEKER, WITHDRAWN, OUTSIDE, "agent"}


@dataclass
class Sent:
    """What one person answered, and the reference they were given."""

    given: dict[str, tuple[str, ...]]
    reference: str


@dataclass
class Office:
    """One bot with its database, and the people who write to it."""

    path: Path
    number: int
    moments: int
    warm_start: WarmStart
    killed: bool = False
    sent: dict[int, Sent] = field(default_factory=dict)

    async def run(self) -> None:
        """Walk owners through intakes while the bot is killed; then let all notices arrive."""
        async with SandboxServer() as server, SandboxClient(server.url) as people:
            environment = bot_environment(server.url, f"sqlite:///{self.database}")
            async with WarmBot(environment, self.path / "bot.log", self.warm_start) as bot:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._kill(server, bot))
                    for lane in range(OWNERS_AT_ONCE):
                        tasks.create_task(self._owners(people, lane))
                for owner in self.sent.values():
                    await people.wait_message(
                        cast.STAFF_CHAT_ID,
                        lambda shown, owner=owner: owner.reference in shown.text,  # type: ignore[misc]
                        PATIENCE,
                    )
                for user in self.sent:
                    await people.wait_message(user, lambda shown: shown.file is not None, PATIENCE)
            self.delivered = server.world.updates.newest_id()

    @property
    def database(self) -> Path:
        return self.path / "madoguchi.db"

    async def _kill(self, server: SandboxServer, bot: BotProcess) -> None:
        chance = random.Random(SEED + self.number)
        for _ in range(self.moments):
            changes = chance.randint(0, MOST_CHANGES_BETWEEN)
            with server.world.changes.listening() as told:
                for _ in range(changes):
                    async with asyncio.timeout(PATIENCE):
                        await told.get()
            # Not a wait for anything: the moment itself is random, between two changes.
            longest = LONGEST_STEP_SECONDS if changes else LONGEST_START_SECONDS
            await asyncio.sleep(chance.uniform(0, longest))
            await bot.kill()
            await bot.start()
        self.killed = True

    async def _owners(self, people: SandboxClient, lane: int) -> None:
        chance = random.Random(f"{SEED}/{self.number}/{lane}")
        turn = 0
        while not self.killed:
            person = Person(1000 * (lane + 1) + turn, "見本", f"{lane}-{turn}")
            await people.add_person(person.id, person.first_name, last_name=person.last_name)
            answers = {
                "company": (f"株式会社見本{lane}の{turn}",),
                "contact": (f"見本 {lane}の{turn}",),
                "tel": (f"048-830-{1000 * lane + turn:04d}",),
            }
            actor = unrecorded(people, person, insists=False)
            walk = IntakeWalk(
                actor, answers, lambda codes: chance.choice([c for c in codes if c not in LEAVING])
            )
            reference = await walk.submit(await walk.fill_in())
            self.sent[person.id] = Sent(walk.given, reference)
            await BookingWalk(actor).book(Method.HUB)
            turn += 1

    def check(self) -> None:
        """Compare what the database holds with what people sent."""
        with closing(sqlite3.connect(self.database)) as found:
            rows = found.execute("select user_id, number, answers from consultations").fetchall()
            events = found.execute("select sum(delta), count(*) from kpi_events").fetchone()
            left = found.execute("select count(*) from drafts").fetchone()
            booked = found.execute(
                "select consultations.user_id, bookings.state from bookings "
                "join consultations on consultations.id = consultation_id"
            ).fetchall()
            kept = found.execute(
                "select count(distinct booking_id), count(distinct starts_at || bookings.seat) "
                "from booking_seats join bookings on bookings.id = booking_id"
            ).fetchone()
            dead = found.execute("select count(*) from dead_letters").fetchone()
            states = dict(found.execute("select status, count(*) from inbox group by status"))
            first, last = found.execute(
                "select min(update_id), max(update_id) from inbox"
            ).fetchone()
        assert len(self.sent) >= OWNERS_AT_ONCE
        assert sorted(number for _, number, _ in rows) == list(range(1, len(self.sent) + 1))
        assert {user: f"R8-{number:04d}" for user, number, _ in rows} == {
            user: sent.reference for user, sent in self.sent.items()
        }
        for user, _, answers in rows:
            held = json.loads(answers)
            assert {
                key: comparable(held[key]) for key in self.sent[user].given if key != "tel"
            } == {
                key: comparable(codes)
                for key, codes in self.sent[user].given.items()
                if key != "tel"
            }
        assert events == (len(rows), len(rows))
        assert sorted(user for user, _ in booked) == sorted(self.sent)
        assert {state for _, state in booked} == {"booked"}
        assert kept == (len(booked), len(booked))
        assert (left, dead) == ((0,), (0,))
        assert (last, states) == (self.delivered, {"done": last - first + 1})


def comparable(answer: Any) -> list[str]:
    return [answer] if isinstance(answer, str) else sorted(answer)


async def test_kill_at_random_moments_loses_and_doubles_nothing(
    tmp_path: Path, template: Path, warm_start: WarmStart
) -> None:
    offices = []
    for number in range(BOTS):
        path = tmp_path / str(number)
        path.mkdir()
        shutil.copyfile(template, path / "madoguchi.db")
        offices.append(Office(path, number, MOMENTS // BOTS, warm_start))
    async with asyncio.timeout(LONGEST_RUN_SECONDS):
        await asyncio.gather(*(office.run() for office in offices))
    for office in offices:
        office.check()
