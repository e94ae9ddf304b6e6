"""Methods that make and change the topics of a forum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import topics
from bot.sandbox.errors import bad_request
from bot.sandbox.html import utf16_length
from bot.sandbox.rules import MAX_TOPIC_NAME

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Chat
    from bot.sandbox.world import World

Json = dict[str, Any]


def create_forum_topic(world: World, call: Call) -> Json:
    """Answer createForumTopic."""
    chat = _forum(world, call)
    if not chat.bot_may("can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = _name(call)
    if not name:
        raise bad_request("title must be non-empty")
    colour = call.integer("icon_color") or topics.DEFAULT_COLOUR
    if colour not in topics.COLOURS:
        raise bad_request("invalid icon color specified")
    begun = topics.begin(world, chat, world.bot.user(), name, colour)
    return {"message_thread_id": begun.message_id, "name": name, "icon_color": colour}


def edit_forum_topic(world: World, call: Call) -> bool:
    """Answer editForumTopic; without a name there is nothing to change."""
    chat, topic_id = _changeable(world, call, "edit the topic")
    name = _name(call)
    if call.text("name") and not name:
        raise bad_request("title must be non-empty")
    if not name:
        return True
    if name == chat.topics[topic_id].name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topics.rename(world, chat, world.bot.user(), topic_id, name)
    return True


def close_forum_topic(world: World, call: Call) -> bool:
    """Answer closeForumTopic."""
    chat, topic_id = _changeable(world, call, "close or open the topic")
    if chat.topics[topic_id].is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topics.close(world, chat, world.bot.user(), topic_id)
    return True


def reopen_forum_topic(world: World, call: Call) -> bool:
    """Answer reopenForumTopic."""
    chat, topic_id = _changeable(world, call, "close or open the topic")
    if not chat.topics[topic_id].is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topics.reopen(world, chat, world.bot.user(), topic_id)
    return True


def delete_forum_topic(world: World, call: Call) -> bool:
    """Answer deleteForumTopic."""
    chat = _forum(world, call)
    topic_id = _topic_id(chat, call)
    if not (chat.bot_may("can_delete_messages") or chat.topics[topic_id].maker == world.bot.id):
        raise bad_request("not enough rights to delete the topic")
    topics.delete(world, chat, topic_id)
    return True


def _forum(world: World, call: Call) -> Chat:
    chat = world.writable_chat(call.text("chat_id"))
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _changeable(world: World, call: Call, deed: str) -> tuple[Chat, int]:
    chat = _forum(world, call)
    topic_id = _topic_id(chat, call)
    if not (chat.bot_may("can_manage_topics") or chat.topics[topic_id].maker == world.bot.id):
        raise bad_request(f"not enough rights to {deed}")
    return chat, topic_id


def _topic_id(chat: Chat, call: Call) -> int:
    topic_id = call.integer("message_thread_id")
    if topic_id <= 0:
        raise bad_request("invalid message thread identifier specified")
    if topic_id not in chat.topics:
        raise bad_request("TOPIC_ID_INVALID")
    return topic_id


def _name(call: Call) -> str:
    """The official server cuts a name that is too long; here it is refused, so that it is seen."""
    name = call.text("name").strip()
    if utf16_length(name) > MAX_TOPIC_NAME:
        raise bad_request("TOPIC_TITLE_INVALID")
    return name
