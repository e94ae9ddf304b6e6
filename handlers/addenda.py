"""The staff chat's notice of an addendum to an open case: no personal data."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.walk_ins import ENTRY_NAMES
from handlers import replies
from handlers.callbacks import ADDENDUM, number_in, pack
from handlers.private_chat import send_privately
from handlers.questions import answer_sheet, shown_answer
from handlers.records import form_of_record
from handlers.updates import pressed, user_and_chat
from services import addenda

if TYPE_CHECKING:
    from telegram import Update

    from domain.addenda import Addendum
    from handlers.context import Context

_ON_NOTICE = ("issue", "talent", "engage", "timing")


def notice_text(context: Context, addendum: Addendum) -> str:
    """Return the notice: which case, and the need as it is now (HTML)."""
    _ = context.gettext
    title = _("<b>Addition to %(reference)s</b> (not counted)")
    lines = [title % {"reference": str(addendum.consultation.reference)}]
    if addendum.logged_by is not None:
        lines.append(_(ENTRY_NAMES[addendum.entry]))
    elif not addendum.same_person:
        lines.append(_("Written by somebody else of the company."))
    for key in _ON_NOTICE:
        question = context.house.questionnaire.by_key[key]
        answer = shown_answer(context, question, addendum.answers)
        lines.append(f"{escape(_(question.title))}：{escape(answer)}")
    return "\n".join(lines)


def notice_buttons(context: Context, addendum: Addendum) -> InlineKeyboardMarkup:
    """Return the button for the full record."""
    text = context.gettext("Full record (private chat)")
    data = pack(ADDENDUM, "full", addendum.id)
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data)]])


async def full_record(update: Update, context: Context) -> None:
    """Send the addendum to the private chat of the staff member."""
    query, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    press = await context.transact(addenda.full_record, user, number_in(data), context.now)
    if press.refusal is not None:
        await replies.refuse(context, query, press.refusal)
        return
    addendum = press.addendum
    title = context.gettext("<b>Addition to %(reference)s</b> (not counted)") % {
        "reference": str(addendum.consultation.reference)
    }
    sheet = answer_sheet(context, form_of_record(context, addendum.logged_by), addendum.answers)
    if not await send_privately(context, query, user, f"{title}\n\n{sheet}"):
        context.afterwards(addenda.record_undelivered, user, addendum.id, context.now)
