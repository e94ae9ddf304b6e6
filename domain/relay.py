"""What an owner and the staff write to each other about a case: kinds, limits, who is who."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.errors import DomainError, InvalidAnswer
from domain.my_number import refuse_my_number
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
"""Telegram's limits of a text and of what stands under a file, in UTF-16 units without tags."""
DESK_NAME_LIMIT = 20


class Direction(StrEnum):
    """Who writes to whom."""

    FROM_OWNER = "from_owner"
    TO_OWNER = "to_owner"


class Side(StrEnum):
    """In whose role a chat got a copy: a member of the staff may be an owner too."""

    OWNER = "owner"
    STAFF = "staff"


class Kind(StrEnum):
    """What is passed on; all but a text have a file that Telegram keeps."""

    TEXT = "text"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO = "video"
    AUDIO = "audio"
    ANIMATION = "animation"
    VIDEO_NOTE = "video_note"
    STICKER = "sticker"

    @property
    def has_caption(self) -> bool:
        """Whether a text can stand under it."""
        return self not in (Kind.TEXT, Kind.VIDEO_NOTE, Kind.STICKER)


@dataclass(frozen=True)
class Content:
    """What a message says: a text, or a file with the text under it, which may be empty."""

    kind: Kind
    text: str
    file_id: str | None = None


@dataclass(frozen=True)
class Incoming:
    """A message as somebody sent it to the bot; `content` is None if it cannot be passed on.

    `reply_to` is the message of the same chat that it answers, `album` what the items of an album
    have in common.
    """

    chat_id: int
    message_id: int
    content: Content | None
    reply_to: int | None = None
    album: str | None = None


@dataclass(frozen=True)
class RelayMessage:
    """A message of a case as it reads now; `revision` counts its changes, `signed` is who wrote.

    `signed` is the desk name that the owner saw; empty for the office's word for any member, and
    in what owners write.
    """

    id: int
    consultation_id: int
    direction: Direction
    author: int
    chat_id: int
    message_id: int
    content: Content
    signed: str
    revision: int
    at: datetime


@dataclass(frozen=True)
class Copy:
    """Where a message was delivered, and as of which revision.

    `has_header` says whether its header stands in it, or went ahead in a message of its own.
    """

    chat_id: int
    message_id: int
    revision: int
    file_id: str | None
    has_header: bool


@dataclass(frozen=True)
class Turn:
    """Messages of one writer in a row: `count` of them, the first at `at`."""

    direction: Direction
    actor: int
    at: datetime
    count: int


class CannotPassOn(DomainError):
    """A kind of message that is not passed on."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Sorry, we cannot pass that on. Texts, pictures, videos, files, voice and sound "
                "messages and stickers can be sent."
            )
        )


class NotParty(DomainError):
    """Another member has the case."""

    def __init__(self, reference: object, name: str) -> None:
        super().__init__(
            N_("Not sent. %(name)s has %(reference)s now."), reference=str(reference), name=name
        )


class CaseIsClosed(DomainError):
    """Nobody writes to the owner of a case that is closed."""

    def __init__(self, reference: object) -> None:
        super().__init__(
            N_("Not sent. %(reference)s is closed. Reopen it, or please telephone."),
            reference=str(reference),
        )


class OwnerOutOfReach(DomainError):
    """The bot has no chat with the owner: they never wrote to it, or have blocked it."""

    def __init__(self, reference: object) -> None:
        super().__init__(
            N_("Not sent. The bot cannot write to the company of %(reference)s. Please telephone."),
            reference=str(reference),
        )


def utf16_length(text: str) -> int:
    """Return the length by which Telegram limits a text."""
    return len(text.encode("utf-16-le")) // 2


def header_fits(header: str, content: Content) -> bool:
    """Whether a header, an empty line and what a message says fit into one message."""
    if content.kind is not Kind.TEXT and not content.kind.has_caption:
        return False
    limit = TEXT_LIMIT if content.kind is Kind.TEXT else CAPTION_LIMIT
    return utf16_length(header) + 2 + utf16_length(content.text) <= limit


def turns(messages: Iterable[RelayMessage]) -> list[Turn]:
    """Return messages, oldest first, as turns: what one writer wrote on one day is one line."""
    found: list[Turn] = []
    for one in messages:
        last = found[-1] if found else None
        if last is not None and (last.direction, last.actor, last.at.date()) == (
            one.direction,
            one.author,
            one.at.date(),
        ):
            found[-1] = Turn(last.direction, last.actor, last.at, last.count + 1)
        else:
            found.append(Turn(one.direction, one.author, one.at, 1))
    return found


def checked(content: Content) -> Content:
    """Return what may be kept of a message. Raises MyNumberTyped."""
    refuse_my_number(content.text)
    return content


def parse_desk_name(raw: str) -> str:
    """Read the name under which a member writes to owners: 1 to 20 characters on one line.

    Raises InvalidAnswer.
    """
    name = " ".join(raw.split())
    is_readable = not any(unicodedata.category(one) in {"Cc", "Cs", "Co"} for one in name)
    if not (name and is_readable and len(name) <= DESK_NAME_LIMIT) or name.startswith("/"):
        raise InvalidAnswer(
            N_("Please type a name of 1 to %(limit)s characters. Example: Sato"),
            limit=DESK_NAME_LIMIT,
        )
    return name
