"""The staff chat's card of a consultation: no personal data, take it, ask for the full record."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.case_states import STATE_WORDS
from domain.consultations import OPEN_STATES, ConsultationState
from domain.errors import StaleButton
from domain.form import OneOf
from domain.needs import points_to_confirm
from domain.return_calls import CALL_TIMES
from domain.talent import CLASS_NAMES, talent_classes
from domain.walk_ins import ENTRY_NAMES
from handlers import replies
from handlers.callbacks import CASE, DESK, MEETING, pack, unpack
from handlers.context import Context
from handlers.meetings import meeting_line
from handlers.moments import dated, moment
from handlers.partner_links import sent_by
from handlers.private_chat import send_privately, send_protected
from handlers.questions import shown_answer
from handlers.records import record_buttons, record_text
from handlers.staff_chat import edit_card
from handlers.updates import pressed, telegram_name, user_and_chat
from services import cases

if TYPE_CHECKING:
    from telegram import Update

    from services.cases import Card
    from services.return_calls import CallCard

DEEP_LINK = "case_"
"""What /start is called with to have a case's record sent: the prefix of its id."""

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
    if consultation.state is ConsultationState.NEW:
        return new_text(context, card)
    title = f"<b>{consultation.reference}</b>　{_(STATE_WORDS[consultation.state])}"
    return "\n".join([title, moment(context, consultation.submitted_at), *facts(context, card)])


def new_text(context: Context, card: Card) -> str:
    """Return the card under a title that tells of a new consultation (HTML)."""
    title = context.gettext("<b>New consultation %(reference)s</b>")
    title %= {"reference": str(card.consultation.reference)}
    accepted = moment(context, card.consultation.submitted_at)
    return "\n".join([title, accepted, *facts(context, card)])


def facts(context: Context, card: Card) -> list[str]:
    """Return what is known of a case but its reference and state; no personal data (HTML)."""
    _ = context.gettext
    consultation = card.consultation
    questionnaire = context.house.questionnaire
    lines = came_in(context, card)
    lines += [
        f"{escape(_(question.title))}："
        f"{escape(shown_answer(context, question, consultation.answers))}"
        for question in map(questionnaire.by_key.__getitem__, _ON_CARD)
        # Only what was chosen: a typed answer may hold a name.
        if question.key in consultation.answers and isinstance(question, OneOf)
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
    if consultation.call_when is not None:
        text = _("Wants a call to decide the date: %(when)s")
        lines.append(text % {"when": _(CALL_TIMES[consultation.call_when])})
    if card.partner is not None:
        lines.append(sent_by(context, card.partner))
    if card.meeting is not None:
        lines.append(_("Meeting: %(meeting)s") % {"meeting": meeting_line(context, card.meeting)})
    if card.matches:
        text = context.ngettext("%(count)d match", "%(count)d matches", card.matches)
        lines.append(text % {"count": card.matches})
    if card.assignee_name is not None:
        lines.append(in_charge(context, card))
    return lines


def came_in(context: Context, card: Card) -> list[str]:
    """Return how and when a consultation came to staff, and who logged it; else nothing (HTML)."""
    consultation = card.consultation
    if consultation.took_place_on is None:
        return []
    text = context.gettext("%(entry)s, %(day)s (recorded by %(name)s)")
    values = {
        "entry": context.gettext(ENTRY_NAMES[consultation.entry]),
        "day": dated(context, consultation.took_place_on),
        "name": escape(card.logger_name or "–"),
    }
    return [text % values]


def in_charge(context: Context, card: Card | CallCard) -> str:
    """Return the line that says who has the case, or the call (HTML)."""
    name = escape(card.assignee_name or "–")
    if card.is_free:
        text = context.gettext("In charge until now: %(name)s (works on no cases any more)")
    else:
        text = context.gettext("In charge: %(name)s")
    return text % {"name": name}


def card_buttons(context: Context, card: Card) -> InlineKeyboardMarkup:
    """Return "take" while nobody has an open case, its desk and its full record in private."""
    _ = context.gettext
    case = card.consultation.id
    rows = []
    if card.is_free and card.consultation.state in OPEN_STATES:
        take_data = pack(CASE, "take", case)
        rows.append(
            [
                InlineKeyboardButton(
                    _("I take it"), callback_data=take_data, style=KeyboardButtonStyle.PRIMARY
                )
            ]
        )
    opened = pack(DESK, "open", case)
    rows.append([InlineKeyboardButton(_("Work on it (private chat)"), callback_data=opened)])
    full = pack(CASE, "full", case)
    rows.append([InlineKeyboardButton(_("Full record (private chat)"), callback_data=full)])
    if card.meeting is not None:
        meeting = pack(MEETING, "card", card.meeting.id)
        rows.append([InlineKeyboardButton(_("Meeting (private chat)"), callback_data=meeting)])
    return InlineKeyboardMarkup(rows)


async def case_button(update: Update, context: Context) -> None:
    """A button of a card."""
    action, case = _asked(update)
    handler = {"take": _take, "full": _full}.get(action)
    if handler is None:
        raise StaleButton("")
    await handler(update, context, case)


def _asked(update: Update) -> tuple[str, int]:
    _, data, _ = pressed(update)
    arguments = unpack(data, 2)
    if arguments is None or not arguments[1].isdecimal():
        raise StaleButton("")
    return arguments[0], int(arguments[1])


async def _take(update: Update, context: Context, case: int) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    press = await context.transact(cases.take, context.occasion, user, telegram_name(update), case)
    if press.refusal is None:
        await replies.answer_query(query, context.gettext("You have this case now."))
    else:
        await replies.refuse(context, query, press.refusal)
    await _show(update, context, press.card)


async def _show(update: Update, context: Context, card: Card) -> None:
    """Show the card as it is now, in the office's language: everybody in the chat reads it."""
    _, _, message = pressed(update)
    _, chat = user_and_chat(update)
    everybodys = Context(context.application)
    text, buttons = card_text(everybodys, card), card_buttons(everybodys, card)
    await edit_card(context, chat, message, text, buttons)


async def _full(update: Update, context: Context, case: int) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    press = await context.transact(cases.full_record, user, case, context.now)
    if press.refusal is not None:
        await replies.refuse(context, query, press.refusal)
        return
    text, buttons = record_text(context, press), record_buttons(context, press.card)
    if not await send_privately(context, query, user, text, buttons, f"{DEEP_LINK}{case}"):
        context.afterwards(cases.record_undelivered, user, case, context.now)


async def open_record(update: Update, context: Context, payload: str) -> None:
    """/start with a case's deep link: send the record here. Raises NotPermitted, StaleButton."""
    user, _ = user_and_chat(update)
    case = payload.removeprefix(DEEP_LINK)
    if not case.isdecimal():
        raise StaleButton("")
    press = await context.transact(cases.full_record, user, int(case), context.now)
    if press.refusal is not None:
        raise press.refusal
    text, buttons = record_text(context, press), record_buttons(context, press.card)
    await send_protected(context, user, text, buttons)


async def refresh(update: Update, context: Context) -> None:
    """Show a card as it is now. Raises StaleButton if it is the card of no case."""
    _, case = _asked(update)
    await _show(update, context, await context.read(cases.card, case))
