"""Keeps other sites' pages away from the control API and puts its refusals into JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import ValidationError
from pydantic_core import to_json

from bot.sandbox.errors import ActionRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep other sites' pages out and put refusals into JSON."""
    if not request.path.startswith("/sandbox"):
        return await handler(request)
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign or urlsplit(f"//{request.host}").hostname not in _LOOPBACK_HOSTS:
        return _json({"error": "foreign_origin", "message": "local browsers only"}, status=403)
    try:
        return await handler(request)
    except ActionRefused as refusal:
        return _json({"error": refusal.code, "message": refusal.message}, status=409)
    except ValidationError as error:
        return _json({"error": "bad_body", "message": str(error)}, status=400)
    except ValueError as error:
        return _json({"error": "bad_body", "message": str(error)}, status=400)


def _json(body: dict[str, str], status: int) -> web.Response:
    return web.Response(status=status, body=to_json(body), content_type="application/json")
