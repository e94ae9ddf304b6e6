"""What a bot says to the sandbox's Bot API: plain calls over HTTP, and Telegram's own client."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
from telegram import Bot

from bot.sandbox import cast
from bot.telegram_http import AiohttpRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer

OWNER = cast.OWNER_METAL.id
OTHER = cast.OWNER_SWEETS.id
STAFF = cast.STAFF.id
STAFF_CHAT = cast.STAFF_CHAT_ID
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x01\x08\x02\x00\x00\x00"


@dataclass(frozen=True)
class Refusal:
    code: int
    description: str
    parameters: dict[str, Any]


class Calls:
    """Bot API calls with JSON bodies."""

    def __init__(self, session: aiohttp.ClientSession, server: SandboxServer) -> None:
        self.session = session
        self.base = f"{server.url}/bot{server.token}"

    async def answer(self, method: str, **parameters: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.base}/{method}", json=parameters) as response:
            body: dict[str, Any] = await response.json()
            assert response.status == body.get("error_code", 200)
            return body

    async def call(self, method: str, **parameters: Any) -> Any:
        body = await self.answer(method, **parameters)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> Refusal:
        body = await self.answer(method, **parameters)
        assert not body["ok"], body
        return Refusal(body["error_code"], body["description"], body.get("parameters", {}))

    async def why(self, method: str, **parameters: Any) -> str:
        """Return the words of a refusal with status 400, without Telegram's prefix."""
        refusal = await self.refused(method, **parameters)
        assert refusal.code == 400
        return refusal.description.removeprefix("Bad Request: ")

    async def heard(self, kind: str = "message") -> dict[str, Any]:
        """Return the newest update, which must be of that kind."""
        found: dict[str, Any] = (await self.call("getUpdates", offset=-1))[-1][kind]
        return found

    async def send_photo(self, content: bytes, chat_id: int = OWNER) -> int:
        form = aiohttp.FormData({"chat_id": str(chat_id)})
        form.add_field("photo", content, filename="図.png")
        async with self.session.post(f"{self.base}/sendPhoto", data=form) as response:
            return int((await response.json())["result"]["message_id"])

    async def send(self, text: str, chat_id: int = OWNER, **more: Any) -> int:
        return int(
            (await self.call("sendMessage", chat_id=chat_id, text=text, **more))["message_id"]
        )


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def buttons(*data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": each, "callback_data": each}] for each in data]}


async def meet(people: SandboxClient, *persons: int) -> None:
    """Have people write to the bot, which may write to them from then on."""
    for person in persons or (OWNER, OTHER):
        await people.send(person, "/start")


@asynccontextmanager
async def telegram_bot(server: SandboxServer) -> AsyncIterator[Bot]:
    """python-telegram-bot's client on the product's HTTP layer."""
    async with Bot(
        server.token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connection_pool_size=1),
    ) as bot:
        yield bot
