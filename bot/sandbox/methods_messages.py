"""Methods that send a text, delete and pin messages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.errors import bad_request
from bot.sandbox.methods_media import text_fields
from bot.sandbox.rules import message_ids
from bot.sandbox.sending import send

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]

_DELETABLE_FOR = timedelta(hours=48)
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(world: World, call: Call) -> Json:
    """Answer sendMessage."""
    content = text_fields("text", entities.message_text(call))
    return world.as_json(send(world, call, content))


def send_chat_action(world: World, call: Call) -> bool:
    """Answer sendChatAction."""
    action = call.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = world.writable_chat(call.text("chat_id"))
    world.changes.publish("action", lambda: {"chat_id": chat.id, "action": action})
    return True


def delete_message(world: World, call: Call) -> bool:
    """Answer deleteMessage."""
    if not call.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    message_id = call.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    chat = world.writable_chat(call.text("chat_id"))
    message = world.message(chat, message_id, "message to delete")
    _check_deletable(world, chat, message)
    world.delete(message)
    return True


def delete_messages(world: World, call: Call) -> bool:
    """Answer deleteMessages: what is gone already is passed over."""
    numbers = message_ids(call)
    chat = world.writable_chat(call.text("chat_id"))
    standing = [
        message
        for number in numbers
        if (message := chat.messages.get(number)) is not None and not message.is_deleted
    ]
    for message in standing:
        _check_deletable(world, chat, message)
    for message in standing:
        world.delete(message)
    return True


def _check_deletable(world: World, chat: Chat, message: Message) -> None:
    if "forum_topic_created" in message.content:
        raise bad_request("message can't be deleted")
    may_delete_any = chat.bot_may("can_delete_messages")
    if not (message.is_from_bot or chat.is_private or may_delete_any):
        raise bad_request("message can't be deleted")
    if chat.has_own_ids and may_delete_any:
        return
    if world.clock() - message.date > _DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")


def pin_chat_message(world: World, call: Call) -> bool:
    """Answer pinChatMessage."""
    chat = world.writable_chat(call.text("chat_id"))
    message = world.message(chat, call.integer("message_id"), "message to pin")
    _check_may_pin(chat)
    if message.message_id not in chat.pinned:
        chat.pinned.append(message.message_id)
        world.announce(chat)
    return True


def unpin_chat_message(world: World, call: Call) -> bool:
    """Answer unpinChatMessage; without a message the newest pin goes."""
    chat = world.writable_chat(call.text("chat_id"))
    _check_may_pin(chat)
    message_id = call.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if not message_id or (call.has("message_id") and message_id not in chat.messages):
        raise bad_request("message to unpin not found")
    if message_id in chat.pinned:
        chat.pinned.remove(message_id)
        world.announce(chat)
    return True


def _check_may_pin(chat: Chat) -> None:
    if not chat.is_private and not chat.bot_may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
