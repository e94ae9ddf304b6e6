"""Reading what a person sent: its kind, its words and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram.constants import MessageEntityType

from domain.errors import StaleButton
from domain.relay import CAPTION_LIMIT, TEXT_LIMIT, Content, Incoming, Kind, utf16_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Message, MessageEntity, Update

# What Telegram sends as an animation is a document too.
_FILES: Final = (
    Kind.ANIMATION,
    Kind.DOCUMENT,
    Kind.VOICE,
    Kind.VIDEO,
    Kind.AUDIO,
    Kind.VIDEO_NOTE,
    Kind.STICKER,
)


def incoming(update: Update) -> Incoming:
    """Return the message of an update. Raises StaleButton for an update without one."""
    message = update.effective_message
    if message is None:
        raise StaleButton("")
    reply = message.reply_to_message
    return Incoming(
        chat_id=message.chat.id,
        message_id=message.message_id,
        content=_content(message),
        reply_to=reply.message_id if reply is not None else None,
        album=message.media_group_id,
    )


def _content(message: Message) -> Content | None:
    if message.text is not None:
        return Content(Kind.TEXT, _words(message.text, message.entities, TEXT_LIMIT))
    caption = _words(message.caption or "", message.caption_entities, CAPTION_LIMIT)
    if message.photo:
        return Content(Kind.PHOTO, caption, message.photo[-1].file_id)
    for kind in _FILES:
        file = getattr(message, kind)
        if file is not None:
            return Content(kind, caption, file.file_id)
    return None


def _words(text: str, entities: Sequence[MessageEntity], limit: int) -> str:
    """Return a text without its looks; the address behind a word is written out after it."""
    units = text.encode("utf-16-le")
    for entity in sorted(entities, key=lambda one: one.offset, reverse=True):
        if entity.type == MessageEntityType.TEXT_LINK and entity.url is not None:
            end = 2 * (entity.offset + entity.length)
            units = units[:end] + f" ({entity.url})".encode("utf-16-le") + units[end:]
    longer = units.decode("utf-16-le")
    return longer if utf16_length(longer) <= limit else text
