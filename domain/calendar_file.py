"""Calendar files (.ics, RFC 5545): one meeting for a person, or all of them for an office's feed.

What the three calendars people use do with such a file, and why it is written this way, is in
docs/decisions/calendar.md.
"""
# The import of icalendar costs 49 ms and 10 MB, which a start need not pay.
# ruff: noqa: PLC0415

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.fiscal_year import JST

if TYPE_CHECKING:
    from collections.abc import Iterable

    import icalendar

FEED_REFRESH: Final = timedelta(minutes=15)
"""How often a subscriber is asked to look; most look less often whatever is asked."""
_PRODUCT: Final = "-//Madoguchi//Madoguchi//JA"
# Before 1970 nobody books a meeting; Tokyo's clocks have not been changed since 1951.
_ZONE_SINCE: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a local time by definition
_ZONE_OFFSET: Final = timedelta(hours=9)


class EventStatus(StrEnum):
    """Whether a meeting takes place; the values are those of RFC 5545, 3.8.1.11."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class CalendarEvent:
    """A meeting as a calendar shows it.

    `uid` names the meeting for ever, `sequence` rises with every change of it. `start`, `end` and
    `changed_at` are aware; the file says Asia/Tokyo. `alarm` is in minutes before the start.
    """

    uid: str
    sequence: int
    start: datetime
    end: datetime
    changed_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    status: EventStatus = EventStatus.CONFIRMED
    alarm: int | None = None


def single_file(event: CalendarEvent) -> bytes:
    """Write the file of one meeting, which adds it to a calendar, changes it, or takes it out.

    The bytes depend on the event alone: the same facts make the same file.
    """
    is_cancelled = event.status is EventStatus.CANCELLED
    calendar = _calendar("CANCEL" if is_cancelled else "PUBLISH")
    component = _component(event)
    if event.alarm is not None and not is_cancelled:
        component.add_component(_alarm(event.alarm, event.summary))
    calendar.add_component(component)
    return bytes(calendar.to_ical(sorted=False))


def feed(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """Write the calendar called `name` that others subscribe to; it rings no alarms.

    The bytes depend on the arguments alone, so that they can be told apart by a hash.
    """
    import icalendar

    calendar = _calendar("PUBLISH")
    # A text by name: what the library does not know it writes as it is, line ends and all.
    calendar.add("X-WR-CALNAME", icalendar.vText(_clean(name)))
    calendar.add("X-WR-TIMEZONE", JST.key)
    calendar.add("REFRESH-INTERVAL", FEED_REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", _duration(FEED_REFRESH))
    for event in events:
        calendar.add_component(_component(event))
    return bytes(calendar.to_ical(sorted=False))


def _calendar(method: str) -> icalendar.Calendar:
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", _PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    calendar.add_component(_tokyo())
    return calendar


def _tokyo() -> icalendar.Timezone:
    # By hand: the library's own table ends in 2038 and says so in a comment that some show.
    import icalendar

    standard = icalendar.TimezoneStandard()
    standard.add("DTSTART", _ZONE_SINCE)
    standard.add("TZOFFSETFROM", _ZONE_OFFSET)
    standard.add("TZOFFSETTO", _ZONE_OFFSET)
    standard.add("TZNAME", "JST")
    zone = icalendar.Timezone()
    zone.add("TZID", JST.key)
    zone.add_component(standard)
    return zone


def _component(event: CalendarEvent) -> icalendar.Event:
    import icalendar

    component = icalendar.Event()
    component.add("UID", event.uid)
    component.add("SEQUENCE", event.sequence)
    component.add("DTSTAMP", event.changed_at.astimezone(UTC))
    component.add("LAST-MODIFIED", event.changed_at.astimezone(UTC))
    component.add("DTSTART", event.start.astimezone(JST))
    component.add("DTEND", event.end.astimezone(JST))
    for name, text in (
        ("SUMMARY", event.summary),
        ("LOCATION", event.location),
        ("DESCRIPTION", event.description),
    ):
        if text:
            component.add(name, _clean(text))
    component.add("STATUS", event.status)
    # Outlook shows a cancelled meeting of a feed on, as busy unless this is said.
    is_cancelled = event.status is EventStatus.CANCELLED
    component.add("TRANSP", "TRANSPARENT" if is_cancelled else "OPAQUE")
    return component


def _alarm(minutes: int, text: str) -> icalendar.Alarm:
    import icalendar

    alarm = icalendar.Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _clean(text))
    alarm.add("TRIGGER", -timedelta(minutes=minutes))
    return alarm


def _duration(interval: timedelta) -> str:
    return f"PT{interval // timedelta(minutes=1)}M"


def _clean(text: str) -> str:
    """Leave out what RFC 5545, 3.1 forbids in a text: control characters other than line ends."""
    lines = "\n".join(text.splitlines())
    return "".join(
        each for each in lines if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}
    )
