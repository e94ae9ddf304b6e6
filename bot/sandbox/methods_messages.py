"""Methods that send, copy, delete and pin messages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.errors import bad_request
from bot.sandbox.methods_media import text_fields
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
_MAX_DELETED_AT_ONCE = 100
_CONTENT = frozenset({"text", "photo", "document", "voice", "contact"})


def send_message(world: World, call: Call) -> Json:
    """Answer sendMessage."""
    content = text_fields("text", entities.message_text(call))
    return world.as_json(send(world, call, content))


def forward_message(world: World, call: Call) -> Json:
    """Answer forwardMessage."""
    source = _source(world, call, "message to forward")
    origin = _origin(source)
    return world.as_json(send(world, call, source.content, forward_origin=origin))


def copy_message(world: World, call: Call) -> Json:
    """Answer copyMessage: the copy has no link to its original."""
    source = _source(world, call, "message to copy")
    content = dict(source.content)
    if call.has("caption") and "text" not in content:
        changed = entities.caption(
            call.text("caption"), call.text("parse_mode"), call.array("caption_entities")
        )
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content |= text_fields("caption", changed)
    return {"message_id": send(world, call, content).message_id}


def _source(world: World, call: Call, what: str) -> Message:
    if not call.text("from_chat_id"):
        raise bad_request('parameter "from_chat_id" is required')
    chat = world.readable_chat(call.text("from_chat_id"))
    message = world.message(chat, call.integer("message_id"), what)
    if message.details.get("has_protected_content"):
        raise bad_request("message has protected content and can't be forwarded")
    if not _CONTENT.intersection(message.content):
        raise bad_request("the message can't be forwarded")
    return message


def _origin(source: Message) -> Json:
    date = int(source.date.timestamp())
    if "from" in source.author:
        return {"type": "user", "date": date, "sender_user": source.author["from"]}
    return {
        "type": "channel",
        "date": date,
        "chat": source.author["sender_chat"],
        "message_id": source.message_id,
    }


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
    numbers = call.structure("message_ids", "message_ids")
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if not isinstance(numbers, list) or not all(isinstance(each, int) for each in numbers):
        raise bad_request("expected an Array of message identifiers")
    if len(numbers) > _MAX_DELETED_AT_ONCE:
        raise bad_request("too many message identifiers specified")
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
    is_administrator = chat.bot_status == "administrator"
    if not (message.is_from_bot or chat.is_private or is_administrator):
        raise bad_request("message can't be deleted")
    if chat.has_own_ids and is_administrator:
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
    if not chat.is_private and chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")
