"""Comings and goings: blocking, files, new groups, a group that becomes a supergroup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.actions import say, speaker
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ActionRefused, ApiError
from bot.sandbox.methods_chats import bot_member, member_of
from bot.sandbox.methods_media import text_fields

if TYPE_CHECKING:
    from bot.sandbox.call import Upload
    from bot.sandbox.chats import Message
    from bot.sandbox.world import World

Json = dict[str, Any]

CHAT_TYPES = frozenset({"group", "supergroup", "channel"})


def send_file(
    world: World,
    person_id: int,
    kind: str,
    upload: Upload,
    caption: str = "",
    chat_id: int | None = None,
) -> Message:
    """Send a photo, document or voice message."""
    person, chat = speaker(world, person_id, chat_id)
    try:
        stored = world.files.add(kind, upload.name, upload.content, upload.content_type, 1)
    except ApiError as error:
        raise ActionRefused("bad_file", error.description) from error
    fields = text_fields("caption", entities.typed(caption))
    return say(world, person, chat, {**stored.media(), **fields})


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
