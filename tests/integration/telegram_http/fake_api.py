"""A Bot API that says what it is told to, and what the tests of its client share."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram.error import (
    NetworkError,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from telegram import InputFile


TOKEN = "123456789:AAExampleExampleExampleExampleExamp"
ME = {"id": 123456789, "is_bot": True, "first_name": "窓口", "username": "madoguchi_bot"}
MESSAGE = {"message_id": 7, "date": 1_790_000_000, "chat": {"id": 42, "type": "private"}}
SHORT = 0.05


@dataclass(frozen=True)
class Upload:
    """A file as the server received it."""

    filename: str
    content_type: str
    content: bytes

    @classmethod
    def of(cls, value: str | bytes | bytearray | web.FileField) -> Upload | str:
        if isinstance(value, web.FileField):
            return cls(value.filename, value.content_type, value.file.read())
        assert isinstance(value, str)
        return value


class FakeApi:
    """A Bot API server that keeps what it was sent and answers as the test says."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        self.connections: set[int] = set()
        self.under_way = 0
        self.most_under_way = 0
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()
        self.answers: dict[str, web.Response] = {}
        self.app = web.Application(client_max_size=64 * 2**20)
        self.app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(self.app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/"))

    def call_url(self, method: str) -> str:
        return f"{self.url}bot{TOKEN}/{method}"

    def answer(self, method: str, body: str | bytes, status: int = 200) -> None:
        raw = body if isinstance(body, bytes) else body.encode()
        self.answers[method] = web.Response(body=raw, status=status)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rsplit("/", 1)[1]
        self.connections.add(id(request.transport))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            self.requests.append((method, request.content_type, await self._body(request)))
            self.arrived.set()
            await self.release.wait()
        finally:
            self.under_way -= 1
        answer = self.answers.get(method)
        if answer is not None:
            return web.Response(body=answer.body, status=answer.status, headers=answer.headers)
        return web.json_response({"ok": True, "result": ME if method == "getMe" else MESSAGE})

    async def _body(self, request: web.Request) -> Any:
        if request.content_type == "application/json":
            return await request.json()
        if request.content_type == "multipart/form-data":
            form = await request.post()
            return {name: Upload.of(value) for name, value in form.items()}
        return await request.read()


@contextlib.asynccontextmanager
async def raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve raw TCP; gives `host:port`."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield "{}:{}".format(*server.sockets[0].getsockname())
    finally:
        server.close()
        await server.wait_closed()


def assert_token_is_nowhere(error: BaseException) -> None:
    link: BaseException | None = error
    while link is not None:
        assert TOKEN not in "".join(traceback.format_exception(link)) + repr(link.args)
        link = link.__cause__ or link.__context__


async def failure_of(call: Awaitable[object]) -> NetworkError:
    """Give the error a call ends with, after looking that it does not tell the token."""
    with pytest.raises(NetworkError) as caught:
        await call
    assert_token_is_nowhere(caught.value)
    return caught.value


def upload(content: InputFile | str) -> RequestData:
    """Parameters as `telegram.Bot` builds them."""
    return RequestData([RequestParameter.from_input("document", content)])
