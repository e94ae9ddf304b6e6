"""Meetings as calendars show them: in the feed, in an owner's calendar, in the staff's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from domain.bookings import METHOD_NAMES, BookingState
from domain.calendar_file import CalendarEvent, EventStatus, single_file
from domain.programme_types import OUTSIDE
from domain.slots import Method
from handlers.meetings import method_name
from handlers.messages import File
from handlers.office import office_hours

if TYPE_CHECKING:
    from domain.bookings import Booking
    from domain.calendar_feeds import FeedMeeting
    from handlers.context import Context, House

_NOT_TAKING_PLACE: Final = frozenset({BookingState.CANCELLED, BookingState.POSTPONED})


def feed_name(house: House) -> str:
    """Return what the feed is called, in the default language."""
    text = house.translations[house.default_language].gettext("Meetings: %(hub)s")
    return text % {"hub": house.programme.office.hub}


def feed_event(house: House, meeting: FeedMeeting) -> CalendarEvent:
    """Return a meeting of the feed, in the default language: everybody at the office reads it."""
    _ = house.translations[house.default_language].gettext
    facts = {"reference": meeting.reference, "method": _(METHOD_NAMES[meeting.method])}
    areas = {area.code: area.name for area in house.programme.geography.areas}
    areas[OUTSIDE] = _("outside the prefecture")
    # A case logged by staff may have no area, or one that the programme has no more.
    if meeting.area in areas:
        text = _("%(reference)s meeting (%(method)s, %(area)s)")
        text %= {**facts, "area": areas[meeting.area]}
    else:
        text = _("%(reference)s meeting (%(method)s)") % facts
    is_off = meeting.state in _NOT_TAKING_PLACE
    return CalendarEvent(
        uid=meeting.uid,
        sequence=meeting.revision,
        start=meeting.starts_at,
        end=meeting.ends_at,
        changed_at=meeting.changed_at,
        summary=_("[Off] %(meeting)s") % {"meeting": text} if is_off else text,
        status=EventStatus.CANCELLED if is_off else EventStatus.CONFIRMED,
    )


def owner_event(context: Context, booking: Booking) -> CalendarEvent:
    """Return a meeting for its owner's calendar, in their language."""
    _ = context.gettext
    office = context.house.programme.office
    lines = [
        _("Reference: %(reference)s") % {"reference": booking.reference},
        _("How we meet: %(method)s") % {"method": method_name(context, booking.method)},
        _("Telephone: %(telephone)s (%(hours)s)")
        % {"telephone": office.telephone, "hours": office_hours(context)},
    ]
    return _event(
        context,
        booking,
        _("Meeting: %(hub)s") % {"hub": office.hub},
        "\n".join(lines),
        office.address if booking.method is Method.HUB else "",
    )


def staff_event(context: Context, booking: Booking) -> CalendarEvent:
    """Return a meeting for the calendar of the staff: no personal data."""
    method = method_name(context, booking.method)
    text = context.gettext("%(reference)s meeting (%(method)s)")
    return _event(context, booking, text % {"reference": booking.reference, "method": method})


async def calendar_file(booking: Booking, event: CalendarEvent) -> File:
    """Return the file that a message about a meeting carries, named by its reference number."""
    # In a thread: the first file loads the library.
    content = await asyncio.to_thread(single_file, event)
    return File(f"{booking.reference}.ics", content)


def _event(
    context: Context, booking: Booking, summary: str, description: str = "", location: str = ""
) -> CalendarEvent:
    is_off = booking.state in _NOT_TAKING_PLACE
    return CalendarEvent(
        uid=booking.uid,
        sequence=booking.revision,
        start=booking.starts_at,
        end=booking.ends_at,
        changed_at=booking.changed_at,
        summary=summary,
        description=description,
        location=location,
        status=EventStatus.CANCELLED if is_off else EventStatus.CONFIRMED,
        alarm=context.house.programme.booking.remind_minutes_before,
    )
