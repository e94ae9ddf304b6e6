"""Personal data goes to one staff member's private chat, never to the staff chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import MessageLimit
from telegram.error import BadRequest, Forbidden

from handlers import replies

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from telegram import CallbackQuery, InlineKeyboardMarkup

    from handlers.context import Context


async def send_protected(
    context: Context, chat: int, text: str, buttons: InlineKeyboardMarkup | None = None
) -> None:
    """Send a record (HTML) that cannot be forwarded, in as many messages as it needs.

    Raises Forbidden, or BadRequest for an unknown chat, if the person never started the bot.
    """
    parts = pages(text)
    for part in parts:
        await replies.send_protected(context, chat, part, buttons if part is parts[-1] else None)


def pages(text: str) -> list[str]:
    """Return a text as messages of at most 4096 characters, broken between lines."""
    parts = [""]
    for line in text.split("\n"):
        longer = f"{parts[-1]}\n{line}" if parts[-1] else line
        if len(longer) <= MessageLimit.MAX_TEXT_LENGTH:
            parts[-1] = longer
        else:
            parts.append(line)
    return parts


async def send_privately(
    context: Context,
    query: CallbackQuery,
    user: int,
    text: str,
    buttons: InlineKeyboardMarkup | None = None,
    payload: str = "",
) -> bool:
    """Send a record to a staff member's private chat and answer their press.

    Whoever never started the bot is told where to; `payload` is what /start is called with there.
    Returns whether the record was sent.
    """
    return await privately(context, query, send_protected(context, user, text, buttons), payload)


async def privately(
    context: Context, query: CallbackQuery, sending: Awaitable[None], payload: str
) -> bool:
    """Send something to a staff member's private chat and answer their press, as above."""
    try:
        await sending
    except (Forbidden, BadRequest) as error:
        if isinstance(error, BadRequest) and "chat not found" not in error.message.lower():
            raise
        link = f"https://t.me/{context.bot.username}?start={payload or 'private'}"
        alert = context.gettext(
            "I cannot write to you yet. Please open %(link)s and press Start, then try again."
        )
        await replies.answer_query(query, alert % {"link": link}, alert=True)
        return False
    await replies.answer_query(query, context.gettext("Sent to your private chat."))
    return True
