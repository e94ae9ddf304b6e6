"""What all sending methods share: target chat, topic, answered message, keyboard, protection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities, rules
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.html import utf16_length

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]


def send(world: World, call: Call, content: Json, **details: Any) -> Message:
    """Post a message of the bot as a call asks; `details` are further Bot API fields."""
    chat = world.writable_chat(call.text("chat_id"))
    markup = rules.reply_markup(call, private=chat.is_private)
    answered, quote = _answered(chat, call)
    topic = _topic(chat, call, answered)
    is_inline = markup is not None and "inline_keyboard" in markup
    message = world.post(
        chat,
        world.bot_author(chat),
        content,
        is_from_bot=True,
        markup=markup if is_inline else None,
        keyboard=None if is_inline else markup,
        reply_to=answered.message_id if answered else None,
        topic=topic,
        details={**quote, **_options(call), **details},
    )
    if markup is not None and not is_inline:
        _show_keyboard(world, chat, markup)
    return message


def _topic(chat: Chat, call: Call, answered: Message | None) -> int | None:
    """Return the topic a message goes to. Raises ApiError for an unknown and for a closed one."""
    topic = call.integer("message_thread_id")
    if topic > 0 and (chat.is_forum or chat.is_private) and topic not in chat.topics:
        raise bad_request("message thread not found")
    if not chat.is_forum:
        return None
    if topic > 0 and answered is not None and answered.topic != topic:
        raise ApiError(501, "Not Implemented: the sandbox does not answer across topics yet")
    chosen = topic if topic > 0 else answered.topic if answered else None
    is_closed = chosen is not None and chat.topics[chosen].is_closed
    if is_closed and not chat.bot_may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return chosen


def _answered(chat: Chat, call: Call) -> tuple[Message | None, Json]:
    """Return what a call answers, with the `quote` it asks for."""
    reply = call.structure("reply_parameters", "reply parameters") or {}
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    if str(reply.get("chat_id") or chat.id) != str(chat.id):
        raise ApiError(501, "Not Implemented: the sandbox does not answer across chats yet")
    message_id = reply.get("message_id")
    if not message_id:
        return None, {}
    message = chat.messages.get(int(message_id))
    if message is None or message.is_deleted:
        if reply.get("allow_sending_without_reply"):
            return None, {}
        raise bad_request("message to be replied not found")
    return message, _quote(message, reply)


def _quote(message: Message, reply: Json) -> Json:
    wanted = str(reply.get("quote") or "")
    if not wanted:
        return {}
    mode = str(reply.get("quote_parse_mode") or "")
    quoted = entities.caption(wanted, mode, reply.get("quote_entities") or []).text
    found = quote_of(message, quoted)
    if found is None:
        raise bad_request("QUOTE_TEXT_INVALID")
    return found


def words_of(message: Message) -> str:
    """Return the text of a message, of a file its caption."""
    return str(message.content.get("text") or message.content.get("caption") or "")


def quote_of(message: Message, quoted: str) -> Json | None:
    """Return `quote` of a message that answers with these words; None if they are not there."""
    text = words_of(message)
    at = text.find(quoted)
    if at < 0 or utf16_length(quoted) > entities.CAPTION_LIMIT:
        return None
    return {"quote": {"text": quoted, "position": utf16_length(text[:at]), "is_manual": True}}


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
