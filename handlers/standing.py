"""Where a consultation stands with its meeting, and what its owner can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.bookings import NewMeeting
from domain.consultations import OPEN_STATES
from handlers.booking_screens import booked, call_promised, how_to_meet
from handlers.messages import Message
from handlers.waiting_screens import in_line, offered

if TYPE_CHECKING:
    from handlers.context import Context
    from services.booking_views import Meeting


def standing(context: Context, meeting: Meeting, title: str = "") -> Message:
    """Return what is booked, with a title; else what is held, waited for, or to be chosen."""
    case = meeting.consultation
    if meeting.booking is not None:
        return booked(context, meeting, meeting.booking, title or context.gettext("Your meeting"))
    if case.state not in OPEN_STATES:
        text = context.gettext("The consultation %(reference)s is closed.")
        return Message(text % {"reference": str(case.reference)})
    if meeting.in_line is not None:
        hold = meeting.in_line.hold
        return offered(context, hold) if hold else in_line(context, meeting.in_line)
    if case.call_when is not None:
        return call_promised(context, case)
    return how_to_meet(context, NewMeeting(case.id), meeting)
