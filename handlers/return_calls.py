"""By telephone instead: the number to call, and asking to be called back (R9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.needs import QUESTIONNAIRE as NEEDS
from domain.return_calls import QUESTIONNAIRE
from handlers import replies
from handlers.callbacks import INTAKE, RETURN_CALL, number_in, pack
from handlers.consent import agreed_line, notice
from handlers.drafts import ask, ask_in
from handlers.leaving import close_keyboard, resume_button
from handlers.moments import moment
from handlers.office import copy_telephone, office
from handlers.partner_links import token_in, with_token
from handlers.updates import pressed, user_and_chat
from services import drafts, partners, return_calls

if TYPE_CHECKING:
    from telegram import Update

    from domain.return_calls import ReturnCall
    from handlers.context import Context


async def by_telephone(update: Update, context: Context) -> None:
    """Show the telephone and its hours, and offer to call back."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    _, token = context.gettext, token_in(data)
    step = await context.transact(drafts.set_aside, user, NEEDS, context.now)
    text = _("Please call us.\n%(telephone)s (%(hours)s)")
    if step is not None:
        text += "\n\n" + _("What you have entered stays saved.")
    call_back = InlineKeyboardButton(
        _("I would like to be called back"),
        callback_data=with_token(RETURN_CALL, "begin", token),
    )
    buttons = InlineKeyboardMarkup(
        [
            [copy_telephone(context)],
            [call_back],
            _way_back(context, token, in_intake=step is not None),
        ]
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, text % office(context), buttons),
        close_keyboard(context, chat, step),
    )


def _way_back(context: Context, token: str, *, in_intake: bool) -> list[InlineKeyboardButton]:
    _ = context.gettext
    if in_intake:
        return [resume_button(context, NEEDS, _("Back to the form"))]
    begin_data = with_token(INTAKE, "begin", token)
    return [InlineKeyboardButton(_("Begin the form"), callback_data=begin_data)]


async def begin(update: Update, context: Context) -> None:
    """Ask what a call needs and the intake does not know; first the notice, without consent."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    step = await context.transact(
        return_calls.begin, context.house.forms, user, message, context.now
    )
    answering = replies.answer_query(query)
    if step is None or step.draft is None:
        text, buttons = notice(context, QUESTIONNAIRE, token_in(data))
        await asyncio.gather(answering, replies.show(context, chat, message, text, buttons))
    else:
        await close_keyboard(context, chat, step)
        await asyncio.gather(answering, ask_in(context, chat, message, step.draft))


async def agree(update: Update, context: Context) -> None:
    """The person agrees to the notice: the first question."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    draft = await context.transact(
        return_calls.consent, context.house.forms, user, token_in(data), context.now
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.edit(context, chat, message, agreed_line(context)),
        ask(context, chat, draft),
    )


async def submit(update: Update, context: Context) -> None:
    """Ask for the call."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    house = context.house
    call = await context.transact(
        return_calls.submit, house.forms, user, number_in(data), house.staff_chat, context.now
    )
    in_intake = await context.read(drafts.find, context.house.forms, user, NEEDS) is not None
    partner = await context.read(partners.sender, call.partner)
    token = partner.token if partner is not None else ""
    buttons = InlineKeyboardMarkup([_way_back(context, token, in_intake=in_intake)])
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, requested_text(context, call), buttons),
    )


def withdraw_button(context: Context, call: ReturnCall) -> InlineKeyboardButton:
    """Return the button that takes an open request back."""
    return InlineKeyboardButton(
        context.gettext("Withdraw the request to be called back"),
        callback_data=pack(RETURN_CALL, f"withdraw-{call.id}"),
    )


async def withdraw(update: Update, context: Context) -> None:
    """Take a request back; name and number are deleted at once."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    await context.transact(
        return_calls.withdraw, user, number_in(data), context.house.staff_chat, context.now
    )
    text = context.gettext(
        "You have withdrawn your request to be called back. We have deleted the name and the "
        "number."
    )
    await asyncio.gather(replies.answer_query(query), replies.show(context, chat, message, text))


def requested_text(context: Context, call: ReturnCall) -> str:
    """Return the receipt of a request (HTML); outside office hours it says so."""
    _ = context.gettext
    lines = [_("We will call you back.\nRequested: %(moment)s")]
    if context.house.programme.is_open_at(call.requested_at):
        lines.append(_("We will call you within %(days)d working days."))
    else:
        lines.append(
            _("Our hours are %(hours)s. We will contact you from the next working day on.")
        )
    lines.append(_("If it is urgent, please call us.\n%(telephone)s (%(hours)s)"))
    return "\n\n".join(lines) % {**office(context), "moment": moment(context, call.requested_at)}
