"""People before the real bot who book meetings, and the clock they live by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ical.calendar_stream import CalendarStream

from bot.sandbox.intake_walk import IntakeWalk
from domain.fiscal_year import JST
from tests.e2e.conftest import PATIENCE, unrecorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from ical.calendar import Calendar

    from bot.sandbox.booking_walk import Find
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.people import Person
    from bot.sandbox.shown import Button, ShownMessage


def monday_in_june(now: datetime) -> datetime:
    """Return 9:00 of a Monday in a coming June, the one month without days off."""
    first = date(now.year + 1, 6, 1)
    return datetime.combine(first + timedelta(days=-first.weekday() % 7), time(9), JST)


def buttons(shown: ShownMessage, prefix: str) -> list[Button]:
    return [each for row in shown.buttons for each in row if each.value.startswith(prefix)]


def starting(prefix: str) -> Find:
    """Return what finds the first button with such data."""
    return lambda shown: next(iter(buttons(shown, prefix)), None)


def free_days(shown: ShownMessage) -> list[Button]:
    """Return the days of a calendar that can be booked."""
    return [each for each in buttons(shown, "bk:day:") if each.text.isdecimal()]


@dataclass
class Visitor:
    """Somebody in a chat: the private one with the bot unless `chat` names another."""

    people: SandboxClient
    person: Person
    chat: int = 0
    last_file: int = 0

    def __post_init__(self) -> None:
        self.chat = self.chat or self.person.id

    async def submit(self, link: str = "", **chosen: tuple[str, ...]) -> str:
        """Fill in the form, from a partner's link if there is one, and return the reference."""
        answers = {
            "company": (f"株式会社見本{self.person.id}",),
            "contact": ("見本 一郎",),
            "tel": (f"048-830-{self.person.id % 10_000:04d}",),
        }
        walk = IntakeWalk(unrecorded(self.people, self.person), answers | chosen)
        return await walk.submit(await walk.fill_in(link))

    async def say(self, text: str) -> int:
        return (await self.people.send(self.person.id, text, self.chat)).message_id

    async def sees(
        self, fits: str | Callable[[ShownMessage], object], after: int = 0
    ) -> ShownMessage:
        """Wait for a message of the bot that has these words, or fits."""
        test = (lambda shown: fits in shown.text) if isinstance(fits, str) else fits
        return await self.people.wait_message(
            self.chat,
            lambda shown: shown.is_from_bot and not shown.deleted and bool(test(shown)),
            PATIENCE,
            after=after,
        )

    async def press(self, find: Find) -> None:
        """Press a button of the newest message that has it."""
        shown = await self.sees(find)
        button = find(shown)
        assert button is not None
        answer = await self.people.press_old(
            self.person.id, button.value, shown.message_id, chat_id=self.chat, wait=PATIENCE
        )
        assert answer.answered

    async def count(self, words: str) -> int:
        """Count the messages with these words."""
        return sum(words in shown.text for shown in await self.people.messages(self.chat))

    async def calendar_file(self) -> Calendar:
        """Wait for the next calendar file and return it as another library reads it."""
        shown = await self.sees(lambda shown: shown.file is not None, self.last_file)
        self.last_file = shown.message_id
        return read_calendar((await self.people.file(shown)).decode())


def read_calendar(text: str) -> Calendar:
    (calendar,) = CalendarStream.from_ics(text).calendars
    return calendar
