"""Sends what the outbox owes, at Telegram's pace, rendered from the facts as they are now."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from domain.outbox import ClaimedNotice, NoticeKind
from handlers import cases as case_cards
from handlers import replies
from handlers.context import Context
from handlers.figures import summary_text
from services import cases, delivery, figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import InlineKeyboardMarkup

    from handlers.context import MadoguchiApplication
    from storage.database import Transaction

T = TypeVar("T")
_LOGGER = logging.getLogger(__name__)
_IDLE_SECONDS = 0.5
_BUSY_SECONDS = 0.05


class Delivery:
    """The loop that claims and sends notices."""

    def __init__(self, application: MadoguchiApplication) -> None:
        self._application = application
        self._house = application.house

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            sent = await self.send_due()
            await asyncio.sleep(_BUSY_SECONDS if sent else _IDLE_SECONDS)

    async def send_due(self) -> int:
        """Claim and send one batch; return how many were claimed."""
        now = self._house.clock()
        claimed = await self._write(lambda tx: delivery.claim(tx, now))
        await asyncio.gather(*(self._send(notice) for notice in claimed))
        return len(claimed)

    async def _write(self, unit: Callable[[Transaction], T]) -> T:
        return await asyncio.wrap_future(self._house.database.write(unit))

    async def _send(self, notice: ClaimedNotice) -> None:
        now = self._house.clock()
        try:
            text, buttons = await self._render(notice)
            context = Context(self._application)
            await replies.send(context, notice.recipient, text, buttons)
        except RetryAfter as error:
            wait = error.retry_after
            pause = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
            await self._write(lambda tx: delivery.put_off(tx, notice.id, now + pause))
        except ChatMigrated as error:
            new = error.new_chat_id
            await self._write(lambda tx: delivery.group_moved(tx, notice.recipient, new))
            await self._write(lambda tx: delivery.put_off(tx, notice.id, now))
        except (Forbidden, BadRequest) as error:
            reason = type(error).__name__
            _LOGGER.warning("notice %d (%s) cannot be sent: %s", notice.id, notice.kind, reason)
            await self._write(lambda tx: delivery.undeliverable(tx, notice.id, reason, now))
        except NetworkError as error:
            _LOGGER.warning("notice %d is sent again later: %s", notice.id, error)
            pause = timedelta(seconds=min(2**notice.tries, 300))
            await self._write(lambda tx: delivery.put_off(tx, notice.id, now + pause))
        except Exception:
            _LOGGER.exception("notice %d (%s) failed", notice.id, notice.kind)
            pause = timedelta(minutes=5)
            await self._write(lambda tx: delivery.put_off(tx, notice.id, now + pause))
        else:
            await self._write(lambda tx: delivery.sent(tx, notice.id, now))

    async def _render(self, notice: ClaimedNotice) -> tuple[str, InlineKeyboardMarkup | None]:
        context = Context(self._application)
        payload = notice.payload
        if notice.kind is NoticeKind.NEW_CONSULTATION:
            card = await context.read(cases.card, payload["consultation"])
            return case_cards.card_text(context, card), case_cards.card_buttons(context, card)
        if notice.kind is NoticeKind.SUMMARY:
            first, last = (date.fromisoformat(payload[key]) for key in ("first", "last"))
            summary = await context.read(figures.summary, self._house.programme, first, last)
            return summary_text(context, payload["kind"], summary), None
        text = context.gettext("An update failed three times. Incident: %(incident)s")
        return text % {"incident": payload["incident"]}, None
