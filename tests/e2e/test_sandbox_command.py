"""`madoguchi sandbox` as a newcomer runs it: no token, no internet, a folder of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import stat
import sys
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.cli import main
from bot.sandbox import cast, session
from bot.sandbox.actor import StoryWrong
from bot.sandbox.client import SandboxClient
from bot.sandbox.folder import MARK
from tests.e2e.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def start(path: Path, *arguments: str) -> asyncio.subprocess.Process:
    # A setting of the caller's must not reach the sandbox's bot.
    foreign = {"MADOGUCHI_DATABASE_URL": "sqlite:////nowhere/else.db", "COLUMNS": "200"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sandbox", *arguments,
        env={**os.environ, **foreign},
        cwd=path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


async def run(path: Path, *arguments: str) -> tuple[int | None, str, str]:
    process = await start(path, *arguments)
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@asynccontextmanager
async def opened(
    path: Path, port: int, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A sandbox that has said which address to open."""
    process = await start(path, "--port", str(port), *arguments)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            async for line in process.stdout:
                if b"Ctrl-C" in line:
                    break
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            await process.communicate()


async def test_play_keeps_nothing_so_it_takes_no_folder(tmp_path: Path) -> None:
    status, _, err = await run(tmp_path, "--play", "--data", "here")
    assert status == 2
    assert "--data" in err


def test_a_story_that_goes_wrong_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def goes_wrong(*_arguments: object) -> None:
        raise StoryWrong("見本 一郎 waited for the next question, which did not come")

    monkeypatch.setattr(session, "play", goes_wrong)
    monkeypatch.setattr(sys, "argv", ["madoguchi", "sandbox", "--play"])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (1, "")
    assert err == "見本 一郎 waited for the next question, which did not come\n"


@pytest.mark.parametrize("arguments", [[], ["--forum"]])
def test_the_staff_channel_is_a_forum_when_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    async def run_sandbox(_folder: object, _port: int, *, is_forum: bool) -> None:
        told.append(is_forum)

    told: list[bool] = []
    monkeypatch.setattr(session, "run", run_sandbox)
    data = ["--data", str(tmp_path / "data")]
    monkeypatch.setattr(sys, "argv", ["madoguchi", "sandbox", *data, *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, told) == (0, [bool(arguments)])


async def test_a_bot_that_dies_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    folder = tmp_path / ".sandbox"
    folder.mkdir()
    (folder / MARK).touch()
    (folder / "madoguchi.db").write_text("this is no database")
    status, _, err = await run(tmp_path, "--port", str(free_port()))
    assert status == 1
    *bots, ours = err.splitlines()
    assert "not a database" in "\n".join(bots)
    assert ours.startswith("the bot has ended with status 1")


async def test_a_newcomer_finds_an_address_and_a_registered_member_of_staff(tmp_path: Path) -> None:
    port = free_port()
    async with opened(tmp_path, port) as process:
        url = f"http://127.0.0.1:{port}/"
        async with aiohttp.ClientSession() as browser, browser.get(url) as page:
            assert "text/html" in page.headers["Content-Type"]
        async with SandboxClient(url) as people:
            joined = (await people.messages(cast.STAFF.id))[-1]
        assert joined.is_from_bot
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            assert await process.wait() == 0
    folder = tmp_path / ".sandbox"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with closing(sqlite3.connect(folder / "madoguchi.db")) as database:
        staff = {user for (user,) in database.execute("select user_id from staff")}
    assert staff == {cast.STAFF.id, cast.MANAGER.id}
    assert "stop() complete" in (folder / "bot.log").read_text()


async def test_an_open_sandbox_keeps_its_port_and_folder_and_lets_a_play_run(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with opened(tmp_path, port):
        played, same_port, same_folder = await asyncio.gather(
            run(tmp_path, "--play"),
            run(tmp_path, "--port", str(port), "--data", "other"),
            run(tmp_path, "--port", str(free_port()), "--fresh"),
        )
    status, out, err = played
    assert (status, err) == (0, "")
    assert "見本 一郎 ▷ [送信する]" in out
    assert "担当：窓口 花子" in out
    assert "現在値 454" in out
    assert names_in(tmp_path) == [".sandbox", "other"]
    assert same_port == (
        1,
        "",
        f"port {port} is taken by another program; choose another, e.g. --port {port + 1}\n",
    )
    status, out, err = same_folder
    assert (status, out) == (1, "")
    assert "another sandbox uses this folder" in err
