"""Registering a partner and giving one another name: a staff form, and its last button."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from domain.partners import TOKEN_BYTES
from handlers import replies
from handlers.callbacks import number_in
from handlers.drafts import ask_in
from handlers.partners import card, read_number
from handlers.updates import own_chat, pressed
from services import partners

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context


async def register(update: Update, context: Context) -> None:
    """Ask what is needed to register a partner. Raises NotPermitted."""
    query, _, message = pressed(update)
    user, chat = own_chat(update)
    draft = await context.transact(partners.ask_for_new, context.house.forms, user, context.now)
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))


async def rename(update: Update, context: Context) -> None:
    """Ask for another name. Raises NotPermitted, PartnerEnded, StaleButton."""
    query, data, message = pressed(update)
    user, chat = own_chat(update)
    partner = read_number(data.rsplit(":", 1)[1])
    draft = await context.transact(
        partners.ask_for_name, context.house.forms, user, partner, context.now
    )
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))


async def submit(update: Update, context: Context) -> None:
    """Record the partner or its name. Raises NotPermitted, NameTaken, PartnerEnded, StaleButton."""
    query, data, message = pressed(update)
    user, chat = own_chat(update)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    view = await context.transact(
        partners.submit, context.house.forms, user, number_in(data), token, context.now
    )
    await replies.answer_query(query, context.gettext("Recorded."))
    shown = card(context, view)
    await replies.show(context, chat, message, shown.text, shown.buttons)
