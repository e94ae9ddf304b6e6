"""The real `madoguchi run`: owners book, move, cancel and wait, as days go by for all of them."""

from __future__ import annotations

import asyncio
import re
import shutil
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from ical.event import EventStatus

from bot.programme_file import SAMPLE
from bot.sandbox import cast
from bot.sandbox.booking_walk import booking_button, free_day
from bot.sandbox.people import Person
from bot.sandbox.play import join_staff
from bot.sandbox.transcript import Transcript
from domain.fiscal_year import JST
from handlers.callbacks import CALENDAR, pack
from tests.e2e.booking_people import (
    Visitor,
    buttons,
    free_days,
    monday_in_june,
    read_calendar,
    starting,
)
from tests.e2e.warm_bot import WarmBot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.shown import ShownMessage
    from tests.e2e.warm_bot import WarmStart

FEED = re.compile(r"http://127\.0\.0\.1:\d+/calendar/[A-Za-z0-9_-]+\.ics")
TOMORROW, TODAY = "明日の面談", "本日の面談"
JUST_TAKEN = "ちょうど埋まりました"
WEDNESDAY, THURSDAY, FRIDAY = 2, 3, 4
HUB, TIME = booking_button("cal", "hub"), booking_button("time")
DROP, ACCEPT = booking_button("drop"), booking_button("accept")


@pytest.mark.usefixtures("bot")
async def test_a_meeting_from_its_booking_to_its_outcome(people: SandboxClient) -> None:
    await people.move_to(monday_in_june(await people.now()))
    await join_staff(people, Transcript(lambda _: None))
    owner, member = Visitor(people, cast.OWNER_METAL), Visitor(people, cast.STAFF)
    channel = Visitor(people, cast.STAFF, cast.STAFF_CHAT_ID)

    reference = await owner.submit()
    for tap in (HUB, free_day, TIME):
        await owner.press(tap)
    await owner.sees("面談のご予約をお取りしました")
    (first,) = (await owner.calendar_file()).events
    (told,) = (await channel.calendar_file()).events
    assert (told.start, told.end) == (first.start, first.end)
    await channel.press(starting("case:take:"))
    await channel.sees(lambda shown: reference in shown.text and cast.STAFF.name in shown.text)

    await owner.press(HUB)
    later = free_days(await owner.sees(free_day))[1]
    await owner.press(starting(later.value))
    await owner.press(TIME)
    await owner.sees("面談の日時を変えました")
    (moved,) = (await owner.calendar_file()).events
    assert (moved.uid, moved.sequence) == (first.uid, first.sequence + 1)
    assert isinstance(first.start, datetime)
    assert isinstance(moved.start, datetime)
    assert isinstance(moved.end, datetime)
    assert moved.start.date() > first.start.date()

    ten = datetime.combine(moved.start.date() - timedelta(days=1), time(10), JST)
    for words, moment in ((TOMORROW, ten), (TODAY, moved.start - timedelta(hours=1))):
        await people.move_to(moment - timedelta(minutes=1))
        asked = await owner.say("/help")
        await owner.sees("/status", asked)
        await people.move_to(moment)
        for reminded in (owner, member):
            assert (await reminded.sees(words)).date >= moment

    await people.move_to(moved.end)
    await member.press(starting("mt:met:"))
    await member.sees(lambda shown: reference in shown.text and "実施" in shown.text)
    asked = await owner.say("/status")
    assert "面談済" in (await owner.sees(reference, asked)).text
    manager = Visitor(people, cast.MANAGER)
    asked = await manager.say("/stats")
    assert re.search(r"面談\D*1", (await manager.sees("面談", asked)).text)
    for reminded in (owner, member):
        assert [await reminded.count(words) for words in (TOMORROW, TODAY)] == [1, 1]
    await _assert_in_the_feed(manager, moved.start)


async def _assert_in_the_feed(manager: Visitor, start: datetime) -> None:
    await manager.say("/calendar")
    await manager.press(starting(pack(CALENDAR, "new")))
    shown = await manager.sees(lambda shown: FEED.search(shown.text))
    address = FEED.search(shown.text)
    assert address is not None
    async with aiohttp.ClientSession() as session, session.get(address[0]) as response:
        (event,) = read_calendar(await response.text()).events
    assert event.start == start


