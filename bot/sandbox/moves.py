"""Comings and goings: blocking, new groups, a group that becomes a supergroup or a forum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import topics
from bot.sandbox.actions import speaker, tell_bot
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ActionRefused
from bot.sandbox.html import utf16_length
from bot.sandbox.methods_chats import bot_member, member_of
from bot.sandbox.rules import MAX_TOPIC_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.chats import Message
    from bot.sandbox.world import World

Json = dict[str, Any]

CHAT_TYPES = frozenset({"group", "supergroup", "channel"})


def block(world: World, person_id: int) -> None:
    """Stop the bot. Raises ActionRefused when there is nothing to stop."""
    _set_blocked(world, person_id, is_blocked=True)


def unblock(world: World, person_id: int) -> None:
    """Let the bot write again."""
    _set_blocked(world, person_id, is_blocked=False)


def _set_blocked(world: World, person_id: int, *, is_blocked: bool) -> None:
    chat = world.chats[world.person(person_id).id]
    if not chat.is_started or chat.is_blocked == is_blocked:
        raise ActionRefused("nothing_to_do", "the chat is in that state already")
    before = bot_member(world, chat)
    chat.is_blocked = is_blocked
    _tell_membership(world, chat, person_id, before)
    world.announce(chat)


def _tell_membership(world: World, chat: Chat, person_id: int, before: Json) -> None:
    body = {
        "chat": chat.as_json(),
        "from": world.person(person_id).user(),
        "date": int(world.clock().timestamp()),
        "old_chat_member": before,
        "new_chat_member": bot_member(world, chat),
    }
    world.updates.add("my_chat_member", body, f"membership:{chat.id}")


def make_group(world: World, chat: Chat) -> Chat:
    """Add a group with its people; the bot learns that it was put there.

    Raises ActionRefused without members or for a chat type that is none.
    """
    if chat.type not in CHAT_TYPES:
        raise ActionRefused("bad_type", f"type must be one of {sorted(CHAT_TYPES)}")
    if not chat.members:
        raise ActionRefused("no_members", "a group needs at least one person")
    for person_id in chat.members:
        world.person(person_id)
    world.add_chat(chat)
    maker = next(iter(chat.members))
    _tell_membership(world, chat, maker, member_of(world.bot.user(), "left"))
    return chat


def expel_bot(world: World, person_id: int, chat_id: int) -> None:
    """Take the bot out of a group."""
    _, chat = speaker(world, person_id, chat_id)
    if chat.is_private:
        raise ActionRefused("bad_type", "the bot cannot be expelled from a private chat")
    before = bot_member(world, chat)
    chat.bot_status = "kicked"
    _tell_membership(world, chat, person_id, before)
    world.announce(chat)


def migrate(world: World, chat_id: int) -> Chat:
    """Turn a basic group into a supergroup with a new id and return that."""
    old = world.chats.get(chat_id)
    if old is None or old.type != "group" or old.migrated_to is not None:
        raise ActionRefused("bad_type", "only a basic group can become a supergroup")
    new = Chat(
        world.free_chat_id("supergroup"),
        "supergroup",
        title=old.title,
        members=dict(old.members),
        bot_status=old.bot_status,
    )
    world.add_chat(new)
    mover = {"from": world.person(next(iter(old.members))).user()}
    told = world.post(old, mover, {"migrate_to_chat_id": new.id})
    old.migrated_to = new.id
    arrived = world.post(new, {"sender_chat": new.as_json()}, {"migrate_from_chat_id": old.id})
    world.updates.add("message", world.as_json(told), f"chat:{old.id}")
    world.updates.add("message", world.as_json(arrived), f"chat:{new.id}")
    world.announce(old)
    return new


def set_forum(world: World, chat_id: int, *, is_forum: bool) -> Chat:
    """Turn a supergroup into a forum or back; its topics stay and are seen again in a forum."""
    chat = world.chats.get(chat_id)
    if chat is None or chat.type != "supergroup":
        raise ActionRefused("bad_type", "only a supergroup can be a forum")
    chat.is_forum = is_forum
    world.announce(chat)
    return chat


def set_bot_rights(world: World, chat_id: int, status: str, lacks: Iterable[str] = ()) -> Chat:
    """Make the bot a member or an administrator of a group; `lacks` are rights it does not get."""
    chat = world.chats.get(chat_id)
    if chat is None or chat.is_private or status not in {"member", "administrator"}:
        raise ActionRefused("bad_type", "the bot is a member or an administrator of a group")
    before = bot_member(world, chat)
    chat.bot_status = status
    chat.bot_lacks = frozenset(lacks)
    _tell_membership(world, chat, next(iter(chat.members)), before)
    world.announce(chat)
    return chat


def begin_topic(world: World, person_id: int, chat_id: int, name: str) -> Message:
    """Begin a topic in a forum; the bot learns of the service message."""
    person, chat = speaker(world, person_id, chat_id)
    if not chat.is_forum:
        raise ActionRefused("no_forum", f"chat {chat_id} is no forum")
    if not 1 <= utf16_length(name.strip()) <= MAX_TOPIC_NAME:
        raise ActionRefused("bad_name", f"a topic's name is 1-{MAX_TOPIC_NAME} characters")
    begun = topics.begin(world, chat, person.user(), name.strip(), topics.DEFAULT_COLOUR)
    tell_bot(world, chat, begun)
    return begun


def change_topic(world: World, person_id: int, chat_id: int, topic_id: int, change: str) -> None:
    """Have an administrator, or who made it, close, reopen or delete a topic.

    The bot learns of closing and reopening, not of a deletion, as in Telegram.
    """
    person, chat = speaker(world, person_id, chat_id)
    topic = chat.topics.get(topic_id) if chat.is_forum else None
    if topic is None:
        raise ActionRefused("unknown_topic", f"chat {chat_id} has no topic {topic_id}")
    if not (chat.is_run_by(person_id) or topic.maker == person_id):
        raise ActionRefused("read_only", "only administrators change the topics of others")
    if change == "delete":
        topics.delete(world, chat, topic_id)
        return
    if topic.is_closed == (change == "close"):
        raise ActionRefused("nothing_to_do", "the topic is in that state already")
    act = topics.close if change == "close" else topics.reopen
    tell_bot(world, chat, act(world, chat, person.user(), topic_id))
