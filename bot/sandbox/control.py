"""The control API under /sandbox/: what people do and see, faults, and a stream of changes.

All bodies are JSON objects; an id of a person is `person_id`, a chat is `chat_id` (absent: the
person's private chat with the bot). A refusal is 409 `{"error": code, "message": …}`.

    GET  state                         bot, people, chats, number of the last change
    GET  chats/{id}?person_id&limit    chat, messages (oldest first), the person's commands
    GET  files/{path}                  a file of a message
    GET  events                        server-sent events, one JSON object each
    POST people                        id, first_name, last_name, username, language_code, …
    POST chats                         type, title, members {id: status}, bot_status, is_forum, id
    POST forum                         chat_id, is_forum
    POST bot-rights                    chat_id, status (member, administrator), lacks [right, …]
    POST topics                        person_id, chat_id, name
    POST topics/change                 person_id, chat_id, topic_id, change (close, reopen, delete)
    POST send                          person_id, text, chat_id, topic, reply_to, quote
    POST open-link                     person_id, link (address or start payload)
    POST tap                           person_id, label, chat_id
    POST share-contact                 person_id, phone, user_id, name
    POST upload                        multipart: as send without text, and kind, file, caption
    POST album                         the same with 2-10 times kind and file
    POST edit                          person_id, message_id, text (or caption), chat_id
    POST delete                        person_id, message_id, chat_id
    POST react                         person_id, message_id, emoji (empty: take back), chat_id
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

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.programme_file import SAMPLE, load_programme
from bot.sandbox.answering import add_acts, answer
from bot.sandbox.control_bodies import Forward, MoveTo, Nothing, Redeliver
from bot.sandbox.control_chats import ChatsControl
from bot.sandbox.control_people import PeopleControl
from bot.sandbox.control_views import Views
from bot.sandbox.errors import ActionRefused
from bot.sandbox.shown import FAULT, FAULTS
from domain.fiscal_year import JST

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.sandbox import Sandbox
    from domain.working_days import WorkingDays

Json = dict[str, Any]


class Control:
    """The routes of the control API over one sandbox; its own are clock, updates and faults."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        for part in (Views, PeopleControl, ChatsControl):
            part(self._sandbox).add_routes(app)
        router = app.router
        router.add_get("/sandbox/clock", self._clock)
        router.add_get("/sandbox/faults", self._list_faults)
        router.add_post("/sandbox/faults", self._order_fault)
        router.add_delete("/sandbox/faults", self._clear_faults)
        add_acts(
            app,
            {
                "redeliver": (Redeliver, self._redeliver),
                "reset": (Nothing, self._reset),
                "clock/forward": (Forward, self._forward),
                "clock/to": (MoveTo, self._move_to),
            },
        )

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
        return answer(self._time())

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

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return answer(FAULTS.dump_python(self._sandbox.faults.open_orders(), mode="json"))

    async def _order_fault(self, request: web.Request) -> web.Response:
        self._sandbox.faults.order(FAULT.validate_json(await request.read()))
        return answer({})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._sandbox.faults.clear()
        return answer({})


@cache
def _working_days() -> WorkingDays:
    return load_programme(SAMPLE).working_days
