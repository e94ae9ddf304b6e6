"""/name: under which name a member of the staff writes to companies."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from handlers import replies
from handlers.typed import named
from handlers.updates import user_and_chat
from services import relay

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context


async def command(update: Update, context: Context) -> None:
    """/name, alone or with the name. Raises NotPermitted, FormFirst, InvalidAnswer."""
    user, chat = user_and_chat(update)
    if context.args:
        name = await context.transact(relay.set_desk_name, user, " ".join(context.args))
        await named(context, chat, name)
        return
    present = await context.transact(relay.ask_for_desk_name, context.occasion, user)
    _ = context.gettext
    text = _("Companies read “%(name)s” as your name. To change it, please type it.")
    shown = escape(present or _("the person in charge"))
    await replies.send(context, chat, text % {"name": shown})
