"""The least HTTP/1.1 that a Bot API server and a webhook sender need, on raw asyncio protocols.

Shares a two-core machine with the bot it measures, so it parses what it must and no more:
bodies come with a Content-Length, answers to one connection leave in the order they were asked.
It refuses chunked requests and anything that is not keep-alive HTTP/1.1.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


def _body_length(head: bytes) -> int:
    found = _CONTENT_LENGTH.search(head)
    if found is not None:
        return int(found[1])
    if b"chunked" in head.lower():
        raise ValueError("a chunked body reached a reader that wants a Content-Length")
    return 0


class _Messages:
    """Cuts a byte stream into HTTP messages: `(head, body)`, head without its blank line."""

    __slots__ = ("_buffer", "_head", "_need")

    def __init__(self) -> None:
        self._buffer = b""
        self._head = b""
        self._need = -1

    def feed(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Add bytes; return the first whole message now in the buffer, if there is one."""
        buffer = self._buffer + data if self._buffer else data
        if self._need < 0:
            end = buffer.find(_HEAD_END)
            if end < 0:
                self._buffer = buffer
                return None
            self._head = buffer[:end]
            buffer = buffer[end + 4 :]
            self._need = _body_length(self._head)
        if len(buffer) < self._need:
            self._buffer = buffer
            return None
        message = self._head, buffer[: self._need]
        self._buffer = buffer[self._need :]
        self._need = -1
        return message


class ServerConnection(asyncio.Protocol):
    """One accepted connection; calls `on_request(connection, head, body)` for each request."""

    def __init__(self, on_request: Callable[[ServerConnection, bytes, bytes], None]) -> None:
        self._on_request = on_request
        self._messages = _Messages()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Answers to a caller who left are dropped."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Hand over each whole request."""
        message = self._messages.feed(data)
        while message is not None:
            self._on_request(self, *message)
            message = self._messages.feed(b"")

    def reply(self, body: bytes, status: bytes = b"200 OK") -> None:
        """Send a JSON answer, unless the caller is gone."""
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )


class ClientConnection(asyncio.Protocol):
    """One keep-alive connection that carries one request at a time."""

    def __init__(self) -> None:
        self._messages = _Messages()
        self._transport: asyncio.Transport | None = None
        self._on_answer: Callable[[ClientConnection, int], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to send."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """A request without an answer is reported as status 0."""
        self._transport = None
        self._answered(0)

    def data_received(self, data: bytes) -> None:
        """Report the status of the answer."""
        message = self._messages.feed(data)
        if message is not None:
            self._answered(int(message[0][9:12]))

    def _answered(self, status: int) -> None:
        on_answer, self._on_answer = self._on_answer, None
        if on_answer is not None:
            on_answer(self, status)

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, request: bytes, on_answer: Callable[[ClientConnection, int], None]) -> None:
        """Send a whole request; `on_answer(connection, status)` is called once."""
        if self._transport is None:
            raise ConnectionError("the connection is closed")
        self._on_answer = on_answer
        self._transport.write(request)

    def close(self) -> None:
        """Close without waiting."""
        if self._transport is not None:
            self._transport.close()
