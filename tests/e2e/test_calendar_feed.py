"""The real process: a calendar reads the meetings at the address that the bot gives out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.sandbox import cast
from handlers.callbacks import CALENDAR, pack
from tests.e2e.conftest import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.client import SandboxClient

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/calendar/([A-Za-z0-9_-]{32})\.ics")


@pytest.mark.usefixtures("bot")
async def test_the_address_given_out_is_the_one_that_answers(
    people: SandboxClient, database: Path
) -> None:
    await people.send(cast.MANAGER.id, "/calendar")
    await people.wait_message(cast.MANAGER.id, lambda shown: bool(shown.buttons), PATIENCE)
    await people.press(cast.MANAGER.id, pack(CALENDAR, "new"), wait=PATIENCE)
    shown = await people.wait_message(
        cast.MANAGER.id, lambda shown: ADDRESS.search(shown.text) is not None, PATIENCE
    )
    address = ADDRESS.search(shown.text)
    assert address is not None
    async with aiohttp.ClientSession() as session, session.get(address[0]) as response:
        assert response.status == 200
        assert (await response.text()).startswith("BEGIN:VCALENDAR\r\n")
    for left in database.parent.iterdir():
        assert not left.is_file() or address[1].encode() not in left.read_bytes()
