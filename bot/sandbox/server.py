"""The sandbox as an HTTP server on the loopback: Bot API, control API and page.

It never listens on another address than the loopback.
"""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import TYPE_CHECKING, Self

from aiohttp import web

from bot.clock import utc_now
from bot.sandbox import cast
from bot.sandbox.api import BotApi
from bot.sandbox.control import Control
from bot.sandbox.errors import SandboxFailed
from bot.sandbox.guard import guard
from bot.sandbox.rules import MAX_UPLOAD_BYTES
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.world import CALLBACK_LIFETIME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime, timedelta

    from bot.sandbox.people import Bot
    from bot.sandbox.world import World

HOST = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_PAGE_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_PAGE_FILES = frozenset(file.name for file in _PAGE.iterdir() if file.suffix in _PAGE_TYPES)
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# Room for the form around the largest file; above it the whole body is refused.
_MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 2**20
_STOP_SECONDS = 2


class PortTaken(SandboxFailed):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken by another program; choose another, e.g. --port {port + 1}"
        )


def create_app(sandbox: Sandbox) -> web.Application:
    """Return the web application of a sandbox."""
    app = web.Application(client_max_size=_MAX_BODY_BYTES, middlewares=[guard])
    BotApi(sandbox).add_routes(app)
    Control(sandbox).add_routes(app)
    app.router.add_get("/", _to_page)
    app.router.add_get("/sandbox", _to_page)
    app.router.add_get("/sandbox/", _page_file)
    app.router.add_get("/sandbox/page/{name}", _page_file)

    async def stop(_app: web.Application) -> None:
        sandbox.world.updates.close()
        sandbox.world.changes.close()
        await sandbox.webhook.stop()

    app.on_shutdown.append(stop)
    return app


async def _to_page(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/sandbox/")


async def _page_file(request: web.Request) -> web.FileResponse:
    name = request.match_info.get("name", "index.html")
    if name not in _PAGE_FILES:
        raise web.HTTPNotFound
    file = _PAGE / name
    headers = {**_PAGE_HEADERS, "Content-Type": f"{_PAGE_TYPES[file.suffix]}; charset=utf-8"}
    return web.FileResponse(file, headers=headers)


class SandboxServer:
    """A running sandbox: `async with SandboxServer(port=0) as server: server.url`.

    `port` 0 takes a free one. `clock` is the machine's time, aware; `clock_file` tells a bot how
    far the sandbox is ahead of it. `sleep` serves webhook retries and ordered faults. `is_forum`:
    the staff channel has topics. Raises SandboxFailed for a file that is no clock's, PortTaken on
    entry when the port is in use.
    """

    def __init__(
        self,
        *,
        token: str = cast.TOKEN,
        port: int = 0,
        clock: Callable[[], datetime] = utc_now,
        clock_file: Path | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        bot: Bot = cast.BOT,
        callback_lifetime: timedelta = CALLBACK_LIFETIME,
        is_forum: bool = False,
    ) -> None:
        self.sandbox = Sandbox(
            token=token,
            clock=clock,
            clock_file=clock_file,
            sleep=sleep,
            bot=bot,
            callback_lifetime=callback_lifetime,
            is_forum=is_forum,
        )
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def token(self) -> str:
        """The token the Bot API asks for."""
        return self.sandbox.token

    @property
    def world(self) -> World:
        """The present world, for tests that look inside."""
        return self.sandbox.world

    @property
    def port(self) -> int:
        """The port it listens on; the wanted one before it does."""
        return self._port

    @property
    def url(self) -> str:
        """The base address: `MADOGUCHI_API_URL` of the bot and `base_url` of the client."""
        return f"http://{HOST}:{self._port}"

    @property
    def page_url(self) -> str:
        """The address to open in a browser."""
        return f"{self.url}/sandbox/"

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(
            create_app(self.sandbox), access_log=None, shutdown_timeout=_STOP_SECONDS
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(self._port) from error
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
