"""Calendar files, read back by another library than the one that wrote them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import CalendarStream
from ical.event import Event
from ical.event import EventStatus as ReadStatus

from domain.calendar_file import CalendarEvent, EventStatus, feed, single_file

if TYPE_CHECKING:
    from ical.calendar import Calendar

TOKYO = ZoneInfo("Asia/Tokyo")
MEETING = CalendarEvent(
    uid="booking-17@example.jp",
    sequence=0,
    start=datetime(2026, 11, 26, 1, 0, tzinfo=UTC),
    end=datetime(2026, 11, 26, 2, 0, tzinfo=UTC),
    changed_at=datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC),
    summary="面談：埼玉県プロフェッショナル人材戦略拠点",
    description="受付番号 R8-0042\n方法: 拠点で面談; 電話, 048-830-0000 \\ 平日",
    location="さいたま市浦和区高砂3-15-1",
    alarm=60,
)
moments = st.builds(
    datetime.fromtimestamp,
    st.integers(1_577_836_800, 3_155_673_600),
    st.sampled_from([UTC, TOKYO]),
)
# A text of a calendar file has no control characters; line ends are tried by name.
texts = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")) | st.just("\n"), max_size=300)
events = st.builds(
    lambda start, minutes, **facts: CalendarEvent(
        start=start, end=start + timedelta(minutes=minutes), **facts
    ),
    start=moments,
    minutes=st.integers(1, 24 * 60),
    uid=st.from_regex(r"booking-[0-9]{1,9}@[a-z]{1,20}\.jp", fullmatch=True),
    sequence=st.integers(0, 10**6),
    changed_at=moments,
    summary=texts.map(lambda text: f"面談{text}"),
    description=texts,
    location=texts,
    status=st.sampled_from(EventStatus),
    alarm=st.none() | st.integers(0, 7 * 24 * 60),
)


def read(written: bytes) -> Calendar:
    (calendar,) = CalendarStream.from_ics(written.decode()).calendars
    return calendar


def told(text: str) -> str:
    """A text as a file can tell it: without an empty line at its end.

    icalendar takes a typed backslash with a capital N for a line end.
    """
    return "\n".join(text.splitlines()).replace("\\N", "\n")


def assert_same(shown: Event, event: CalendarEvent) -> None:
    assert shown.uid == event.uid
    assert shown.sequence == event.sequence
    assert (shown.start, shown.end) == (event.start, event.end)
    assert isinstance(shown.start, datetime)
    assert shown.start.replace(tzinfo=None) == event.start.astimezone(TOKYO).replace(tzinfo=None)
    assert shown.dtstamp == shown.last_modified == event.changed_at
    assert shown.summary == told(event.summary)
    assert (shown.description or "") == told(event.description)
    assert (shown.location or "") == told(event.location)
    assert shown.status == ReadStatus(event.status.value)


@given(events)
def test_another_library_reads_the_same_facts(event: CalendarEvent) -> None:
    calendar = read(single_file(event))
    (shown,) = calendar.events
    assert_same(shown, event)
    is_cancelled = event.status is EventStatus.CANCELLED
    assert calendar.method == ("CANCEL" if is_cancelled else "PUBLISH")
    expected = [] if event.alarm is None or is_cancelled else [-timedelta(minutes=event.alarm)]
    assert [alarm.trigger for alarm in shown.alarm] == expected


@given(st.lists(events, max_size=4), texts)
def test_another_library_reads_the_same_feed(listed: list[CalendarEvent], name: str) -> None:
    written = feed(name, listed)
    shown = read(written).events
    assert len(shown) == len(listed)
    for each, event in zip(shown, listed, strict=True):
        assert_same(each, event)
        assert each.alarm == []
    assert written == feed(name, listed)


@given(events)
def test_lines_end_in_crlf_and_have_75_octets_of_whole_characters_at_most(
    event: CalendarEvent,
) -> None:
    written = single_file(event)
    assert written.endswith(b"END:VCALENDAR\r\n")
    lines = written.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()


def test_two_hundred_japanese_characters_fold_and_unfold() -> None:
    summary = "相談窓口のご予約、確認。" * 16 + "相談窓口のご予約"
    assert len(summary) == 200
    written = single_file(replace(MEETING, summary=summary))
    assert max(map(len, written.split(b"\r\n"))) <= 75
    unfolded = written.replace(b"\r\n ", b"").decode()
    assert f"SUMMARY:{summary}\r\n" in unfolded


def test_commas_semicolons_backslashes_and_line_ends_are_escaped() -> None:
    written = single_file(replace(MEETING, description="a,b;c\\d\r\ne\rf\x00g\n"))
    assert b"DESCRIPTION:a\\,b\\;c\\\\d\\ne\\nfg\r\n" in written


def test_a_file_of_a_meeting_reads_as_calendars_expect() -> None:
    event = replace(MEETING, summary="面談：東京の拠点", description="", location="")
    lines = single_file(event).decode().split("\r\n")
    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Madoguchi//Madoguchi//JA",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Tokyo",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "TZNAME:JST",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:booking-17@example.jp",
        "SEQUENCE:0",
        "DTSTAMP:20261124T030405Z",
        "LAST-MODIFIED:20261124T030405Z",
        "DTSTART;TZID=Asia/Tokyo:20261126T100000",
        "DTEND;TZID=Asia/Tokyo:20261126T110000",
        "SUMMARY:面談：東京の拠点",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:面談：東京の拠点",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_cancellation_names_the_same_meeting_rings_nothing_and_leaves_the_time_free() -> None:
    cancelled = replace(MEETING, sequence=3, status=EventStatus.CANCELLED)
    written = single_file(cancelled)
    calendar = read(written)
    (shown,) = calendar.events
    assert calendar.method == "CANCEL"
    assert (shown.uid, shown.sequence, shown.status) == (MEETING.uid, 3, ReadStatus.CANCELLED)
    assert b"VALARM" not in written
    assert b"TRANSP:TRANSPARENT" in written


@pytest.mark.parametrize(
    ("start", "written"),
    [
        (datetime(2026, 12, 31, 14, 30, tzinfo=UTC), "20261231T233000"),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "20270101T000000"),
        (datetime(2027, 12, 31, 23, 59, tzinfo=TOKYO), "20271231T235900"),
    ],
)
def test_the_year_ends_in_tokyo(start: datetime, written: str) -> None:
    event = replace(MEETING, start=start, end=start + timedelta(hours=1))
    assert f"DTSTART;TZID=Asia/Tokyo:{written}\r\n".encode() in single_file(event)
    (shown,) = read(single_file(event)).events
    assert (shown.start, shown.end) == (event.start, event.end)


def test_a_feed_asks_to_be_looked_at_four_times_an_hour_and_has_a_name() -> None:
    lines = feed("面談の予約, 拠点", [MEETING]).decode().split("\r\n")
    assert "X-WR-CALNAME:面談の予約\\, 拠点" in lines
    assert "X-WR-TIMEZONE:Asia/Tokyo" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in lines
    assert "X-PUBLISHED-TTL:PT15M" in lines
    assert not any("VALARM" in line for line in lines)
