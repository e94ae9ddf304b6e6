"""What a person sees: messages, buttons, answers. Shared by the control API and its client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 # pydantic reads the annotation at run time
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True)
class Button:
    """A button under a message; `kind` is callback, url, copy or other, `value` what it carries."""

    text: str
    kind: str
    value: str
    style: str = ""


@dataclass(frozen=True)
class KeyboardButton:
    """A button of the reply keyboard."""

    text: str
    asks_contact: bool = False


@dataclass(frozen=True)
class ShownFile:
    """A file of a message; `url` is a path on the sandbox server.

    Sizes are in pixels and bytes, `duration` of sound and video in seconds.
    """

    kind: str
    file_id: str
    name: str
    mime_type: str
    size: int
    url: str
    width: int = 0
    height: int = 0
    duration: int = 0


@dataclass(frozen=True)
class Reactions:
    """How many reacted to a message with an emoji, and who."""

    emoji: str
    people: tuple[int, ...]


@dataclass(frozen=True)
class ShownContact:
    """A shared contact; `user_id` is None for one that is no Telegram user."""

    phone: str
    name: str
    user_id: int | None


@dataclass(frozen=True)
class ShownMessage:
    """One message as it stands.

    `text` is plain (of a captioned file: the caption), `html` the same with Telegram's tags.
    `kind` is text, contact, service, or one of the kinds of files. `reply_keyboard` is what this
    message brought: None if nothing, empty if it took the keyboard away. `topic` is the forum topic
    it stands in, `quote` what it quotes of the answered message. `service` names the Bot API field
    of a service message.
    """

    chat_id: int
    message_id: int
    date: datetime
    sender_id: int
    sender: str
    is_from_bot: bool
    kind: str
    text: str
    html: str
    entities: tuple[dict[str, Any], ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_keyboard: tuple[tuple[KeyboardButton, ...], ...] | None = None
    deleted: bool = False
    edits: int = 0
    file: ShownFile | None = None
    contact: ShownContact | None = None
    reply_to: int | None = None
    quote: str = ""
    topic: int | None = None
    reactions: tuple[Reactions, ...] = ()
    is_protected: bool = False
    album: str = ""
    forwarded_from: str = ""
    service: str = ""

    def labels(self) -> list[str]:
        """Return the button labels, row by row."""
        return [button.text for row in self.buttons for button in row]


@dataclass(frozen=True)
class CallbackAnswer:
    """What a press led to: the bot's answer, a link or a copied text.

    `answered` is false when the bot said nothing in time.
    """

    answered: bool
    text: str = ""
    show_alert: bool = False
    url: str = ""
    copied: str = ""


@dataclass(frozen=True)
class FaultOrder:
    """A fault to come.

    `kind`: "retry_after" (429), "server_error" (500 or 502 by `code`), "hang" (acts, then answers
    after `seconds`), "drop" (acts, then cuts the connection), "delay" (waits `seconds`, then acts).
    `methods`: names, or empty for all but getUpdates. `chat_id`: only calls for that chat.
    `times`: how often it strikes, None until cleared. `every`: it strikes every n-th call of each
    chat; with a `seed` about one in n, on every run the same ones.
    """

    kind: str
    methods: tuple[str, ...] = ()
    times: int | None = 1
    seconds: float = 1
    code: int = 500
    chat_id: int | None = None
    every: int = 1
    seed: int | None = None


MESSAGE: TypeAdapter[ShownMessage] = TypeAdapter(ShownMessage)
MESSAGES: TypeAdapter[list[ShownMessage]] = TypeAdapter(list[ShownMessage])
ANSWER: TypeAdapter[CallbackAnswer] = TypeAdapter(CallbackAnswer)
KEYBOARD: TypeAdapter[list[list[KeyboardButton]]] = TypeAdapter(list[list[KeyboardButton]])
FAULT: TypeAdapter[FaultOrder] = TypeAdapter(FaultOrder)
FAULTS: TypeAdapter[list[FaultOrder]] = TypeAdapter(list[FaultOrder])
