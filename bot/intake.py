"""Where both transports hand over: floods are kept out, the rest is stored and dispatched."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from telegram.error import TelegramError

from bot import metrics
from bot.flood import Flood, Verdict
from handlers.flood import ask_to_slow_down

if TYPE_CHECKING:
    from bot.dispatcher import Dispatcher
    from handlers.context import MadoguchiApplication

_LOGGER = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""Told to Telegram explicitly: its default leaves out kinds, and keeps what was set last."""


class IntakeClosed(Exception):
    """The process is starting or stopping and takes no updates."""


class Intake:
    """Takes raw updates; `take` returns once those that are taken may be acknowledged."""

    def __init__(
        self, application: MadoguchiApplication, dispatcher: Dispatcher, flood: Flood
    ) -> None:
        self._application = application
        self._dispatcher = dispatcher
        self._flood = flood
        self._telling: set[asyncio.Task[None]] = set()
        self._is_open = False

    def open(self) -> None:
        """Take updates from now on."""
        self._is_open = True

    async def resume(self) -> None:
        """Take up what an ended process stored and did not answer."""
        await self._dispatcher.resume()

    async def take(self, raws: list[dict[str, Any]]) -> None:
        """Store what is not a flood. Raises IntakeClosed, or what the database raised."""
        if not self._is_open:
            raise IntakeClosed
        now = self._application.house.clock().timestamp()
        taken = [raw for raw in raws if self._is_taken(raw, now)]
        if not taken:
            return
        try:
            await self._dispatcher.accept(taken)
        except BaseException:
            # They come again, and must not be taken for a flood then.
            for raw in taken:
                self._flood.give_back(raw)
            raise
        metrics.UPDATES.add("stored", len(taken))

    async def close(self) -> None:
        """Take no more, and finish telling people to slow down."""
        self._is_open = False
        await asyncio.gather(*self._telling)

    def _is_taken(self, raw: dict[str, Any], now: float) -> bool:
        waiting = self._dispatcher.waiting(raw)
        verdict = self._flood.judge(raw, now, waiting)
        if verdict is Verdict.TAKE:
            return True
        metrics.UPDATES.add("flooded")
        if verdict is Verdict.DROP_AND_SAY:
            _LOGGER.warning("a flood: update %s and what follows are dropped", raw["update_id"])
            task = asyncio.create_task(self._tell(raw))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return False

    async def _tell(self, raw: dict[str, Any]) -> None:
        try:
            await ask_to_slow_down(self._application, raw)
        except TelegramError as error:
            _LOGGER.info("could not ask to slow down: %s", type(error).__name__)
