"""The client and its Bot API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram import Bot

from bot.telegram_http import (
    AiohttpRequest,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

from tests.integration.telegram_http.fake_api import TOKEN, FakeApi


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    await fake.server.start_server()
    yield fake
    fake.release.set()
    await fake.server.close()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest() as made:
        yield made


@pytest.fixture
async def bot(api: FakeApi) -> AsyncIterator[Bot]:
    made = Bot(
        TOKEN,
        base_url=f"{api.url}bot",
        base_file_url=f"{api.url}file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(1),
    )
    async with made:
        yield made
