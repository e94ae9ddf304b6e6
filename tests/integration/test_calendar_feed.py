"""The calendar that others subscribe to: made by staff in their chat, read over real HTTP."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from ical.calendar_stream import CalendarStream

from bot.calendar_feed import CalendarFeeds
from bot.http_server import HttpServer
from bot.logs import RedactingFilter
from bot.programme_file import SAMPLE, load_programme
from bot.settings import Address
from domain.bookings import BookingState, MoveOf
from domain.calendar_feeds import MOST_FEEDS
from domain.fiscal_year import JST
from domain.programme_types import OUTSIDE
from domain.slots import Method
from services import bookings, calendar_feeds, staff
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage.database import Database
from tests.integration.ledger import ANSWERS, Ledger
from tests.integration.test_staff import ADMIN, CLERK, OTHER, STRANGER, audit, hire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ical.event import Event

    from domain.bookings import Booking
    from domain.programme import Area
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

OWNER = 100
UNKNOWN = "/calendar/" + "A" * 32 + ".ics"


@asynccontextmanager
async def listening(counter: Counter) -> AsyncIterator[aiohttp.ClientSession]:
    house = counter.application.house
    server = HttpServer(Address("127.0.0.1", 0), {}, CalendarFeeds(house).folders())
    async with server:
        house.reach.base = f"http://{server.address}"
        async with aiohttp.ClientSession(house.reach.base) as session:
            yield session


async def press_in(counter: Counter, listing: Shown, label: str) -> None:
    """Press a button of a message that is not the newest."""
    data = next(b["callback_data"] for b in listing.buttons if label in b["text"])
    await counter.update(counter.press_body(ADMIN, data, ADMIN, listing.message_id))


def listing(counter: Counter) -> Shown:
    """The newest list of addresses, as it reads now."""
    return [
        shown
        for (chat, _), shown in counter.wire.shown.items()
        if chat == ADMIN and "無効" in str(shown.buttons)
    ][-1]


async def make_feed(counter: Counter, user: int = ADMIN) -> str:
    """Make an address as a member does; return its path."""
    await counter.say(user, "/calendar")
    await counter.press(user, "アドレスを作る")
    shown = [each for (chat, _), each in counter.wire.shown.items() if chat == user][-1]
    found = re.search(r"<code>http://127\.0\.0\.1:\d+(/calendar/\S+\.ics)</code>", shown.text)
    assert found is not None, shown.text
    assert shown.is_protected
    return found[1]


def first_area(counter: Counter) -> Area:
    return counter.application.house.programme.geography.areas[0]


def at(counter: Counter) -> Occasion:
    return Occasion(counter.application.house.programme, -1, counter.moment)


def book(
    counter: Counter, start: datetime, method: Method = Method.VISIT, area: str | None = None
) -> Booking:
    database = counter.application.house.database
    answers = {**ANSWERS, "area": area or first_area(counter).code}
    case = Ledger(database, drafts=int(start.timestamp())).consult(
        date(2026, 11, 24), answers=answers
    )
    wish = Wish(method, start)
    return database.write(lambda tx: bookings.book(tx, at(counter), OWNER, case, wish)).result()


def cancel(counter: Counter, booking: Booking) -> Booking:
    target = MoveOf(booking.id, booking.revision)
    database = counter.application.house.database
    return database.write(lambda tx: bookings.cancel(tx, at(counter), OWNER, target)).result()


async def events(session: aiohttp.ClientSession, path: str) -> dict[str, Event]:
    async with session.get(path) as response:
        assert response.status == 200
        (calendar,) = CalendarStream.from_ics(await response.text()).calendars
    return {str(event.uid): event for event in calendar.events}


MORNING = datetime(2026, 11, 30, 9, 30, tzinfo=JST)
NOON = datetime(2026, 11, 30, 13, 30, tzinfo=JST)


async def test_the_feed_shows_every_meeting_and_nobodys_name(counter: Counter) -> None:
    async with listening(counter) as session:
        path = await make_feed(counter)
        assert await events(session, path) == {}
        booking = book(counter, MORNING)
        area = first_area(counter).name
        shown = (await events(session, path))[booking.uid]
        assert shown.summary == f"R8-0001 面談（訪問・{area}）"
        assert (shown.start, shown.end) == (booking.starts_at, booking.ends_at)
        assert (shown.sequence, shown.location, shown.description) == (1, None, None)
        async with session.get(path) as response:
            text = await response.text()
            assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert response.headers["Content-Disposition"] == 'inline; filename="madoguchi.ics"'
            assert response.headers["Cache-Control"] == "private, no-cache"
    assert "X-WR-CALNAME:面談の予約：【見本】" in text
    told = text[text.index("BEGIN:VEVENT") : text.index("END:VEVENT")]
    assert re.findall(r"^[A-Z-]+", told, re.MULTILINE) == [
        *("BEGIN", "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND"),
        *("SUMMARY", "STATUS", "TRANSP"),
    ]


@pytest.mark.parametrize(
    ("area", "summary"),
    [(OUTSIDE, "R8-0001 面談（電話・県外）"), ("gone", "R8-0001 面談（電話）")],
)
async def test_an_area_the_programme_does_not_have_is_not_told(
    counter: Counter, area: str, summary: str
) -> None:
    async with listening(counter) as session:
        path = await make_feed(counter)
        booking = book(counter, MORNING, Method.PHONE, area)
        assert (await events(session, path))[booking.uid].summary == summary


def test_both_databases_tell_the_same_meetings(url: str) -> None:
    database = Database(url)
    now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    database.write(lambda tx: staff.ensure_admins(tx, (ADMIN,), now)).result()
    database.write(lambda tx: calendar_feeds.make(tx, ADMIN, "secret", now)).result()
    occasion = Occasion(load_programme(SAMPLE), -1, now)
    ledger = Ledger(database)
    for start, answers in ((NOON, {"industry": "E"}), (MORNING, ANSWERS)):
        case = ledger.consult(date(2026, 11, 24), answers=answers)
        wish = Wish(Method.PHONE, start)
        database.write(lambda tx, c=case, w=wish: bookings.book(tx, occasion, OWNER, c, w)).result()
    shown = database.read(lambda tx: calendar_feeds.meetings(tx, "secret", now)).result()
    assert shown is not None
    assert [(str(m.reference), m.area, m.starts_at, m.state) for m in shown] == [
        ("R8-0002", "a0", MORNING, BookingState.BOOKED),
        ("R8-0001", None, NOON, BookingState.BOOKED),
    ]
    other = database.read(lambda tx: calendar_feeds.meetings(tx, "Secret", now)).result()
    assert other is None
    database.close()


async def test_a_cancelled_meeting_stays_as_cancelled_with_a_higher_sequence(
    counter: Counter,
) -> None:
    async with listening(counter) as session:
        path = await make_feed(counter)
        booking = book(counter, MORNING)
        cancel(counter, booking)
        shown = (await events(session, path))[booking.uid]
        assert (shown.status, shown.sequence) == ("CANCELLED", 2)
        assert str(shown.summary).startswith("【取消】R8-0001")
        counter.moment = MORNING + timedelta(days=30)
        assert booking.uid in await events(session, path)
        counter.moment += timedelta(seconds=1)
        assert await events(session, path) == {}


async def test_a_time_that_is_only_held_is_no_meeting(counter: Counter) -> None:
    async with listening(counter) as session:
        path = await make_feed(counter)
        booking = book(counter, MORNING)
        database = counter.application.house.database
        for state in (BookingState.HELD, BookingState.LAPSED):
            database.write(
                lambda tx, to=state: stored.set_state(tx, booking.id, to, counter.moment)
            ).result()
            assert await events(session, path) == {}
        database.write(
            lambda tx: stored.set_state(tx, booking.id, BookingState.MET, counter.moment)
        ).result()
        assert (await events(session, path))[booking.uid].status == "CONFIRMED"


async def test_who_has_it_as_it_is_gets_no_body_until_something_changes(counter: Counter) -> None:
    async with listening(counter) as session:
        path = await make_feed(counter)
        book(counter, MORNING)
        async with session.get(path) as response:
            etag = response.headers["ETag"]
            whole = await response.read()
        for known in (etag, f'"other", {etag}', "*", f"W/{etag}"):
            async with session.get(path, headers={"If-None-Match": known}) as response:
                assert (response.status, await response.read()) == (304, b"")
                assert response.headers["ETag"] == etag
                assert response.headers["Cache-Control"] == "private, no-cache"
        async with session.head(path) as response:
            assert (response.status, await response.read()) == (200, b"")
            assert response.headers["ETag"] == etag
            assert response.headers["Content-Length"] == str(len(whole))
        book(counter, NOON)
        async with session.get(path, headers={"If-None-Match": etag}) as response:
            assert response.status == 200
            assert response.headers["ETag"] != etag


async def test_revoked_unknown_and_misspelt_addresses_answer_alike(counter: Counter) -> None:
    async def answer(session: aiohttp.ClientSession, path: str) -> tuple[Any, ...]:
        async with session.get(path) as response:
            headers = {k: v for k, v in response.headers.items() if k != "Date"}
            return response.status, await response.read(), headers

    async with listening(counter) as session:
        path = await make_feed(counter)
        await press_in(counter, listing(counter), "1番を無効にする")
        await press_in(counter, listing(counter), "はい")
        revoked = await answer(session, path)
        assert revoked[:2] == (404, b"not found\n")
        for other in (UNKNOWN, "/calendar/x.ics", "/calendar/", path.removesuffix(".ics")):
            assert await answer(session, other) == revoked
        async with session.head(path) as response:
            assert response.status == 404
        async with session.post(path) as response:
            assert response.status == 405
        async with session.get("/calendars") as response:
            assert response.status == 404


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, redacted as the process does."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


async def test_the_secret_is_not_stored_and_not_logged(counter: Counter, log: io.StringIO) -> None:
    async with listening(counter) as session:
        path = await make_feed(counter)
        secret = path.removeprefix("/calendar/").removesuffix(".ics")
        await events(session, path)
        reader, writer = await asyncio.open_connection("127.0.0.1", session._base_url.port)
        writer.write(f"GET {path} HTTP/9.9\r\nHost: x\r\n\r\n".encode())
        await writer.drain()
        assert b" 400 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
    assert secret not in log.getvalue()
    assert "listening on" in log.getvalue()
    for table in ("calendar_feeds", "audit_log"):
        assert secret not in str(await counter.read(f"select * from {table}"))
    assert [(who, what) for who, what, _ in await audit(counter)][-1] == (ADMIN, "make_feed")


# The command.


async def test_the_list_says_who_made_what_and_revokes(counter: Counter) -> None:
    await hire(counter, CLERK)
    async with listening(counter) as session:
        path = await make_feed(counter, CLERK)
        other = await make_feed(counter, ADMIN)
        text = listing(counter).text
        assert "お名前は載りません" in text
        assert "1. Person 301（11月24日（火） 10:00）" in text
        assert "2. Person 900（11月24日（火） 10:00）" in text
        await press_in(counter, listing(counter), "1番")
        assert "無効にしますか。\n\nPerson 301" in listing(counter).text
        await press_in(counter, listing(counter), "一覧に戻る")
        await press_in(counter, listing(counter), "1番")
        await press_in(counter, listing(counter), "はい")
        assert "1. Person 900" in listing(counter).text
        async with session.get(path) as response:
            assert response.status == 404
        assert await events(session, other) == {}
    assert (ADMIN, "revoke_feed", "1") in await audit(counter)


async def test_an_old_revoke_button_shows_the_list_as_it_is(counter: Counter) -> None:
    async with listening(counter):
        await make_feed(counter)
        await counter.say(ADMIN, "/calendar")
        await counter.press(ADMIN, "1番を無効にする")
        old = counter.wire.asking(ADMIN)
        yes = old.buttons[0]["callback_data"]
        await counter.press(ADMIN, "無効にする")
        for data in (yes, "cf:ask:1", "cf:revoke:999", "cf:nonsense"):
            await counter.update(counter.press_body(ADMIN, data, ADMIN, old.message_id))
            assert "前の手順" in counter.wire.alerts[-1]
            assert "使用中" not in counter.wire.shown[ADMIN, old.message_id].text


async def test_only_those_with_case_work_have_the_command(counter: Counter) -> None:
    await hire(counter, OTHER, "取りまとめ課")
    for user in (STRANGER, OTHER):
        await counter.say(user, "/calendar")
        assert "コマンド" in counter.wire.last(user).text
        await counter.update(counter.press_body(user, "cf:new", user, 1))
        assert counter.wire.alerts[-1] != ""
    assert await counter.read("select count(*) from calendar_feeds") == [(0,)]


async def test_whoever_leaves_or_loses_the_role_takes_their_addresses_along(
    counter: Counter,
) -> None:
    await hire(counter, CLERK)
    await hire(counter, OTHER)
    async with listening(counter) as session:
        clerks, others = await make_feed(counter, CLERK), await make_feed(counter, OTHER)
        await hire(counter, OTHER, "取りまとめ課")
        house = counter.application.house
        at = Occasion(house.programme, house.staff_chat, counter.moment)
        database = house.database
        members = database.read(staff.all_members).result()
        since = next(int(m.since.timestamp()) for m in members if m.user_id == CLERK)
        database.write(lambda tx: staff.remove(tx, at, ADMIN, CLERK, since)).result()
        for path in (clerks, others):
            async with session.get(path) as response:
                assert response.status == 404
        await hire(counter, CLERK)
        async with session.get(clerks) as response:
            assert response.status == 404


def test_there_are_not_more_addresses_than_one_can_look_through(url: str) -> None:
    database = Database(url)
    now = datetime(2026, 11, 24, 1, 0, tzinfo=JST)
    database.write(lambda tx: staff.ensure_admins(tx, (ADMIN,), now)).result()
    for number in range(MOST_FEEDS):
        secret = f"secret {number}"
        database.write(lambda tx, s=secret: calendar_feeds.make(tx, ADMIN, s, now)).result()
    with pytest.raises(calendar_feeds.TooManyFeeds):
        database.write(lambda tx: calendar_feeds.make(tx, ADMIN, "one more", now)).result()
    left = database.write(lambda tx: calendar_feeds.revoke(tx, ADMIN, 1, now)).result()
    assert [card.feed.id for card in left] == list(range(2, MOST_FEEDS + 1))
    database.write(lambda tx: calendar_feeds.make(tx, ADMIN, "one more", now)).result()
    database.close()


@pytest.mark.parametrize("base", ["https://bot.example.jp", "http://127.0.0.1:8080"])
async def test_an_address_that_only_works_here_says_so(counter: Counter, base: str) -> None:
    counter.application.house.reach.base = base
    await counter.say(ADMIN, "/calendar")
    await counter.press(ADMIN, "アドレスを作る")
    text = counter.wire.last(ADMIN).text
    assert f"<code>{base}/calendar/" in text
    assert ("MADOGUCHI_PUBLIC_URL" in text) == base.startswith("http://")
