"""The bot under test as a process: started, read in /proc, stopped.

Ends only the process it started, by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STOP_SECONDS = 10
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far: CPU seconds (user and system) and resident bytes."""

    cpu_seconds: float
    resident_bytes: int


class BotProcess:
    """A process whose output goes to a file, shown only when something goes wrong."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> BotProcess:
        """Start `command` with these variables added to the environment."""
        with log.open("wb") as output:
            process = await _spawn(command, environment, output)
        return cls(process, log)

    def usage(self) -> Usage:
        """Read what the process has used; `RuntimeError` when it has ended."""
        if self._process.returncode is not None:
            raise RuntimeError(f"the bot ended by itself\n{self.output()}")
        return usage_of(self._process.pid)

    def output(self) -> str:
        """Give the last lines the process wrote."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-30:])

    async def wait(self) -> None:
        """Return when the process has ended."""
        await self._process.wait()

    async def stop(self) -> None:
        """Ask the process to end, and end it when it does not."""
        for end in (self._process.terminate, self._process.kill):
            if self._process.returncode is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                end()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)


def usage_of(pid: int) -> Usage:
    """Read a process's usage from /proc, all its threads included."""
    # The command's name may hold spaces and brackets; the fields after it do not.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[_UTIME]) + int(fields[_STIME])
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Usage(ticks / _TICKS_PER_SECOND, pages * os.sysconf("SC_PAGE_SIZE"))


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _spawn(
    command: Sequence[str], environment: Mapping[str, str], output: BinaryIO
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
    )
