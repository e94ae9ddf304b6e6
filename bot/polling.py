"""Long polling: an update is acknowledged only after the inbox has committed it.

One process polls at a time, the one with the lease. A call that hangs or keeps failing is
noticed, its connection is made anew, and readiness tells how old the last good one is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot import metrics
from bot.health import Intake as Transport
from bot.intake import ALLOWED_UPDATES
from bot.telegram_webhook import refuse_foreign_webhook

if TYPE_CHECKING:
    from datetime import datetime

    from telegram.request import BaseRequest

    from bot.health import Vitals
    from bot.intake import Intake
    from bot.lease import Lease
    from handlers.context import MadoguchiApplication

_T = TypeVar("_T")
_LOGGER = logging.getLogger(__name__)

OnWebhook: TypeAlias = Callable[[Bot], Awaitable[None]]
"""What to do when Telegram refuses to be polled because of a webhook: remove it, or raise."""


@dataclass(frozen=True)
class Patience:
    """How long the poller waits for what, in seconds."""

    long_poll: int = 25
    """How long Telegram may hold a call that has nothing to tell."""
    hang: float = 40
    """A call that is not over by then hangs; less than what a lease has left at least."""
    standby: float = 5
    """Between two looks at a lease that another process has."""
    release: float = 2
    """For giving the lease back at the end; it lapses by itself too."""
    first_pause: float = 0.5
    longest_pause: float = 30
    tries: int = 12
    """Failures of the database in a row after which the process gives up (some minutes)."""


class _DatabaseAway(Exception):
    """The database did not take a step of the poll; `__cause__` says why."""


class Poller:
    """Fetches, stores, acknowledges.

    `request` is the bot's own one for getUpdates; `clock` tells the age of the last good poll.
    """

    def __init__(
        self,
        application: MadoguchiApplication,
        request: BaseRequest,
        intake: Intake,
        vitals: Vitals,
        lease: Lease,
        on_webhook: OnWebhook,
        clock: Callable[[], datetime],
        patience: Patience | None = None,
    ) -> None:
        self._application = application
        self._clock = clock
        self._request = request
        self._intake = intake
        self._vitals = vitals
        self._lease = lease
        self._on_webhook = on_webhook
        self._patience = patience or Patience()
        self._offset = 0
        self._failures = 0
        self._database_failures = 0
        self._pause = self._patience.first_pause

    async def run(self) -> None:
        """Poll until cancelled, then give the lease back.

        Raises InvalidToken, what `on_webhook` raises, and the database's error when it stays.
        """
        try:
            while True:
                try:
                    await self._step()
                except (TelegramError, TimeoutError, _DatabaseAway) as error:
                    await self._after_failure(error)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(self._patience.release):
                    await self._lease.release()

    async def _step(self) -> None:
        """Poll once, or look once whether the other process still does."""
        if not await self._storing(self._is_leader()):
            await asyncio.sleep(self._patience.standby)
            return
        async with asyncio.timeout(self._patience.hang):
            raws = await self._fetch()
        metrics.POLLS.add("good")
        self._vitals.last_good_poll = self._clock()
        if raws:
            await self._storing(self._intake.take(raws))
            self._offset = max(int(raw["update_id"]) for raw in raws) + 1
        if self._failures:
            _LOGGER.info("polling works again after %d failures", self._failures)
        self._failures = self._database_failures = 0
        self._pause = self._patience.first_pause
        # A webhook that somebody sets later is meant: it is not fought over.
        self._on_webhook = refuse_foreign_webhook

    async def _is_leader(self) -> bool:
        outcome = await self._lease.hold()
        state = Transport.POLLING if outcome.is_taken else Transport.STANDBY
        if state is self._vitals.intake:
            return outcome.is_taken
        if outcome.is_taken:
            # Whoever polled before may have ended with updates acknowledged and not answered.
            await self._intake.resume()
            _LOGGER.info("updates come by polling")
        else:
            _LOGGER.info("process %s polls; this one takes over when it ends", outcome.holder)
            # What the other one acknowledges meanwhile must not be asked for by its old number.
            self._offset = 0
        self._vitals.intake = state
        return outcome.is_taken

    async def _fetch(self) -> list[dict[str, Any]]:
        # The raw answer is wanted: parsing comes after storing, so nothing can jam the intake.
        answer = await self._application.bot.do_api_request(
            "getUpdates",
            api_kwargs={
                "offset": self._offset,
                "timeout": self._patience.long_poll,
                "allowed_updates": list(ALLOWED_UPDATES),
            },
            read_timeout=self._patience.long_poll + 10,
        )
        return answer if isinstance(answer, list) else []

    async def _storing(self, step: Awaitable[_T]) -> _T:
        """Await a step that needs the database; nothing is acknowledged if it fails."""
        try:
            return await step
        except Exception as error:
            self._database_failures += 1
            if self._database_failures > self._patience.tries:
                raise
            raise _DatabaseAway from error

    async def _after_failure(self, error: Exception) -> None:
        """Wait before the next try; log the first of a row of failures only."""
        if isinstance(error, EndPointNotFound):
            # So the client calls a token that is not valid, when a method is called by its name.
            raise InvalidToken from error
        metrics.POLLS.add("failed")
        if isinstance(error, RetryAfter):
            wait = error.retry_after
            await asyncio.sleep(wait if isinstance(wait, (int, float)) else wait.total_seconds())
            return
        if isinstance(error, Conflict) and "webhook" in error.message.lower():
            await self._on_webhook(self._application.bot)
            return
        self._failures += 1
        if self._failures == 1:
            _LOGGER.warning("polling fails, trying on: %s", _reason(error))
        if not isinstance(error, (Conflict, _DatabaseAway)):
            await self._reconnect()
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, self._patience.longest_pause)

    async def _reconnect(self) -> None:
        await self._request.shutdown()
        await self._request.initialize()


def _reason(error: Exception) -> str:
    if isinstance(error, _DatabaseAway):
        return f"the database does not take it ({type(error.__cause__).__name__})"
    if isinstance(error, Conflict):
        return "another process polls with this token"
    return f"{type(error).__name__} {error}".strip()
