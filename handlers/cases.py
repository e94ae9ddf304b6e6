"""The staff chat's card of a consultation: no personal data, take it, ask for the full record."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_datetime
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle
from telegram.error import Forbidden

from domain.errors import StaleButton
from domain.fiscal_year import JST
from domain.needs import points_to_confirm
from domain.talent import CLASS_NAMES, talent_classes
from handlers import replies
from handlers.callbacks import CASE, pack, unpack
from handlers.questions import answer_sheet, shown_answer
from handlers.updates import pressed, user_and_chat
from services import cases
from services.cases import AlreadyTaken, Card

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context

_ON_CARD = (
    "area",
    "city",
    "prefecture",
    "industry",
    "other_industry",
    "issue",
    "talent",
    "engage",
    "timing",
)


def card_text(context: Context, card: Card) -> str:
    """Return the card: reference, area, industry and need, never a name or number (HTML)."""
    _ = context.gettext
    consultation = card.consultation
    questionnaire = context.house.questionnaire
    moment = format_datetime(
        consultation.submitted_at.astimezone(JST), "M/d(E) H:mm", locale=context.language
    )
    lines = [
        _("<b>New consultation %(reference)s</b>") % {"reference": str(consultation.reference)},
        moment,
    ]
    lines += [
        f"{escape(_(questionnaire.by_key[key].title))}："
        f"{escape(shown_answer(context, questionnaire.by_key[key], consultation.answers))}"
        for key in _ON_CARD
        if key in consultation.answers
    ]
    if classes := talent_classes(consultation.answers):
        names = _(", ").join(_(CLASS_NAMES[one]) for one in classes)
        lines.append(_("Class: %(classes)s") % {"classes": names})
    sizes = {
        "small": _("small enterprise"),
        "sme": _("SME"),
        "mid_cap": _("mid-cap"),
        "large": _("large company"),
        "other": _("other corporation"),
    }
    eligibilities = {
        "eligible": _("counts for the KPI"),
        "not_eligible": _("does not count for the KPI"),
        "to_confirm": _("KPI: to be confirmed"),
    }
    size = sizes[consultation.size.size]
    if consultation.size.to_confirm:
        size += _(" (to be confirmed)")
    lines.append(f"{size} / {eligibilities[consultation.eligibility]}")
    if points := points_to_confirm(consultation.answers):
        text = _("To confirm: %(points)s")
        lines.append(text % {"points": _(", ").join(_(point) for point in points)})
    if consultation.suspected_duplicate_of is not None:
        text = _("Perhaps a duplicate of %(reference)s")
        lines.append(text % {"reference": str(consultation.suspected_duplicate_of)})
    if card.assignee_name is not None:
        lines.append(in_charge(context, card))
    return "\n".join(lines)


def in_charge(context: Context, card: Card) -> str:
    """Return the line that says who has the case (HTML)."""
    name = escape(card.assignee_name or "–")
    return context.gettext("In charge: %(name)s") % {"name": name}


def card_buttons(context: Context, card: Card) -> InlineKeyboardMarkup:
    """Return "take" while nobody has the case, and "full record"."""
    _ = context.gettext
    case = card.consultation.id
    rows = []
    if card.consultation.assignee is None:
        take_data = pack(CASE, "take", case)
        rows.append(
            [
                InlineKeyboardButton(
                    _("I take it"), callback_data=take_data, style=KeyboardButtonStyle.PRIMARY
                )
            ]
        )
    full = pack(CASE, "full", case)
    rows.append([InlineKeyboardButton(_("Full record (private chat)"), callback_data=full)])
    return InlineKeyboardMarkup(rows)


async def case_button(update: Update, context: Context) -> None:
    """A button of a card."""
    _, data, _ = pressed(update)
    arguments = unpack(data, 2)
    if arguments is None or not arguments[1].isdigit():
        raise StaleButton("")
    handler = {"take": _take, "full": _full}.get(arguments[0])
    if handler is None:
        raise StaleButton("")
    await handler(update, context, int(arguments[1]))


async def _take(update: Update, context: Context, case: int) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    try:
        card = await context.transact(cases.take, user, case, context.now)
        notice = context.gettext("You have this case now.")
    except AlreadyTaken as taken:
        card = await context.read(cases.card, case)
        notice = context.gettext(taken.message) % taken.params
    await replies.answer_query(query, notice)
    await replies.edit(
        context, chat, message, card_text(context, card), card_buttons(context, card)
    )


async def _full(update: Update, context: Context, case: int) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    card = await context.transact(cases.full_record, user, case, context.now)
    sheet = answer_sheet(context, context.house.questionnaire, card.consultation.answers)
    try:
        await replies.send(context, user, f"<b>{card.consultation.reference}</b>\n\n{sheet}")
    except Forbidden:
        text = context.gettext("Please open a private chat with this bot and press /start first.")
        await replies.answer_query(query, text, alert=True)
        return
    await replies.answer_query(query, context.gettext("Sent to your private chat."))


async def refresh(update: Update, context: Context) -> None:
    """Show a card as it is now."""
    _, data, message = pressed(update)
    arguments = unpack(data, 2)
    if arguments is None or not arguments[1].isdigit():
        return
    _, chat = user_and_chat(update)
    card = await context.read(cases.card, int(arguments[1]))
    await replies.edit(
        context, chat, message, card_text(context, card), card_buttons(context, card)
    )
