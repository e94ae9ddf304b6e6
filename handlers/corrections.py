"""訂正する: what became of a meeting was said by mistake, and is said anew in two taps."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import MoveOf
from domain.errors import StaleButton
from domain.outcomes import OUTCOME_NAMES, Outcome
from domain.staff import NotPermitted
from handlers import case_desk, outcomes, replies
from handlers.booking_buttons import as_it_is, read_day, read_target, target_code
from handlers.callbacks import MEETING, pack, unpack
from handlers.case_buttons import back, read_number
from handlers.context import Context
from handlers.correction_buttons import record_button
from handlers.meetings import meeting_line
from handlers.moments import day
from handlers.updates import pressed, telegram_name, user_and_chat
from services import case_desk as desk
from services import corrections
from services.corrections import Unbooked
from services.outcomes import shown_to

if TYPE_CHECKING:
    from telegram import Update

VERBS: Final = "fix|be|asis"
"""The buttons about a booked meeting, as a pattern."""
UNBOOKED: Final = "wrong|undo"
"""The buttons about a meeting that was recorded without a booking, as a pattern."""


async def button(update: Update, context: Context) -> None:
    """A button about a booked meeting. Raises StaleButton, or why it may not be corrected."""
    _, data, _ = pressed(update)
    arguments = unpack(data, 3) or unpack(data, 2)
    if arguments is None:
        raise StaleButton("")
    target = read_target(arguments[1])
    if not isinstance(target, MoveOf):
        raise StaleButton("")
    if arguments[0] == "be":
        await _be(update, context, target, arguments[2:])
    elif arguments[0] == "fix":
        await _ask(update, context, target)
    else:
        await _leave(update, context, target)


async def _ask(update: Update, context: Context, target: MoveOf) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    found = await context.read(corrections.to_correct, context.occasion, user, target)
    # In the staff chat everybody reads it.
    reader = Context(context.application) if chat < 0 else context
    _, booking = reader.gettext, found.booking
    code = target_code(as_it_is(booking))
    rows = [
        [
            InlineKeyboardButton(
                _(name),
                callback_data=pack(MEETING, "be", code, outcome),
                style=KeyboardButtonStyle.PRIMARY if outcome is Outcome.MET else None,
            )
            for outcome, name in OUTCOME_NAMES.items()
            if outcome is not found.outcome
        ]
    ]
    leave = pack(MEETING, "asis", code)
    rows.append([InlineKeyboardButton(_("Leave it as it is"), callback_data=leave)])
    question = _("<b>%(reference)s</b>: what is right? Pressing one records it.\n%(meeting)s")
    values = {"reference": booking.reference, "meeting": meeting_line(reader, booking)}
    await asyncio.gather(
        replies.answer_query(query),
        replies.edit(context, chat, message, question % values, InlineKeyboardMarkup(rows)),
    )


async def _be(update: Update, context: Context, target: MoveOf, arguments: tuple[str, ...]) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    if len(arguments) != 1 or arguments[0] not in set(Outcome):
        raise StaleButton("")
    outcome, name = Outcome(arguments[0]), telegram_name(update)
    answer = await context.transact(
        corrections.correct, context.occasion, user, name, target, outcome
    )
    if isinstance(answer.refusal, NotPermitted):
        await replies.refuse(context, query, answer.refusal)
        return
    if answer.refusal is None:
        toast = context.gettext("Corrected: %(outcome)s")
        outcome_name = context.gettext(OUTCOME_NAMES[outcome])
        answering = replies.answer_query(query, toast % {"outcome": outcome_name})
    else:
        answering = replies.refuse(context, query, answer.refusal)
    await asyncio.gather(answering, outcomes.show(update, context, answer, target))


async def _leave(update: Update, context: Context, target: MoveOf) -> None:
    query, _, _ = pressed(update)
    user, _ = user_and_chat(update)
    answer = await context.read(shown_to, user, target.booking_id)
    await asyncio.gather(
        replies.answer_query(query), outcomes.show(update, context, answer, target)
    )


async def unbooked(update: Update, context: Context) -> None:
    """A button about a meeting recorded without a booking. Raises StaleButton, NotPermitted."""
    _, data, _ = pressed(update)
    _, chat = user_and_chat(update)
    arguments = unpack(data, 3)
    # What is shown in private must not be drawn into a group by an altered app.
    if chat < 0 or arguments is None:
        raise StaleButton("")
    verb, *rest = arguments
    record = Unbooked(read_number(rest[0]), read_day(rest[1]))
    await (_undo if verb == "undo" else _sure)(update, context, record)


async def _sure(update: Update, context: Context, record: Unbooked) -> None:
    """Ask once more: it is taken off the figures."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    view = await context.transact(desk.opened, context.occasion, user, record.case)
    if record.on not in view.corrects.days:
        raise StaleButton("")
    _ = context.gettext
    text = _("<b>%(reference)s</b>\nThe meeting of %(day)s is taken off record and figures.")
    values = {
        "reference": str(view.card.consultation.reference),
        "day": day(context, record.on),
    }
    rows = [
        [record_button(_("Take it off"), "undo", record)],
        [back(context, record.case)],
    ]
    await replies.show(context, chat, message, text % values, InlineKeyboardMarkup(rows))
    await replies.answer_query(query)


async def _undo(update: Update, context: Context, record: Unbooked) -> None:
    user, _ = user_and_chat(update)
    name = telegram_name(update)
    handled = await context.transact(desk.not_met, context.occasion, user, name, record)
    await case_desk.show_handled(update, context, handled, context.gettext("It is taken off."))
