"""What a notice looks like to the one who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup


@dataclass(frozen=True)
class File:
    """A file that a message carries; the name says its kind."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """A text in HTML, with buttons below it; it is the caption where there is a file."""

    text: str
    buttons: InlineKeyboardMarkup | None = None
    file: File | None = None
