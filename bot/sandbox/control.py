"""The control API under /sandbox/: what people do and see, faults, and a stream of changes.

All bodies are JSON objects; an id of a person is `person_id`, a chat is `chat_id` (absent: the
person's private chat with the bot). A refusal is 409 `{"error": code, "message": …}`.

    GET  state                         bot, people, chats, number of the last change
    GET  chats/{id}?person_id&limit    chat, messages (oldest first), the person's commands
    GET  files/{path}                  a file of a message
    GET  events                        server-sent events, one JSON object each
    POST people                        id, first_name, last_name, username, language_code, …
    POST chats                         type, title, members {id: status}, bot_status, is_forum, id
    POST send                          person_id, text, chat_id
    POST open-link                     person_id, link (address or start payload)
    POST tap                           person_id, label, chat_id
    POST share-contact                 person_id, phone, user_id, name
    POST upload                        multipart: person_id, kind, file, caption, chat_id
    POST edit                          person_id, message_id, text, chat_id
    POST press                         person_id, button (label or data), message_id, chat_id, wait
    POST press-old                     person_id, data, message_id, chat_id, wait
    POST block, unblock                person_id
    POST expel                         person_id, chat_id
    POST migrate                       chat_id
    POST redeliver                     update_id (absent: the newest)
    POST reset
    GET  clock                         now (JST), next_open_day (of the sample programme)
    POST clock/forward                 seconds; never back
    POST clock/to                      moment (ISO 8601; JST if it has no offset)
    GET, POST, DELETE faults           see FaultOrder

It answers browsers on this machine only and believes no other origin.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web
from pydantic_core import to_json

from bot.programme_file import SAMPLE, load_programme
from bot.sandbox import actions, moves, view
from bot.sandbox.call import Upload
from bot.sandbox.chats import Chat
from bot.sandbox.control_bodies import (
    Body,
    By,
    Contact,
    Edit,
    Expel,
    Forward,
    InChat,
    Link,
    MoveTo,
    NewChat,
    NewPerson,
    Nothing,
    PressButton,
    PressOld,
    Redeliver,
    Send,
    Tap,
)
from bot.sandbox.errors import ActionRefused
from bot.sandbox.people import Person
from bot.sandbox.shown import ANSWER, FAULT, FAULTS, CallbackAnswer
from domain.fiscal_year import JST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.callbacks import Press
    from bot.sandbox.sandbox import Sandbox
    from domain.working_days import WorkingDays

Json = dict[str, Any]

_HEARTBEAT_SECONDS = 15
_SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif"})


class Control:
    """The routes of the control API over one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        router = app.router
        router.add_get("/sandbox/state", self._state)
        router.add_get(r"/sandbox/chats/{chat_id:-?\d+}", self._chat)
        router.add_get("/sandbox/files/{path:.+}", self._file)
        router.add_get("/sandbox/events", self._events)
        router.add_get("/sandbox/clock", self._clock)
        router.add_post("/sandbox/upload", self._upload)
        router.add_get("/sandbox/faults", self._list_faults)
        router.add_post("/sandbox/faults", self._order_fault)
        router.add_delete("/sandbox/faults", self._clear_faults)
        for name, action in self._actions().items():
            router.add_post(f"/sandbox/{name}", action)

    def _actions(self) -> dict[str, Callable[[web.Request], Awaitable[web.Response]]]:
        return {
            "people": self._doing(NewPerson, self._add_person),
            "chats": self._doing(NewChat, self._add_chat),
            "send": self._doing(Send, self._send),
            "open-link": self._doing(Link, self._open_link),
            "tap": self._doing(Tap, self._tap),
            "share-contact": self._doing(Contact, self._share_contact),
            "edit": self._doing(Edit, self._edit),
            "press": self._doing(PressButton, self._press),
            "press-old": self._doing(PressOld, self._press_old),
            "block": self._doing(By, self._block),
            "unblock": self._doing(By, self._unblock),
            "expel": self._doing(Expel, self._expel),
            "migrate": self._doing(InChat, self._migrate),
            "redeliver": self._doing(Redeliver, self._redeliver),
            "reset": self._doing(Nothing, self._reset),
            "clock/forward": self._doing(Forward, self._forward),
            "clock/to": self._doing(MoveTo, self._move_to),
        }

    def _doing(
        self, model: type[Body], act: Callable[[Any], Awaitable[Json]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return _json(await act(model.model_validate_json(await request.read() or b"{}")))

        return handle

    async def _add_person(self, body: NewPerson) -> Json:
        return view.chat(
            self._sandbox.world, self._sandbox.world.add_person(Person(**body.model_dump()))
        )

    async def _add_chat(self, body: NewChat) -> Json:
        world = self._sandbox.world
        fields = body.model_dump(exclude={"id", "type"})
        chat_id = body.id if body.id is not None else world.free_chat_id(body.type)
        return view.chat(world, moves.make_group(world, Chat(chat_id, body.type, **fields)))

    async def _send(self, body: Send) -> Json:
        world = self._sandbox.world
        return view.message(
            world, actions.send_text(world, body.person_id, body.text, body.chat_id)
        )

    async def _open_link(self, body: Link) -> Json:
        world = self._sandbox.world
        return view.message(world, actions.open_link(world, body.person_id, body.link))

    async def _tap(self, body: Tap) -> Json:
        world = self._sandbox.world
        return view.message(world, actions.tap(world, body.person_id, body.label, body.chat_id))

    async def _share_contact(self, body: Contact) -> Json:
        world = self._sandbox.world
        message = actions.share_contact(world, body.person_id, body.phone, body.user_id, body.name)
        return view.message(world, message)

    async def _edit(self, body: Edit) -> Json:
        world = self._sandbox.world
        message = actions.edit_text(world, body.person_id, body.message_id, body.text, body.chat_id)
        return view.message(world, message)

    async def _press(self, body: PressButton) -> Json:
        world = self._sandbox.world
        _, chat = actions.speaker(world, body.person_id, body.chat_id)
        message, button = actions.find_button(chat, body.button, body.message_id)
        if "url" in button:
            return _answer(CallbackAnswer(answered=True, url=button["url"]))
        if "copy_text" in button:
            return _answer(CallbackAnswer(answered=True, copied=button["copy_text"]["text"]))
        if "callback_data" not in button:
            raise ActionRefused("unsupported_button", "the sandbox cannot press this button")
        data = button["callback_data"]
        press = actions.press(world, body.person_id, chat, message.message_id, data)
        return await _wait_for(press, body.wait)

    async def _press_old(self, body: PressOld) -> Json:
        world = self._sandbox.world
        _, chat = actions.speaker(world, body.person_id, body.chat_id)
        press = actions.press(world, body.person_id, chat, body.message_id, body.data)
        return await _wait_for(press, body.wait)

    async def _block(self, body: By) -> Json:
        moves.block(self._sandbox.world, body.person_id)
        return {}

    async def _unblock(self, body: By) -> Json:
        moves.unblock(self._sandbox.world, body.person_id)
        return {}

    async def _expel(self, body: Expel) -> Json:
        moves.expel_bot(self._sandbox.world, body.person_id, body.chat_id)
        return {}

    async def _migrate(self, body: InChat) -> Json:
        world = self._sandbox.world
        return view.chat(world, moves.migrate(world, body.chat_id))

    async def _redeliver(self, body: Redeliver) -> Json:
        updates = self._sandbox.world.updates
        update_id = body.update_id if body.update_id is not None else updates.newest_id()
        if update_id is None:
            raise ActionRefused("unknown_update", "there was no update yet")
        updates.redeliver(update_id)
        return {"update_id": update_id}

    async def _reset(self, _body: Nothing) -> Json:
        self._sandbox.reset()
        return {}

    async def _clock(self, _request: web.Request) -> web.Response:
        return _json(self._time())

    async def _forward(self, body: Forward) -> Json:
        self._sandbox.clock.forward(timedelta(seconds=body.seconds))
        return self._moved()

    async def _move_to(self, body: MoveTo) -> Json:
        self._sandbox.clock.move_to(body.moment)
        return self._moved()

    def _moved(self) -> Json:
        self._sandbox.world.changes.publish("clock", self._time)
        return self._time()

    def _time(self) -> Json:
        now = self._sandbox.clock().astimezone(JST)
        return {"now": now, "next_open_day": _working_days().add(now.date(), 1)}

    async def _upload(self, request: web.Request) -> web.Response:
        world = self._sandbox.world
        form = await request.post()
        file = form.get("file")
        kind = str(form.get("kind", "document"))
        if not isinstance(file, web.FileField) or kind not in {"photo", "document", "voice"}:
            raise ActionRefused("bad_file", "kind is photo, document or voice; file is required")
        by = By(person_id=str(form.get("person_id")), chat_id=form.get("chat_id") or None)
        upload = Upload(file.filename, file.content_type, file.file.read())
        message = moves.send_file(
            world, by.person_id, kind, upload, str(form.get("caption", "")), by.chat_id
        )
        return _json(view.message(world, message))

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
        return _json(
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
        return _json(
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

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return _json(FAULTS.dump_python(self._sandbox.faults.open_orders(), mode="json"))

    async def _order_fault(self, request: web.Request) -> web.Response:
        self._sandbox.faults.order(FAULT.validate_json(await request.read()))
        return _json({})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._sandbox.faults.clear()
        return _json({})


class _Ended(Exception):
    """The stream is over."""


@cache
def _working_days() -> WorkingDays:
    return load_programme(SAMPLE).working_days


async def _next_event(changes: asyncio.Queue[Json | None]) -> bytes:
    try:
        async with asyncio.timeout(_HEARTBEAT_SECONDS):
            change = await changes.get()
    except TimeoutError:
        return b": still here\n\n"
    if change is None:
        raise _Ended
    return b"data: " + to_json(change) + b"\n\n"


async def _wait_for(press: Press, seconds: float) -> Json:
    try:
        async with asyncio.timeout(seconds):
            answer = await asyncio.shield(press.answer)
    except TimeoutError:
        return _answer(CallbackAnswer(answered=False))
    return _answer(
        CallbackAnswer(answered=True, text=answer.text, show_alert=answer.is_alert, url=answer.url)
    )


def _answer(answer: CallbackAnswer) -> Json:
    body: Json = ANSWER.dump_python(answer, mode="json")
    return body


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=to_json(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
