"""The bot's queue of updates: long polling, confirmation by offset, hand-over to a webhook.

An update stays here until it is confirmed or delivered, so nothing is lost when the bot changes
from polling to a webhook or dies in between. It does not deliver to a webhook itself.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import ActionRefused, ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

Json = dict[str, Any]

MAX_BATCH = 100
MAX_POLL_SECONDS = 50
_HISTORY = 5000
# How long Telegram keeps what the bot does not take (tdlib/telegram-bot-api, Client.cpp).
_KEPT = timedelta(hours=24)
_PRESS_KEPT = timedelta(seconds=150)
_ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
_OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
_BY_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True)
class Update:
    """An Update of the Bot API; updates with the same `lane` reach a webhook one after another."""

    id: int
    lane: str
    body: Json
    expires_at: datetime


class Updates:
    """What the bot has not taken yet, and a while of what it has.

    `polled` is set while a long poll waits for the next update.
    """

    def __init__(self, first_id: int, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.polled = asyncio.Event()
        self._next_id = first_id
        self._pending: OrderedDict[int, Update] = OrderedDict()
        self._again: deque[Update] = deque()
        self._history: OrderedDict[int, Update] = OrderedDict()
        self._allowed: frozenset[str] | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._deliver: Callable[[Update], None] | None = None
        self._is_closed = False

    @property
    def allowed(self) -> list[str]:
        """The update types asked for; empty means the default set."""
        return sorted(self._allowed or ())

    def allow(self, types: Iterable[str] | None) -> None:
        """Follow an `allowed_updates` parameter; None leaves the choice as it is."""
        if types is not None:
            self._allowed = frozenset(types) or None

    def pending_count(self) -> int:
        """Return how many updates wait for the bot."""
        self._forget_expired()
        return len(self._pending) + len(self._again)

    def drop_pending(self) -> None:
        """Forget what the bot has not taken."""
        self._pending.clear()
        self._again.clear()

    def add(self, kind: str, body: Json, lane: str) -> int | None:
        """Queue an update and return its id; None when the bot did not ask for this type."""
        wanted = kind in self._allowed if self._allowed else kind not in _ONLY_WHEN_ASKED
        if not wanted:
            return None
        kept = _PRESS_KEPT if kind == "callback_query" else _KEPT
        told = {"update_id": self._next_id, kind: body}
        update = Update(self._next_id, lane, told, self._clock() + kept)
        self._next_id += 1
        self._pending[update.id] = update
        self._history[update.id] = update
        if len(self._history) > _HISTORY:
            self._history.popitem(last=False)
        self._hand_over(update)
        return update.id

    def redeliver(self, update_id: int) -> None:
        """Deliver an update once more under its old id, as Telegram does after a lost answer."""
        update = self._history.get(update_id)
        if update is None:
            raise ActionRefused("unknown_update", f"no update {update_id} in the last {_HISTORY}")
        if self._deliver is None:
            self._again.append(update)
        self._hand_over(update)

    def newest_id(self) -> int | None:
        """Return the id of the last update made, None before the first."""
        return next(reversed(self._history), None)

    def _hand_over(self, update: Update) -> None:
        if self._deliver is not None:
            self._deliver(update)
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def poll(self, offset: int, limit: int, timeout: int) -> list[Json]:  # noqa: ASYNC109 # Telegram's parameter
        """Answer a getUpdates call. Raises ApiError 409 as Telegram does."""
        if self._deliver is not None:
            raise ApiError(409, _WEBHOOK_ACTIVE)
        self._end_poll(_OTHER_POLLER)
        self._confirm(offset)
        batch = self._batch(limit)
        if batch or timeout == 0 or self._is_closed:
            return batch
        waiting = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        self.polled.set()
        try:
            async with asyncio.timeout(timeout):
                await waiting
        except TimeoutError:
            return []
        finally:
            if self._waiting is waiting:
                self._waiting = None
                self.polled.clear()
        return self._batch(limit)

    def _end_poll(self, why: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ApiError(409, why))
        self._waiting = None
        self.polled.clear()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popitem(last=False)
        while self._pending and next(iter(self._pending)) < offset:
            self._pending.popitem(last=False)

    def _forget_expired(self) -> None:
        now = self._clock()
        for update in [each for each in self._pending.values() if each.expires_at <= now]:
            del self._pending[update.id]

    def _batch(self, limit: int) -> list[Json]:
        self._forget_expired()
        batch = [self._again.popleft().body for _ in range(min(limit, len(self._again)))]
        batch += [update.body for update in islice(self._pending.values(), limit - len(batch))]
        return batch

    def start_delivery(self, deliver: Callable[[Update], None]) -> None:
        """Hand every waiting and every further update to a webhook instead of pollers."""
        self._end_poll(_BY_WEBHOOK)
        self._deliver = deliver
        self._forget_expired()
        for update in list(self._pending.values()):
            deliver(update)

    def stop_delivery(self) -> None:
        """Keep updates for pollers again."""
        self._deliver = None

    def delivered(self, update_id: int) -> None:
        """Note that the webhook took an update."""
        self._pending.pop(update_id, None)

    def close(self) -> None:
        """Let waiting polls answer, so that the server can stop."""
        self._is_closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
