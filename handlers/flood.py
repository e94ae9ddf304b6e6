"""What somebody is told who sends faster than can be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import Update

from handlers import replies
from handlers.context import Context
from handlers.updates import user_and_chat

if TYPE_CHECKING:
    from handlers.context import MadoguchiApplication


async def ask_to_slow_down(application: MadoguchiApplication, raw: dict[str, Any]) -> None:
    """Ask the sender of a raw update to wait a moment; nothing of it was stored.

    Raises TelegramError, and whatever an update that cannot be parsed raises.
    """
    update = Update.de_json(raw, application.bot)
    context = Context.from_update(update, application)
    text = context.gettext(
        "That was too fast for me, so I did not take the last ones. "
        "Please wait about ten seconds and go on from there."
    )
    if update.callback_query is not None:
        await replies.answer_query(update.callback_query, text, alert=True)
        return
    _, chat = user_and_chat(update)
    await replies.send(context, chat, text)
