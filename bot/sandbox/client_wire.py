"""The wire to the control API: requests, refusals, and the stream of changes read once for all."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

_LONGEST_LINE = 2**22


class SandboxRefused(Exception):
    """The sandbox did not do it: `code` says why, as ActionRefused does."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Wire:
    """An open connection to a sandbox."""

    def __init__(self, base_url: str) -> None:
        self._base = f"{base_url.rstrip('/')}/sandbox"
        self._session: aiohttp.ClientSession | None = None
        self._reader: asyncio.Task[None] | None = None
        self._listeners: set[asyncio.Queue[Json | None]] = set()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), read_bufsize=_LONGEST_LINE
        )
        connected = asyncio.Event()
        self._reader = asyncio.create_task(self._read_events(connected))
        waiting = asyncio.create_task(connected.wait())
        await asyncio.wait({self._reader, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not connected.is_set():
            waiting.cancel()
            await self._session.close()
            await self._reader
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def session(self) -> aiohttp.ClientSession:
        """Return the session. Raises RuntimeError outside `async with`."""
        if self._session is None:
            raise RuntimeError("use SandboxClient as an async context manager")
        return self._session

    async def get(self, path: str) -> Json:
        """Return what is to be seen at a path."""
        body: Json = await self.request("GET", path)
        return body

    async def post(self, path: str, **fields: Any) -> Json:
        """Have something done; fields that are None are left out. Raises SandboxRefused."""
        given = {name: value for name, value in fields.items() if value is not None}
        body: Json = await self.request("POST", path, data=json.dumps(given).encode())
        return body

    async def request(self, method: str, path: str, data: Any = None) -> Any:
        """Send a request and return its body. Raises SandboxRefused."""
        async with self.session().request(method, f"{self._base}/{path}", data=data) as response:
            body = await response.json()
            if not response.ok:
                raise SandboxRefused(body["error"], body["message"])
            return body

    async def download(self, path: str) -> bytes:
        """Return a file."""
        async with self.session().get(f"{self._base}/{path}") as response:
            response.raise_for_status()
            return await response.read()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Json | None]]:
        """Yield a queue of the changes from now on; None ends it."""
        listener: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _read_events(self, connected: asyncio.Event) -> None:
        endless = aiohttp.ClientTimeout(total=None, sock_read=None)
        try:
            async with self.session().get(f"{self._base}/events", timeout=endless) as stream:
                connected.set()
                async for line in stream.content:
                    if line.startswith(b"data: "):
                        change = json.loads(line[6:])
                        for listener in self._listeners:
                            listener.put_nowait(change)
        finally:
            for listener in self._listeners:
                listener.put_nowait(None)
