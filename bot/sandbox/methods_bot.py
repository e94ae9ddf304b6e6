"""Methods about the bot itself: who it is, its commands and texts, its answers to presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import rules
from bot.sandbox.callbacks import Answer
from bot.sandbox.errors import bad_request
from bot.sandbox.html import utf16_length
from bot.sandbox.profile import DEFAULT_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.call import Call
    from bot.sandbox.profile import ScopeKey
    from bot.sandbox.world import World

Json = dict[str, Any]

TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_WIDE_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


def get_me(world: World, _call: Call) -> Json:
    """Answer getMe."""
    return world.bot.me()


def yes(_world: World, _call: Call) -> bool:
    """Answer logOut and close, which leave a local server as it is."""
    return True


def set_my_commands(world: World, call: Call) -> bool:
    """Answer setMyCommands."""
    commands = rules.commands(call)
    world.profile.set_commands(_scope(world, call), rules.language_code(call), commands)
    _announce_all(world)
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    """Answer getMyCommands."""
    return world.profile.commands(_scope(world, call), rules.language_code(call))


def delete_my_commands(world: World, call: Call) -> bool:
    """Answer deleteMyCommands."""
    world.profile.set_commands(_scope(world, call), rules.language_code(call), [])
    _announce_all(world)
    return True


def _announce_all(world: World) -> None:
    world.changes.publish("commands", dict)


def _scope(world: World, call: Call) -> ScopeKey:
    wrong = "can't parse BotCommandScope: "
    scope = call.structure("scope", "BotCommandScope")
    if scope is None:
        return DEFAULT_SCOPE
    if not isinstance(scope, dict):
        raise bad_request(f"{wrong}BotCommandScope must be an Object")
    kind = str(scope.get("type", ""))
    if kind in _WIDE_SCOPES:
        return (kind, 0, 0)
    if kind not in _CHAT_SCOPES:
        raise bad_request(f"{wrong}Unsupported type specified")
    if not scope.get("chat_id"):
        raise bad_request(f"{wrong}Empty chat_id specified")
    chat = world.readable_chat(str(scope["chat_id"]))
    if kind != "chat_member":
        return (kind, chat.id, 0)
    if int(scope.get("user_id") or 0) <= 0:
        raise bad_request(f"{wrong}Invalid user_id specified")
    return (kind, chat.id, int(scope["user_id"]))


def text_setter(name: str) -> Callable[[World, Call], bool]:
    """Return the handler of setMyName, setMyDescription or setMyShortDescription."""

    def set_text(world: World, call: Call) -> bool:
        text = call.text(name)
        if utf16_length(text) > TEXT_LIMITS[name]:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        world.profile.texts[name, rules.language_code(call)] = text
        return True

    return set_text


def text_getter(name: str) -> Callable[[World, Call], Json]:
    """Return the handler of getMyName, getMyDescription or getMyShortDescription."""

    def get_text(world: World, call: Call) -> Json:
        texts = world.profile.texts
        found = texts.get((name, rules.language_code(call))) or texts.get((name, ""))
        return {name: found or (world.bot.first_name if name == "name" else "")}

    return get_text


def answer_callback_query(world: World, call: Call) -> bool:
    """Answer answerCallbackQuery."""
    text = call.text("text")
    if utf16_length(text) > rules.MAX_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = call.text("url")
    if url and rules.start_payload(url, world.bot.username) is None:
        raise bad_request("URL_INVALID")
    answer = Answer(text, call.is_set("show_alert"), url)
    world.callbacks.settle(call.text("callback_query_id"), answer, world.clock.machine())
    return True
