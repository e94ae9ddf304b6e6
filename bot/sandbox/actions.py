"""What people say on their telephones, and what the bot learns of it.

Refuses (ActionRefused) what Telegram's apps do not let a person do either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox import entities, rules
from bot.sandbox.errors import ActionRefused
from bot.sandbox.html import utf16_length
from bot.sandbox.methods_media import text_fields
from bot.sandbox.sending import quote_of, words_of

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.people import Person
    from bot.sandbox.world import World

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a person speaks: the chat (None: the private one with the bot), its topic, what they
    answer by message id, and which of its words they quote.

    Without a topic an answer goes into that of the answered message.
    """

    chat_id: int | None = None
    topic: int | None = None
    reply_to: int | None = None
    quote: str = ""


IN_PRIVATE = Place()


def send_text(world: World, person_id: int, text: str, place: Place = IN_PRIVATE) -> Message:
    """Send a text, command or not, to the bot or into a group."""
    person, chat = speaker(world, person_id, place.chat_id)
    formatted = entities.typed(text)
    if not formatted.text:
        raise ActionRefused("empty", "the text is empty")
    if utf16_length(formatted.text) > entities.TEXT_LIMIT:
        raise ActionRefused("too_long", f"over {entities.TEXT_LIMIT} characters")
    return say(world, person, chat, text_fields("text", formatted), place)


def open_link(world: World, person_id: int, link: str) -> Message:
    """Follow a deep link (address or bare payload) and press START."""
    payload = rules.start_payload(link, world.bot.username) if "/" in link else link
    if payload is None:
        raise ActionRefused("foreign_link", "the link leads elsewhere")
    if payload and not rules.is_start_payload(payload):
        raise ActionRefused("bad_payload", "a start payload is 1-64 of A-Z a-z 0-9 _ -")
    return send_text(world, person_id, f"/start {payload}".strip())


def tap(world: World, person_id: int, label: str, chat_id: int | None = None) -> Message:
    """Tap a button of the reply keyboard."""
    person, chat = speaker(world, person_id, chat_id)
    rows = (chat.keyboard or {}).get("keyboard", [])
    found = [button for row in rows for button in row if button["text"] == label]
    if not found:
        raise ActionRefused("no_such_button", f"the reply keyboard has no {label!r}")
    if chat.keyboard and chat.keyboard.get("one_time_keyboard"):
        chat.keyboard = None
        world.announce(chat)
    if found[0].get("request_contact"):
        return share_contact(world, person_id, person.phone)
    return send_text(world, person_id, label, Place(chat.id))


def share_contact(
    world: World, person_id: int, phone: str, user_id: int | None = None, name: str = ""
) -> Message:
    """Share a contact in the private chat: one's own, or somebody else's under `user_id`."""
    person, chat = speaker(world, person_id, None)
    if not phone:
        raise ActionRefused("no_phone", "there is no number to share")
    owner = user_id if user_id is not None else person_id
    contact: Json = {"phone_number": phone, "first_name": name or person.first_name}
    if not name and person.last_name:
        contact["last_name"] = person.last_name
    return say(world, person, chat, {"contact": {**contact, "user_id": owner}})


def speaker(world: World, person_id: int, chat_id: int | None) -> tuple[Person, Chat]:
    """Return who speaks where; the private chat with the bot when no chat is given."""
    person = world.person(person_id)
    chat = world.chats.get(person_id if chat_id is None else chat_id)
    if chat is None:
        raise ActionRefused("unknown_chat", f"no chat {chat_id}")
    member(world, person_id, chat)
    if chat.is_blocked:
        raise ActionRefused("blocked", "the person has blocked the bot")
    if chat.migrated_to is not None:
        raise ActionRefused("migrated", f"the group moved to {chat.migrated_to}")
    if chat.type == "channel" and chat.members[person_id] == "member":
        raise ActionRefused("read_only", "only administrators post in a channel")
    return person, chat


def member(world: World, person_id: int, chat: Chat) -> Person:
    """Return a person who is in the chat. Raises ActionRefused for anybody else."""
    person = world.person(person_id)
    if person_id != chat.id and person_id not in chat.members:
        raise ActionRefused("not_a_member", f"{person_id} is not in chat {chat.id}")
    return person


def say(
    world: World,
    person: Person,
    chat: Chat,
    content: Json,
    place: Place = IN_PRIVATE,
    **details: Any,
) -> Message:
    """Post a message of a person and tell the bot; `details` are further Bot API fields."""
    answered = _answered(chat, place)
    if answered is not None and place.quote:
        details |= _quote(answered, place.quote)
    topic = _topic(person, chat, place, answered)
    if chat.is_private and not chat.is_started:
        chat.is_started = True
        world.announce(chat)
    author = {"sender_chat": chat.as_json()} if chat.type == "channel" else {"from": person.user()}
    message = world.post(
        chat,
        author,
        content,
        reply_to=answered.message_id if answered else None,
        topic=topic,
        details=details,
    )
    tell_bot(world, chat, message)
    return message


def _answered(chat: Chat, place: Place) -> Message | None:
    if place.reply_to is None:
        return None
    answered = chat.messages.get(place.reply_to)
    if answered is None or answered.is_deleted:
        raise ActionRefused("unknown_message", f"no message {place.reply_to} to answer")
    return answered


def _quote(answered: Message, quoted: str) -> Json:
    quote = quote_of(answered, quoted)
    if quote is None:
        raise ActionRefused("bad_quote", "the answered message does not say that")
    return quote


def _topic(person: Person, chat: Chat, place: Place, answered: Message | None) -> int | None:
    chosen = place.topic
    if chosen is None and answered is not None and chat.is_forum:
        chosen = answered.topic
    if chosen is None:
        return None
    if not chat.is_forum or chosen not in chat.topics:
        raise ActionRefused("unknown_topic", f"chat {chat.id} has no topic {chosen}")
    if chat.topics[chosen].is_closed and not chat.is_run_by(person.id):
        raise ActionRefused("topic_closed", "only administrators write in a closed topic")
    return chosen


def tell_bot(world: World, chat: Chat, message: Message, prefix: str = "") -> None:
    """Let the bot know of a message, if it may see it; `prefix` is `edited_` or nothing."""
    if chat.bot_status in {"left", "kicked"} or not _bot_may_read(world, chat, message):
        return
    if "from" in message.author:
        world.see(message.author["from"]["id"])
    kind = "channel_post" if chat.type == "channel" else "message"
    world.updates.add(f"{prefix}{kind}", world.as_json(message), f"chat:{chat.id}")


def _bot_may_read(world: World, chat: Chat, message: Message) -> bool:
    """Privacy mode: a bot that is a plain member of a group sees what is meant for it."""
    if chat.is_private or chat.type == "channel" or chat.bot_status == "administrator":
        return True
    answered = chat.messages.get(message.reply_to or 0)
    text = words_of(message)
    is_for_bot = text.startswith("/") or f"@{world.bot.username}" in text
    return is_for_bot or (answered is not None and answered.is_from_bot)
