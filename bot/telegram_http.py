"""The Bot API client's wire: python-telegram-bot's `BaseRequest` on one aiohttp session.

Keeps the contract of `telegram.request.HTTPXRequest` (time-outs, errors, uploads, proxies) and
adds one thing callers need: whether a failed request can have reached Telegram. `NotSentError`
says it cannot; every other `NetworkError` that is not an answer of the server says it may have.
It refuses to repeat requests, to follow redirects, to keep cookies and to let a token into an
exception.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import urllib.request
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import aiohttp
from aiohttp import payload
from pydantic_core import PydanticSerializationError, from_json, to_json
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from telegram._utils.types import ODVInput

_LOGGER = logging.getLogger(__name__)

# Longer than Telegram leaves between two messages of a person filling in a form: a new TLS
# handshake costs two round trips.
_KEEP_ALIVE_SECONDS = 60
_DNS_CACHE_SECONDS = 300
# A body of this size fits into the buffers below us, so writing it cannot wait for the server.
_WRITTEN_AT_ONCE_BYTES = 32 * 1024
_TOKEN_IN_URL = re.compile(r"bot(\d+:[^/]+)/")
# Nothing goes out before the connection stands, TLS and the proxy's consent included.
_BEFORE_SENDING = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class NotSentError(NetworkError):
    """The request did not leave this process; sending it again cannot do anything twice."""


class NotSentTimeoutError(NotSentError, TimedOut):
    """No connection was to be had in time (pool or connect time-out); nothing was sent."""


class AiohttpRequest(BaseRequest):
    """`telegram.request.BaseRequest` over aiohttp.

    Args, with the meaning they have in `telegram.request.HTTPXRequest`; times in seconds,
    `None` waits for ever:
        connection_pool_size: calls that may be under way at once.
        read_timeout: longest silence of the server while its answer is awaited.
        write_timeout: longest stand-still while a request is written.
        connect_timeout: name look-up, TCP and TLS together.
        pool_timeout: longest wait for one of the `connection_pool_size` places.
        media_write_timeout: `write_timeout` of requests that upload files.
        proxy: `http://` or `https://` URL of a proxy. Unlike httpx, the environment's proxies
            are used only when asked for: `proxy=proxy_from_environment(api_url)`.

    Raises `ValueError` on a proxy of another kind. HTTP/2, SOCKS and httpx's own keyword
    arguments are not offered.
    """

    __slots__ = (
        "_connect_timeout",
        "_media_write_timeout",
        "_places",
        "_pool_size",
        "_pool_timeout",
        "_proxy",
        "_read_timeout",
        "_session",
        "_timeouts",
        "_write_timeout",
    )

    def __init__(
        self,
        connection_pool_size: int = 256,
        *,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        proxy: str | None = None,
    ) -> None:
        if proxy is not None and urlsplit(proxy).scheme not in {"http", "https"}:
            raise ValueError("a proxy is given as http://host:port or https://host:port")
        self._pool_size = connection_pool_size
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._timeouts = _client_timeout(connect_timeout, read_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(connection_pool_size)

    @property
    def read_timeout(self) -> float | None:
        """The read time-out in seconds of calls that do not give their own."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session; a second call does nothing."""
        if self._session is not None:
            return
        self._places = asyncio.Semaphore(self._pool_size)
        self._session = aiohttp.ClientSession(
            # The places above bound the connections, so that waiting for one has a time-out
            # and a message of its own; aiohttp would report it as a failure to connect.
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS, ttl_dns_cache=_DNS_CACHE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"},
            proxy=self._proxy,
        )

    async def shutdown(self) -> None:
        """Close the session and its connections; a second call does nothing.

        Calls still under way fail with a `NetworkError`.
        """
        session, self._session = self._session, None
        if session is None:
            _LOGGER.debug("The Bot API session is already shut down")
            return
        await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; return the HTTP status and the body of the answer.

        Raises `RuntimeError` before `initialize` and after `shutdown`; `NotSentError` (of which
        `NotSentTimeoutError` is also a `TimedOut`) when nothing was sent; `TimedOut` and
        `NetworkError` when the server may have received the request.
        """
        session = self._session
        if session is None:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        timeouts = self._timeouts_of(connect_timeout, read_timeout)
        body = None if request_data is None else self._body_of(request_data, write_timeout)
        places = self._places
        if places.locked():
            await self._wait_for_a_place(places, pool_timeout)
        else:
            await places.acquire()
        try:
            response = await session.request(
                method, url, data=body, timeout=timeouts, allow_redirects=False
            )
            return response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:
            failure = _failure(error, url)
        finally:
            places.release()
        # Raised outside the handler: aiohttp's exceptions quote the URL, and with it the token.
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse the server's answer; what it said is not logged, it may be about a person.

        Raises `TelegramError` when it is not JSON.
        """
        try:
            return cast("dict[str, Any]", from_json(payload))
        except ValueError:
            # Stricter than the Bot API is: half a surrogate pair or a stray byte can be in
            # what people type, and must not cost a whole batch of updates.
            return _parse_answer_leniently(payload)

    async def _wait_for_a_place(
        self, places: asyncio.Semaphore, pool_timeout: ODVInput[float]
    ) -> None:
        try:
            async with asyncio.timeout(_chosen(pool_timeout, self._pool_timeout)):
                await places.acquire()
        except TimeoutError:
            raise NotSentTimeoutError(
                "Pool timeout: All connections in the connection pool are occupied. "
                "Request was *not* sent to Telegram. Consider adjusting the connection "
                "pool size or the pool timeout."
            ) from None

    def _timeouts_of(
        self, connect_timeout: ODVInput[float], read_timeout: ODVInput[float]
    ) -> aiohttp.ClientTimeout:
        default = self.DEFAULT_NONE
        if connect_timeout is default and read_timeout is default:
            return self._timeouts
        return _client_timeout(
            _chosen(connect_timeout, self._connect_timeout),
            _chosen(read_timeout, self._read_timeout),
        )

    def _body_of(
        self, request_data: RequestData, write_timeout: ODVInput[float]
    ) -> payload.Payload | None:
        if request_data.contains_files:
            return _Form(request_data, _chosen(write_timeout, self._media_write_timeout))
        parameters = request_data.parameters
        return (
            _Json(parameters, _chosen(write_timeout, self._write_timeout)) if parameters else None
        )


