"""/log: staff record a consultation that came by telephone, visit or a partner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.consultations import Entry
from domain.errors import StaleButton
from domain.walk_ins import QUESTIONNAIRE
from handlers import case_buttons, replies
from handlers.callbacks import WALK_IN, number_in, pack
from handlers.drafts import ask
from handlers.leaving import resume_button
from handlers.moments import dated
from handlers.partner_links import sender_button
from handlers.questions import answer_sheet
from handlers.updates import pressed, telegram_name, user_and_chat
from services import drafts, walk_ins
from services.walk_ins import OpenCase

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context
    from services.walk_ins import Logged


async def command(update: Update, context: Context) -> None:
    """/log: the first question, or the one that was open. Raises NotPermitted."""
    user, chat = user_and_chat(update)
    draft = await context.transact(walk_ins.begin, context.house.forms, user, context.occasion)
    await ask(context, chat, draft)


async def submit(update: Update, context: Context) -> None:
    """Record it, or first ask whether it adds to an open case."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    draft_id = number_in(data)
    outcome = await context.transact(
        walk_ins.submit,
        context.house.forms,
        user,
        telegram_name(update),
        draft_id,
        context.occasion,
    )
    if isinstance(outcome, OpenCase):
        await _ask_whether_it_adds(update, context, outcome, draft_id)
    else:
        await _show_logged(update, context, outcome)


async def _ask_whether_it_adds(
    update: Update, context: Context, found: OpenCase, draft_id: int
) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    _ = context.gettext
    reference = str(found.case.reference)
    text = _(
        "<b>The company has an open case: %(reference)s</b>\n\nAdd this to it, or record it as a "
        "new case? An addition is not counted."
    )
    buttons = InlineKeyboardMarkup(
        [
            [_button(_("Add to %(reference)s") % {"reference": reference}, f"append-{draft_id}")],
            [_button(_("Record as a new case"), f"new-{draft_id}")],
            [case_buttons.button(_("Show the open case"), "open", found.case.id)],
            [resume_button(context, QUESTIONNAIRE, _("Back to the review"))],
        ]
    )
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, text % {"reference": reference}, buttons),
    )


def _button(label: str, action: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(WALK_IN, action))


async def submit_as_new(update: Update, context: Context) -> None:
    """It is a case of its own."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    logged = await context.transact(
        walk_ins.submit_as_new,
        context.house.forms,
        user,
        telegram_name(update),
        number_in(data),
        context.occasion,
    )
    await _show_logged(update, context, logged)


async def append(update: Update, context: Context) -> None:
    """It adds to the open case."""
    _, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    logged = await context.transact(
        walk_ins.append,
        context.house.forms,
        user,
        telegram_name(update),
        number_in(data),
        context.occasion,
    )
    await _show_logged(update, context, logged)


async def _show_logged(update: Update, context: Context, logged: Logged) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    _ = context.gettext
    case = logged.case
    form = context.house.forms.questionnaires[QUESTIONNAIRE]
    if logged.is_addition:
        title = _("<b>Added to %(reference)s</b> (not counted)")
    else:
        title = _("<b>Recorded: %(reference)s</b> (%(day)s). You are in charge of it.")
    values = {"reference": str(case.reference), "day": dated(context, case.counted_on)}
    lines = [title % values]
    if logged.call is not None:
        lines.append(_("The call is done."))
    lines += ["", answer_sheet(context, form, logged.answers)]
    rows = [[case_buttons.button(_("Work on the case"), "open", case.id, style="primary")]]
    if case.entry is Entry.PARTNER and case.partner is None:
        rows.insert(0, [sender_button(_("Choose the partner it came by"), case.id)])
    buttons = InlineKeyboardMarkup(rows)
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, "\n".join(lines), buttons),
    )


async def refresh(update: Update, context: Context) -> None:
    """Ask what is open of the form. Raises StaleButton if none is."""
    user, chat = user_and_chat(update)
    draft = await context.read(drafts.find, context.house.forms, user, QUESTIONNAIRE)
    if draft is None or chat < 0:
        raise StaleButton("")
    await ask(context, chat, draft)
