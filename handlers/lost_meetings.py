"""What an owner is told whose meeting the office cancels: why, other times, and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.bookings import OFFICE_REASONS, NewMeeting, Reason
from handlers.booking_buttons import slot_code, target_code
from handlers.calendar_events import calendar_file, owner_event
from handlers.callbacks import BOOKING, pack
from handlers.meetings import meeting_line
from handlers.messages import Message
from handlers.moments import span
from handlers.office import copy_telephone, office
from services import meetings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.context import Context
    from services.meetings import LostTime


async def lost_meeting(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the owner's message, in their language; None if they have another meeting by now."""
    lost = await context.read(
        meetings.lost_time, context.occasion, payload["booking"], payload["revision"]
    )
    if lost is None or lost.booking.user_id is None:
        return None
    context.speak_to(lost.booking.user_id)
    event = owner_event(context, lost.booking)
    text = _text(context, lost, Reason(payload["reason"]))
    return Message(text, _buttons(context, lost), await calendar_file(lost.booking, event))


def _text(context: Context, lost: LostTime, reason: Reason) -> str:
    _ = context.gettext
    booking = lost.booking
    if reason is Reason.AT_REQUEST:
        text = _(
            "We have cancelled your meeting, as you asked.\n\n"
            "<s>%(meeting)s</s>\nReference: %(reference)s\n\n"
            "If you would like another time, please choose one. You can also call us.\n"
            "%(telephone)s (%(hours)s)\n\n"
            "The file takes the meeting out of your calendar."
        )
    else:
        text = _(
            "We are sorry: we had to cancel your meeting.\n\n"
            "<s>%(meeting)s</s>\nReference: %(reference)s\nReason: %(reason)s\n\n"
            "Please choose another time. You can also call us.\n%(telephone)s (%(hours)s)\n\n"
            "The file takes the meeting out of your calendar."
        )
    facts = {
        "meeting": meeting_line(context, booking),
        "reference": str(booking.reference),
        "reason": _(OFFICE_REASONS[reason]),
    }
    return text % (office(context) | facts)


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
