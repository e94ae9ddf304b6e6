"""Asking staff what became of a meeting, and their answer in one tap."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import ASKED_STATES, BookingState, MoveOf
from domain.errors import StaleButton
from domain.outcomes import OUTCOME_NAMES, Outcome
from domain.staff import NotPermitted
from handlers import replies
from handlers.booking_buttons import as_it_is, read_target, target_code
from handlers.callbacks import DESK, MEETING, pack, unpack
from handlers.context import Context
from handlers.correction_buttons import fix_button
from handlers.meeting_notices import speak_to_staff, whom_it_is_for
from handlers.meetings import meeting_line
from handlers.messages import Message
from handlers.updates import pressed, telegram_name, user_and_chat
from services import meetings, outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Update

    from domain.bookings import Booking
    from services.outcomes import Answer

VERBS = "|".join(Outcome)
"""The buttons of the question, as a pattern."""


async def question(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Ask what became of a meeting; None if it is answered, or not this recipient's any more."""
    found = await context.read(
        meetings.staffs, payload["booking"], payload["revision"], payload["member"]
    )
    if found is None:
        return None
    speak_to_staff(context, payload)
    lines = [_asked(context, found.booking), *whom_it_is_for(context, payload, found.card)]
    return Message("\n".join(lines), _buttons(context, found.booking))


def _asked(context: Context, booking: Booking) -> str:
    text = context.gettext("<b>%(reference)s</b>: how did the meeting go?\n%(meeting)s")
    return text % {"reference": booking.reference, "meeting": meeting_line(context, booking)}


def answer_row(context: Context, booking: Booking) -> list[InlineKeyboardButton]:
    """Return the buttons that say what became of a meeting."""
    target = target_code(as_it_is(booking))
    return [
        InlineKeyboardButton(
            context.gettext(name),
            callback_data=pack(MEETING, outcome, target),
            style=KeyboardButtonStyle.PRIMARY if outcome is Outcome.MET else None,
        )
        for outcome, name in OUTCOME_NAMES.items()
    ]


def _buttons(context: Context, booking: Booking) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([answer_row(context, booking)])


def _standing(
    context: Context, answer: Answer, target: MoveOf, to_case: InlineKeyboardButton
) -> Message:
    """Return the question as it stands now: what was answered, or why it is not asked any more."""
    _ = context.gettext
    booking, onward = answer.booking, InlineKeyboardMarkup([[to_case]])
    if booking.state in ASKED_STATES and as_it_is(booking) == target:
        return Message(_asked(context, booking), _buttons(context, booking))
    if answer.outcome is not None:
        text = _("<b>%(reference)s</b>: %(outcome)s (answered by %(name)s)\n%(meeting)s")
        text %= {
            "reference": booking.reference,
            "outcome": _(OUTCOME_NAMES[answer.outcome]),
            "name": escape(answer.said_by or "–"),
            "meeting": meeting_line(context, booking),
        }
        fix = fix_button(context, booking)
        return Message(text, InlineKeyboardMarkup([[fix], [to_case]]))
    values = {"reference": booking.reference, "meeting": meeting_line(context, booking)}
    if booking.state is BookingState.BOOKED:
        text = _("<b>%(reference)s</b>: the meeting was moved.\n%(meeting)s")
    else:
        text = _("<b>%(reference)s</b>: the meeting was cancelled.\n%(meeting)s")
    return Message(text % values, onward)


def _to_case(context: Context, booking: Booking, chat: int) -> InlineKeyboardButton:
    label = (
        context.gettext("Work on it") if chat > 0 else context.gettext("Work on it (private chat)")
    )
    return InlineKeyboardButton(label, callback_data=pack(DESK, "open", booking.consultation_id))


async def answered(update: Update, context: Context) -> None:
    """A press on 実施, 欠席 or 延期. Raises StaleButton."""
    query, data, _ = pressed(update)
    user, _ = user_and_chat(update)
    outcome, target = _read(data)
    answer = await context.transact(
        outcomes.record, context.occasion, user, telegram_name(update), target, outcome
    )
    if answer.refusal is None:
        toast = context.gettext("Recorded: %(outcome)s")
        name = context.gettext(OUTCOME_NAMES[outcome])
        answering = replies.answer_query(query, toast % {"outcome": name})
    else:
        answering = replies.refuse(context, query, answer.refusal)
    if isinstance(answer.refusal, NotPermitted):
        await answering
        return
    await asyncio.gather(answering, show(update, context, answer, target))


async def refresh(update: Update, context: Context) -> None:
    """Show a question as it stands now. Raises StaleButton."""
    _, data, _ = pressed(update)
    _, target = _read(data)
    user, _ = user_and_chat(update)
    answer = await context.read(outcomes.shown_to, user, target.booking_id)
    await show(update, context, answer, target)


def _read(data: str) -> tuple[Outcome, MoveOf]:
    arguments = unpack(data, 2)
    if arguments is None or arguments[0] not in set(Outcome):
        raise StaleButton("")
    target = read_target(arguments[1])
    if not isinstance(target, MoveOf):
        raise StaleButton("")
    return Outcome(arguments[0]), target


async def show(update: Update, context: Context, answer: Answer, target: MoveOf) -> None:
    """Show a question as it stands now, in the place of the pressed message."""
    _, _, message = pressed(update)
    _, chat = user_and_chat(update)
    # In the staff chat everybody reads it.
    reader = Context(context.application) if chat < 0 else context
    to_case = _to_case(reader, answer.booking, chat)
    shown = _standing(reader, answer, target, to_case)
    await replies.edit(context, chat, message, shown.text, shown.buttons)
