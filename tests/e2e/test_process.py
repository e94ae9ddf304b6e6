"""The real `madoguchi` command: transports, replicas, signals, and what it says when it fails."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import text

from bot.sandbox import cast
from bot.sandbox.bot_process import bot_environment
from bot.webhook import HEADER
from storage.database import make_engine
from storage.migrate import downgrade
from tests.e2e.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer
    from bot.sandbox.shown import ShownMessage

SECRET = "process-test_1"
WRONG = "x" * 35
OWNER = cast.OWNER_METAL.id
POLLS, STANDS_BY, WEBHOOK = "updates come by polling", "this one takes over", "by the webhook"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


class Bot:
    """A `madoguchi` process whose log is read as it is written."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""

    @classmethod
    async def start(cls, environment: dict[str, str], folder: Path, *arguments: str) -> Bot:
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "bot", *arguments,
                env=environment,
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        )  # fmt: skip

    async def line(self, text: str) -> str:
        """Return the next line of the log with `text`."""
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self.process.stderr.readline()).decode():
                self.log += line
                if text in line:
                    return line
        raise AssertionError(f"the process ended without saying {text!r}:\n{self.log}")

    async def address(self) -> str:
        found = re.search(r"listening on (\S+)", await self.line("listening on"))
        assert found is not None
        return f"http://{found[1]}"

    async def end(self) -> tuple[int, str, str]:
        """Return exit status, output and the rest of the log."""
        async with asyncio.timeout(PATIENCE):
            out, rest = await self.process.communicate()
        self.log += rest.decode()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), rest.decode()

    async def stop(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGTERM)
        return await self.end()


@asynccontextmanager
async def running(environment: dict[str, str], folder: Path, *arguments: str) -> AsyncIterator[Bot]:
    bot = await Bot.start(environment, folder, *(arguments or ("run",)))
    try:
        yield bot
    finally:
        if bot.process.returncode is None:
            bot.process.kill()
            await bot.process.communicate()


@pytest.fixture
def environment(server: SandboxServer, database: Path) -> dict[str, str]:
    return bot_environment(server.url, f"sqlite:///{database}")


@pytest.fixture
def by_webhook(server: SandboxServer, database: Path) -> dict[str, str]:
    port = free_port()
    return bot_environment(
        server.url,
        f"sqlite:///{database}",
        listen=f"127.0.0.1:{port}",
        webhook_url=f"http://127.0.0.1:{port}/telegram",
        webhook_secret=SECRET,
    )


async def answered(people: SandboxClient) -> ShownMessage:
    """Write and return what is written back, which may not be over for the bot."""
    sent = await people.send(OWNER, "/start")
    return await people.wait_message(OWNER, lambda _: True, PATIENCE, after=sent.message_id)


