"""What people change of messages that stand already: their words, reactions, that they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.actions import speaker, tell_bot
from bot.sandbox.errors import ActionRefused
from bot.sandbox.files import CAPTIONED
from bot.sandbox.html import utf16_length
from bot.sandbox.methods_media import text_fields
from bot.sandbox.methods_reactions import EMOJI, set_reaction

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]


def edit(
    world: World, person_id: int, message_id: int, text: str, chat_id: int | None = None
) -> Message:
    """Edit an own text, or the caption of an own file, which may become empty."""
    _, chat = speaker(world, person_id, chat_id)
    message = _standing(chat, message_id)
    if message.author.get("from", {}).get("id") != person_id:
        raise ActionRefused("not_editable", "only one's own messages can be edited")
    content = _edited(message, text)
    if content == message.content:
        raise ActionRefused("nothing_to_do", "the message says that already")
    edited = message.with_content(content, message.markup, world.clock())
    world.put(edited)
    tell_bot(world, chat, edited, "edited_")
    return edited


def _edited(message: Message, text: str) -> Json:
    formatted = entities.typed(text)
    is_text = "text" in message.content
    if not is_text and CAPTIONED.isdisjoint(message.content):
        raise ActionRefused("not_editable", "there are no words in it to edit")
    if is_text and not formatted.text:
        raise ActionRefused("empty", "the text is empty")
    limit = entities.TEXT_LIMIT if is_text else entities.CAPTION_LIMIT
    if utf16_length(formatted.text) > limit:
        raise ActionRefused("too_long" if is_text else "long_caption", f"over {limit} characters")
    if is_text:
        return text_fields("text", formatted)
    file = {name: kept for name, kept in message.content.items() if name in CAPTIONED}
    return {**file, **text_fields("caption", formatted)}


def delete(world: World, person_id: int, message_id: int, chat_id: int | None = None) -> None:
    """Delete a message for everybody; the bot does not learn of it.

    Whose it is does not matter in the private chat, nor to an administrator of a group.
    """
    _, chat = speaker(world, person_id, chat_id)
    message = _standing(chat, message_id)
    is_own = message.author.get("from", {}).get("id") == person_id
    if not (is_own or chat.is_private or chat.is_run_by(person_id)):
        raise ActionRefused("read_only", "only administrators delete what others wrote")
    world.delete(message)


def react(
    world: World, person_id: int, message_id: int, emoji: str, chat_id: int | None = None
) -> Message:
    """React to a message; an empty `emoji` takes the reaction back.

    The bot learns of it if it asked for that and, in a group, is an administrator.
    """
    person, chat = speaker(world, person_id, chat_id)
    message = _standing(chat, message_id)
    if emoji and emoji not in EMOJI:
        raise ActionRefused("bad_reaction", f"{emoji} is no reaction")
    before = message.reactions.get(person_id, "")
    if emoji == before:
        raise ActionRefused("nothing_to_do", "that is the reaction already")
    set_reaction(world, message, person_id, emoji)
    body: Json = {
        "chat": chat.as_json(),
        "message_id": message_id,
        "user": person.user(),
        "date": int(world.clock().timestamp()),
        "old_reaction": _reactions(before),
        "new_reaction": _reactions(emoji),
    }
    if chat.is_private or chat.bot_status == "administrator":
        world.see(person_id)
        world.updates.add("message_reaction", body, f"chat:{chat.id}")
    return chat.messages[message_id]


def _reactions(emoji: str) -> list[Json]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []


def _standing(chat: Chat, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None or message.is_deleted:
        raise ActionRefused("unknown_message", f"no message {message_id}")
    return message
