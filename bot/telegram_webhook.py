"""Tells Telegram where the webhook is, or keeps the process from polling behind one's back."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.health import Intake as Transport
from bot.intake import ALLOWED_UPDATES
from bot.settings import SettingsError
from storage.failures import is_database_away

if TYPE_CHECKING:
    from telegram import Bot

    from bot.health import Vitals
    from bot.lease import Lease

_LOGGER = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 100
"""Of 1 to 100: updates that arrive together commit together."""
WATCH_SECONDS: Final = 600.0
"""Between two looks whether the webhook still stands."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0


async def refuse_foreign_webhook(bot: Bot) -> None:
    """Refuse to poll a bot that has a webhook: polling would switch off who is served by it.

    Raises SettingsError; returns if the webhook is gone by now. The path stays untold, it may
    be a secret.
    """
    url = (await bot.get_webhook_info()).url
    if url:
        host = urlsplit(url).hostname
        raise SettingsError(
            f"the bot has a webhook at {host}, and Telegram lets nobody poll meanwhile; set "
            "MADOGUCHI_WEBHOOK_URL, or switch that webhook off with `madoguchi run --take-over`"
        )


async def remove_webhook(bot: Bot) -> None:
    """Switch the bot's webhook off; updates that wait are kept. Raises TelegramError."""
    host = urlsplit((await bot.get_webhook_info()).url).hostname
    await bot.delete_webhook(drop_pending_updates=False)
    _LOGGER.warning("the webhook at %s is switched off: told to take over", host)


async def keep_webhook(bot: Bot, url: str, secret: str, lease: Lease, vitals: Vitals) -> None:
    """Tell Telegram the webhook, and again whenever somebody removes or moves it.

    One of several replicas looks. Raises as `announce_webhook` does.
    """
    await announce_webhook(bot, url, secret, lease, vitals)
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            if (await lease.hold()).is_taken:
                await _look(bot, url, secret, lease, vitals)
        except InvalidToken:
            raise
        except Exception as error:
            if not (isinstance(error, TelegramError) or is_database_away(error)):
                raise
            _LOGGER.warning("the webhook is looked at later: %s", type(error).__name__)


async def _look(bot: Bot, url: str, secret: str, lease: Lease, vitals: Vitals) -> None:
    present = (await bot.get_webhook_info()).url
    if present == url:
        await lease.release()
        return
    vitals.is_webhook_lost = True
    where = f"moved to {urlsplit(present).hostname}" if present else "removed"
    _LOGGER.warning("somebody has %s the webhook; it is set again", where)
    await announce_webhook(bot, url, secret, lease, vitals)
    vitals.is_webhook_lost = False


async def announce_webhook(bot: Bot, url: str, secret: str, lease: Lease, vitals: Vitals) -> None:
    """Tell Telegram the webhook, trying until it knows; one of several replicas does it.

    Raises SettingsError when Telegram refuses the address, and InvalidToken.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            if (await lease.hold()).is_taken:
                await _set(bot, url, secret)
                await lease.release()
                break
            if (await bot.get_webhook_info()).url == url:
                break
        except InvalidToken:
            raise
        except RetryAfter as error:
            wait = error.retry_after
            pause = float(wait) if isinstance(wait, (int, float)) else wait.total_seconds()
        except BadRequest as error:
            raise SettingsError(f"MADOGUCHI_WEBHOOK_URL: Telegram says: {error.message}") from None
        except TelegramError as error:
            _LOGGER.warning("the webhook is set later: %s", type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    vitals.intake = Transport.WEBHOOK
    _LOGGER.info("updates come by the webhook at %s", urlsplit(url).hostname)


async def _set(bot: Bot, url: str, secret: str) -> None:
    before = (await bot.get_webhook_info()).url
    if before and before != url:
        _LOGGER.warning("the webhook moves here from %s", urlsplit(before).hostname)
    await bot.set_webhook(
        url,
        secret_token=secret,
        max_connections=MAX_CONNECTIONS,
        allowed_updates=list(ALLOWED_UPDATES),
    )
