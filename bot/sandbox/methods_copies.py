"""Methods that forward and copy messages: a forwarded one names its origin, a copy does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.errors import bad_request
from bot.sandbox.files import CAPTIONED, KINDS
from bot.sandbox.methods_media import text_fields
from bot.sandbox.rules import message_ids
from bot.sandbox.sending import send

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Message
    from bot.sandbox.world import World

Json = dict[str, Any]

_CONTENT = frozenset({"text", "contact", *KINDS})


def forward_message(world: World, call: Call) -> Json:
    """Answer forwardMessage."""
    source = _source(world, call, "forward", "forwarded")
    return world.as_json(send(world, call, source.content, forward_origin=_origin(source)))


def copy_message(world: World, call: Call) -> Json:
    """Answer copyMessage."""
    source = _source(world, call, "copy", "copied")
    content = dict(source.content)
    if call.has("caption") and CAPTIONED.intersection(content):
        changed = entities.caption(
            call.text("caption"), call.text("parse_mode"), call.array("caption_entities")
        )
        content = {**_without_caption(content), **text_fields("caption", changed)}
    return {"message_id": send(world, call, content).message_id}


def copy_messages(world: World, call: Call) -> list[Json]:
    """Answer copyMessages: what is gone or cannot be copied is passed over, albums stay albums."""
    numbers = message_ids(call)
    if numbers != sorted(set(numbers)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    world.writable_chat(call.text("chat_id"))
    chat = world.readable_chat(_from_chat(call))
    found = [chat.messages[each] for each in numbers if each in chat.messages]
    standing = [each for each in found if not each.is_deleted and _may_be_copied(each)]
    if not standing:
        raise bad_request("there are no messages to forward")
    albums = {each.details.get("media_group_id") for each in standing}
    fresh = {album: {"media_group_id": world.next_album()} for album in albums if album}
    sent = []
    for each in standing:
        is_bare = call.is_set("remove_caption")
        content = _without_caption(each.content) if is_bare else each.content
        more = fresh.get(each.details.get("media_group_id"), {})
        sent.append({"message_id": send(world, call, content, **more).message_id})
    return sent


def _source(world: World, call: Call, deed: str, done: str) -> Message:
    chat = world.readable_chat(_from_chat(call))
    message = world.message(chat, call.integer("message_id"), f"message to {deed}")
    if not _may_be_copied(message):
        raise bad_request(f"the message can't be {done}")
    return message


def _from_chat(call: Call) -> str:
    if not call.text("from_chat_id"):
        raise bad_request('parameter "from_chat_id" is required')
    return call.text("from_chat_id")


def _may_be_copied(message: Message) -> bool:
    is_protected = message.details.get("has_protected_content", False)
    return not is_protected and not _CONTENT.isdisjoint(message.content)


def _without_caption(content: Json) -> Json:
    return {name: value for name, value in content.items() if not name.startswith("caption")}


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
