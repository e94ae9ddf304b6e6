"""What a notice looks like to the one who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import InlineKeyboardMarkup

    from domain.relay import Kind
    from storage.database import Transaction

    OnSent = Callable[[Transaction, int, int], None]
    """What a message's chat and id are told to, in the transaction that records it as sent."""


@dataclass(frozen=True)
class File:
    """A file that a message carries; the name says its kind."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Attachment:
    """A file that Telegram has already, by its id."""

    kind: Kind
    file_id: str


@dataclass(frozen=True)
class Message:
    """A text in HTML, with buttons below it; it is the caption where there is a file.

    `before` is a message that goes ahead of it and is recorded by itself, so that a repetition of
    this one does not repeat it. `edits` is a message of ours that this one takes the place of;
    `new_file` says that its file is another. `thread` is the forum topic it goes to.
    """

    text: str
    buttons: InlineKeyboardMarkup | None = None
    file: File | None = None
    attachment: Attachment | None = None
    before: Message | None = None
    edits: int | None = None
    new_file: bool = False
    is_protected: bool = False
    thread: int | None = None
    on_sent: OnSent | None = None