async def test_polling_serves_people_and_an_operator(
    environment: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    async with running(environment, tmp_path) as bot, aiohttp.ClientSession() as session:
        url = await bot.address()
        await bot.line(POLLS)
        await answered(people)
        async with session.get(f"{url}/healthz") as response:
            assert response.status == 200
        async with session.get(f"{url}/readyz") as response:
            assert (response.status, await response.text()) == (200, "ready\nintake: polling\n")
        async with session.get(f"{url}/metrics") as response:
            assert 'madoguchi_updates_total{outcome="stored"} 1' in await response.text()
        status, _, _ = await bot.stop()
    assert status == 0
    assert "Traceback" not in bot.log
    assert cast.TOKEN not in bot.log


async def test_a_webhook_serves_people_and_believes_telegram_only(
    by_webhook: dict[str, str], server: SandboxServer, people: SandboxClient, tmp_path: Path
) -> None:
    async with running(by_webhook, tmp_path) as bot, aiohttp.ClientSession() as session:
        url = await bot.address()
        await bot.line(WEBHOOK)
        await answered(people)
        target = server.sandbox.webhook.target
        assert target is not None
        assert (target.secret, target.max_connections) == (SECRET, 100)
        assert "callback_query" in server.world.updates.allowed
        forged = {"update_id": 2**40, "message": {"chat": {"id": 1}, "from": {"id": 1}}}
        hook = f"{url}/telegram"
        async with session.post(hook, json=forged) as response:
            assert response.status == 401
        async with session.post(hook, data=b"{", headers={HEADER: SECRET}) as response:
            assert response.status == 400
        assert (await bot.stop())[0] == 0
    # A replica may still be serving, and Telegram keeps what comes meanwhile.
    assert server.sandbox.webhook.target is not None
    assert _rows(by_webhook, f"select count(*) from inbox where update_id >= {2**40}") == [(0,)]


async def test_what_comes_while_the_bot_is_away_is_answered_afterwards(
    by_webhook: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    async with running(by_webhook, tmp_path) as bot:
        await bot.line(WEBHOOK)
        bot.process.kill()
    sent = await people.send(OWNER, "/start")
    async with running(by_webhook, tmp_path):
        await people.wait_message(
            OWNER, lambda shown: shown.message_id > sent.message_id, timeout=PATIENCE
        )


async def test_polling_does_not_switch_a_webhook_off_unless_told_to(
    by_webhook: dict[str, str],
    environment: dict[str, str],
    server: SandboxServer,
    people: SandboxClient,
    tmp_path: Path,
) -> None:
    environment["MADOGUCHI_DATABASE_URL"] = f"sqlite:///{tmp_path / 'developer.db'}"
    async with running(by_webhook, tmp_path) as production:
        await production.line(WEBHOOK)
        async with running(environment, tmp_path) as developer:
            status, _, log = await developer.end()
        assert status == 2
        assert "the bot has a webhook at 127.0.0.1" in log.splitlines()[-1]
        assert "Traceback" not in developer.log
        await answered(people)
        async with running(environment, tmp_path, "run", "--take-over") as told:
            await told.line("told to take over")
            assert server.sandbox.webhook.target is None


@pytest.fixture
def replicas(server: SandboxServer, postgres: str) -> Iterator[dict[str, str]]:
    """The environment of several processes on one PostgreSQL."""
    yield bot_environment(server.url, postgres)
    downgrade(postgres, "base")


async def test_a_second_process_on_an_sqlite_file_is_refused_in_one_line(
    environment: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    async with running(environment, tmp_path) as first:
        await first.line(POLLS)
        async with running(environment, tmp_path) as second:
            status, _, log = await second.end()
        assert status == 1
        (line,) = log.splitlines()
        assert "another madoguchi runs on this file" in line
        await answered(people)


async def test_replicas_on_one_database_take_turns_at_polling(
    replicas: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    environment = replicas
    async with running(environment, tmp_path) as first:
        await first.line(POLLS)
        async with running(environment, tmp_path) as second, aiohttp.ClientSession() as session:
            url = await second.address()
            await second.line(STANDS_BY)
            async with session.get(f"{url}/readyz") as response:
                assert await response.text() == "ready\nintake: standby\n"
            await answered(people)
            assert (await first.stop())[0] == 0
            assert "another process polls" not in first.log
            await second.line(POLLS)
            await answered(people)


async def test_a_killed_poller_is_replaced_without_waiting_for_its_lease(
    environment: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    async with running(environment, tmp_path) as first:
        await first.line(POLLS)
        first.process.kill()
        await first.process.communicate()
    async with running(environment, tmp_path) as second:
        await second.line(POLLS)
        await answered(people)
        assert STANDS_BY not in second.log


async def test_what_a_killed_poller_did_not_answer_is_answered_by_the_one_that_stood_by(
    replicas: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    environment = replicas
    async with running(environment, tmp_path) as first:
        await first.line(POLLS)
        await people.hang(PATIENCE, "sendMessage", times=100)
        unfinished = await answered(people)
        async with running(environment, tmp_path) as second:
            await second.line(STANDS_BY)
            await people.clear_faults()
            first.process.kill()
            await first.process.wait()
            _let_leases_of_chats_lapse(environment)
            await second.line(POLLS)
            await people.wait_message(OWNER, lambda _: True, PATIENCE, after=unfinished.message_id)


@pytest.mark.parametrize("kind", ["environment", "replicas"])
async def test_a_stop_waits_for_what_is_being_answered(
    request: pytest.FixtureRequest, kind: str, people: SandboxClient, tmp_path: Path
) -> None:
    environment: dict[str, str] = request.getfixturevalue(kind)
    async with running(environment, tmp_path) as bot:
        await bot.line(POLLS)
        await people.hang(1, "sendMessage")
        await answered(people)
        status, _, _ = await bot.stop()
    assert status == 0
    assert _rows(environment, "select distinct status from inbox") == [("done",)]
    assert _rows(environment, "select count(*) from leases") == [(0,)]
    assert _rows(environment, "select count(*) from chat_leases") == [(0,)]


async def test_a_stop_that_cannot_wait_leaves_the_rest_to_others_at_once(
    replicas: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    async with running(replicas, tmp_path) as bot:
        await bot.line(POLLS)
        await people.hang(PATIENCE, "sendMessage", times=100)
        unfinished = await answered(people)
        status, _, _ = await bot.stop()
        assert status == 0
        assert "not everything was answered in time" in bot.log
    assert _rows(replicas, "select count(*) from inbox where status != 'done'") == [(1,)]
    assert _rows(replicas, "select count(*) from chat_leases") == [(0,)]
    await people.clear_faults()
    async with running(replicas, tmp_path) as next_one:
        await next_one.line(POLLS)
        await people.wait_message(OWNER, lambda _: True, PATIENCE, after=unfinished.message_id)


async def test_a_second_signal_ends_the_process_at_once(
    environment: dict[str, str], people: SandboxClient, tmp_path: Path
) -> None:
    async with running(environment, tmp_path) as bot:
        await bot.line(POLLS)
        await people.hang(PATIENCE, "sendMessage", times=100)
        await answered(people)
        bot.process.send_signal(signal.SIGINT)
        bot.process.send_signal(signal.SIGTERM)
        status, _, _ = await bot.end()
    assert status == 1
    assert "stopped at once: a second signal" in bot.log


def _rows(environment: dict[str, str], statement: str) -> list[tuple[object, ...]]:
    engine = make_engine(environment["MADOGUCHI_DATABASE_URL"], writes=False)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return rows


def _let_leases_of_chats_lapse(environment: dict[str, str]) -> None:
    """Spare a test the half minute after which a killed process holds no chat any more."""
    engine = make_engine(environment["MADOGUCHI_DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("update chat_leases set until = now()"))
    engine.dispose()


async def test_telegram_may_come_late_and_a_stop_while_waiting_is_a_stop(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment["MADOGUCHI_API_URL"] = f"http://127.0.0.1:{free_port()}"
    async with running(environment, tmp_path) as bot, aiohttp.ClientSession() as session:
        url = await bot.address()
        await bot.line("Telegram cannot be reached")
        async with session.get(f"{url}/readyz") as response:
            assert response.status == 503
            assert await response.text() == "not ready\ntelegram: has not answered yet\n"
        assert (await bot.stop())[0] == 0


@pytest.mark.parametrize(
    ("variable", "value", "status", "said"),
    [
        ("MADOGUCHI_BOT_TOKEN", None, 2, "MADOGUCHI_BOT_TOKEN is not set; example:"),
        ("MADOGUCHI_BOT_TOKEN", f"1:{WRONG}", 2, "Telegram does not know this token"),
        ("MADOGUCHI_PROGRAMME", "nowhere.toml", 2, "nowhere.toml: cannot be read"),
        (
            "MADOGUCHI_DATABASE_URL",
            "postgresql://u:hunter2@127.0.0.1:1/d",
            1,
            "database postgresql",
        ),
        ("MADOGUCHI_DATABASE_URL", "sqlite:////dev/null/x.db", 1, "/dev/null"),
        ("MADOGUCHI_LISTEN", "taken", 1, "the port is taken by another program"),
    ],
)
async def test_a_failure_to_start_is_one_readable_line(
    environment: dict[str, str], tmp_path: Path, variable: str, value: str | None,
    status: int, said: str,
) -> None:  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment.pop(variable)
        if value is not None:
            environment[variable] = (
                "{}:{}".format(*taken.getsockname()) if value == "taken" else value
            )
        async with running(environment, tmp_path) as bot:
            ended, out, log = await bot.end()
    assert (ended, out) == (status, "")
    (line,) = [line for line in log.splitlines() if not re.match(r"\d{4}-\d\d-\d\dT", line)]
    assert said in line
    assert not any(secret in log for secret in ("Traceback", "hunter2", WRONG, cast.TOKEN))


@pytest.mark.parametrize("arguments", [("run", "--help"), ("check", "--help"), ("--help",)])
async def test_help_is_there_without_settings(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    async with running({"PATH": "/usr/bin"}, tmp_path, *arguments) as bot:
        status, out, _ = await bot.end()
    assert status == 0
    assert "Usage: " in out


async def test_bad_usage_is_status_two(tmp_path: Path) -> None:
    async with running({"PATH": "/usr/bin"}, tmp_path, "run", "--fast") as bot:
        assert (await bot.end())[0] == 2
