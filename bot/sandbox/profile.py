"""What the bot says of itself: commands by scope and language, names, descriptions, menu button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.chats import Chat
    from bot.sandbox.people import Person

Json = dict[str, Any]
ScopeKey = tuple[str, int, int]

DEFAULT_SCOPE: ScopeKey = ("default", 0, 0)


class Profile:
    """Commands are looked up as Telegram's apps do: the narrowest scope that has any wins."""

    def __init__(self) -> None:
        self._commands: dict[tuple[ScopeKey, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.menu_button: Json = {"type": "commands"}

    def set_commands(self, scope: ScopeKey, language: str, commands: list[Json]) -> None:
        """Replace the commands of a scope and language; an empty list removes them."""
        if commands:
            self._commands[scope, language] = commands
        else:
            self._commands.pop((scope, language), None)

    def commands(self, scope: ScopeKey, language: str) -> list[Json]:
        """Return exactly the commands set for a scope and language."""
        return self._commands.get((scope, language), [])

    def shown_to(self, chat: Chat, person: Person) -> list[Json]:
        """Return the command list that a person sees in a chat."""
        for scope in _scopes(chat, person):
            for language in (person.language_code[:2], ""):
                commands = self._commands.get((scope, language))
                if commands:
                    return commands
        return []


def _scopes(chat: Chat, person: Person) -> Iterable[ScopeKey]:
    if chat.is_private:
        return (("chat", chat.id, 0), ("all_private_chats", 0, 0), DEFAULT_SCOPE)
    administrator: tuple[ScopeKey, ...] = ()
    everywhere: tuple[ScopeKey, ...] = ()
    if chat.members.get(person.id) in {"creator", "administrator"}:
        administrator = (("chat_administrators", chat.id, 0),)
        everywhere = (("all_chat_administrators", 0, 0),)
    return (
        ("chat_member", chat.id, person.id),
        *administrator,
        ("chat", chat.id, 0),
        *everywhere,
        ("all_group_chats", 0, 0),
        DEFAULT_SCOPE,
    )
