"""The bot's reaction to a message: one emoji of those Telegram allows, or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from bot.sandbox.call import Call
    from bot.sandbox.chats import Chat, Message
    from bot.sandbox.world import World

Json = dict[str, Any]

# ReactionTypeEmoji, Bot API 10.1.
_EMOJI = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌
🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘
🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
EMOJI = frozenset(_EMOJI.split())
_MOST_OF_A_BOT = 1


def set_message_reaction(world: World, call: Call) -> bool:
    """Answer setMessageReaction; of an album the first message that still stands is meant."""
    emoji = _emoji(call)
    chat = world.readable_chat(call.text("chat_id"))
    message = world.message(chat, call.integer("message_id"), "message to react")
    if len(emoji) > _MOST_OF_A_BOT:
        raise bad_request("REACTIONS_TOO_MANY")
    set_reaction(world, _first_of_album(chat, message), world.bot.id, "".join(emoji))
    return True


def set_reaction(world: World, message: Message, who: int, emoji: str) -> None:
    """Have somebody react to a message; an empty `emoji` takes the reaction back."""
    others = {each: kept for each, kept in message.reactions.items() if each != who}
    world.put(replace(message, reactions={**others, who: emoji} if emoji else others))


def _emoji(call: Call) -> list[str]:
    wrong = "can't parse ReactionType: "
    given = call.structure("reaction", "reaction types")
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad_request("expected an Array of ReactionType")
    for each in given:
        if not isinstance(each, dict):
            raise bad_request(f"{wrong}expected an Object")
        if each.get("type") not in {"emoji", "custom_emoji"}:
            raise bad_request(f"{wrong}invalid reaction type specified")
    found = [str(each.get("emoji", "")) for each in given]
    if not EMOJI.issuperset(found):
        raise bad_request("REACTION_INVALID")
    return found


def _first_of_album(chat: Chat, message: Message) -> Message:
    album = message.details.get("media_group_id")
    if album is None:
        return message
    return next(
        each
        for each in chat.messages.values()
        if each.details.get("media_group_id") == album and not each.is_deleted
    )
