"""How updates reach the bot under test: posted to its webhook, or fetched with getUpdates.

Each keeps Telegram's manners (connection limit, secret header, offsets, at most 100 updates)
and nothing else. Neither knows what is in an update.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.benchmarks.http11 import ClientConnection

if TYPE_CHECKING:
    from collections.abc import Callable

_TELEGRAMS_CONNECTIONS = 40
_RETRY_SECONDS = 0.05
_CONNECT_AGAIN_SECONDS = 0.002
_OK = 200


class WebhookDelivery:
    """Posts updates over at most as many connections as setWebhook asked for."""

    def __init__(self, url: str, secret: str, connections: int | None) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Content-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        ).encode()
        self._may_open = connections or _TELEGRAMS_CONNECTIONS
        self._free: list[ClientConnection] = []
        self._open: set[ClientConnection] = set()
        self._queue: deque[tuple[int, bytes, Callable[[], None]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.refused = 0
        """Posts that were not answered with 200."""

    def deliver(self, update_id: int, update: bytes, on_sent: Callable[[], None]) -> None:
        """Post an update as soon as a connection is free; `on_sent` is called when it goes out."""
        self._queue.append((update_id, update, on_sent))
        self._send_queued()

    def close(self) -> None:
        """Close all connections; updates not yet sent are dropped."""
        self._closed = True
        self._queue.clear()
        for task in self._tasks:
            task.cancel()
        for connection in self._open:
            connection.close()

    def _send_queued(self) -> None:
        while self._queue:
            connection = self._take()
            if connection is None:
                return
            update_id, update, on_sent = self._queue.popleft()
            on_sent()
            connection.send(
                b"%b%d\r\n\r\n%b" % (self._head, len(update), update),
                partial(self._answered, update_id, update),
            )

    def _take(self) -> ClientConnection | None:
        while self._free:
            connection = self._free.pop()
            if connection.is_open:
                return connection
            self._open.discard(connection)
        if len(self._open) + len(self._tasks) < self._may_open:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return None

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closed:
            try:
                _, connection = await loop.create_connection(ClientConnection, *self._address)
            except OSError:
                await asyncio.sleep(_CONNECT_AGAIN_SECONDS)
                continue
            self._open.add(connection)
            self._free.append(connection)
            self._send_queued()
            return

    def _answered(
        self, update_id: int, update: bytes, connection: ClientConnection, status: int
    ) -> None:
        if self._closed:
            return
        if status != _OK:
            self.refused += 1
            loop = asyncio.get_running_loop()
            loop.call_later(_RETRY_SECONDS, self.deliver, update_id, update, _nothing)
        self._free.append(connection)
        self._send_queued()


class PollingDelivery:
    """Holds updates until getUpdates fetches them, and until a later offset confirms them."""

    def __init__(self) -> None:
        self._updates: deque[tuple[int, bytes, Callable[[], None]]] = deque()
        self._waiting: Callable[[bytes], None] | None = None
        self._limit = 0
        self._give_up: asyncio.TimerHandle | None = None
        self.refused = 0

    def deliver(self, update_id: int, update: bytes, on_sent: Callable[[], None]) -> None:
        """Keep an update for the next getUpdates, which may be waiting already."""
        self._updates.append((update_id, update, on_sent))
        if self._waiting is not None and len(self._updates) == 1:
            asyncio.get_running_loop().call_soon(self._answer)

    def poll(self, offset: int, limit: int, timeout: float, reply: Callable[[bytes], None]) -> None:
        """Answer a getUpdates call, now or when an update comes or `timeout` seconds are over."""
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        self._limit = limit
        self._waiting = reply
        if self._give_up is not None:
            self._give_up.cancel()
        if self._updates:
            self._answer()
        else:
            self._give_up = asyncio.get_running_loop().call_later(timeout, self._answer)

    def close(self) -> None:
        """Forget the updates and the caller."""
        self._updates.clear()
        self._waiting = None
        if self._give_up is not None:
            self._give_up.cancel()

    def _answer(self) -> None:
        reply, self._waiting = self._waiting, None
        if reply is None:
            return
        chosen = list(self._updates)[: self._limit]
        for _, _, on_sent in chosen:
            on_sent()
        reply(b'{"ok":true,"result":[%b]}' % b",".join(update for _, update, _ in chosen))


def _nothing() -> None:
    """A repeated post keeps the time of the first."""
