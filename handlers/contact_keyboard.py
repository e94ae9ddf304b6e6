"""The button that shares one's own telephone number: put out on request, always taken back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from handlers import replies
from handlers.callbacks import form_of
from handlers.updates import pressed, user_and_chat
from services import drafts

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context


async def put_out(update: Update, context: Context) -> None:
    """Put the button out, where a question takes a number that way."""
    query, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    await context.transact(
        drafts.offer_contact, context.house.forms, user, form_of(data), context.now
    )
    _ = context.gettext
    keyboard = ReplyKeyboardMarkup(
        [[KeyboardButton(_("Share my telephone number"), request_contact=True)]],
        resize_keyboard=True,
        one_time_keyboard=True,
    )
    text = _("Press the button at the bottom of the screen to send the number of your account.")
    await asyncio.gather(replies.answer_query(query), replies.send(context, chat, text, keyboard))


async def take_back(context: Context, chat: int) -> None:
    """Take the button away; Telegram does that with a message only."""
    text = context.gettext("Thank you. The button for sending your number is closed.")
    await replies.send(context, chat, text, ReplyKeyboardRemove())