def proxy_from_environment(api_url: str) -> str | None:
    """Give the proxy that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name for a URL.

    `None` when the URL is to be reached directly.
    """
    parts = urlsplit(api_url)
    if parts.hostname is None or urllib.request.proxy_bypass(parts.hostname):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _chosen(given: ODVInput[float], default: float | None) -> float | None:
    return default if given is BaseRequest.DEFAULT_NONE else cast("float | None", given)


@lru_cache(maxsize=64)
def _client_timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=_finite(connect), sock_read=_finite(read))


def _finite(seconds: float | None) -> float | None:
    # aiohttp takes 0 for "for ever", the Bot API client means "at once".
    return None if seconds is None else max(seconds, 0.001)


def _failure(error: aiohttp.ClientError | OSError, url: str) -> NetworkError:
    """Say what happened in the Bot API client's terms, without the token that `url` carries."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotSentTimeoutError("Timed out while connecting to the Bot API server")
    if isinstance(error, TimeoutError):
        return TimedOut()
    text = str(error)
    token = _TOKEN_IN_URL.search(url)
    if token is not None:
        text = text.replace(token[1], "<token>")
    text = f"aiohttp.{type(error).__name__}: {text}"
    return NotSentError(text) if isinstance(error, _BEFORE_SENDING) else NetworkError(text)


def parse_leniently(text: bytes) -> Any:
    """Parse JSON in which a stray byte or half a surrogate pair stands, as "?" afterwards.

    People's telephones send such halves; no database takes them. Raises `ValueError` when it is
    not JSON at all.
    """
    parsed = json.loads(text.decode("utf-8", "replace"))
    return from_json(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))


def _parse_answer_leniently(answer: bytes) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", parse_leniently(answer))
    except ValueError:
        raise TelegramError(
            f"Invalid server response: {len(answer)} bytes that are not JSON"
        ) from None


class _Json(payload.BytesPayload):
    """Parameters as one JSON object.

    Objects inside go as they are: the Bot API server takes a value that is not a string by its
    source text (tdlib/td, HttpReader::parse_json_parameters).
    """

    def __init__(self, parameters: dict[str, Any], write_timeout: float | None) -> None:
        try:
            body = to_json(parameters)
        except PydanticSerializationError:
            body = json.dumps(parameters).encode()
        super().__init__(body, content_type="application/json")
        self._write_timeout = write_timeout

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Write the body, with a time-out when it is too long to be written at once."""
        if len(self._value) <= _WRITTEN_AT_ONCE_BYTES:
            await super().write_with_length(writer, content_length)
            return
        async with asyncio.timeout(self._write_timeout):
            await super().write_with_length(writer, content_length)
            await writer.drain()


class _Form(aiohttp.MultipartWriter):
    """Parameters and files as multipart/form-data."""

    def __init__(self, request_data: RequestData, write_timeout: float | None) -> None:
        super().__init__("form-data")
        self._write_timeout = write_timeout
        for name, value in request_data.json_parameters.items():
            part = self.append(value)
            part.set_content_disposition("form-data", quote_fields=False, name=name)
        for name, (filename, content, content_type) in request_data.multipart_data.items():
            part = self.append(_file_part(content, content_type))
            # The server reads `filename` only, and as plain UTF-8
            # (tdlib/td, HttpReader::parse_multipart_form_data).
            part.set_content_disposition(
                "form-data", quote_fields=False, name=name, filename=_one_line(filename)
            )

    async def write(self, writer: AbstractStreamWriter, close_boundary: bool = True) -> None:
        """Write the parts; no piece may stand still for longer than the write time-out."""
        patient = _PatientWriter(writer, self._write_timeout)
        await super().write(cast("AbstractStreamWriter", patient), close_boundary)
        await patient.drain()


class _PatientWriter:
    """What a payload needs of aiohttp's writer, with a time-out on each piece."""

    def __init__(self, writer: AbstractStreamWriter, seconds: float | None) -> None:
        self._writer = writer
        self._seconds = seconds

    async def write(self, chunk: bytes) -> None:
        """Write one piece."""
        async with asyncio.timeout(self._seconds):
            await self._writer.write(chunk)

    async def drain(self) -> None:
        """Wait until the last piece has left."""
        async with asyncio.timeout(self._seconds):
            await self._writer.drain()


class _BorrowedFile(payload.BufferedReaderPayload):
    """An open file of the caller's: sent from its beginning, never closed."""

    def _close(self) -> None:
        self._consumed = True


def _file_part(content: bytes | IO[bytes], content_type: str) -> payload.Payload:
    if isinstance(content, bytes):
        return payload.BytesIOPayload(io.BytesIO(content), content_type=content_type)
    if content.seekable():
        content.seek(0)
    return _BorrowedFile(cast("io.BufferedReader", content), content_type=content_type)


def _one_line(filename: str) -> str:
    """Escape what would end the quoted name early, as browsers do in forms."""
    return filename.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
