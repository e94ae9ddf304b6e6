"""Files in memory: what people and the bot sent, under file ids that both can use again.

Knows the size of PNG, JPEG and GIF pictures from their first bytes; refuses other photos, as
Telegram does with what it cannot read. Looks into no video, sound or sticker.
"""

from __future__ import annotations

import mimetypes
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.rules import MAX_DOWNLOAD_BYTES, MAX_PHOTO_BYTES

Json = dict[str, Any]

KINDS = ("photo", "document", "voice", "video", "audio", "sticker")
"""The content fields that carry a file."""
CAPTIONED = frozenset(KINDS) - {"sticker"}

_FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "video": "videos",
    "audio": "music",
    "sticker": "stickers",
}
_FACTS = {
    "document": ("file_name", "mime_type"),
    "voice": ("duration", "mime_type"),
    "video": ("width", "height", "duration", "file_name", "mime_type"),
    "audio": ("duration", "file_name", "mime_type"),
    "sticker": ("type", "width", "height", "is_animated", "is_video"),
}
_TIMED = frozenset({"voice", "video", "audio"})
_DRAWN_SIZES = {"video": (640, 360), "sticker": (512, 512)}
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True)
class StoredFile:
    """One file; sizes of pictures in pixels, `duration` of sound and video in seconds."""

    file_id: str
    unique_id: str
    kind: str
    path: str
    name: str
    mime_type: str
    content: bytes
    width: int = 0
    height: int = 0
    duration: int = 0

    def media(self) -> Json:
        """Return the content field of a message that carries the file."""
        ids: Json = {"file_id": self.file_id, "file_unique_id": self.unique_id}
        size = {"file_size": len(self.content)}
        if self.kind == "photo":
            return {"photo": [{**ids, "width": self.width, "height": self.height, **size}]}
        facts: Json = {
            "width": self.width,
            "height": self.height,
            "duration": self.duration,
            "file_name": self.name,
            "mime_type": self.mime_type,
            "type": "regular",
            "is_animated": False,
            "is_video": False,
        }
        return {self.kind: {**ids, **{name: facts[name] for name in _FACTS[self.kind]}, **size}}


class Files:
    """All files of a sandbox, by file id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(
        self, kind: str, name: str, content: bytes, mime_type: str = "", duration: int = 0
    ) -> StoredFile:
        """Keep a file. Raises ApiError for a photo that is too big or unreadable."""
        width, height = _DRAWN_SIZES.get(kind, (0, 0))
        if kind == "photo":
            if len(content) > MAX_PHOTO_BYTES:
                raise bad_request("file is too big for a photo")
            width, height = picture_size(content)
        number = len(self._by_id) + 1
        suffix = PurePosixPath(name).suffix.lower() or ".bin"
        path = f"{_FOLDERS[kind]}/file_{number}{suffix}"
        guessed = mime_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = StoredFile(
            file_id=f"AgSANDBOX{kind}{number:08d}",
            unique_id=f"AQ{number:08d}",
            kind=kind,
            path=path,
            name=name,
            mime_type=guessed,
            content=content,
            width=width,
            height=height,
            duration=duration if kind in _TIMED else 0,
        )
        self._by_id[stored.file_id] = stored
        self._by_path[path] = stored
        return stored

    def known(self, file_id: str) -> StoredFile:
        """Return the file of an id. Raises ApiError when there is none."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored

    def described(self, file_id: str) -> Json:
        """Return the Bot API's File. Raises ApiError when unknown or over 20 MB."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
        if len(stored.content) > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": len(stored.content),
            "file_path": stored.path,
        }

    def at(self, path: str) -> StoredFile | None:
        """Return the file of a download path."""
        return self._by_path.get(path)


def picture_size(content: bytes) -> tuple[int, int]:
    """Return width and height in pixels. Raises ApiError for anything but PNG, JPEG and GIF."""
    size = _size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def _size(content: bytes) -> tuple[int, int] | None:
    try:
        if content.startswith(_PNG):
            width, height = struct.unpack(">II", content[16:24])
        elif content[:6] in {b"GIF87a", b"GIF89a"}:
            width, height = struct.unpack("<HH", content[6:10])
        elif content.startswith(b"\xff\xd8"):
            width, height = _jpeg_size(content)
        else:
            return None
    except (struct.error, IndexError):
        return None
    return (width, height) if width and height else None


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while content[at] == 0xFF:
        marker, length = struct.unpack(">BH", content[at + 1 : at + 4])
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return 0, 0
