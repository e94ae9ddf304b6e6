"""What texts say of the office: name, telephone, hours."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_time
from telegram import CopyTextButton, InlineKeyboardButton

from locales import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from handlers.context import Context


def office(context: Context) -> dict[str, object]:
    """Return the office's facts as placeholders of a text (HTML)."""
    programme = context.house.programme
    return {
        "hub": escape(programme.office.hub),
        "telephone": escape(programme.office.telephone),
        "hours": escape(office_hours(context)),
        "prefecture": escape(programme.plan.prefecture),
        "days": programme.office.reply_within_working_days,
        "questions": context.house.questionnaire.last_number,
        "steps": context.house.questionnaire.steps,
        "draft_days": programme.retention.draft_days,
    }


def office_hours(context: Context) -> str:
    """Return when the office is open: in the programme's own words to those who read them."""
    office = context.house.programme.office
    if context.language == DEFAULT_LANGUAGE:
        return office.hours
    text = context.gettext("working days %(opens)s–%(closes)s")
    opens, closes = (
        format_time(at, "H:mm", locale=context.language) for at in (office.opens, office.closes)
    )
    return text % {"opens": opens, "closes": closes}


def copy_telephone(context: Context) -> InlineKeyboardButton:
    """Return the button that copies the office's telephone number."""
    number = context.house.programme.office.telephone
    text = context.gettext("Copy the number %(telephone)s") % {"telephone": number}
    return InlineKeyboardButton(text, copy_text=CopyTextButton(number))
