"""Turns messages and chats into what people see; the only reader of their Bot API fields here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import html
from bot.sandbox.files import KINDS
from bot.sandbox.shown import (
    MESSAGE,
    Button,
    KeyboardButton,
    Reactions,
    ShownContact,
    ShownFile,
    ShownMessage,
)

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]
Keyboard = tuple[tuple[KeyboardButton, ...], ...]


def message(world: World, told: Message) -> Json:
    """Return a ShownMessage as JSON."""
    shown: Json = MESSAGE.dump_python(shown_message(world, told), mode="json")
    return shown


def shown_message(world: World, told: Message) -> ShownMessage:
    """Return a message as people see it."""
    content = told.content
    is_text = "text" in content
    named = content.get("forum_topic_created") or content.get("forum_topic_edited") or {}
    text = content.get("text" if is_text else "caption", named.get("name", ""))
    entities = content.get("entities" if is_text else "caption_entities", [])
    kind = next((kind for kind in ("text", *KINDS, "contact") if kind in content), "service")
    author = told.author.get("from") or told.author["sender_chat"]
    return ShownMessage(
        chat_id=told.chat_id,
        message_id=told.message_id,
        date=told.date,
        sender_id=author["id"],
        sender=_name(author),
        is_from_bot=told.is_from_bot,
        kind=kind,
        text=text,
        html=html.render(text, entities),
        entities=tuple(entities),
        buttons=_buttons(told.markup),
        reply_keyboard=None if told.keyboard is None else keyboard(told.keyboard),
        deleted=told.is_deleted,
        edits=told.edits,
        file=_file(world, content, kind) if kind in KINDS else None,
        contact=_contact(content["contact"]) if kind == "contact" else None,
        reply_to=told.reply_to,
        quote=told.details.get("quote", {}).get("text", ""),
        topic=told.topic,
        reactions=_reactions(told.reactions),
        is_protected=told.details.get("has_protected_content", False),
        album=told.details.get("media_group_id", ""),
        forwarded_from=_origin(told.details.get("forward_origin")),
        service=next(iter(content), "") if kind == "service" else "",
    )


def _reactions(given: dict[int, str]) -> tuple[Reactions, ...]:
    """Return the reactions by emoji, in the order in which they first came."""
    return tuple(
        Reactions(emoji, tuple(who for who, each in given.items() if each == emoji))
        for emoji in dict.fromkeys(given.values())
    )


def _name(author: Json) -> str:
    if "title" in author:
        return str(author["title"])
    return f"{author['first_name']} {author.get('last_name', '')}".strip()


def _origin(origin: Json | None) -> str:
    return _name(origin.get("sender_user") or origin["chat"]) if origin else ""


def _buttons(markup: Json | None) -> tuple[tuple[Button, ...], ...]:
    rows = markup["inline_keyboard"] if markup else []
    return tuple(tuple(_button(button) for button in row) for row in rows)


def _button(button: Json) -> Button:
    style = button.get("style", "")
    for field, kind in (("callback_data", "callback"), ("url", "url")):
        if field in button:
            return Button(button["text"], kind, button[field], style)
    if "copy_text" in button:
        return Button(button["text"], "copy", button["copy_text"]["text"], style)
    return Button(button["text"], "other", "", style)


def keyboard(markup: Json | None) -> Keyboard:
    """Return the rows of a reply keyboard, none for no keyboard."""
    rows = (markup or {}).get("keyboard", [])
    return tuple(
        tuple(KeyboardButton(each["text"], bool(each.get("request_contact"))) for each in row)
        for row in rows
    )


def _file(world: World, content: Json, kind: str) -> ShownFile:
    media = content[kind][-1] if kind == "photo" else content[kind]
    stored = world.files.known(media["file_id"])
    return ShownFile(
        kind=kind,
        file_id=stored.file_id,
        name=stored.name,
        mime_type=stored.mime_type,
        size=len(stored.content),
        url=f"/sandbox/files/{stored.path}",
        width=stored.width,
        height=stored.height,
        duration=stored.duration,
    )


def _contact(contact: Json) -> ShownContact:
    return ShownContact(contact["phone_number"], _name(contact), contact.get("user_id"))


def chat(world: World, told: Chat) -> Json:
    """Return a chat as the control API lists it."""
    newest = told.newest()
    return {
        "id": told.id,
        "type": told.type,
        "title": told.person.name if told.person else told.title,
        "members": [
            {"id": person_id, "name": world.people[person_id].name, "status": status}
            for person_id, status in told.members.items()
        ],
        "is_started": told.is_started,
        "is_blocked": told.is_blocked,
        "bot_status": told.bot_status,
        "migrated_to": told.migrated_to,
        "is_forum": told.is_forum,
        "topics": [
            {"id": topic_id, "name": topic.name, "is_closed": topic.is_closed}
            for topic_id, topic in told.topics.items()
        ],
        "pinned": told.pinned,
        "keyboard": [
            [{"text": each.text, "asks_contact": each.asks_contact} for each in row]
            for row in keyboard(told.keyboard)
        ],
        "placeholder": (told.keyboard or {}).get("input_field_placeholder", ""),
        "last": message(world, newest) if newest else None,
    }
