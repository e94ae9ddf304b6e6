"""The calendar of a booking on a telephone, as the real bot shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox import cast
from bot.sandbox.booking_walk import booking_button, free_day
from bot.sandbox.bot_process import bot_environment
from bot.sandbox.client import SandboxClient
from tests.e2e.booking_people import Visitor
from tests.e2e.page.conftest import TELEPHONE
from tests.e2e.page.test_accessibility import assert_accessible
from tests.e2e.warm_bot import WarmBot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Screen
    from tests.e2e.warm_bot import WarmStart

pytestmark = pytest.mark.asyncio(loop_scope="session")

FINGER = 40
"""Pixels that a finger wants either way; WCAG 2.2 asks for 24 at least."""


@pytest_asyncio.fixture(loop_scope="session")
async def owner(
    server: SandboxServer, database: Path, warm_start: WarmStart
) -> AsyncIterator[Visitor]:
    """An owner who looks at the calendar."""
    environment = bot_environment(server.url, f"sqlite:///{database}")
    async with (
        WarmBot(environment, database.parent / "bot.log", warm_start),
        SandboxClient(server.url) as people,
    ):
        visitor = Visitor(people, cast.OWNER_METAL)
        await visitor.submit()
        await visitor.press(booking_button("cal", "hub"))
        await visitor.sees(free_day)
        yield visitor


async def test_days_are_large_enough_and_tell_at_a_glance_what_is_free(
    screen: Screen, server: SandboxServer, owner: Visitor
) -> None:
    await screen.page.set_viewport_size(TELEPHONE)
    await screen.open(server, cast.OWNER_METAL.id)
    days = screen.page.locator('.inline[data-value^="bk:day:"]')
    free = screen.page.locator('.inline.primary[data-value^="bk:day:"]')
    await expect(free.first).to_be_in_viewport()
    for each in await days.all():
        box = await each.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= FINGER
        assert 0 <= box["x"] <= TELEPHONE["width"] - box["width"]
    style = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color].join()"
    looks = {
        is_free: {
            await each.evaluate(style)
            for each in await days.all()
            if (await each.inner_text()).isdecimal() is is_free
        }
        for is_free in (True, False)
    }
    assert len(looks[True]) == 1
    assert not looks[True] & looks[False]
    assert all([(await each.inner_text()).isdecimal() for each in await free.all()])
    await assert_accessible(screen.page)
    await free.first.click()
    await expect(screen.page.locator('.inline[data-value^="bk:time:"]').first).to_be_in_viewport()
    await assert_accessible(screen.page)
