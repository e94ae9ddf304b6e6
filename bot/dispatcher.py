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
from bisect import insort
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic_core import PydanticSerializationError, from_json, to_json
from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from bot import metrics
from bot.redaction import redacted
from domain.inbox import StoredUpdate
from handlers import replies
from handlers.context import Context
from handlers.routes import show_again
from services import delivery, inbox
from storage.failures import is_database_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from telegram import Bot

    from handlers.context import MadoguchiApplication
    from storage.database import Transaction

T = TypeVar("T")
_LOGGER = logging.getLogger(__name__)
_PERSON_KEYS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
_PATIENCE_SECONDS = 30.0
MOST_WAITING = 2000
"""Updates in memory at which the intake waits; they are safe in the inbox or with Telegram."""
SWEEP_SECONDS = 2.0
"""How often a process looks for chats that nobody holds."""


def stored_update(raw: dict[str, Any], now: datetime) -> StoredUpdate:
    """Return a raw update with the chat that orders it, without parsing more than that.

    Raises KeyError, TypeError or ValueError if it has no update_id.
    """
    payload = _json(redacted(raw))
    return StoredUpdate(int(raw["update_id"]), chat_key(raw), payload, now, applied=False, tries=0)


def _json(raw: dict[str, Any]) -> str:
    try:
        return to_json(raw).decode()
    except PydanticSerializationError:
        # Half a surrogate pair fits in no database; the rest of the update does.
        text = json.dumps(raw, ensure_ascii=False)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def chat_key(raw: dict[str, Any]) -> int:
    """Return the chat that orders a raw update, whatever it looks like; 0 if it names none."""
    number = _chat(raw).get("id")
    return number if isinstance(number, int) and -(2**63) <= number < 2**63 else 0


