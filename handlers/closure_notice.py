"""What an owner is told whose meeting fell to a closure: other times, and the file that ends it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.bookings import NewMeeting
from domain.calendar_file import single_file
from handlers.booking_buttons import slot_code, target_code
from handlers.calendar_events import owner_event
from handlers.callbacks import BOOKING, pack
from handlers.meetings import meeting_line
from handlers.messages import File, Message
from handlers.moments import span
from handlers.office import copy_telephone, office
from services import closures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.context import Context
    from services.closures import LostTime


async def lost_meeting(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the owner's message, in their language; None if they have another meeting by now."""
    lost = await context.read(
        closures.lost_time, context.occasion, payload["booking"], payload["revision"]
    )
    if lost is None or lost.booking.user_id is None:
        return None
    context.language = context.house.languages.get(lost.booking.user_id, context.language)
    event = owner_event(context, lost.booking)
    # In a thread: the first file loads the library.
    content = await asyncio.to_thread(single_file, event)
    file = File(f"{lost.booking.reference}.ics", content)
    return Message(_text(context, lost), _buttons(context, lost), file)


def _text(context: Context, lost: LostTime) -> str:
    _ = context.gettext
    booking = lost.booking
    text = _(
        "We are sorry: the counter has to close, and we cannot hold your meeting.\n\n"
        "<s>%(meeting)s</s>\nReference: %(reference)s\n\n"
        "Please choose another time. You can also call us.\n%(telephone)s (%(hours)s)\n\n"
        "The file takes the meeting out of your calendar."
    )
    meeting = {"meeting": meeting_line(context, booking), "reference": str(booking.reference)}
    return text % (office(context) | meeting)


def _buttons(context: Context, lost: LostTime) -> InlineKeyboardMarkup:
    booking = lost.booking
    target = target_code(NewMeeting(booking.consultation_id))
    rows = []
    for start, end in lost.nearest:
        data = pack(BOOKING, "time", target, booking.method, slot_code(start))
        rows.append([InlineKeyboardButton(span(context, start, end), callback_data=data)])
    is_offered = booking.method in context.house.programme.booking.methods_offered
    another = ("cal", target, booking.method) if is_offered else ("how", target)
    text = context.gettext("Another day")
    rows.append([InlineKeyboardButton(text, callback_data=pack(BOOKING, *another))])
    rows.append([copy_telephone(context)])
    return InlineKeyboardMarkup(rows)
