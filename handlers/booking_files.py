"""Messages that carry a meeting's calendar file: to its owner, and to the staff."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardMarkup

from domain.bookings import OFFICE_REASONS, STAFF_REASONS, BookingState, Change, Reason
from domain.fiscal_year import jst_date
from handlers.booking_screens import how_to_change
from handlers.calendar_events import calendar_file, owner_event, staff_event
from handlers.cases import card_buttons
from handlers.meeting_notices import speak_to_staff, whom_it_is_for
from handlers.meetings import meeting_line, meeting_text, method_name
from handlers.messages import Message
from handlers.moments import clock, day
from handlers.office import office
from services import meetings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.bookings import Booking, BookingEvent
    from domain.calendar_file import CalendarEvent
    from handlers.context import Context
    from services.meetings import OwnersChange


async def owners(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the owner's message, in their language; None if the booking changed since.

    What they did themselves they were answered already: then it is about the file. Raises Missed.
    """
    found = await context.read(
        meetings.owners_change, context.occasion, payload["booking"], payload["revision"]
    )
    if found is None or found.booking.user_id is None:
        return None
    context.speak_to(found.booking.user_id)
    booking = found.booking
    what_for = _what_the_file_does(context, Change(payload["change"]))
    event = owner_event(context, booking)
    reason = OFFICE_REASONS.get(Reason(payload["reason"])) if payload["reason"] else None
    if payload["reason"] == Reason.CASE_ENDED:
        lines = [*_cancelled_with_the_case(context, booking), "", what_for]
        return await _message(booking, lines, event)
    if payload["reason"] == Reason.AGREED:
        lines = [*_booked_by_the_office(context, booking), "", what_for]
        how, rows = how_to_change(context, found.standing, booking)
        return await _message(booking, [*lines, "", how], event, InlineKeyboardMarkup(rows))
    if reason is None:
        tag = "s" if booking.state is BookingState.CANCELLED else "b"
        lines = [f"<{tag}>{meeting_line(context, booking)}</{tag}>", what_for]
        return await _message(booking, lines, event)
    how, rows = how_to_change(context, found.standing, booking)
    lines = [*_moved_by_the_office(context, found, reason), "", how]
    if found.standing.changeable_until is not None:
        call = context.gettext("Questions? Please call us: %(telephone)s (%(hours)s)")
        lines.append(call % office(context))
    return await _message(booking, [*lines, "", what_for], event, InlineKeyboardMarkup(rows))


def _reference(context: Context, booking: Booking) -> str:
    return context.gettext("Reference: %(reference)s") % {"reference": booking.reference}


def _cancelled_with_the_case(context: Context, booking: Booking) -> list[str]:
    _ = context.gettext
    return [
        _("<b>Your meeting is cancelled</b>"),
        meeting_line(context, booking),
        _reference(context, booking),
        _("Questions? Please call us: %(telephone)s (%(hours)s)") % office(context),
    ]


def _booked_by_the_office(context: Context, booking: Booking) -> list[str]:
    return [
        context.gettext("<b>We have booked your meeting as agreed</b>"),
        meeting_text(context, booking),
        _reference(context, booking),
    ]


def _moved_by_the_office(context: Context, found: OwnersChange, reason: str) -> list[str]:
    _ = context.gettext
    return [
        _("<b>We had to move your meeting</b>"),
        meeting_text(context, found.booking),
        _reference(context, found.booking),
        *_before(context, found.before),
        _("Reason: %(reason)s") % {"reason": _(reason)},
    ]


async def staffs(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the staff's message, without personal data; None if the booking changed since.

    Whoever made the change gets the file, and is not told what they know. Raises Missed.
    """
    found = await context.read(
        meetings.staffs_change,
        context.occasion,
        payload["booking"],
        payload["revision"],
        payload["actor"],
    )
    if found is None:
        return None
    speak_to_staff(context, payload)
    _ = context.gettext
    booking = found.booking
    titles = {
        Change.BOOKED: _("<b>%(reference)s: a meeting is booked</b>"),
        Change.MOVED: _("<b>%(reference)s: the meeting is moved</b>"),
        Change.CANCELLED: _("<b>%(reference)s: the meeting is cancelled</b>"),
    }
    title = titles[Change(payload["change"])] % {"reference": str(booking.reference)}
    lines = [title, meeting_line(context, booking)]
    if payload["actor"] == payload["member"]:
        return await _message(booking, lines, staff_event(context, booking))
    lines += [*_before(context, found.before), *_why(context, payload["reason"], found.made_by)]
    lines += whom_it_is_for(context, payload, found.card)
    buttons = card_buttons(context, found.card)
    return await _message(booking, lines, staff_event(context, booking), buttons)


def _before(context: Context, before: BookingEvent | None) -> list[str]:
    if before is None:
        return []
    text = context.gettext("Before: %(day)s %(clock)s　%(method)s")
    facts = {
        "day": day(context, jst_date(before.starts_at)),
        "clock": clock(context, before.starts_at),
        "method": escape(method_name(context, before.method)),
    }
    return [text % facts]


def _why(context: Context, reason: str | None, made_by: str | None) -> list[str]:
    """Return why a meeting changed, and who of the staff changed it."""
    if reason is None:
        return []
    _ = context.gettext
    in_words = STAFF_REASONS.get(Reason(reason))
    said = _(in_words) if in_words is not None else _("by the company itself")
    lines = [_("Reason: %(reason)s") % {"reason": said}]
    if made_by is not None:
        lines.append(_("Changed by: %(name)s") % {"name": escape(made_by)})
    return lines


async def _message(
    booking: Booking,
    lines: list[str],
    event: CalendarEvent,
    buttons: InlineKeyboardMarkup | None = None,
) -> Message:
    return Message("\n".join(lines), buttons, await calendar_file(booking, event))


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
