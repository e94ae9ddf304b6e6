"""The notice on personal information: shown before anything is asked, and what consent does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.needs import QUESTIONNAIRE as NEEDS
from handlers import replies
from handlers.callbacks import FAMILIES, form_of
from handlers.office import office
from handlers.partner_links import token_in, with_token
from handlers.updates import pressed, user_and_chat
from services import drafts

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context


def notice(context: Context, name: str, token: str = "") -> tuple[str, InlineKeyboardMarkup]:
    """Return the notice of a questionnaire (HTML) and its buttons.

    They carry the token of the partner's link that somebody came by: nothing is stored yet.
    """
    _ = context.gettext
    if name == NEEDS:
        text = _(
            "<b>Before you begin</b> (1/%(steps)d) [Required]\n\nWhat you enter is used\n"
            "(1) to answer you and arrange dates,\n(2) to count our results (names of companies "
            "and people are not published).\n\nThis chat passes through Telegram's equipment, so "
            "please enter as little personal information as possible. How long we keep it, and how "
            "to have it corrected or deleted, is under “Details”.\n\nDo you agree?"
        )
    else:
        text = _(
            "<b>Before we ask</b> [Required]\n\nYour name and telephone number are used to call "
            "you back, and for nothing else. This chat passes through Telegram's equipment. How "
            "long we keep them, and how to have them deleted, is under “Details”.\n\nDo you agree?"
        )
    return text % office(context), _buttons(context, name, token, "agree", "details", "refuse")


def _buttons(context: Context, name: str, token: str, *actions: str) -> InlineKeyboardMarkup:
    _ = context.gettext
    labels = {
        "agree": (_("Agree and go on"), KeyboardButtonStyle.PRIMARY),
        "details": (_("Details"), None),
        "refuse": (_("I do not agree"), None),
    }
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    labels[action][0],
                    callback_data=with_token(FAMILIES[name], action, token),
                    style=labels[action][1],
                )
            ]
            for action in actions
        ]
    )


def privacy_text(context: Context) -> str:
    """Return what is kept, where it passes, for how long, how to have it deleted (facts 5-3)."""
    text = context.gettext(
        "<b>Your information</b>\n"
        "■ Purpose\nAnswering you and arranging dates; counting our results. Names of companies "
        "and people are not published. We share what you tell us with talent agencies or your "
        "bank only if you agree in the form; /privacy lets you change that at any time.\n"
        "■ Where it passes\nThis chat passes through Telegram's equipment. What you enter is kept "
        "on this counter's own server; our staff read names and numbers in private chats only, "
        "and each look is logged. The office's calendars show a meeting by time, method, area and "
        "reference only.\n"
        "■ How long we keep it\nAn unfinished form: %(draft_days)d days after you last touched "
        "it. A request to be called back: %(draft_days)d days after the call. A consultation with "
        "its meetings and messages: for as long as we work on it and must account for it, or until "
        "you ask us to delete your personal information. Figures without names: ten years.\n"
        "■ Correction and deletion\nAn unfinished form: /cancel. A request to be called back: "
        "/status, where you can also move or cancel a meeting. After sending a consultation, "
        "please call us with your reference.\n"
        "%(telephone)s (%(hours)s)"
    )
    return text % office(context)


async def details(update: Update, context: Context) -> None:
    """Explain, and come back to the consent."""
    query, data, message = pressed(update)
    _, chat = user_and_chat(update)
    buttons = _buttons(context, form_of(data), token_in(data), "agree", "refuse")
    text = privacy_text(context) + "\n\n" + context.gettext("Do you agree?")
    await asyncio.gather(
        replies.answer_query(query), replies.show(context, chat, message, text, buttons)
    )


async def refuse(update: Update, context: Context) -> None:
    """Stop without keeping anything."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    await context.transact(drafts.refuse_consent, context.house.forms, user, form_of(data))
    text = context.gettext(
        "Understood. Nothing has been stored. We are glad to help by telephone: "
        "%(telephone)s (%(hours)s)"
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, text % office(context)),
    )


def agreed_line(context: Context) -> str:
    """Return the record that the notice is turned into (HTML)."""
    return context.gettext("Use of your information → <b>agreed</b>")
