"""Who takes part: people with a telephone, and the one bot. They carry no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Person:
    """A Telegram user of the sandbox.

    `label` (owner, staff, admin) only sorts the page's list; the bot never learns it.
    `phone` is what "share my number" hands over, E.164.
    """

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ja"
    label: str = "owner"
    phone: str = ""

    @property
    def name(self) -> str:
        """The name as chats show it."""
        return f"{self.first_name} {self.last_name}".strip()

    def user(self) -> dict[str, Any]:
        """Return the Bot API's User."""
        optional = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        present = {name: value for name, value in optional.items() if value}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, **present}


@dataclass(frozen=True)
class Bot:
    """The bot that owns the token."""

    id: int
    first_name: str
    username: str

    def user(self) -> dict[str, Any]:
        """Return the Bot API's User, as messages carry it."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }

    def me(self) -> dict[str, Any]:
        """Return the User of getMe."""
        return {
            **self.user(),
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
            "supports_join_request_queries": False,
            "supports_guest_queries": False,
        }
