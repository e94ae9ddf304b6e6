"""The staff chat's cards as they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import replies
from handlers.context import Context

if TYPE_CHECKING:
    from handlers.replies import Buttons


async def edit_card(
    context: Context, chat: int, message: int, text: str, buttons: Buttons | None = None
) -> None:
    """Show a card as it is now, unless this is a private chat (Telegram numbers those above zero).

    Cards are posted to the staff chat only, but an altered app can press any button it likes under
    a message of its own chat, and would be shown a case and who works on it. Under a file the card
    is the caption.
    """
    if chat < 0 and not await replies.edit(context, chat, message, text, buttons):
        await replies.edit_caption(context, chat, message, text, buttons)


def in_readers_language(context: Context, chat: int) -> Context:
    """Return the context to write to a chat with: in a group's, everybody reads it."""
    return context if chat > 0 else Context(context.application)
