"""The real bot, `madoguchi run`, as a child process that talks to a sandbox.

It gets the sandbox's settings and none of the caller's: neither `MADOGUCHI_…` variables nor a
`.env` file reach it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import deque
from typing import TYPE_CHECKING, Self

from bot.programme_file import SAMPLE
from bot.sandbox import cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PREFIX = "MADOGUCHI_"
_STOP_SECONDS = 10
_LAST_LINES = 20


def bot_environment(api_url: str, database_url: str, **settings: str) -> dict[str, str]:
    """Return the environment of a bot that serves the cast; `settings` as `api_url="…"`."""
    given = {
        "bot_token": cast.TOKEN,
        "api_url": api_url,
        "database_url": database_url,
        "staff_chat_id": str(cast.STAFF_CHAT_ID),
        "admin_ids": str(cast.MANAGER.id),
        "programme": str(SAMPLE),
        # A free port: the sandbox's bot must not stand in the way of another one here.
        "listen": "127.0.0.1:0",
        # Its people are also played by programs, which type faster than anybody.
        "person_pace": "0",
        **settings,
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
    return others | {f"{_PREFIX}{name.upper()}": value for name, value in given.items()}


class BotProcess:
    """Use as `async with BotProcess(environment, log) as bot:`.

    `log` takes what the bot writes; the bot works in its folder, where no `.env` lies. It also
    holds the file descriptors `inherited` until it ends.
    """

    def __init__(
        self, environment: Mapping[str, str], log: Path, inherited: tuple[int, ...] = ()
    ) -> None:
        self._environment = environment
        self._log = log
        self._inherited = inherited
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the bot; its log goes on where it was."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "bot",
                "run",
                env=self._environment,
                cwd=self._log.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self._inherited,
                # Ctrl-C is for the sandbox, which then ends the bot in good order.
                start_new_session=True,
            )

    async def wait(self) -> int:
        """Wait until the bot has ended; return its exit status, negative after a signal."""
        return await self._running().wait()

    async def stop(self) -> None:
        """End the bot in good order, or by force when it takes too long."""
        process = self._running()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End the bot as a power cut would."""
        process = self._running()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    def last_lines(self) -> list[str]:
        """Return the last lines of the log."""
        with self._log.open(encoding="utf-8", errors="replace") as lines:
            return [line.rstrip("\n") for line in deque(lines, _LAST_LINES)]

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the bot was not started")
        return self._process
