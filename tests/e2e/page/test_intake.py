"""A whole intake on the page with the real bot: an owner's form, the staff who take the case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox import cast
from bot.sandbox.bot_process import bot_environment
from bot.sandbox.client import SandboxClient
from bot.sandbox.play import join_staff
from bot.sandbox.transcript import Transcript
from tests.e2e.page.conftest import OWNER, STAFF_CHAT
from tests.e2e.page.walk import KEYBOARD, MOUSE, PATIENCE, PageWalk
from tests.e2e.warm_bot import WarmBot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Screen
    from tests.e2e.warm_bot import WarmStart

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFERENCE = re.compile(r"[A-Z]\d+-\d{4}")


@pytest_asyncio.fixture(loop_scope="session")
async def _real_bot(
    server: SandboxServer, database: Path, warm_start: WarmStart
) -> AsyncIterator[None]:
    environment = bot_environment(server.url, f"sqlite:///{database}")
    async with WarmBot(environment, database.parent / "bot.log", warm_start):
        yield


@pytest.mark.usefixtures("_real_bot")
@pytest.mark.parametrize("hand", [MOUSE, KEYBOARD])
async def test_an_owner_fills_in_the_whole_form(
    screen: Screen, server: SandboxServer, hand: str
) -> None:
    screen.page.context.set_default_timeout(PATIENCE * 1000)
    await screen.open(server, OWNER)
    start = screen.page.get_by_role("button", name="開始", exact=True)
    await (start.click() if hand == MOUSE else start.press("Enter"))
    walk = PageWalk(screen.page.locator(".pane"), hand)
    await walk.to_review()
    await expect(screen.message("見本 一郎（代表取締役）")).to_contain_text("株式会社見本製作所")
    await walk.submit()
    receipt = screen.page.locator(".message.other", has_text=REFERENCE).last
    await expect(receipt).to_be_in_viewport(timeout=PATIENCE * 1000)
    card = screen.page.locator(f'[data-chat="{STAFF_CHAT}"]')
    await expect(card).to_contain_text(REFERENCE, timeout=PATIENCE * 1000)


@pytest.mark.usefixtures("_real_bot")
async def test_staff_take_the_case_beside_the_owners_screen(
    screen: Screen, server: SandboxServer
) -> None:
    screen.page.context.set_default_timeout(PATIENCE * 1000)
    async with SandboxClient(server.url) as people:
        await join_staff(people, Transcript(lambda _: None))
    await screen.open(server, OWNER, STAFF_CHAT)
    await screen.page.get_by_role("button", name="開始", exact=True).click()
    walk = PageWalk(screen.page.locator(".pane").first, MOUSE)
    await walk.to_review()
    await walk.submit()
    staff = screen.page.get_by_role("region", name="窓口スタッフ")
    await staff.locator(".inline.primary").click()
    await expect(staff.locator(".message").last).to_contain_text(cast.STAFF.name)
    await expect(staff.locator(".notice")).to_be_visible()
