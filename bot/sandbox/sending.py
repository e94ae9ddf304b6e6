"""What all sending methods share: target chat, topic, answered message, keyboard, protection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import rules
from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]


def send(world: World, call: Call, content: Json, **details: Any) -> Message:
    """Post a message of the bot as a call asks; `details` are further Bot API fields."""
    chat = world.writable_chat(call.text("chat_id"))
    markup = rules.reply_markup(call, private=chat.is_private)
    topic = topic_details(chat, call)
    reply_to = _answered(chat, call)
    is_inline = markup is not None and "inline_keyboard" in markup
    message = world.post(
        chat,
        world.bot_author(chat),
        content,
        is_from_bot=True,
        markup=markup if is_inline else None,
        keyboard=None if is_inline else markup,
        reply_to=reply_to,
        details={**topic, **_options(call), **details},
    )
    if markup is not None and not is_inline:
        _show_keyboard(world, chat, markup)
    return message


def topic_details(chat: Chat, call: Call) -> Json:
    """Return the fields of a message in a forum topic. Raises ApiError for an unknown topic."""
    thread = call.integer("message_thread_id")
    if thread <= 0 or not (chat.is_forum or chat.is_private):
        return {}
    if thread not in chat.topics:
        raise bad_request("message thread not found")
    return {"message_thread_id": thread, "is_topic_message": True}


def _answered(chat: Chat, call: Call) -> int | None:
    reply = call.structure("reply_parameters", "reply parameters") or {}
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    message_id = reply.get("message_id")
    if not message_id:
        return None
    message = chat.messages.get(int(message_id))
    if message is not None and not message.is_deleted:
        return message.message_id
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _options(call: Call) -> Json:
    options: Json = {}
    if call.is_set("protect_content"):
        options["has_protected_content"] = True
    if call.text("message_effect_id"):
        options["effect_id"] = call.text("message_effect_id")
    preview = call.structure("link_preview_options", "link preview options")
    if isinstance(preview, dict) and preview:
        options["link_preview_options"] = preview
    return options


def _show_keyboard(world: World, chat: Chat, markup: Json) -> None:
    chat.keyboard = markup if "keyboard" in markup else None
    world.announce(chat)
