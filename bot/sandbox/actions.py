"""What people do on their telephones, and what the bot learns of it.

Refuses (ActionRefused) what Telegram's apps do not let a person do either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities, rules
from bot.sandbox.errors import ActionRefused
from bot.sandbox.html import utf16_length
from bot.sandbox.methods_media import text_fields

if TYPE_CHECKING:
    from bot.sandbox.callbacks import Press
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.people import Person
    from bot.sandbox.world import World

Json = dict[str, Any]


def send_text(world: World, person_id: int, text: str, chat_id: int | None = None) -> Message:
    """Send a text, command or not, to the bot or into a group."""
    person, chat = speaker(world, person_id, chat_id)
    formatted = entities.typed(text)
    if not formatted.text:
        raise ActionRefused("empty", "the text is empty")
    if utf16_length(formatted.text) > entities.TEXT_LIMIT:
        raise ActionRefused("too_long", f"over {entities.TEXT_LIMIT} characters")
    return say(world, person, chat, text_fields("text", formatted))


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
    return send_text(world, person_id, label, chat.id)


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


def edit_text(
    world: World, person_id: int, message_id: int, text: str, chat_id: int | None = None
) -> Message:
    """Edit an own text message; the bot gets an edited_message."""
    _, chat = speaker(world, person_id, chat_id)
    message = chat.messages.get(message_id)
    if message is None or message.is_deleted:
        raise ActionRefused("unknown_message", f"no message {message_id}")
    if message.author.get("from", {}).get("id") != person_id or "text" not in message.content:
        raise ActionRefused("not_editable", "only one's own texts can be edited")
    content = text_fields("text", entities.typed(text))
    if not content:
        raise ActionRefused("empty", "the text is empty")
    edited = message.with_content(content, message.markup, world.clock())
    world.put(edited)
    _tell_bot(world, chat, edited, "edited_")
    return edited


def find_button(chat: Chat, wanted: str, message_id: int | None) -> tuple[Message, Json]:
    """Return the newest message with a button of that label or data, and the button."""
    if message_id is None:
        messages = [message for message in reversed(chat.messages.values()) if message.markup]
    else:
        messages = [chat.messages[message_id]] if message_id in chat.messages else []
    for message in messages:
        if message.is_deleted or message.markup is None:
            continue
        buttons = [button for row in message.markup["inline_keyboard"] for button in row]
        for field in ("callback_data", "text"):
            for button in buttons:
                if button.get(field) == wanted:
                    return message, button
    raise ActionRefused("no_such_button", f"no button {wanted!r} to press")


def press(world: World, person_id: int, chat: Chat, message_id: int, data: str) -> Press:
    """Press a callback button. The data need not be on the message: old apps send old buttons."""
    person = _member(world, person_id, chat)
    message = chat.messages.get(message_id)
    if message is None or not message.is_from_bot:
        raise ActionRefused("unknown_message", f"no message {message_id} of the bot")
    pressed = world.callbacks.press(person_id, world.clock.machine())
    world.see(person_id)
    body: Json = {
        "id": pressed.id,
        "from": person.user(),
        "message": world.as_json(message),
        "chat_instance": str(abs(chat.id) * 7919),
        "data": data,
    }
    if message.is_deleted:
        body["message"] = {"chat": chat.as_json(), "message_id": message_id, "date": 0}
    world.updates.add("callback_query", body, f"press:{person_id}")
    return pressed


def speaker(world: World, person_id: int, chat_id: int | None) -> tuple[Person, Chat]:
    """Return who speaks where; the private chat with the bot when no chat is given."""
    person = world.person(person_id)
    chat = world.chats.get(person_id if chat_id is None else chat_id)
    if chat is None:
        raise ActionRefused("unknown_chat", f"no chat {chat_id}")
    _member(world, person_id, chat)
    if chat.is_blocked:
        raise ActionRefused("blocked", "the person has blocked the bot")
    if chat.migrated_to is not None:
        raise ActionRefused("migrated", f"the group moved to {chat.migrated_to}")
    if chat.type == "channel" and chat.members[person_id] == "member":
        raise ActionRefused("read_only", "only administrators post in a channel")
    return person, chat


def _member(world: World, person_id: int, chat: Chat) -> Person:
    person = world.person(person_id)
    if person_id != chat.id and person_id not in chat.members:
        raise ActionRefused("not_a_member", f"{person_id} is not in chat {chat.id}")
    return person


def say(world: World, person: Person, chat: Chat, content: Json) -> Message:
    """Post a message of a person and tell the bot."""
    if chat.is_private and not chat.is_started:
        chat.is_started = True
        world.announce(chat)
    author = {"sender_chat": chat.as_json()} if chat.type == "channel" else {"from": person.user()}
    message = world.post(chat, author, content)
    _tell_bot(world, chat, message, "")
    return message


def _tell_bot(world: World, chat: Chat, message: Message, prefix: str) -> None:
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
    text = message.content.get("text", "")
    is_for_bot = text.startswith("/") or f"@{world.bot.username}" in text
    return is_for_bot or (answered is not None and answered.is_from_bot)
