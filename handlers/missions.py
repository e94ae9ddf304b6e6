"""Writing the mission on a case's needs sheet: a staff form of one question."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handlers import replies
from handlers.callbacks import number_in
from handlers.case_buttons import read_number
from handlers.drafts import ask_in
from handlers.referrals import desk_screen, sheet_form
from handlers.updates import own_chat, pressed
from services import missions

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context


async def begin(update: Update, context: Context) -> None:
    """Ask for the mission of a case. Raises NotPermitted, StaleButton."""
    query, data, message = pressed(update)
    user, chat = own_chat(update)
    case = read_number(data.rsplit(":", 1)[1])
    draft = await context.transact(missions.ask, context.occasion, context.house.forms, user, case)
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))


async def submit(update: Update, context: Context) -> None:
    """Put the mission on the sheet, and go on to the agencies. Raises NotPermitted, StaleButton."""
    query, data, message = pressed(update)
    user, chat = own_chat(update)
    written = await context.transact(
        missions.submit,
        context.occasion,
        context.house.forms,
        sheet_form(context),
        user,
        number_in(data),
    )
    if written.refusal is not None or written.desk is None:
        if written.refusal is not None:
            await replies.refuse(context, query, written.refusal)
        return
    await replies.answer_query(query, context.gettext("Recorded."))
    shown = desk_screen(context, written.desk, 0)
    await replies.show(context, chat, message, shown.text, shown.buttons)
