"""What texts say of the office: name, telephone, hours."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import CopyTextButton, InlineKeyboardButton

if TYPE_CHECKING:
    from handlers.context import Context


def office(context: Context) -> dict[str, object]:
    """Return the office's facts as placeholders of a text (HTML)."""
    programme = context.house.programme
    return {
        "hub": escape(programme.office.hub),
        "telephone": escape(programme.office.telephone),
        "hours": escape(programme.office.hours),
        "prefecture": escape(programme.plan.prefecture),
        "days": programme.office.reply_within_working_days,
        "questions": context.house.questionnaire.last_number,
        "steps": context.house.questionnaire.steps,
        "draft_days": programme.retention.draft_days,
    }


def copy_telephone(context: Context) -> InlineKeyboardButton:
    """Return the button that copies the office's telephone number."""
    number = context.house.programme.office.telephone
    text = context.gettext("Copy the number %(telephone)s") % {"telephone": number}
    return InlineKeyboardButton(text, copy_text=CopyTextButton(number))
