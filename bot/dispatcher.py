"""Takes stored updates to their handlers: each chat in order, chats side by side.

An update is finished only after its answer is out; one that fails three times is buried, so that
its chat goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot import metrics
from domain.inbox import StoredUpdate
from handlers import replies
from handlers.context import Context
from handlers.routes import show_current
from services import inbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handlers.context import MadoguchiApplication

_LOGGER = logging.getLogger(__name__)
_PERSON_KEYS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
_PATIENCE_SECONDS = 30.0


def stored_update(raw: dict[str, object]) -> StoredUpdate:
    """Return a raw update with the chat that orders it, without parsing more than that."""
    payload = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    return StoredUpdate(int(str(raw["update_id"])), chat_key(raw), payload, applied=False, tries=0)


def chat_key(raw: dict[str, object]) -> int:
    """Return the chat that orders a raw update, whatever it looks like; 0 if it names none."""
    body = next((raw[key] for key in _PERSON_KEYS if isinstance(raw.get(key), dict)), None)
    if not isinstance(body, dict):
        return 0
    message = body.get("message", body)
    chat = message.get("chat") if isinstance(message, dict) else None
    holder = chat if isinstance(chat, dict) else body.get("from")
    number = holder.get("id") if isinstance(holder, dict) else None
    return number if isinstance(number, int) and -(2**63) <= number < 2**63 else 0


class Dispatcher:
    """The queue of each chat in memory, filled from the inbox."""

    def __init__(self, application: MadoguchiApplication) -> None:
        self._application = application
        self._house = application.house
        self._chats: dict[int, deque[StoredUpdate]] = {}
        self._arrivals: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def resume(self) -> None:
        """Take up what a stopped process left behind."""
        database = self._house.database
        self.dispatch(await asyncio.wrap_future(database.read(inbox.unfinished)))

    async def accept(self, raws: Iterable[dict[str, object]]) -> None:
        """Store updates, and return once they are safe: only then may they be acknowledged."""
        updates = [stored_update(raw) for raw in raws]
        now = self._house.clock()
        fresh = await asyncio.wrap_future(
            self._house.database.write(lambda tx: inbox.store(tx, updates, now))
        )
        self.dispatch(fresh)

    def waiting(self, raw: dict[str, object]) -> int:
        """Return how many updates of the same chat are not answered yet."""
        return len(self._chats.get(chat_key(raw), ()))

    def dispatch(self, updates: Iterable[StoredUpdate]) -> None:
        """Queue stored updates behind their chats."""
        for item in updates:
            self._arrivals[item.update_id] = time.monotonic()
            queue = self._chats.get(item.chat_key)
            if queue is not None:
                queue.append(item)
                continue
            self._chats[item.chat_key] = deque([item])
            task = asyncio.create_task(self._work(item.chat_key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Return once every queued update is finished."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _work(self, chat_key: int) -> None:
        queue = self._chats[chat_key]
        try:
            while queue:
                await self._finish(queue[0])
                item = queue.popleft()
                metrics.ANSWER_SECONDS.observe(
                    time.monotonic() - self._arrivals.pop(item.update_id)
                )
        finally:
            del self._chats[chat_key]

    async def _finish(self, item: StoredUpdate) -> None:
        patience = 0.2
        while True:
            context: Context | None = None
            try:
                update = Update.de_json(json.loads(item.payload), self._application.bot)
                context = Context.from_update(update, self._application)
                await self._handle(update, context, item)
            except Forbidden:
                _LOGGER.info("update %d: the person has blocked the bot", item.update_id)
                await self._done(item.update_id, context)
                return
            except Exception as error:  # noqa: BLE001 - counted, logged and buried in _failed
                if _is_passing(error):
                    item = _after(item, context)
                    await asyncio.sleep(_seconds(error, patience))
                    patience = min(patience * 2, _PATIENCE_SECONDS)
                    continue
                item = await self._failed(item, error, context)
                if item.tries >= inbox.MAX_TRIES:
                    return
            else:
                await self._done(item.update_id, context)
                return

    async def _handle(self, update: Update, context: Context, item: StoredUpdate) -> None:
        if item.applied:
            await show_current(update, context)
            return
        for group in self._application.handlers.values():
            for handler in group:
                check = handler.check_update(update)
                if check is None or check is False:
                    continue
                await handler.handle_update(update, self._application, check, context)
                return

    async def _done(self, update_id: int, context: Context | None) -> None:
        metrics.UPDATES.add("done")
        thoughts = tuple(context.afterthoughts) if context is not None else ()
        await asyncio.wrap_future(
            self._house.database.write(lambda tx: inbox.finish(tx, update_id, thoughts))
        )

    async def _failed(
        self, item: StoredUpdate, error: Exception, context: Context | None
    ) -> StoredUpdate:
        incident = secrets.token_hex(4)
        place = type(error).__name__
        _LOGGER.error("incident %s: update %d: %s", incident, item.update_id, place, exc_info=error)
        house = self._house
        buried = await asyncio.wrap_future(
            house.database.write(
                lambda tx: inbox.fail(tx, item, incident, place, house.admin_ids, house.clock())
            )
        )
        metrics.UPDATES.add("failed")
        if buried:
            metrics.UPDATES.add("buried")
        if buried and context is not None:
            await self._apologise(context, item.chat_key, incident)
        after = _after(item, context)
        return StoredUpdate(
            item.update_id, item.chat_key, item.payload, after.applied, item.tries + 1
        )

    async def _apologise(self, context: Context, chat: int, incident: str) -> None:
        text = context.gettext(
            "Sorry, something went wrong on our side (number %(incident)s). "
            "What you entered is saved. /start shows where you are."
        )
        try:
            await replies.send(context, chat, text % {"incident": incident})
        except Exception:
            _LOGGER.exception("incident %s: the apology could not be sent", incident)


def _after(item: StoredUpdate, context: Context | None) -> StoredUpdate:
    applied = item.applied or (context is not None and context.applied)
    return StoredUpdate(item.update_id, item.chat_key, item.payload, applied, item.tries)


def _is_passing(error: Exception) -> bool:
    """Whether trying again later is the cure: the network or Telegram's pace, not the update."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, (NetworkError, RetryAfter))


def _seconds(error: Exception, patience: float) -> float:
    if not isinstance(error, RetryAfter):
        return patience
    wait = error.retry_after
    return float(wait) if isinstance(wait, (int, float)) else wait.total_seconds()
