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
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticSerializationError, from_json, to_json
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot import metrics
from domain.inbox import StoredUpdate
from handlers import replies
from handlers.context import Context
from handlers.routes import show_current
from services import inbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telegram import Bot

    from handlers.context import MadoguchiApplication

_LOGGER = logging.getLogger(__name__)
_PERSON_KEYS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
_PATIENCE_SECONDS = 30.0
MOST_WAITING = 2000
"""Updates in memory at which the intake waits; they are safe in the inbox or with Telegram."""
SWEEP_SECONDS = 2.0
"""How often a process looks for chats that nobody holds."""


def stored_update(raw: dict[str, Any]) -> StoredUpdate:
    """Return a raw update with the chat that orders it, without parsing more than that.

    Raises KeyError, TypeError or ValueError if it has no update_id.
    """
    return StoredUpdate(int(raw["update_id"]), chat_key(raw), _json(raw), applied=False, tries=0)


def _json(raw: dict[str, Any]) -> str:
    try:
        return to_json(raw).decode()
    except PydanticSerializationError:
        # Half a surrogate pair fits in no database; the rest of the update does.
        text = json.dumps(raw, ensure_ascii=False)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def chat_key(raw: dict[str, Any]) -> int:
    """Return the chat that orders a raw update, whatever it looks like; 0 if it names none."""
    body = next((raw[key] for key in _PERSON_KEYS if isinstance(raw.get(key), dict)), None)
    if not isinstance(body, dict):
        return 0
    message = body.get("message", body)
    chat = message.get("chat") if isinstance(message, dict) else None
    holder = chat if isinstance(chat, dict) else body.get("from")
    number = holder.get("id") if isinstance(holder, dict) else None
    return number if isinstance(number, int) and -(2**63) <= number < 2**63 else 0


def parsed_update(payload: str, bot: Bot) -> Update:
    """Return what the handlers work with of a stored update.

    A pressed button's message is its identity only, as Telegram itself sends it for an old
    message: what it says is never read, and parsing it costs more than the rest of the update.
    """
    raw = from_json(payload)
    pressed = raw.get("callback_query")
    message = pressed.get("message") if isinstance(pressed, dict) else None
    if isinstance(message, dict):
        identity = ("message_id", "chat")
        pressed["message"] = {"date": 0, **{key: message[key] for key in identity}}
    return Update.de_json(raw, bot)


class Dispatcher:
    """The queue of each chat in memory, filled from the inbox.

    One process works on a chat at a time: on SQLite the only one there is, on PostgreSQL the one
    that holds the chat's lease.
    """

    def __init__(self, application: MadoguchiApplication) -> None:
        self._application = application
        self._house = application.house
        self._holder = secrets.token_hex(8)
        self._chats: dict[int, deque[StoredUpdate]] = {}
        self._arrivals: dict[int, float] = {}
        self._touched: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()

    async def resume(self) -> None:
        """Take up what a stopped process left behind, and what nobody works on."""
        now, held = self._house.clock(), set(self._chats)
        self._touched.clear()
        left = await self._house.write(lambda tx: inbox.take_up(tx, self._holder, now, held))
        # What was seen of a chat that has been worked on meanwhile may be finished by now.
        # A list, since dispatching touches the chats.
        self.dispatch([item for item in left if item.chat_key not in self._touched])

    async def sweep(self) -> None:
        """Keep the leases and take up the chats nobody holds, until cancelled (PostgreSQL)."""
        if self._house.database.is_sqlite:
            return
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self._renew()
            await self.resume()

    async def _renew(self) -> None:
        now = self._house.clock()
        await self._house.write(lambda tx: inbox.renew(tx, self._holder, now))

    async def accept(self, raws: Sequence[dict[str, Any]]) -> None:
        """Store updates, and return once they are safe: only then may they be acknowledged.

        Waits while too many are in memory.
        """
        await self._room.wait()
        updates = [stored_update(raw) for raw in raws]
        now = self._house.clock()
        self.dispatch(
            await self._house.write(lambda tx: inbox.store(tx, updates, self._holder, now))
        )

    def waiting(self, raw: dict[str, Any]) -> int:
        """Return how many updates of the same chat are not answered yet."""
        return len(self._chats.get(chat_key(raw), ()))

    def dispatch(self, updates: Iterable[StoredUpdate]) -> None:
        """Queue stored updates behind their chats."""
        for item in updates:
            if item.update_id in self._arrivals:
                continue
            self._arrivals[item.update_id] = time.monotonic()
            queue = self._chats.get(item.chat_key)
            if queue is not None:
                queue.append(item)
                continue
            self._chats[item.chat_key] = deque([item])
            self._touched.add(item.chat_key)
            task = asyncio.create_task(self._work(item.chat_key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(self._arrivals) >= MOST_WAITING:
            self._room.clear()

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
                if len(self._arrivals) < MOST_WAITING:
                    self._room.set()
                if not queue:
                    self.dispatch(await self._let_go(chat_key))
        finally:
            for item in queue:
                self._arrivals.pop(item.update_id, None)
            del self._chats[chat_key]

    async def _let_go(self, chat_key: int) -> list[StoredUpdate]:
        """Give the chat's lease back, or return what other processes stored behind it."""
        if self._house.database.is_sqlite:
            return []
        return await self._house.write(lambda tx: inbox.let_go(tx, chat_key, self._holder))

    async def _finish(self, item: StoredUpdate) -> None:
        patience = 0.2
        while True:
            context: Context | None = None
            try:
                update = parsed_update(item.payload, self._application.bot)
                context = Context.from_update(update, self._application)
                await self._handle(update, context, item)
            except Forbidden:
                _LOGGER.info("update %d: the person has blocked the bot", item.update_id)
                await self._done(item.update_id, context)
                return
            except Exception as error:  # noqa: BLE001 - counted, logged and buried in _failed
                if _is_passing(error):
                    _LOGGER.warning("update %d is answered again: %s", item.update_id, error)
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
        await self._house.write(lambda tx: inbox.finish(tx, update_id, thoughts))

    async def _failed(
        self, item: StoredUpdate, error: Exception, context: Context | None
    ) -> StoredUpdate:
        incident = secrets.token_hex(4)
        place = type(error).__name__
        _LOGGER.error("incident %s: update %d: %s", incident, item.update_id, place, exc_info=error)
        house = self._house
        buried = await house.write(
            lambda tx: inbox.fail(tx, item, incident, place, house.admin_ids, house.clock())
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
