"""Button presses waiting for the bot's answer: answered once, and not after Telegram gave up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_KEPT = 10_000


@dataclass(frozen=True)
class Answer:
    """What the presser sees: a short notice, or a box to be closed when `is_alert`."""

    text: str = ""
    is_alert: bool = False
    url: str = ""


@dataclass(frozen=True)
class Press:
    """One press of an inline button."""

    id: str
    person_id: int
    pressed_at: datetime
    answer: asyncio.Future[Answer]


class Callbacks:
    """The presses of the last while, by callback query id."""

    def __init__(self, lifetime: timedelta) -> None:
        self._lifetime = lifetime
        self._presses: dict[str, Press] = {}
        self._last = 4_000_000_000_000_000_000

    def press(self, person_id: int, now: datetime) -> Press:
        """Register a press and return it."""
        self._last += 1
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        press = Press(str(self._last), person_id, now, future)
        self._presses[press.id] = press
        if len(self._presses) > _KEPT:
            del self._presses[next(iter(self._presses))]
        return press

    def settle(self, query_id: str, answer: Answer, now: datetime) -> None:
        """Take the bot's answer. Raises ApiError when unknown, answered before or too late."""
        press = self._presses.pop(query_id, None)
        if press is None or press.answer.done() or now - press.pressed_at > self._lifetime:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        press.answer.set_result(answer)
