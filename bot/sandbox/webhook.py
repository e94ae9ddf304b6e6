"""Delivers updates to the bot's webhook: in order per lane, lanes side by side, until it says 2xx.

Waits between tries as the official server does: none before the second try, then 2, 4, 8, … to
60 seconds, or what Retry-After says. It delivers to the loopback only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from pydantic_core import to_json

from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.sandbox.updates import Update, Updates

DEFAULT_CONNECTIONS = 40
MAX_CONNECTIONS = 100
MAX_SECRET = 256
_MAX_WAIT = 60.0
_MAX_RETRY_AFTER = 3600.0
_TIMEOUT_SECONDS = 60.0
_FIRST_REDIRECT = 300


@dataclass(frozen=True)
class Target:
    """Where updates go."""

    url: str
    secret: str = ""
    max_connections: int = DEFAULT_CONNECTIONS


def check_target(target: Target) -> None:
    """Raise ApiError for an address or secret that Telegram or the sandbox refuses."""
    parts = urlsplit(target.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if not _is_loopback(parts.hostname):
        raise bad_request("bad webhook: the sandbox delivers to the loopback only")
    if len(target.secret) > MAX_SECRET:
        raise bad_request("secret token is too long")
    if not all(each.isascii() and (each.isalnum() or each in "_-") for each in target.secret):
        raise bad_request("secret token contains unallowed characters")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Webhook:
    """The delivery to one target at a time; `sleep` is injected so that tests need not wait."""

    def __init__(
        self,
        updates: Updates,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._updates = updates
        self._clock = clock
        self._sleep = sleep
        self._lanes: dict[str, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.target: Target | None = None
        self._last_error: tuple[datetime, str] | None = None

    async def start(self, target: Target) -> None:
        """Deliver to a target from now on."""
        await self.stop()
        self.target = target
        self._last_error = None
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=target.max_connections),
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS),
        )
        self._updates.start_delivery(self._deliver)

    async def stop(self) -> None:
        """Stop delivering; what was not taken stays in the queue."""
        self._updates.stop_delivery()
        self.target = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def info(self) -> dict[str, Any]:
        """Return the Bot API's WebhookInfo."""
        body: dict[str, Any] = {
            "url": self.target.url if self.target else "",
            "has_custom_certificate": False,
            "pending_update_count": self._updates.pending_count(),
        }
        if self.target is not None:
            body["max_connections"] = self.target.max_connections
            body["ip_address"] = "127.0.0.1"
            if self._last_error is not None:
                at, message = self._last_error
                body["last_error_date"] = int(at.timestamp())
                body["last_error_message"] = message
        if self._updates.allowed:
            body["allowed_updates"] = self._updates.allowed
        return body

    def _deliver(self, update: Update) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        task = asyncio.get_running_loop().create_task(self._run(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, name: str) -> None:
        lane = self._lanes[name]
        while lane:
            update = lane[0]
            wait = 1.0
            failures = 0
            while (retry_after := await self._post(update)) is not None:
                failures += 1
                if retry_after == 0 and failures > 1:
                    wait = min(wait * 2, _MAX_WAIT)
                    await self._sleep(wait)
                elif retry_after > 0:
                    await self._sleep(retry_after)
            lane.popleft()
            self._updates.delivered(update.id)
        del self._lanes[name]

    async def _post(self, update: Update) -> float | None:
        """Return None when the bot took it, else the seconds it asked to wait (0: did not say)."""
        if self._session is None or self.target is None:
            raise RuntimeError("the webhook was stopped")
        headers = {"Content-Type": "application/json"}
        if self.target.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.target.secret
        try:
            async with self._session.post(
                self.target.url, data=to_json(update.body), headers=headers, allow_redirects=False
            ) as response:
                await response.read()
                if response.status < _FIRST_REDIRECT:
                    return None
                self._note(f"Wrong response from the webhook: {response.status} {response.reason}")
                return _seconds(response.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note(f"Connection failed: {type(error).__name__}")
            return 0

    def _note(self, message: str) -> None:
        self._last_error = (self._clock(), message)


def _seconds(header: str) -> float:
    return min(float(header), _MAX_RETRY_AFTER) if header.isdecimal() else 0.0
