"""Sends what the outbox owes, at Telegram's pace, rendered from the facts as they are now."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from bot import metrics
from bot.telegram_http import NotSentError
from domain.outbox import Fate, Missed, NotNow
from handlers import replies
from handlers.context import Context
from handlers.notices import render
from handlers.topics import is_gone, thread_of
from services import delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.outbox import ClaimedNotice
    from handlers.context import MadoguchiApplication
    from handlers.messages import Message
    from storage.database import Transaction

P = ParamSpec("P")
_LOGGER = logging.getLogger(__name__)
_LONGEST_SLEEP = timedelta(minutes=1)
_AFTER_A_FAULT = timedelta(seconds=5)
# What Telegram answers where the chat, not the message, is the reason.
_CHAT_REFUSES = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "peer_id_invalid",
    "topic_closed",
    "group chat was deactivated",
    "user not found",
)


class Delivery:
    """The loop that claims and sends notices."""

    def __init__(self, application: MadoguchiApplication) -> None:
        self._application = application
        self._house = application.house
        self._sending: set[asyncio.Task[None]] = set()
        self._on_their_way: set[int] = set()

    async def run(self) -> None:
        """Send until cancelled; sleeps while nothing is owed. What is on its way is finished."""
        news = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        take_off = self._house.database.on_commit(delivery.NEWS, wake)
        try:
            await self._house.write(delivery.resume)
            while True:
                news.clear()
                pause = await self._start_due()
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause.total_seconds()):
                        await news.wait()
        finally:
            take_off()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def send_due(self) -> int:
        """Claim and send what is due now; return how many were claimed."""
        now = self._house.clock()
        claim = await self._house.write(lambda tx: delivery.claim(tx, now))
        await asyncio.gather(*(self._send(notice) for notice in claim.notices))
        return len(claim.notices)

    async def _start_due(self) -> timedelta:
        """Claim, start sending, and return how long nothing else can be due."""
        now = self._house.clock()
        try:
            claim = await self._house.write(lambda tx: delivery.claim(tx, now))
        except Exception:
            _LOGGER.exception("the outbox cannot be read, trying again")
            return _AFTER_A_FAULT
        for notice in claim.notices:
            task = asyncio.create_task(self._send(notice))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        if claim.next_at is None:
            return _LONGEST_SLEEP
        return min(max(claim.next_at - now, timedelta()), _LONGEST_SLEEP)

    async def _record(
        self,
        service: Callable[Concatenate[Transaction, ClaimedNotice, P], Fate],
        notice: ClaimedNotice,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        fate = await self._house.write(lambda tx: service(tx, notice, *args, **kwargs))
        if fate is not Fate.MOOT:
            metrics.NOTICES.add(fate)

    async def _send(self, notice: ClaimedNotice) -> None:
        """Send one notice and record what came of it; never raises."""
        # A clock put forward lets the claim lapse of what this process is still sending.
        if notice.id in self._on_their_way:
            return
        try:
            await self._try(notice)
        except Exception as error:
            # What went wrong may be the record of it: then the lease gives the notice back.
            _LOGGER.exception("notice %d (%s) failed", notice.id, notice.kind)
            with suppress(Exception):
                await self._record(
                    delivery.faulty, notice, type(error).__name__, self._house.clock()
                )

    async def _try(self, notice: ClaimedNotice) -> None:
        now = self._house.clock()
        context = Context(self._application)
        try:
            message = await render(context, notice)
        except Missed:
            _LOGGER.warning("notice %d (%s) comes too late", notice.id, notice.kind)
            await self._record(delivery.missed, notice, now)
            return
        except NotNow as early:
            await self._record(delivery.too_early, notice, early.until)
            return
        if message is None:
            await self._record(delivery.moot, notice, now)
            return
        try:
            self._on_their_way.add(notice.id)
            try:
                thread = await thread_of(context, notice)
                sent = await self._transmit(context, notice.recipient, message, thread)
            finally:
                self._on_their_way.remove(notice.id)
        except RetryAfter as error:
            await self._record(delivery.flooded, notice, _wait(error), self._house.clock())
        except ChatMigrated as error:
            _LOGGER.warning("chat %d is %d now", notice.recipient, error.new_chat_id)
            await self._record(delivery.moved, notice, error.new_chat_id)
        except NotSentError as error:
            _LOGGER.warning("notice %d did not leave: %s", notice.id, error)
            await self._record(delivery.not_sent, notice, now)
        except (Forbidden, BadRequest) as error:
            await self._refused(notice, error)
        except NetworkError as error:
            _LOGGER.warning("notice %d may have arrived, trying again: %s", notice.id, error)
            await self._record(delivery.perhaps_sent, notice, now)
        else:
            await self._record(delivery.sent, notice, now, _also(message, notice.recipient, sent))

    async def _transmit(
        self, context: Context, chat: int, message: Message, thread: int | None
    ) -> int:
        first = message.before
        if first is not None:
            note = _also(first, chat, await self._post(context, chat, first, thread))
            if note is not None:
                await self._house.write(note)
        return await self._post(context, chat, message, thread)

    async def _post(self, context: Context, chat: int, message: Message, thread: int | None) -> int:
        if thread is None:
            return await replies.send_message(context, chat, message)
        try:
            return await replies.send_message(context, chat, replace(message, thread=thread))
        except BadRequest as error:
            if not await is_gone(context, chat, thread, error.message):
                raise
        return await replies.send_message(context, chat, message)

    async def _refused(self, notice: ClaimedNotice, error: Forbidden | BadRequest) -> None:
        now = self._house.clock()
        # What follows a second colon may quote the message.
        reason = error.message.removeprefix("Forbidden: ").split(":")[0][:80]
        _LOGGER.warning("notice %d (%s) is refused: %s", notice.id, notice.kind, reason)
        is_chat = isinstance(error, Forbidden) or any(
            text in error.message.lower() for text in _CHAT_REFUSES
        )
        if is_chat:
            await self._record(delivery.refused, notice, reason, self._house.staff_chat, now)
        else:
            await self._record(delivery.faulty, notice, reason, now)


def _also(message: Message, chat: int, sent: int) -> Callable[[Transaction], None] | None:
    """Return what is to be recorded now that a message went out under an id."""
    on_sent = message.on_sent
    return None if on_sent is None else lambda tx: on_sent(tx, chat, sent)


def _wait(error: RetryAfter) -> timedelta:
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
