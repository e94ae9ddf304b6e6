"""Chats and messages as they stand now. A message is never changed in place, only replaced."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.people import Person

Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One message; `content` holds the Bot API fields of its kind (text, photo, contact, …).

    `details` holds further Bot API fields (`media_group_id`, `forward_origin`, …). A deleted
    message is kept, so that a test can see that it went. `keyboard` is the reply keyboard, its
    removal or the forced reply that came with it; Telegram lets no bot edit such a message.
    `topic` is the forum topic it stands in, None in the General one; `reactions` are emoji by who
    reacted.
    """

    chat_id: int
    message_id: int
    date: datetime
    author: Json
    content: Json
    is_from_bot: bool = False
    markup: Json | None = None
    details: Json = field(default_factory=dict)
    reply_to: int | None = None
    edited_at: datetime | None = None
    edits: int = 0
    keyboard: Json | None = None
    topic: int | None = None
    reactions: dict[int, str] = field(default_factory=dict)
    is_deleted: bool = False

    def with_content(self, content: Json, markup: Json | None, at: datetime) -> Message:
        """Return the message as it reads after an edit."""
        return replace(self, content=content, markup=markup, edited_at=at, edits=self.edits + 1)


@dataclass(frozen=True)
class Topic:
    """A topic of a forum; who made it may change it without the right to manage topics."""

    name: str
    colour: int
    maker: int
    is_closed: bool = False


@dataclass
class Chat:
    """A private chat (its id is the person's), a group, a supergroup or a channel.

    `members` maps people to Telegram's member status; `bot_status` is the bot's own, `bot_lacks`
    the rights it was not given as an administrator. In a private chat `is_started` says whether the
    person ever wrote, `is_blocked` whether they stopped the bot. `keyboard` is the reply keyboard
    under the input field. `topics` go by the id of the message that began them; they stay, unseen,
    while the chat is no forum.
    """

    id: int
    type: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    person: Person | None = None
    members: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"
    bot_lacks: frozenset[str] = frozenset()
    is_started: bool = False
    is_blocked: bool = False
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Json | None = None
    pinned: list[int] = field(default_factory=list)
    topics: dict[int, Topic] = field(default_factory=dict)
    menu_button: Json | None = None
    last_message_id: int = 0

    @property
    def is_private(self) -> bool:
        """Whether the chat is one person with the bot."""
        return self.type == "private"

    @property
    def has_own_ids(self) -> bool:
        """Whether messages are numbered within the chat; all others share the bot's numbering."""
        return self.type in {"supergroup", "channel"}

    def bot_may(self, right: str) -> bool:
        """Return whether the bot is an administrator with a right of the Bot API's names."""
        return self.bot_status == "administrator" and right not in self.bot_lacks

    def is_run_by(self, person_id: int) -> bool:
        """Return whether a person is an administrator of the chat."""
        return self.members.get(person_id) in {"creator", "administrator"}

    def thread_of(self, message: Message) -> int | None:
        """Return `message_thread_id`: the topic; in a plain supergroup where the replies began."""
        if self.is_forum or self.type != "supergroup":
            return message.topic if self.is_forum else None
        first = message
        while (answered := self.messages.get(first.reply_to or 0)) is not None:
            first = answered
        return None if first is message else first.message_id

    def answered_by(self, message: Message) -> Message | None:
        """Return what a message answers, in a topic its first message unless it is another.

        So does the official server (telegram-bot-api, Client::get_implicit_reply_to_message_id).
        """
        implied = message.topic if self.is_forum and message.topic != message.message_id else None
        answered = self.messages.get(message.reply_to or implied or 0)
        return None if answered is None or answered.is_deleted else answered

    def as_json(self) -> Json:
        """Return the Bot API's Chat."""
        if self.person is not None:
            user = self.person.user()
            names = ("first_name", "last_name", "username")
            return {
                "id": self.id,
                "type": self.type,
                **{name: user[name] for name in names if name in user},
            }
        body: Json = {"id": self.id, "type": self.type, "title": self.title}
        if self.username:
            body["username"] = self.username
        if self.is_forum:
            body["is_forum"] = True
        return body

    def newest(self) -> Message | None:
        """Return the last message that was not deleted."""
        for message in reversed(self.messages.values()):
            if not message.is_deleted:
                return message
        return None
