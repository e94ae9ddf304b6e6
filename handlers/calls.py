"""The staff's side of a return call: take it, read the number in private, say it is done."""

from __future__ import annotations

import asyncio
from functools import wraps
from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.errors import StaleButton
from domain.return_calls import QUESTIONNAIRE
from handlers import replies
from handlers.callbacks import CALL, number_in, pack
from handlers.cases import in_charge
from handlers.context import Context
from handlers.drafts import ask
from handlers.moments import moment
from handlers.partner_links import sent_by
from handlers.private_chat import privately, send_privately
from handlers.questions import answer_sheet, shown_answer
from handlers.staff_chat import edit_card
from handlers.updates import pressed, telegram_name, user_and_chat
from services import return_calls, walk_ins
from services.return_calls import RequestGone

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from telegram import Update

    from services.return_calls import CallCard, CallPress

    Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


DEEP_LINK = "log_"
"""What /start is called with to have a request recorded as a consultation: the prefix of its id."""


def card_text(context: Context, card: CallCard) -> str:
    """Return the card: when it was asked and for when, never a name or number (HTML)."""
    _ = context.gettext
    when = context.house.forms.questionnaires[QUESTIONNAIRE].by_key["when"]
    lines = [
        _("<b>Please call back (no. %(number)d)</b>") % {"number": card.call.id},
        _("Requested: %(moment)s") % {"moment": moment(context, card.call.requested_at)},
        f"{escape(_(when.title))}：{escape(shown_answer(context, when, card.call.answers))}",
    ]
    if card.partner is not None:
        lines.append(sent_by(context, card.partner))
    if card.assignee_name is not None:
        lines.append(in_charge(context, card))
    if card.call.done_at is not None:
        lines.append(_("The call is done."))
    return "\n".join(lines)


def card_buttons(context: Context, card: CallCard) -> InlineKeyboardMarkup | None:
    """Return "take" while nobody has it, the details, and "done" once somebody has."""
    if card.call.done_at is not None:
        return None
    _ = context.gettext
    primary = KeyboardButtonStyle.PRIMARY

    def button(label: str, action: str, style: str | None = None) -> list[InlineKeyboardButton]:
        return [
            InlineKeyboardButton(label, callback_data=pack(CALL, action, card.call.id), style=style)
        ]

    details = button(_("Name and number (private chat)"), "details")
    log = button(_("Record as a consultation (private chat)"), "log")
    if card.is_free:
        return InlineKeyboardMarkup([button(_("I take it"), "take", primary), details, log])
    return InlineKeyboardMarkup([details, log, button(_("I have called"), "done", primary)])


def withdrawn_text(context: Context, number: int, assignee_name: str | None) -> str:
    """Return the notice that nobody need call any more (HTML)."""
    _ = context.gettext
    lines = [
        _("<b>Please call back (no. %(number)d)</b>") % {"number": number},
        _("The person has withdrawn the request. Please do not call."),
    ]
    if assignee_name is not None:
        lines.append(_("In charge: %(name)s") % {"name": escape(assignee_name)})
    return "\n".join(lines)


def _of_a_request(handler: Handler) -> Handler:
    """Turn the card of a request that was deleted into one line without buttons."""

    @wraps(handler)
    async def told(update: Update, context: Context) -> None:
        try:
            await handler(update, context)
        except RequestGone as gone:
            query, data, message = pressed(update)
            _, chat = user_and_chat(update)
            everybodys = Context(context.application)
            title = everybodys.gettext("<b>Please call back (no. %(number)d)</b>")
            text = f"{title}\n{everybodys.gettext(gone.message)}" % {"number": number_in(data)}
            await asyncio.gather(
                replies.answer_query(query, context.gettext(gone.message), alert=True),
                edit_card(context, chat, message, text),
            )

    return told


async def _show(update: Update, context: Context, card: CallCard) -> None:
    """Show the card as it is now, in the office's language: everybody in the chat reads it."""
    _, _, message = pressed(update)
    _, chat = user_and_chat(update)
    everybodys = Context(context.application)
    text, buttons = card_text(everybodys, card), card_buttons(everybodys, card)
    await edit_card(context, chat, message, text, buttons)


async def _tell(update: Update, context: Context, press: CallPress, text: str) -> None:
    """Say `text`, or why the press was refused, and show the card as it is now."""
    query, _, _ = pressed(update)
    refusal = press.refusal
    answering = (
        replies.answer_query(query, text)
        if refusal is None
        else replies.refuse(context, query, refusal)
    )
    await asyncio.gather(answering, _show(update, context, press.card))


@_of_a_request
async def take(update: Update, context: Context) -> None:
    """Take the call; the first tap wins."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    name = telegram_name(update)
    press = await context.transact(return_calls.take, user, name, number_in(data), context.now)
    await _tell(update, context, press, context.gettext("This call is yours now."))


@_of_a_request
async def done(update: Update, context: Context) -> None:
    """The person was called."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    press = await context.transact(return_calls.finish, user, number_in(data), context.now)
    await _tell(update, context, press, context.gettext("The call is done."))


@_of_a_request
async def details(update: Update, context: Context) -> None:
    """Send name and number to the private chat of the staff member."""
    query, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    press = await context.transact(return_calls.details, user, number_in(data), context.now)
    if press.refusal is not None:
        await replies.refuse(context, query, press.refusal)
        return
    card = press.card
    form = context.house.forms.questionnaires[QUESTIONNAIRE]
    title = context.gettext("<b>Please call back (no. %(number)d)</b>") % {"number": card.call.id}
    sheet = answer_sheet(context, form, card.call.answers)
    if not await send_privately(context, query, user, f"{title}\n\n{sheet}"):
        call_id = card.call.id
        context.afterwards(return_calls.details_undelivered, user, call_id, context.now)


@_of_a_request
async def log(update: Update, context: Context) -> None:
    """Record what was said as a consultation (R9), in private, beginning with what is known."""
    query, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    call_id = number_in(data)
    draft = await context.transact(
        walk_ins.begin_from_call, context.house.forms, user, call_id, context.occasion
    )
    await privately(context, query, ask(context, user, draft), f"{DEEP_LINK}{call_id}")


async def open_form(update: Update, context: Context, payload: str) -> None:
    """/start with a request's deep link: record it here. Raises NotPermitted, StaleButton."""
    user, chat = user_and_chat(update)
    call = payload.removeprefix(DEEP_LINK)
    if not (call.isascii() and call.isdecimal() and len(call) <= 18):
        raise StaleButton("")
    draft = await context.transact(
        walk_ins.begin_from_call, context.house.forms, user, int(call), context.occasion
    )
    await ask(context, chat, draft)


async def refresh(update: Update, context: Context) -> None:
    """Show a card as it is now."""
    _, data, _ = pressed(update)
    await _show(update, context, await context.read(return_calls.card, number_in(data)))
