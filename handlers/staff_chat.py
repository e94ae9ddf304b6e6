"""The staff chat's cards as they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import replies

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.replies import Buttons


async def edit_card(
    context: Context, chat: int, message: int, text: str, buttons: Buttons | None = None
) -> None:
    """Show a card as it is now, unless this is a private chat (Telegram numbers those above zero).

    Cards are posted to the staff chat only, but an altered app can press any button it likes under
    a message of its own chat, and would be shown a case and who works on it.
    """
    if chat < 0:
        await replies.edit(context, chat, message, text, buttons)
