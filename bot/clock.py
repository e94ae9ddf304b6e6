"""What time it is: the machine's time, or a sandbox's, which its people move forward.

Only what is said to people and owed to them follows a sandbox's time. Leases and the age of the
last poll measure what really passed, by the machine's time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def utc_now() -> datetime:
    """Return the time of the machine, aware."""
    return datetime.now(UTC)


def read_ahead(file: Path) -> timedelta:
    """Return how far ahead of the machine a clock file says it is: whole seconds, not negative.

    Raises ValueError for a file that says anything else, OSError for one that cannot be read.
    """
    try:
        ahead = timedelta(seconds=int(file.read_text("ascii")))
    except (ValueError, OverflowError):
        raise ValueError(f"{file}: is not a number of seconds") from None
    if ahead < timedelta():
        raise ValueError(f"{file}: is negative, but a clock goes forward only")
    return ahead


class SandboxTime:
    """The machine's time and what a clock file puts before it, read anew at every call.

    So whatever happens after the file was written happens at the new time. It never goes back:
    what is in the database may depend on it.
    """

    def __init__(self, file: Path, machine: Callable[[], datetime] = utc_now) -> None:
        self._file = file
        self._machine = machine
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the moment it is in the sandbox, in UTC. Raises what `ahead` raises."""
        return self._machine() + self.ahead()

    def ahead(self) -> timedelta:
        """Return how far ahead of the machine it is. Raises what `read_ahead` raises."""
        self._ahead = max(self._ahead, read_ahead(self._file))
        return self._ahead
