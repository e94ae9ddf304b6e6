"""The bodies of the control API's POST requests; pydantic refuses anything else."""

from __future__ import annotations

from datetime import datetime  # pydantic reads the annotation at run time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_WAIT_SECONDS = 15.0


class Body(BaseModel):
    """A JSON object; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class By(Body):
    """A person, in their private chat unless `chat_id` says where."""

    person_id: int
    chat_id: int | None = None


class Saying(By):
    """Where in the chat a person speaks: topic, answered message, words quoted of it."""

    topic: int | None = None
    reply_to: int | None = None
    quote: str = ""


class Send(Saying):
    """A text."""

    text: str


class Sending(Saying):
    """Files with a caption; `kinds` in the order of the files."""

    kinds: list[str]
    caption: str = ""


class Link(Body):
    """A deep link or bare start payload to follow."""

    person_id: int
    link: str


class Tap(By):
    """A reply keyboard button."""

    label: str


class Contact(Body):
    """A contact to share; `user_id` makes it somebody else's."""

    person_id: int
    phone: str
    user_id: int | None = None
    name: str = ""


class Edit(By):
    """A new text for an own message, or caption for an own file."""

    message_id: int
    text: str


class Delete(By):
    """A message to delete."""

    message_id: int


class React(By):
    """A reaction to a message; an empty emoji takes it back."""

    message_id: int
    emoji: str


class PressButton(By):
    """An inline button by label or callback data; waits `wait` seconds for the answer."""

    button: str
    message_id: int | None = None
    wait: float = DEFAULT_WAIT_SECONDS


class PressOld(By):
    """Callback data that an app still shows."""

    data: str
    message_id: int
    wait: float = DEFAULT_WAIT_SECONDS


class InChat(Body):
    """A chat."""

    chat_id: int


class Forum(InChat):
    """Whether a supergroup is a forum."""

    is_forum: bool


class BotRights(InChat):
    """What the bot is in a group, and which rights it lacks as an administrator."""

    status: str = "administrator"
    lacks: list[str] = []


class NewTopic(InChat):
    """A topic to begin."""

    person_id: int
    name: str


class ChangeTopic(InChat):
    """What becomes of a topic."""

    person_id: int
    topic_id: int
    change: Literal["close", "reopen", "delete"]


class Expel(Body):
    """Who takes the bot out of which group."""

    person_id: int
    chat_id: int


class Redeliver(Body):
    """An update to deliver again; the newest when absent."""

    update_id: int | None = None


class Forward(Body):
    """How many seconds to put the clock forward."""

    seconds: float = Field(allow_inf_nan=False, ge=-1e10, le=1e10)


class MoveTo(Body):
    """The moment to put the clock forward to; JST if it has no offset."""

    moment: datetime


class NewPerson(Body):
    """A person to add."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ja"
    label: str = "owner"
    phone: str = ""


class NewChat(Body):
    """A group to make; `members` maps people to Telegram's member status."""

    type: str
    title: str
    members: dict[int, str]
    id: int | None = None
    bot_status: str = "member"
    bot_lacks: frozenset[str] = frozenset()
    is_forum: bool = False
    username: str = ""


class Nothing(Body):
    """No fields."""
