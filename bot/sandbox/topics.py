"""Topics of a forum as people and the bot make, change and delete them.

Every change leaves a service message in the topic; a deleted topic takes its messages with it.
Who may do what is for the callers to say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.chats import Topic

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]

DEFAULT_COLOUR = 7_322_096
COLOURS = frozenset({DEFAULT_COLOUR, 16_766_590, 13_338_331, 9_367_192, 16_749_490, 16_478_047})
"""The icon colours that createForumTopic names."""


def begin(world: World, chat: Chat, author: Json, name: str, colour: int) -> Message:
    """Begin a topic and return the service message, whose id is the topic's."""
    number = chat.last_message_id + 1
    chat.topics[number] = Topic(name, colour, author["id"])
    created = {"forum_topic_created": {"name": name, "icon_color": colour}}
    return _tell(world, chat, author, number, created)


def rename(world: World, chat: Chat, author: Json, topic_id: int, name: str) -> Message:
    """Give a topic another name."""
    chat.topics[topic_id] = replace(chat.topics[topic_id], name=name)
    return _tell(world, chat, author, topic_id, {"forum_topic_edited": {"name": name}})


def close(world: World, chat: Chat, author: Json, topic_id: int) -> Message:
    """Close a topic: only who may manage topics writes in it."""
    chat.topics[topic_id] = replace(chat.topics[topic_id], is_closed=True)
    return _tell(world, chat, author, topic_id, {"forum_topic_closed": {}})


def reopen(world: World, chat: Chat, author: Json, topic_id: int) -> Message:
    """Open a closed topic again."""
    chat.topics[topic_id] = replace(chat.topics[topic_id], is_closed=False)
    return _tell(world, chat, author, topic_id, {"forum_topic_reopened": {}})


def delete(world: World, chat: Chat, topic_id: int) -> None:
    """Delete a topic with all its messages."""
    del chat.topics[topic_id]
    for message in list(chat.messages.values()):
        if message.topic == topic_id and not message.is_deleted:
            world.delete(message)
    world.announce(chat)


def _tell(world: World, chat: Chat, author: Json, topic_id: int, content: Json) -> Message:
    is_from_bot = author["id"] == world.bot.id
    told = world.post(chat, {"from": author}, content, is_from_bot=is_from_bot, topic=topic_id)
    world.announce(chat)
    return told
