"""Booking in English: the weekdays, the dates, the numbers, and the office's hours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.integration.booking_chat import OWNER, labels, live, press_data, submit

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
async def asked(counter: Counter) -> Counter:
    """A counter that answers within a day, and an English-speaking owner who has sent the form."""
    house = counter.application.house
    office = house.programme.office.model_copy(update={"reply_within_working_days": 1})
    programme = house.programme.model_copy(update={"office": office})
    counter.application.house = replace(house, programme=programme)
    await submit(counter)
    await counter.say(OWNER, "/language")
    await counter.press(OWNER, "English")
    return counter


async def test_the_calendar_and_the_meeting_are_in_english(asked: Counter) -> None:
    await asked.say(OWNER, "/status")
    await asked.press(OWNER, "Book a meeting")
    await asked.press(OWNER, "At the hub")
    assert "At the hub (60 minutes)" in live(asked).text
    assert labels(asked)[:8] == ["November 2026", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    await press_data(asked, ":20261130")
    assert "Nov 30 (Mon)" in live(asked).text
    await asked.press(OWNER, "9:30–10:30")
    told = live(asked).text
    assert "<b>Nov 30 (Mon) 9:30–10:30</b>" in told
    assert "You can change or cancel it here until Nov 26 (Thu)." in told


async def test_a_call_is_promised_in_english(asked: Counter) -> None:
    await asked.say(OWNER, "/status")
    await asked.press(OWNER, "Book a meeting")
    await asked.press(OWNER, "Decide the date by telephone")
    await asked.press(OWNER, "Morning")
    told = live(asked).text
    assert "within 1 working day to decide the date of the meeting (Morning)." in told


async def test_the_hours_are_said_in_english(asked: Counter) -> None:
    await asked.say(OWNER, "/help")
    assert "(working days 9:00–17:00)" in asked.wire.last(OWNER).text