@pytest.fixture
def small_programme(tmp_path: Path) -> Path:
    """A hub with one adviser, who has two slots on each of the next days but two."""
    folder = shutil.copytree(SAMPLE.parent, tmp_path / "programme")
    path = folder / SAMPLE.name
    text = path.read_text(encoding="utf-8")
    booking = """[booking]
seats = 1
hold_minutes = 30
remind_day_before = "10:00"
remind_minutes_before = 60
hours = [{ weekdays = ["mon", "tue", "wed", "thu", "fri"], opens = "09:30", closes = "12:00" }]

[booking.methods.hub]
minutes = 60
buffer_minutes = 30
seats = 1
notice_working_days = 2
horizon_days = 4

"""
    before, rest = text.split("[booking]\n", 1)
    path.write_text(f"{before}{booking}[chasers]{rest.split('[chasers]', 1)[1]}", "utf-8")
    return path


@pytest.fixture
async def _small_office(
    environment: dict[str, str], small_programme: Path, warm_start: WarmStart
) -> AsyncIterator[None]:
    with_it = environment | {"MADOGUCHI_PROGRAMME": str(small_programme)}
    async with WarmBot(with_it, small_programme.parent / "bot.log", warm_start):
        yield


async def owners(people: SandboxClient) -> list[Visitor]:
    """Return four owners who have sent the form, in this order."""
    another = Person(7001, "見本", "四郎")
    await people.add_person(another.id, another.first_name, last_name=another.last_name)
    found = [Visitor(people, person) for person in (*cast.OWNERS, another)]
    for owner in found:
        await owner.submit()
    return found


@pytest.mark.usefixtures("_small_office")
async def test_few_slots_and_many_who_want_them(people: SandboxClient) -> None:
    monday = await people.move_to(monday_in_june(await people.now()))
    first, second, third, fourth = await owners(people)
    manager = Visitor(people, cast.MANAGER)

    await _race_for_the_first_slot(first, second)
    # The hub opens on Thursday only then: two slots, for which two owners ask.
    for weekday in (FRIDAY, WEDNESDAY):
        await _close(manager, monday + timedelta(days=weekday))
    for owner in (first, second):
        await _lose_the_meeting(owner)
        await _take_another(owner)
        (event,) = (await owner.calendar_file()).events
        assert event.start.date() == monday.date() + timedelta(days=THURSDAY)

    for place, owner in enumerate((third, fourth), 1):
        await owner.press(HUB)
        await owner.press(booking_button("wait", "hub"))
        await owner.sees(f"{place}番目")
    await second.press(DROP)
    await second.press(booking_button("drop_yes"))
    cancelled = await second.calendar_file()
    assert (cancelled.method, cancelled.events[0].uid) == ("CANCEL", event.uid)

    await third.sees(ACCEPT)
    assert await fourth.count("空きが出ました") == 0
    await people.forward(timedelta(minutes=31))
    await third.sees("お取り置き")
    await fourth.press(ACCEPT)
    await fourth.sees(DROP)
    (taken,) = (await fourth.calendar_file()).events
    assert taken.start == event.start

    await people.move_to(datetime.combine(taken.start - timedelta(days=1), time(10), JST))
    await asyncio.gather(first.sees(TOMORROW), fourth.sees(TOMORROW))
    await people.move_to(taken.start - timedelta(hours=1))
    await fourth.sees(TODAY)
    await people.move_to(taken.end)
    asked = await second.say("/help")
    await second.sees("/status", asked)
    for owner in (second, third):
        assert [await owner.count(words) for words in (TOMORROW, TODAY)] == [0, 0]


def _is_settled(shown: ShownMessage) -> bool:
    return DROP(shown) is not None or JUST_TAKEN in shown.text


async def _race_for_the_first_slot(*owners: Visitor) -> None:
    for owner in owners:
        await owner.press(HUB)
        await owner.press(free_day)
        await owner.sees(TIME)
    await asyncio.gather(*(owner.press(TIME) for owner in owners))
    shown = [await owner.sees(_is_settled) for owner in owners]
    (loser,) = (owner for owner, one in zip(owners, shown, strict=True) if JUST_TAKEN in one.text)
    (offered,) = (buttons(one, "bk:time:") for one in shown if JUST_TAKEN in one.text)
    assert len(offered) == 3
    await loser.press(starting(offered[0].value))
    starts = set()
    for owner in owners:
        await owner.sees(DROP)
        (event,) = (await owner.calendar_file()).events
        starts.add(event.start)
    assert len(starts) == len(owners)


