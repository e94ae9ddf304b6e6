"""/language: Japanese or English, for this person."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from handlers import replies
from handlers.asking import asks
from handlers.callbacks import LANGUAGE, pack, unpack
from handlers.updates import pressed, user_and_chat
from services import people

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context


async def language(update: Update, context: Context) -> None:
    """/language: offer the languages."""
    _, chat = user_and_chat(update)
    rows = [
        [InlineKeyboardButton(name, callback_data=pack(LANGUAGE, code))]
        for code, name in (("ja", "日本語"), ("en", "English"))
    ]
    await replies.send(context, chat, "日本語 / English", InlineKeyboardMarkup(rows))


async def language_button(update: Update, context: Context) -> None:
    """A language's button."""
    query, data, message = pressed(update)
    arguments = unpack(data, 1)
    if arguments is None or arguments[0] not in context.house.translations:
        raise StaleButton("")
    user, chat = user_and_chat(update)
    draft = await context.transact(people.choose_language, context.house.forms, user, arguments[0])
    context.house.languages[user] = context.language = arguments[0]
    showing = [
        replies.answer_query(query),
        replies.edit(context, chat, message, context.gettext("This is the language now.")),
    ]
    if draft is not None and draft.live_message_id is not None:
        showing.append(replies.edit(context, chat, draft.live_message_id, *asks(context, draft)))
    await asyncio.gather(*showing)
