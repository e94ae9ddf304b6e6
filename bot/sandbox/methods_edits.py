"""Methods that change a message of the bot; an edit without a keyboard takes the keyboard away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities, rules
from bot.sandbox.errors import bad_request
from bot.sandbox.files import CAPTIONED
from bot.sandbox.methods_media import input_media, text_fields

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Message
    from bot.sandbox.world import World

Json = dict[str, Any]

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_REPLACEABLE = frozenset({"text", "photo", "video", "document", "audio"})


def edit_message_text(world: World, call: Call) -> Json:
    """Answer editMessageText."""
    formatted = entities.edited_text(call)
    markup = rules.inline_markup(call)
    message = _editable(world, call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _replace(world, message, text_fields("text", formatted), markup)


def edit_message_caption(world: World, call: Call) -> Json:
    """Answer editMessageCaption."""
    formatted = entities.caption(
        call.text("caption"), call.text("parse_mode"), call.array("caption_entities")
    )
    markup = rules.inline_markup(call)
    message = _editable(world, call)
    kept = {name: value for name, value in message.content.items() if name in CAPTIONED}
    if not kept:
        raise bad_request("there is no caption in the message to edit")
    return _replace(world, message, {**kept, **text_fields("caption", formatted)}, markup)


def edit_message_media(world: World, call: Call) -> Json:
    """Answer editMessageMedia."""
    markup = rules.inline_markup(call)
    message = _editable(world, call)
    if _REPLACEABLE.isdisjoint(message.content):
        raise bad_request("there is no media in the message to edit")
    content = input_media(world, call, call.structure("media", "input media"))
    return _replace(world, message, content, markup)


def edit_message_reply_markup(world: World, call: Call) -> Json:
    """Answer editMessageReplyMarkup."""
    markup = rules.inline_markup(call)
    message = _editable(world, call)
    return _replace(world, message, message.content, markup)


def _editable(world: World, call: Call) -> Message:
    message_id = call.integer("message_id")
    if not call.text("chat_id") and not message_id:
        raise bad_request("message identifier is not specified")
    chat = world.writable_chat(call.text("chat_id"))
    message = world.message(chat, message_id, "message to edit")
    if not message.is_from_bot or message.keyboard is not None:
        raise bad_request("message can't be edited")
    return message


def _replace(world: World, message: Message, content: Json, markup: Json | None) -> Json:
    if content == message.content and markup == message.markup:
        raise bad_request(_NOT_MODIFIED)
    edited = message.with_content(content, markup, world.clock())
    world.put(edited)
    return world.as_json(edited)
