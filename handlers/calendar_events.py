"""Meetings as calendars show them: in the feed, in an owner's calendar, in the staff's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.bookings import METHOD_NAMES, BookingState
from domain.calendar_file import CalendarEvent, EventStatus

if TYPE_CHECKING:
    from domain.calendar_feeds import FeedMeeting
    from handlers.context import House

_NOT_TAKING_PLACE: Final = frozenset({BookingState.CANCELLED, BookingState.POSTPONED})


def feed_name(house: House) -> str:
    """Return what the feed is called, in the default language."""
    text = house.translations[house.default_language].gettext("Meetings: %(hub)s")
    return text % {"hub": house.programme.office.hub}


def feed_event(house: House, meeting: FeedMeeting) -> CalendarEvent:
    """Return a meeting of the feed, in the default language: everybody at the office reads it."""
    _ = house.translations[house.default_language].gettext
    areas = {area.code: area.name for area in house.programme.geography.areas}
    text = _("%(reference)s meeting (%(method)s, %(area)s)") % {
        "reference": str(meeting.reference),
        "method": _(METHOD_NAMES[meeting.method]),
        "area": areas.get(meeting.area or "", _("outside the prefecture")),
    }
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
