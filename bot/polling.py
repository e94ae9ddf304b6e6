"""Long polling: an update is acknowledged only after the inbox has committed it."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import TYPE_CHECKING, Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

if TYPE_CHECKING:
    from bot.dispatcher import Dispatcher
    from handlers.context import MadoguchiApplication

_LOGGER = logging.getLogger(__name__)
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_TIMEOUT_SECONDS = 30
_LONGEST_PAUSE_SECONDS = 30.0


async def poll(application: MadoguchiApplication, dispatcher: Dispatcher) -> None:
    """Fetch, store, acknowledge, until cancelled. Raises InvalidToken."""
    # PTB advises its own method, which parses first.
    warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
    offset = 0
    pause = 0.5
    while True:
        try:
            raws = await _fetch(application, offset)
        except InvalidToken:
            raise
        except RetryAfter as error:
            wait = error.retry_after
            await asyncio.sleep(wait if isinstance(wait, (int, float)) else wait.total_seconds())
        except Conflict:
            _LOGGER.warning("another process polls with this token; trying again")
            await asyncio.sleep(pause)
        except TelegramError as error:
            _LOGGER.warning("polling failed, trying again: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            pause = 0.5
            if raws:
                await dispatcher.accept(raws)
                offset = max(int(raw["update_id"]) for raw in raws) + 1


async def _fetch(application: MadoguchiApplication, offset: int) -> list[dict[str, Any]]:
    # The raw answer is wanted: parsing comes after storing, so nothing can jam the intake.
    answer = await application.bot.do_api_request(
        "getUpdates",
        api_kwargs={
            "offset": offset,
            "timeout": _TIMEOUT_SECONDS,
            "allowed_updates": list(ALLOWED_UPDATES),
        },
        read_timeout=_TIMEOUT_SECONDS + 10,
    )
    return answer if isinstance(answer, list) else []
