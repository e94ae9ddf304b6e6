"""Starts `madoguchi run` without paying for Python and its libraries every time.

A process that has loaded the bot forks one child per start. The child is the real command with an
environment, a folder and a log of its own, and is killed like any other process. What a start from
nothing does is tested in test_process.py.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import weakref
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bot.sandbox.bot_process import BotProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
LOADED = (
    "uvloop",
    "bot.cli",
    "bot.logs",
    "bot.process",
    "bot.settings",
    "bot.telegram_webhook",
    "sqlalchemy.dialects.sqlite",
    "storage.alone",
    "storage.failures",
    "storage.migrate",
)
"""What `madoguchi run` imports, before or after it has read its settings."""


class WarmStart:
    """The process that forks; use as `with WarmStart() as warm_start:`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.communicate()

    def fork(self, environment: Mapping[str, str], log: Path) -> int:
        """Start a bot and return its process id, which is no other's before the next fork."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"environment": dict(environment), "log": str(log)}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


class Forked:
    """A child of another process, as asyncio shows its own."""

    def __init__(self, pid: int) -> None:
        self._handle = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._handle)

    def terminate(self) -> None:
        signal.pidfd_send_signal(self._handle, signal.SIGTERM)

    def kill(self) -> None:
        signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    async def wait(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._handle)


class WarmBot(BotProcess):
    """A bot that starts at once."""

    def __init__(self, environment: Mapping[str, str], log: Path, warm_start: WarmStart) -> None:
        super().__init__(environment, log)
        self._warm_start = warm_start

    async def start(self) -> None:
        self._process = Forked(self._warm_start.fork(self._environment, self._log))


def serve() -> None:
    """Fork a bot for every line that comes; tell its process id."""
    for name in LOADED:
        import_module(name)
    main = import_module("bot.cli").main
    gc.freeze()
    children = set()
    for line in sys.stdin:
        children -= {pid for pid in children if os.waitpid(pid, os.WNOHANG)[0]}
        child = os.fork()
        if child == 0:
            become(json.loads(line))
            main()
        children.add(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for pid in children:
        os.waitpid(pid, 0)


def become(order: dict[str, Any]) -> None:
    """Take on what a process of its own begins with."""
    os.setsid()
    with Path(order["log"]).open("ab") as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.chdir(Path(order["log"]).parent)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["madoguchi", "run"]


if __name__ == "__main__":
    serve()
