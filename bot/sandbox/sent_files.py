"""Files that people send: photos, documents, voice, video, sound, stickers, one or an album."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.actions import IN_PRIVATE, Place, say, speaker
from bot.sandbox.errors import ActionRefused, ApiError
from bot.sandbox.files import CAPTIONED, KINDS
from bot.sandbox.html import utf16_length
from bot.sandbox.methods_media import MAX_ALBUM, text_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.call import Upload
    from bot.sandbox.chats import Message
    from bot.sandbox.world import World

Json = dict[str, Any]

_ALBUMS = (frozenset({"photo", "video"}), frozenset({"document"}), frozenset({"audio"}))
_SECONDS = 3


def send_file(
    world: World,
    person_id: int,
    kind: str,
    upload: Upload,
    caption: str = "",
    place: Place = IN_PRIVATE,
) -> Message:
    """Send one file; `kind` is one of `files.KINDS`."""
    person, chat = speaker(world, person_id, place.chat_id)
    content = _content(world, kind, upload, caption)
    return say(world, person, chat, content, place)


def send_album(
    world: World,
    person_id: int,
    kinds: Sequence[str],
    uploads: Sequence[Upload],
    caption: str = "",
    place: Place = IN_PRIVATE,
) -> list[Message]:
    """Send files as one album; the caption is the first one's, as in Telegram's apps."""
    person, chat = speaker(world, person_id, place.chat_id)
    if not 2 <= len(uploads) <= MAX_ALBUM or not any(each.issuperset(kinds) for each in _ALBUMS):
        raise ActionRefused("bad_album", "an album is 2-10 files that go together")
    contents = [
        _content(world, kind, upload, "" if at else caption)
        for at, (kind, upload) in enumerate(zip(kinds, uploads, strict=True))
    ]
    album = world.next_album()
    return [say(world, person, chat, each, place, media_group_id=album) for each in contents]


def _content(world: World, kind: str, upload: Upload, caption: str) -> Json:
    if kind not in KINDS:
        raise ActionRefused("bad_file", f"kind is one of {', '.join(KINDS)}")
    formatted = entities.typed(caption)
    if formatted.text and kind not in CAPTIONED:
        raise ActionRefused("bad_file", f"a {kind} has no caption")
    if utf16_length(formatted.text) > entities.CAPTION_LIMIT:
        raise ActionRefused("long_caption", f"over {entities.CAPTION_LIMIT} characters")
    try:
        stored = world.files.add(kind, upload.name, upload.content, upload.content_type, _SECONDS)
    except ApiError as error:
        raise ActionRefused("bad_file", error.description) from error
    return {**stored.media(), **text_fields("caption", formatted)}
