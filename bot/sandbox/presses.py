"""Presses of inline buttons: which button a person means, and what the bot learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.actions import member
from bot.sandbox.errors import ActionRefused

if TYPE_CHECKING:
    from bot.sandbox.callbacks import Press
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]


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
    person = member(world, person_id, chat)
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
