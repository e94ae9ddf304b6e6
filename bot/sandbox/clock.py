"""The sandbox's clock: it goes as the machine's does, and people can put it forward.

The bot follows it by a file, see `bot.clock`. What a message's date tells follows it; what lapses
because time really passes, such as a press of a button, does not.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import read_ahead
from bot.sandbox.errors import ActionRefused, SandboxFailed
from domain.fiscal_year import JST

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

FARTHEST = timedelta(days=3 * 366)
"""How far ahead of the machine it goes: the fiscal years of a plan, not the slip of a year."""


class Clock:
    """A moved clock; goes on where `file` left it, whose folder's data may be of that time.

    Without a file it moves the sandbox alone. `machine` returns aware datetimes. Raises
    SandboxFailed for a file that is none of a clock.
    """

    def __init__(self, machine: Callable[[], datetime], file: Path | None = None) -> None:
        self.machine = machine
        self.file = file
        self._ahead = timedelta()
        if file is None:
            return
        try:
            if file.exists():
                self._ahead = read_ahead(file)
            else:
                self._write(timedelta())
        except (OSError, ValueError) as error:
            raise SandboxFailed(f"{error}; --fresh begins anew") from error

    def __call__(self) -> datetime:
        """Return the moment it is in the sandbox, aware."""
        return self.machine() + self._ahead

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the machine."""
        return self._ahead

    def move_to(self, moment: datetime) -> None:
        """Put the clock forward to a moment, which is JST unless it says otherwise.

        Raises ActionRefused as `forward` does.
        """
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=JST)
        self.forward(aware - self())

    def forward(self, by: timedelta) -> None:
        """Put the clock forward. Raises ActionRefused for a way back, and beyond `FARTHEST`."""
        if by <= timedelta():
            now = self().astimezone(JST)
            raise ActionRefused(
                "backward", f"the clock goes forward only; it is {now:%Y-%m-%d %H:%M:%S} JST"
            )
        if by > FARTHEST - self._ahead:
            raise ActionRefused(
                "too_far", f"the clock goes {FARTHEST.days} days ahead of the machine's at most"
            )
        # Whole seconds, rounded up: it is never short of the moment somebody asked for.
        ahead = timedelta(seconds=math.ceil((self._ahead + by).total_seconds()))
        self._write(ahead)
        self._ahead = ahead

    def _write(self, ahead: timedelta) -> None:
        """Tell the bot, which must never find half a number."""
        if self.file is not None:
            new = self.file.with_name(f"{self.file.name}.new")
            new.write_text(f"{ahead // timedelta(seconds=1)}\n", "ascii")
            new.replace(self.file)
