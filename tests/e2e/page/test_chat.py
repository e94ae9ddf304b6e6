"""What a chat shows and how one writes in it, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.e2e.page.conftest import OWNER

if TYPE_CHECKING:
    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Bot, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

NASTY = "<img src=x onerror=alert(1)>株式会社"


async def test_a_new_chat_starts_with_one_press(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await screen.open(server, OWNER)
    await screen.page.get_by_role("button", name="開始", exact=True).click()
    assert (await bot.update("message"))["text"] == "/start"
    await expect(screen.input).to_be_visible()
