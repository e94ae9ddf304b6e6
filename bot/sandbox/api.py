"""The Bot API over HTTP: reads a call, lets a fault strike, answers as the official server does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic_core import from_json, to_json

from bot.sandbox.call import Call, Upload
from bot.sandbox.errors import ApiError, bad_request, too_many_requests
from bot.sandbox.methods import METHODS, NOT_YET
from bot.sandbox.rules import MAX_UPLOAD_BYTES
from bot.sandbox.updates import MAX_BATCH, MAX_POLL_SECONDS
from bot.sandbox.webhook import DEFAULT_CONNECTIONS, MAX_CONNECTIONS, Target, check_target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.sandbox import Sandbox
    from bot.sandbox.shown import FaultOrder

_UNAUTHORIZED = ApiError(401, "Unauthorized")
_TOO_LARGE = ApiError(413, "Request Entity Too Large")
_BAD_GATEWAY = 502
_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_SECONDS_BETWEEN_WEBHOOKS = 1.0


@dataclass(frozen=True)
class _Done:
    """A result with the remark the official server adds to some."""

    result: Any
    description: str = ""


class BotApi:
    """The routes `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._next_webhook_at = 0.0
        self._waiting: dict[str, Callable[[Call], Awaitable[_Done]]] = {
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._get_webhook_info,
        }

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._handle)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._download)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self._sandbox.token:
            return _refused(_UNAUTHORIZED)
        fault: FaultOrder | None = None
        try:
            call = await _read(request)
            verdict = self._sandbox.faults.judge(call.method, call.text("chat_id"))
            if verdict.delay:
                await self._sandbox.sleep(verdict.delay)
            fault = verdict.fault
            if fault is not None and fault.kind in {"retry_after", "server_error"}:
                return _faulty(fault)
            response = _answered(await self._answer(call))
        except ApiError as error:
            response = _refused(error)
        if fault is not None and fault.kind == "hang":
            await self._sandbox.sleep(fault.seconds)
        if fault is not None and fault.kind == "drop" and request.transport is not None:
            request.transport.abort()
        return response

    async def _answer(self, call: Call) -> _Done:
        waiting = self._waiting.get(call.method)
        if waiting is not None:
            return await waiting(call)
        method = METHODS.get(call.method)
        if method is not None:
            return _Done(method(self._sandbox.world, call))
        if call.method in NOT_YET:
            name = NOT_YET[call.method]
            raise ApiError(501, f"Not Implemented: the sandbox does not do {name} yet")
        raise ApiError(404, "Not Found")

    async def _get_updates(self, call: Call) -> _Done:
        updates = self._sandbox.world.updates
        updates.allow(_allowed(call))
        limit = min(max(call.integer("limit", MAX_BATCH), 1), MAX_BATCH)
        timeout = min(max(call.integer("timeout"), 0), MAX_POLL_SECONDS)
        return _Done(await updates.poll(call.integer("offset"), limit, timeout))

    async def _set_webhook(self, call: Call) -> _Done:
        url = call.text("url")
        if not url:
            return await self._delete_webhook(call)
        now = time.monotonic()
        if now < self._next_webhook_at:
            raise too_many_requests(1)
        self._next_webhook_at = now + _SECONDS_BETWEEN_WEBHOOKS
        connections = call.integer("max_connections", DEFAULT_CONNECTIONS)
        target = Target(url, call.text("secret_token"), min(max(connections, 1), MAX_CONNECTIONS))
        check_target(target)
        self._sandbox.world.updates.allow(_allowed(call))
        if target == self._sandbox.webhook.target and not call.is_set("drop_pending_updates"):
            return _Done(result=True, description="Webhook is already set")
        self._drop_pending(call)
        await self._sandbox.webhook.start(target)
        return _Done(result=True, description="Webhook was set")

    async def _delete_webhook(self, call: Call) -> _Done:
        was_set = self._sandbox.webhook.target is not None
        await self._sandbox.webhook.stop()
        self._drop_pending(call)
        said = "Webhook was deleted" if was_set else "Webhook is already deleted"
        return _Done(result=True, description=said)

    def _drop_pending(self, call: Call) -> None:
        if call.is_set("drop_pending_updates"):
            self._sandbox.world.updates.drop_pending()

    async def _get_webhook_info(self, _call: Call) -> _Done:
        return _Done(self._sandbox.webhook.info())

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._sandbox.token:
            return _refused(_UNAUTHORIZED)
        stored = self._sandbox.world.files.at(request.match_info["path"])
        if stored is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _allowed(call: Call) -> list[str] | None:
    """Return the update types asked for, None to keep the earlier choice."""
    given = call.structure("allowed_updates", "allowed_updates")
    return [str(kind) for kind in given] if isinstance(given, list) else None


async def _read(request: web.Request) -> Call:
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.can_read_body:
        try:
            if request.content_type == "application/json":
                values |= _object(await request.read())
            else:
                await _read_form(request, values, uploads)
        except web.HTTPRequestEntityTooLarge:
            raise _TOO_LARGE from None
        except ValueError:
            raise bad_request("can't parse the request body") from None
    return Call(request.match_info["method"].lower(), values, uploads)


def _object(body: bytes) -> dict[str, Any]:
    try:
        parsed = from_json(body) if body else {}
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise bad_request("can't parse the request body as a JSON object")
    return parsed


async def _read_form(
    request: web.Request, values: dict[str, Any], uploads: dict[str, Upload]
) -> None:
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            content = value.file.read()
            if len(content) > MAX_UPLOAD_BYTES:
                raise _TOO_LARGE
            uploads[name] = Upload(value.filename, value.content_type, content)
        else:
            values[name] = value


def _answered(done: _Done) -> web.Response:
    body: dict[str, Any] = {"ok": True, "result": done.result}
    if done.description:
        body["description"] = done.description
    return web.Response(body=to_json(body), content_type="application/json")


def _refused(error: ApiError) -> web.Response:
    headers = {}
    if error.parameters and "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.Response(
        status=error.code,
        body=to_json(error.body()),
        content_type="application/json",
        headers=headers,
    )


def _faulty(fault: FaultOrder) -> web.Response:
    if fault.kind == "retry_after":
        return _refused(too_many_requests(int(fault.seconds)))
    if fault.code == _BAD_GATEWAY:
        return web.Response(status=_BAD_GATEWAY, text=_GATEWAY_PAGE, content_type="text/html")
    return _refused(ApiError(fault.code, "Internal Server Error"))
