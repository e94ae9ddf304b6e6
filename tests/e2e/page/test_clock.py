"""The sandbox's date and time on the page, and putting its clock forward."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.sandbox.client import SandboxClient
from domain.fiscal_year import JST
from tests.e2e.page.conftest import DESKTOP, TELEPHONE
from tests.e2e.page.test_accessibility import assert_accessible

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.async_api import Locator, ViewportSize

    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEEKDAYS = "月火水木金土日"


def clock(screen: Screen) -> Locator:
    return screen.page.locator("#clock")


def now(server: SandboxServer) -> datetime:
    return server.world.clock().astimezone(JST)


def shown(moment: datetime) -> str:
    day = f"{moment.month}月{moment.day}日（{WEEKDAYS[moment.weekday()]}）"
    return f"{day}{moment:%H:%M}"


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
async def test_the_clock_is_put_forward_to_a_morning_or_a_moment(
    screen: Screen, server: SandboxServer, viewport: ViewportSize
) -> None:
    await screen.page.set_viewport_size(viewport)
    await screen.open(server)
    tomorrow = now(server) + timedelta(days=1)
    await clock(screen).click()
    await assert_accessible(screen.page)
    await screen.page.get_by_role("button", name="翌日 9:50").click()
    morning = tomorrow.replace(hour=9, minute=50)
    await expect(clock(screen)).to_have_text(shown(morning))
    await expect(screen.page.get_by_text(f"{shown(morning)} になりました")).to_be_visible()
    assert timedelta() <= now(server) - morning.replace(second=0, microsecond=0)

    later = (tomorrow + timedelta(days=40)).replace(hour=10, minute=0)
    await clock(screen).click()
    await screen.page.get_by_label("日時を指定").fill(f"{later:%Y-%m-%dT%H:%M}")
    await screen.page.get_by_role("button", name="進める", exact=True).click()
    await expect(clock(screen)).to_have_text(shown(later))
    assert await clock(screen).evaluate("e => e === document.activeElement")


async def test_a_moment_of_the_past_is_not_taken(screen: Screen, server: SandboxServer) -> None:
    await screen.open(server)
    past = now(server) - timedelta(days=1)
    await clock(screen).click()
    field = screen.page.get_by_label("日時を指定")
    await field.fill(f"{past:%Y-%m-%dT%H:%M}")
    await screen.page.get_by_role("button", name="進める", exact=True).click()
    assert await field.evaluate("e => e.validity.rangeUnderflow")
    await screen.page.get_by_role("button", name="やめる").click()
    assert server.sandbox.clock.ahead == timedelta()


async def test_the_page_follows_a_clock_that_somebody_else_puts_forward(
    screen: Screen, server: SandboxServer
) -> None:
    await screen.open(server)
    morning = (now(server) + timedelta(days=3)).replace(hour=9, minute=50, second=0)
    async with SandboxClient(server.url) as people:
        await people.move_to(morning)
    await expect(clock(screen)).to_have_text(shown(morning))
