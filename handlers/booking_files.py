"""Messages that carry a meeting's calendar file: to its owner, and to the staff."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from domain.bookings import OFFICE_REASONS, Change, Reason
from domain.calendar_file import single_file
from handlers.calendar_events import owner_event, staff_event
from handlers.meetings import meeting_line, meeting_text
from handlers.messages import File, Message
from handlers.office import office
from services import booking_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.bookings import Booking
    from domain.calendar_file import CalendarEvent
    from handlers.context import Context


async def owners(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the owner's message, in their language; None if the booking changed since.

    Raises Missed.
    """
    booking = await _as_told(context, payload)
    if booking is None or booking.user_id is None:
        return None
    context.language = context.house.languages.get(booking.user_id, context.language)
    reference = context.gettext("Reference: %(reference)s") % {"reference": booking.reference}
    lines = [_owners_title(context, payload), meeting_text(context, booking), reference]
    reason = OFFICE_REASONS.get(Reason(payload["reason"])) if payload["reason"] else None
    if reason is not None:
        lines.append(context.gettext("Reason: %(reason)s") % {"reason": context.gettext(reason)})
        call = context.gettext("Questions? Please call us: %(telephone)s (%(hours)s)")
        lines.append(call % office(context))
    lines += ["", _what_the_file_does(context, Change(payload["change"]))]
    return await _message(booking, lines, owner_event(context, booking))


async def staffs(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the staff's message, without personal data; None if the booking changed since.

    Raises Missed.
    """
    booking = await _as_told(context, payload)
    if booking is None:
        return None
    _ = context.gettext
    titles = {
        Change.BOOKED: _("<b>%(reference)s: a meeting is booked</b>"),
        Change.MOVED: _("<b>%(reference)s: the meeting is moved</b>"),
        Change.CANCELLED: _("<b>%(reference)s: the meeting is cancelled</b>"),
    }
    title = titles[Change(payload["change"])] % {"reference": str(booking.reference)}
    lines = [title, meeting_line(context, booking)]
    if payload["reason"]:
        reason = OFFICE_REASONS.get(Reason(payload["reason"]))
        said = _(reason) if reason is not None else _("by the company itself")
        lines.append(_("Reason: %(reason)s") % {"reason": said})
    return await _message(booking, lines, staff_event(context, booking))


async def _as_told(context: Context, payload: Mapping[str, Any]) -> Booking | None:
    return await context.read(
        booking_files.as_told, payload["booking"], payload["revision"], context.now
    )


async def _message(booking: Booking, lines: list[str], event: CalendarEvent) -> Message:
    # In a thread: the first file loads the library.
    content = await asyncio.to_thread(single_file, event)
    return Message("\n".join(lines), file=File(f"{booking.reference}.ics", content))


def _owners_title(context: Context, payload: Mapping[str, Any]) -> str:
    _ = context.gettext
    is_ours = payload["reason"] not in (None, Reason.BY_OWNER)
    change = Change(payload["change"])
    if change is Change.BOOKED:
        return _("<b>Your meeting is booked</b>")
    if change is Change.MOVED:
        if is_ours:
            return _("<b>We had to move your meeting</b>")
        return _("<b>Your meeting is moved</b>")
    return _("<b>We had to cancel your meeting</b>") if is_ours else _("<b>Meeting cancelled</b>")


def _what_the_file_does(context: Context, change: Change) -> str:
    _ = context.gettext
    if change is Change.BOOKED:
        return _("Open the file to put the meeting into your calendar.")
    if change is Change.MOVED:
        return _("Open the file to change it in your calendar too.")
    return _(
        "Open the file to take it out of your calendar. If it stays there, please delete it "
        "yourself."
    )
