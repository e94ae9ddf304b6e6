"""The real `madoguchi run` on a local Telegram, and people in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.actor import Actor
from bot.sandbox.bot_process import BotProcess, bot_environment
from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from bot.sandbox.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.people import Person

# Long enough for a machine that is busy with other things; a test waits as long as it must.
PATIENCE = 60.0


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer() as running:
        yield running


@pytest.fixture
async def people(server: SandboxServer) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "madoguchi.db"


@pytest.fixture
async def bot(server: SandboxServer, database: Path) -> AsyncIterator[BotProcess]:
    environment = bot_environment(server.url, f"sqlite:///{database}")
    async with BotProcess(environment, database.parent / "bot.log") as process:
        yield process


def actor(people: SandboxClient, person: Person, chat_id: int | None = None) -> Actor:
    quiet = Transcript(lambda _: None)
    return Actor(people, person, quiet, chat_id=chat_id, patience=PATIENCE, answer_within=PATIENCE)
