"""A Bot API server on loopback, as small as a person's chat needs: polling, sending, editing."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from tests.integration.wire import Shown, Wire


class BotApi:
    """Keeps updates until their offset is confirmed, and what every chat shows."""

    def __init__(self) -> None:
        self.wire = Wire()
        self._updates: dict[int, dict[str, Any]] = {}
        self._changed = asyncio.Condition()
        self._last_update = 0
        self.calls = 0

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def send(self, body: dict[str, Any]) -> None:
        async with self._changed:
            self._last_update += 1
            self._updates[self._last_update] = {"update_id": self._last_update, **body}
            self._changed.notify_all()

    async def wait(self, chat: int, is_there: Any) -> Shown:
        """Return the newest message of the chat with buttons that `is_there`, once there is one."""
        async with asyncio.timeout(60), self._changed:
            while True:
                shown = [s for (where, _), s in self.wire.shown.items() if where == chat]
                for message in reversed(shown):
                    if message.buttons and is_there(message):
                        return message
                await self._changed.wait()

    async def wait_calls(self, count: int) -> None:
        """Return after `count` more calls of the bot."""
        async with self._changed:
            target = self.calls + count
            await self._changed.wait_for(lambda: self.calls >= target)

    async def _call(self, request: web.Request) -> web.Response:
        raw = await request.json() if request.can_read_body else {}
        name = request.match_info["method"]
        if name == "getUpdates":
            result: Any = await self._poll(int(raw.get("offset", 0)))
        else:
            async with self._changed:
                result = self.wire._answer(name, raw)
                self.calls += 1
                self._changed.notify_all()
        return web.json_response({"ok": True, "result": result})

    async def _poll(self, offset: int) -> list[dict[str, Any]]:
        async with self._changed:
            for update_id in [u for u in self._updates if u < offset]:
                del self._updates[update_id]
            if not self._updates:
                try:
                    async with asyncio.timeout(1):
                        await self._changed.wait()
                except TimeoutError:
                    return []
            return list(self._updates.values())