async def _close(manager: Visitor, day: datetime) -> None:
    await manager.say(f"/close {day.month}/{day.day}")
    await manager.press(starting("sl:close:"))
    await manager.sees(starting("sl:open:"))


async def _lose_the_meeting(owner: Visitor) -> None:
    """Find the notice of a closure: other times, and the file that cancels the meeting."""
    lost = await owner.calendar_file()
    assert lost.method == "CANCEL"
    assert lost.events[0].status is EventStatus.CANCELLED


async def _take_another(owner: Visitor) -> None:
    """Book the first of the times that the newest message offers, or of those offered instead."""
    await owner.press(TIME)
    shown = await owner.sees(_is_settled, owner.last_file)
    if DROP(shown) is None:
        await owner.press(TIME)
        await owner.sees(DROP, shown.message_id - 1)


@pytest.mark.usefixtures("bot")
async def test_the_office_moves_a_meeting_of_an_owner_who_then_leaves(
    people: SandboxClient,
) -> None:
    await people.move_to(monday_in_june(await people.now()))
    await join_staff(people, Transcript(lambda _: None))
    owner, member = Visitor(people, cast.OWNER_METAL), Visitor(people, cast.STAFF)
    channel = Visitor(people, cast.STAFF, cast.STAFF_CHAT_ID)
    reference = await owner.submit()
    for tap in (HUB, free_day, TIME):
        await owner.press(tap)
    (first,) = (await owner.calendar_file()).events
    await channel.press(starting("case:take:"))

    await member.say(f"/case {reference}")
    for verb in ("card", "days"):
        await member.press(starting(f"mt:{verb}:"))
    last = buttons(await member.sees(starting("mt:times:")), "mt:times:")[-1]
    await member.press(starting(last.value))
    for verb in ("why", "move"):
        await member.press(starting(f"mt:{verb}:"))
    (moved,) = (await owner.calendar_file()).events
    assert (moved.uid, moved.sequence) == (first.uid, first.sequence + 1)
    assert isinstance(moved.start, datetime)
    assert isinstance(moved.end, datetime)
    await owner.sees("面談の日時が変わりました")

    await people.block(cast.OWNER_METAL.id)
    ten = datetime.combine(moved.start.date() - timedelta(days=1), time(10), JST)
    await people.move_to(ten)
    told = await channel.sees("電話でご連絡ください")
    assert reference in told.text
    await people.unblock(cast.OWNER_METAL.id)
    await people.move_to(moved.end)
    await member.press(starting("mt:no_show:"))
    offered = await owner.sees(booking_button("how"), told.message_id)
    assert TOMORROW not in offered.text


@pytest.mark.usefixtures("bot")
async def test_a_meeting_is_put_off_and_the_next_one_cancelled_by_the_office(
    people: SandboxClient,
) -> None:
    await people.move_to(monday_in_june(await people.now()))
    await join_staff(people, Transcript(lambda _: None))
    owner, member = Visitor(people, cast.OWNER_METAL), Visitor(people, cast.STAFF)
    channel = Visitor(people, cast.STAFF, cast.STAFF_CHAT_ID)
    reference = await owner.submit()
    for tap in (HUB, free_day, TIME):
        await owner.press(tap)
    (first,) = (await owner.calendar_file()).events
    await channel.press(starting("case:take:"))
    assert isinstance(first.end, datetime)
    await people.move_to(first.end)
    await member.press(starting("mt:postponed:"))

    await owner.press(booking_button("how"))
    # Not the old message's button, which moves the meeting that was put off.
    for tap in (starting("bk:cal:c1:hub"), free_day, TIME):
        await owner.press(tap)
    (second,) = (await owner.calendar_file()).events
    assert second.uid != first.uid
    await member.say(f"/case {reference}")
    for verb in ("card", "drop", "end"):
        await member.press(starting(f"mt:{verb}:"))
    cancelled = await owner.calendar_file()
    assert (cancelled.method, cancelled.events[0].uid) == ("CANCEL", second.uid)
    assert isinstance(second.start, datetime)
    ten = datetime.combine(second.start.date() - timedelta(days=1), time(10), JST)
    for moment in (ten, second.start - timedelta(hours=1)):
        await people.move_to(moment)
        asked = await owner.say("/help")
        await owner.sees("/status", asked)
    for reminded in (owner, member):
        assert [await reminded.count(words) for words in (TOMORROW, TODAY)] == [0, 0]
