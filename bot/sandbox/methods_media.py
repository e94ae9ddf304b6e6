"""Methods that send files, and how a call's file is found: upload, file id or `attach://`.

Addresses of the internet are refused: the sandbox fetches nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox import entities
from bot.sandbox.errors import bad_request
from bot.sandbox.files import CAPTIONED
from bot.sandbox.sending import send

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.call import Call
    from bot.sandbox.files import StoredFile
    from bot.sandbox.html import Formatted
    from bot.sandbox.world import World

Json = dict[str, Any]

MAX_ALBUM = 10
_ATTACHED = "attach://"
_ALBUM_KINDS = frozenset({"photo", "video", "document", "audio"})
_MIXED = frozenset({"photo", "video"})


def text_fields(name: str, formatted: Formatted) -> Json:
    """Return `text` and `entities`, or `caption` and `caption_entities`, of a message."""
    if not formatted.text:
        return {}
    found = "entities" if name == "text" else f"{name}_entities"
    fields: Json = {name: formatted.text}
    if formatted.entities:
        fields[found] = formatted.entities
    return fields


def sender(kind: str) -> Callable[[World, Call], Json]:
    """Return the handler of sendPhoto and its like; `kind` is one of `files.KINDS`."""

    def send_file(world: World, call: Call) -> Json:
        caption = entities.caption(
            call.text("caption"), call.text("parse_mode"), call.array("caption_entities")
        )
        world.writable_chat(call.text("chat_id"))
        content = _file(world, call, kind, call.text(kind), kind).media()
        if kind in CAPTIONED:
            content |= text_fields("caption", caption)
        return world.as_json(send(world, call, content))

    return send_file


def _file(world: World, call: Call, kind: str, reference: str, upload_name: str) -> StoredFile:
    if reference.startswith(_ATTACHED):
        upload_name = reference.removeprefix(_ATTACHED)
    upload = call.uploads.get(upload_name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        duration = call.integer("duration")
        return world.files.add(kind, upload.name, upload.content, upload.content_type, duration)
    if not reference or reference.startswith(_ATTACHED):
        raise bad_request(f"there is no {kind} in the request")
    if "://" in reference:
        raise bad_request("failed to get HTTP URL content")
    stored = world.files.known(reference)
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored


def input_media(world: World, call: Call, media: Any) -> Json:
    """Return the message content of an InputMedia. Raises ApiError "can't parse InputMedia"."""
    wrong = "can't parse InputMedia: "
    if not isinstance(media, dict):
        raise bad_request(f"{wrong}expected an Object")
    kind = str(media.get("type", ""))
    if kind not in _ALBUM_KINDS:
        raise bad_request(f'{wrong}type "{kind}" is unsupported')
    reference = str(media.get("media") or "")
    if not reference:
        raise bad_request(f"{wrong}media not found")
    explicit = media.get("caption_entities") or []
    caption = entities.caption(
        str(media.get("caption") or ""), str(media.get("parse_mode") or ""), explicit
    )
    stored = _file(world, call, kind, reference, "")
    return {**stored.media(), **text_fields("caption", caption)}


def send_media_group(world: World, call: Call) -> list[Json]:
    """Answer sendMediaGroup."""
    album = call.structure("media", "media")
    if not isinstance(album, list):
        raise bad_request("expected an Array of InputMedia")
    if not album:
        raise bad_request("there are no messages to send")
    if len(album) > MAX_ALBUM:
        raise bad_request("too many messages to send as an album")
    world.writable_chat(call.text("chat_id"))
    contents = [input_media(world, call, media) for media in album]
    kinds = {kind for content in contents for kind in _ALBUM_KINDS.intersection(content)}
    if len(kinds) > 1 and kinds != _MIXED:
        raise bad_request(f"{min(kinds - _MIXED)} can't be mixed with other media types")
    group = {"media_group_id": world.next_album()} if len(contents) > 1 else {}
    sent = [send(world, call, content, **group) for content in contents]
    return [world.as_json(message) for message in sent]


def get_file(world: World, call: Call) -> Json:
    """Answer getFile."""
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    return world.files.described(call.text("file_id"))
