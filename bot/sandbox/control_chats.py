"""The part of the control API that makes and changes people, groups and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import moves, view
from bot.sandbox.answering import add_acts
from bot.sandbox.chats import Chat
from bot.sandbox.control_bodies import (
    BotRights,
    ChangeTopic,
    Expel,
    Forum,
    InChat,
    NewChat,
    NewPerson,
    NewTopic,
)
from bot.sandbox.people import Person

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.sandbox import Sandbox

Json = dict[str, Any]


class ChatsControl:
    """Who and what there is."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to an application."""
        add_acts(
            app,
            {
                "people": (NewPerson, self._add_person),
                "chats": (NewChat, self._add_chat),
                "expel": (Expel, self._expel),
                "migrate": (InChat, self._migrate),
                "forum": (Forum, self._set_forum),
                "bot-rights": (BotRights, self._set_bot_rights),
                "topics": (NewTopic, self._begin_topic),
                "topics/change": (ChangeTopic, self._change_topic),
            },
        )

    async def _add_person(self, body: NewPerson) -> Json:
        return view.chat(
            self._sandbox.world, self._sandbox.world.add_person(Person(**body.model_dump()))
        )

    async def _add_chat(self, body: NewChat) -> Json:
        world = self._sandbox.world
        fields = body.model_dump(exclude={"id", "type"})
        chat_id = body.id if body.id is not None else world.free_chat_id(body.type)
        return view.chat(world, moves.make_group(world, Chat(chat_id, body.type, **fields)))

    async def _expel(self, body: Expel) -> Json:
        moves.expel_bot(self._sandbox.world, body.person_id, body.chat_id)
        return {}

    async def _migrate(self, body: InChat) -> Json:
        world = self._sandbox.world
        return view.chat(world, moves.migrate(world, body.chat_id))

    async def _set_forum(self, body: Forum) -> Json:
        world = self._sandbox.world
        return view.chat(world, moves.set_forum(world, body.chat_id, is_forum=body.is_forum))

    async def _set_bot_rights(self, body: BotRights) -> Json:
        world = self._sandbox.world
        chat = moves.set_bot_rights(world, body.chat_id, body.status, body.lacks)
        return view.chat(world, chat)

    async def _begin_topic(self, body: NewTopic) -> Json:
        world = self._sandbox.world
        begun = moves.begin_topic(world, body.person_id, body.chat_id, body.name)
        return view.message(world, begun)

    async def _change_topic(self, body: ChangeTopic) -> Json:
        world = self._sandbox.world
        moves.change_topic(world, body.person_id, body.chat_id, body.topic_id, body.change)
        return {}
