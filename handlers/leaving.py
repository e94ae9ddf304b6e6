"""Leaving a questionnaire and coming back: pause, resume, withdraw."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.errors import StaleButton
from handlers import case_buttons, replies
from handlers.callbacks import FAMILIES, form_of, pack
from handlers.contact_keyboard import take_back
from handlers.drafts import ask_in
from handlers.office import office
from handlers.updates import pressed, user_and_chat
from services import drafts

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context
    from services.drafts import Step


def resume_button(context: Context, name: str, label: str = "") -> InlineKeyboardButton:
    """Return the button that goes on with a questionnaire."""
    return InlineKeyboardButton(
        label or context.gettext("Resume"),
        callback_data=pack(FAMILIES[name], "resume"),
        style=KeyboardButtonStyle.PRIMARY,
    )


async def resume(update: Update, context: Context) -> None:
    """Go on with the questionnaire, in the place of the pressed message."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    draft = await context.transact(
        drafts.resume, context.house.forms, user, form_of(data), context.now
    )
    if draft is None:
        raise StaleButton("")
    await asyncio.gather(replies.answer_query(query), ask_in(context, chat, message, draft))


async def pause(update: Update, context: Context) -> None:
    """Leave the questionnaire for later."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    step = await context.transact(drafts.set_aside, user, form_of(data), context.now)
    if step is None:
        raise StaleButton("")
    text = context.gettext("Saved. You can go on at any time within %(draft_days)d days.")
    buttons = InlineKeyboardMarkup([[resume_button(context, form_of(data))]])
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, text % office(context), buttons),
        close_keyboard(context, chat, step),
    )


async def close_keyboard(context: Context, chat: int, step: Step | None) -> None:
    """Take the button for sharing one's number back, if the person left while it was out."""
    if step is not None and step.takes_keyboard_back:
        await take_back(context, chat)


def _delete_buttons(context: Context, name: str) -> InlineKeyboardMarkup:
    _ = context.gettext
    delete = InlineKeyboardButton(
        _("Delete"),
        callback_data=pack(FAMILIES[name], "cancel_yes"),
        style=KeyboardButtonStyle.DANGER,
    )
    return InlineKeyboardMarkup([[delete], [resume_button(context, name, _("Go on"))]])


async def cancel(update: Update, context: Context) -> None:
    """/cancel: ask before deleting what is being filled in."""
    user, chat = user_and_chat(update)
    _ = context.gettext
    draft = await context.read(drafts.latest, context.house.forms, user)
    if draft is None:
        await replies.send(context, chat, _("There is no open form. /start begins one."))
        return
    step = await context.transact(drafts.set_aside, user, draft.questionnaire, context.now)
    await close_keyboard(context, chat, step)
    buttons = _delete_buttons(context, draft.questionnaire)
    await replies.send(context, chat, _("Shall we delete what you entered?"), buttons)


async def cancel_button(update: Update, context: Context) -> None:
    """Withdraw: ask before deleting."""
    query, data, message = pressed(update)
    _, chat = user_and_chat(update)
    text = context.gettext("Shall we delete what you entered?")
    buttons = _delete_buttons(context, form_of(data))
    await asyncio.gather(
        replies.answer_query(query), replies.show(context, chat, message, text, buttons)
    )


async def delete(update: Update, context: Context) -> None:
    """Delete what was entered."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    step = await context.transact(drafts.abandon, user, form_of(data))
    if step is None:
        raise StaleButton("")
    await asyncio.gather(replies.answer_query(query), show_deleted(context, chat, message, step))


async def show_deleted(context: Context, chat: int, message: int, step: Step) -> None:
    """Say that all is deleted, and leave no question of it behind; staff go back to the case."""
    text = context.gettext("We have stopped here. What you entered has been deleted.")
    case, buttons = step.before.case, None
    if case is not None:
        back = case_buttons.button(context.gettext("Back to the case"), "open", case)
        buttons = InlineKeyboardMarkup([[back]])
    showing = [
        replies.show(context, chat, message, text, buttons),
        close_keyboard(context, chat, step),
    ]
    live = step.before.live_message_id
    if live is not None and live != message:
        showing.append(replies.delete(context, chat, live))
    await asyncio.gather(*showing)
