"""The real `madoguchi run` on a local Telegram, and people in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.actor import Actor
from bot.sandbox.bot_process import BotProcess, bot_environment
from bot.sandbox.server import SandboxServer
from bot.sandbox.transcript import Transcript
from tests.e2e.warm_bot import WarmBot, WarmStart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.people import Person

# Long enough for a machine that is busy with other things; a test waits as long as it must.
PATIENCE = 60.0


@pytest.fixture(scope="session")
def warm_start() -> Iterator[WarmStart]:
    with WarmStart() as running:
        yield running


@pytest.fixture
def database(database_file: Path) -> Path:
    return database_file


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(clock_file=tmp_path / "clock") as running:
        yield running


@pytest.fixture
def environment(server: SandboxServer, database: Path) -> dict[str, str]:
    return bot_environment(
        server.url, f"sqlite:///{database}", sandbox_clock=str(server.sandbox.clock.file)
    )


@pytest.fixture
async def bot(
    environment: dict[str, str], database: Path, warm_start: WarmStart
) -> AsyncIterator[BotProcess]:
    async with WarmBot(environment, database.parent / "bot.log", warm_start) as process:
        yield process


def unrecorded(
    people: SandboxClient,
    person: Person,
    *,
    chat_id: int | None = None,
    insists: bool = True,
) -> Actor:
    """An actor nobody writes down."""
    return Actor(
        people,
        person,
        Transcript(lambda _: None),
        chat_id=chat_id,
        patience=PATIENCE,
        insists=insists,
    )
