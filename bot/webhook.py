"""The webhook's receiving end: an update is answered 200 only after the inbox has committed it."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from aiohttp import web
from pydantic_core import from_json

from bot import metrics
from bot.telegram_http import parse_leniently

_LOGGER = logging.getLogger(__name__)

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY_BYTES: Final = 512 * 1024
"""The longest update Telegram makes is a fraction of this."""
RETRY_AFTER_SECONDS: Final = 5
_BODY_SECONDS: Final = 20.0

Take: TypeAlias = Callable[[list[dict[str, Any]]], Awaitable[None]]


class Webhook:
    """Answers Telegram's POST.

    200: stored. 400: not an update. 401: not Telegram. 413: too long. 503: the database does not
    take it now; Telegram comes again after Retry-After. `take` returns once updates are stored.
    """

    def __init__(self, secret: str, take: Take) -> None:
        self._secret = secret.encode()
        self._take = take

    async def receive(self, request: web.BaseRequest) -> web.Response:
        """Judge, read, store, answer."""
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return self._refuse(401, "unauthorized")
        if (request.content_length or 0) > MAX_BODY_BYTES:
            return self._refuse(413, "too_large")
        try:
            body = await self._read(request)
        except TimeoutError:
            return self._refuse(408, "malformed")
        if len(body) > MAX_BODY_BYTES:
            return self._refuse(413, "too_large")
        raw = parse_update(body)
        if raw is None:
            # Its content may be somebody's words; its length tells enough.
            _LOGGER.warning("a webhook body of %d bytes is not an update", len(body))
            return self._refuse(400, "malformed")
        try:
            await self._take([raw])
        except Exception as error:  # noqa: BLE001 - whatever it is, Telegram must come again
            _LOGGER.warning(
                "update %d could not be stored: %s", raw["update_id"], type(error).__name__
            )
            return self._unavailable()
        metrics.WEBHOOK.add("accepted")
        return web.Response()

    @staticmethod
    async def _read(request: web.BaseRequest) -> bytes:
        async with asyncio.timeout(_BODY_SECONDS):
            return await request.read()

    @staticmethod
    def _refuse(status: int, outcome: str) -> web.Response:
        metrics.WEBHOOK.add(outcome)
        return web.Response(status=status)

    @staticmethod
    def _unavailable() -> web.Response:
        metrics.WEBHOOK.add("unavailable")
        return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def parse_update(body: bytes) -> dict[str, Any] | None:
    """Return a raw update, or None if the body is none: no JSON object, no usable update_id."""
    try:
        raw = from_json(body)
    except ValueError:
        try:
            raw = parse_leniently(body)
        except (ValueError, RecursionError):
            return None
    if not isinstance(raw, dict):
        return None
    number = raw.get("update_id")
    is_usable = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63
    return raw if is_usable else None