def _chat(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the chat of a raw update, else who sent it; empty if it names neither."""
    body = next((raw[key] for key in _PERSON_KEYS if isinstance(raw.get(key), dict)), None)
    if not isinstance(body, dict):
        return {}
    message = body.get("message", body)
    chat = message.get("chat") if isinstance(message, dict) else None
    holder = chat if isinstance(chat, dict) else body.get("from")
    return holder if isinstance(holder, dict) else {}


def _moved(item: StoredUpdate, new: int) -> StoredUpdate:
    """Return an update of a group as if it came from where the group is now."""
    raw = from_json(item.payload)
    _chat(raw)["id"] = new
    return replace(item, payload=_json(raw))


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
    that holds the chat's lease. `lease_clock` is the time by which leases lapse.
    """

    def __init__(
        self, application: MadoguchiApplication, lease_clock: Callable[[], datetime]
    ) -> None:
        self._application = application
        self._house = application.house
        self._lease_clock = lease_clock
        self._holder = secrets.token_hex(8)
        self._chats: dict[int, list[StoredUpdate]] = {}
        self._arrivals: dict[int, float] = {}
        self._answered: dict[int, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()

    async def resume(self) -> None:
        """Take up what a stopped process left behind, and what nobody works on."""
        now, held = self._lease_clock(), set(self._chats)
        self.dispatch(
            await self._house.write(lambda tx: inbox.take_up(tx, self._holder, now, held))
        )

    async def sweep(self) -> None:
        """Keep the leases and take up the chats nobody holds, until cancelled (PostgreSQL)."""
        if self._house.database.is_sqlite:
            return
        is_away = False
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.renew()
                await self.resume()
            except Exception as error:
                # The leases lapse meanwhile; other processes that reach the database go on.
                if not is_database_away(error):
                    raise
                if not is_away:
                    _LOGGER.warning("the database is away: %s", type(error).__name__)
                is_away = True
            else:
                is_away = False

    async def renew(self) -> None:
        """Keep the chats worked on; what another process has taken over is left to it."""
        now, held = self._lease_clock(), set(self._chats)
        lost = await self._house.write(lambda tx: inbox.renew(tx, self._holder, held, now))
        for chat in lost & self._chats.keys():
            _LOGGER.warning("another process has taken over a chat: this one was too slow")
            for item in self._chats[chat][1:]:
                self._arrivals.pop(item.update_id, None)
            del self._chats[chat][1:]

    async def accept(self, raws: Sequence[dict[str, Any]]) -> None:
        """Store updates, and return once they are safe: only then may they be acknowledged.

        Waits while too many are in memory.
        """
        await self._room.wait()
        received_at, now = self._house.clock(), self._lease_clock()
        updates = [stored_update(raw, received_at) for raw in raws]
        self.dispatch(
            await self._house.write(lambda tx: inbox.store(tx, updates, self._holder, now))
        )

    def waiting(self, raw: dict[str, Any]) -> int:
        """Return how many updates of the same chat are not answered yet."""
        return len(self._chats.get(chat_key(raw), ()))

    def dispatch(self, updates: Iterable[StoredUpdate]) -> None:
        """Queue stored updates behind their chats, each once however often it is found."""
        for item in updates:
            # What was seen of the inbox a moment ago may be answered by now.
            if item.update_id in self._arrivals or item.update_id in self._answered:
                continue
            self._arrivals[item.update_id] = time.monotonic()
            queue = self._chats.get(item.chat_key)
            if queue is not None:
                # The first is being answered; what another process stored may belong before others.
                insort(queue, item, lo=min(1, len(queue)), key=_number)
                continue
            self._chats[item.chat_key] = [item]
            task = asyncio.create_task(self._work(item.chat_key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(self._arrivals) >= MOST_WAITING:
            self._room.clear()

    async def drain(self) -> None:
        """Return once every queued update is finished."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def give_up(self) -> None:
        """Leave what is not answered to other processes at once; this one works no more."""
        if not self._house.database.is_sqlite:
            await self._house.write(lambda tx: inbox.let_all_go(tx, self._holder))

    async def _work(self, chat_key: int) -> None:
        queue = self._chats[chat_key]
        try:
            while queue:
                await self._finish(queue[0])
                self._forget(queue.pop(0))
                if not queue:
                    self.dispatch(await self._let_go(chat_key))
        except Exception:
            # Not even the failure could be recorded; the inbox still has what is not answered.
            _LOGGER.exception("%d updates of a chat are left for the next start", len(queue))
        finally:
            for item in queue:
                self._arrivals.pop(item.update_id, None)
            del self._chats[chat_key]
            self._make_room()

    def _forget(self, item: StoredUpdate) -> None:
        """Note that an update is answered."""
        arrived = self._arrivals.pop(item.update_id)
        metrics.ANSWER_SECONDS.observe(time.monotonic() - arrived)
        self._answered[item.update_id] = None
        if len(self._answered) > MOST_WAITING:
            del self._answered[next(iter(self._answered))]
        self._make_room()

    def _make_room(self) -> None:
        if len(self._arrivals) < MOST_WAITING:
            self._room.set()

    async def _let_go(self, chat_key: int) -> list[StoredUpdate]:
        """Give the chat's lease back, or return what other processes stored behind it."""
        if self._house.database.is_sqlite:
            return []
        return await self._record(lambda tx: inbox.let_go(tx, chat_key, self._holder))

    async def _record(self, unit: Callable[[Transaction], T]) -> T:
        """Store what became of an update, trying until the database is to be had.

        Giving up would leave the chat's updates unanswered until the next start.
        """
        patience = 0.2
        while True:
            try:
                return await self._house.write(unit)
            except Exception as error:
                if not is_database_away(error):
                    raise
                _LOGGER.warning("the database is away: %s", type(error).__name__)
            await asyncio.sleep(patience)
            patience = min(patience * 2, _PATIENCE_SECONDS)

    async def _finish(self, item: StoredUpdate) -> None:
        patience = 0.2
        while True:
            context: Context | None = None
            try:
                update = parsed_update(item.payload, self._application.bot)
                context = Context.from_update(update, self._application)
                context.received_at = item.received_at
                await self._handle(update, context, item)
                await self._done(item.update_id, context)
            except Forbidden:
                _LOGGER.info("update %d: the person has blocked the bot", item.update_id)
                await self._done(item.update_id, context)
                return
            except Exception as error:  # noqa: BLE001 - counted, logged and buried in _failed
                if isinstance(error, ChatMigrated) and item.chat_key < 0:
                    followed = await self._follow(_after(item, context), error.new_chat_id)
                    if followed.payload != item.payload:
                        item = followed
                        continue
                if _is_passing(error):
                    name = type(error).__name__
                    _LOGGER.warning("update %d is answered again: %s", item.update_id, name)
                    item = _after(item, context)
                    await asyncio.sleep(_seconds(error, patience))
                    patience = min(patience * 2, _PATIENCE_SECONDS)
                    continue
                item = await self._failed(item, error, context)
                if item.tries >= inbox.MAX_TRIES:
                    return
            else:
                return

    async def _follow(self, item: StoredUpdate, new: int) -> StoredUpdate:
        """Note that the update's group has moved, and answer it where the group is now."""
        _LOGGER.warning("chat %d is %d now", item.chat_key, new)
        await self._record(lambda tx: delivery.group_moved(tx, item.chat_key, new))
        return _moved(item, new)

    async def _handle(self, update: Update, context: Context, item: StoredUpdate) -> None:
        if item.applied:
            await show_again(update, context)
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
        await self._record(lambda tx: inbox.finish(tx, update_id, thoughts))

    async def _failed(
        self, item: StoredUpdate, error: Exception, context: Context | None
    ) -> StoredUpdate:
        incident = secrets.token_hex(4)
        place = type(error).__name__
        _LOGGER.error("incident %s: update %d: %s", incident, item.update_id, place, exc_info=error)
        house = self._house
        buried = await self._record(lambda tx: inbox.fail(tx, item, incident, place, house.clock()))
        metrics.UPDATES.add("failed")
        if buried:
            metrics.UPDATES.add("buried")
        if buried and context is not None:
            await self._apologise(context, item.chat_key, incident)
        return replace(_after(item, context), tries=item.tries + 1)

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
    return replace(item, applied=applied)


def _number(item: StoredUpdate) -> int:
    return item.update_id


def _is_passing(error: Exception) -> bool:
    """Whether trying again later is the cure: the network, Telegram's pace or the database."""
    # The library calls a fault of our own transport a network error too, with its cause.
    if isinstance(error, BadRequest) or error.__cause__ is not None:
        return is_database_away(error)
    return isinstance(error, (NetworkError, RetryAfter)) or is_database_away(error)


def _seconds(error: Exception, patience: float) -> float:
    if not isinstance(error, RetryAfter):
        return patience
    wait = error.retry_after
    return float(wait) if isinstance(wait, (int, float)) else wait.total_seconds()
