"""The part of the control API that shows: people, chats, messages, files, a stream of changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web
from pydantic_core import to_json

from bot.sandbox import view
from bot.sandbox.answering import answer
from bot.sandbox.errors import ActionRefused

if TYPE_CHECKING:
    from bot.sandbox.sandbox import Sandbox

Json = dict[str, Any]

_HEARTBEAT_SECONDS = 15
# What a browser shows or plays; anything else could be a page with scripts of its own.
_SHOWN_INLINE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/x-wav",
        "video/mp4",
        "video/webm",
    }
)


class Views:
    """What there is to see."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        router = app.router
        router.add_get("/sandbox/state", self._state)
        router.add_get(r"/sandbox/chats/{chat_id:-?\d+}", self._chat)
        router.add_get("/sandbox/files/{path:.+}", self._file)
        router.add_get("/sandbox/events", self._events)

    async def _state(self, _request: web.Request) -> web.Response:
        world = self._sandbox.world
        people = [
            {
                "id": person.id,
                "name": person.name,
                "username": person.username,
                "label": person.label,
                "phone": person.phone,
                "language_code": person.language_code,
            }
            for person in world.people.values()
        ]
        return answer(
            {
                "number": world.changes.number,
                "bot": {"name": world.bot.first_name, "username": world.bot.username},
                "description": world.profile.texts.get(("description", ""), ""),
                "people": people,
                "chats": [view.chat(world, chat) for chat in world.chats.values()],
            }
        )

    async def _chat(self, request: web.Request) -> web.Response:
        world = self._sandbox.world
        chat = world.chats.get(int(request.match_info["chat_id"]))
        if chat is None:
            raise ActionRefused("unknown_chat", f"no chat {request.match_info['chat_id']}")
        messages = list(chat.messages.values())
        limit = int(request.query.get("limit", len(messages)))
        person = world.people.get(int(request.query.get("person_id", chat.id)))
        return answer(
            {
                "number": world.changes.number,
                "chat": view.chat(world, chat),
                "messages": [view.message(world, each) for each in messages[-limit:]],
                "commands": world.profile.shown_to(chat, person) if person else [],
            }
        )

    async def _file(self, request: web.Request) -> web.Response:
        stored = self._sandbox.world.files.at(request.match_info["path"])
        if stored is None:
            raise web.HTTPNotFound
        if stored.mime_type in _SHOWN_INLINE:
            return web.Response(body=stored.content, content_type=stored.mime_type)
        return web.Response(
            body=stored.content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(stored.name)}"},
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        with self._sandbox.world.changes.listening() as changes:
            await response.prepare(request)
            await response.write(b": hello\n\n")
            try:
                while True:
                    await response.write(await _next_event(changes))
            except (ConnectionResetError, _Ended):
                return response


class _Ended(Exception):
    """The stream is over."""


async def _next_event(changes: asyncio.Queue[Json | None]) -> bytes:
    try:
        async with asyncio.timeout(_HEARTBEAT_SECONDS):
            change = await changes.get()
    except TimeoutError:
        return b": still here\n\n"
    if change is None:
        raise _Ended
    return b"data: " + to_json(change) + b"\n\n"
