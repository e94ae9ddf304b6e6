"""Holds a lease of this process while it does what only one process may do at a time."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from handlers import transactions
from services import leases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.leases import Outcome, Task
    from storage.database import Database

DURATION: Final = timedelta(seconds=60)
_RENEWED_BEFORE_END: Final = timedelta(seconds=45)


def this_process() -> str:
    """Name this process as a holder: host and process id.

    A container that is started anew most often has the same name, and finds its own lease.
    """
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this host that has ended: a kill needs no waiting time."""
    host, _, process = holder.rpartition(":")
    if host != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Lease:
    """One task's lease, taken, renewed and given back by this process."""

    def __init__(
        self,
        database: Database,
        task: Task,
        clock: Callable[[], datetime],
        holder: str | None = None,
    ) -> None:
        self._database = database
        self._task = task
        self._clock = clock
        self._holder = holder or this_process()
        self._ends: datetime | None = None

    async def hold(self) -> Outcome:
        """Take the lease, or renew it when it needs it; safe to call before each step."""
        now = self._clock()
        if self._ends is not None and self._ends - now > _RENEWED_BEFORE_END:
            return leases.Outcome(is_taken=True, holder=self._holder)
        unit = partial(
            leases.take,
            task=self._task,
            holder=self._holder,
            now=now,
            duration=DURATION,
            is_gone=is_gone,
        )
        outcome = await transactions.write(self._database, unit)
        self._ends = now + DURATION if outcome.is_taken else None
        return outcome

    async def release(self) -> None:
        """Give the lease back, if it is held."""
        if self._ends is None:
            return
        self._ends = None
        unit = partial(leases.release, task=self._task, holder=self._holder)
        await transactions.write(self._database, unit)
