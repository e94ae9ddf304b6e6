"""Buttons for writing to an owner and reading what they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton

from handlers.callbacks import RELAY, pack

if TYPE_CHECKING:
    from handlers.context import Context
    from services.case_desk import View

DEEP_LINK = "msgs_"
"""What /start is called with to have the messages of a case sent: the prefix of its id."""


def reply_button(context: Context, case: int) -> InlineKeyboardButton:
    """Return the button under an owner's message: what comes next is the answer."""
    return InlineKeyboardButton(context.gettext("Reply"), callback_data=pack(RELAY, "write", case))


def reading_link(context: Context, case: int) -> InlineKeyboardButton:
    """Return the button in the staff chat that opens a case's messages in private."""
    link = f"https://t.me/{context.bot.username}?start={DEEP_LINK}{case}"
    return InlineKeyboardButton(context.gettext("Read it (private chat)"), url=link)


def stop_button(context: Context, case: int) -> InlineKeyboardButton:
    """Return the button that gives up what was about to be written."""
    return InlineKeyboardButton(
        context.gettext("Do not write"), callback_data=pack(RELAY, "stop", case)
    )


def case_rows(context: Context, view: View) -> list[list[InlineKeyboardButton]]:
    """Return what a case's card offers: write to the company, read what was written."""
    _ = context.gettext
    case, row = view.card.consultation.id, []
    if view.writes:
        label = _("Write to the company")
        row.append(InlineKeyboardButton(label, callback_data=pack(RELAY, "write", case)))
    if view.reads_messages:
        row.append(InlineKeyboardButton(_("Messages"), callback_data=pack(RELAY, "read", case)))
    return [row] if row else []
