"""Personal data goes to one staff member's private chat, never to the staff chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.error import Forbidden

from handlers import replies

if TYPE_CHECKING:
    from telegram import CallbackQuery

    from handlers.context import Context


async def send_privately(context: Context, query: CallbackQuery, user: int, text: str) -> None:
    """Send a record to a staff member who has opened a private chat, else ask them to."""
    try:
        await replies.send(context, user, text)
    except Forbidden:
        text = context.gettext("Please open a private chat with this bot and press /start first.")
        await replies.answer_query(query, text, alert=True)
        return
    await replies.answer_query(query, context.gettext("Sent to your private chat."))
