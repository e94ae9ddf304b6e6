"""Telegram's HTML parse mode: text with tags to text with entities, and back.

Refuses what the official server refuses, with its texts and its offsets, which count the bytes of
the UTF-8 text. Entity offsets and lengths count UTF-16 code units, as everywhere in the Bot API.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.errors import ApiError

Entity = dict[str, Any]

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
_TAGS = frozenset({*_SIMPLE, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"})
_PLAIN = re.compile(r"[^<&]+")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,7})|#([0-9]{1,8})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG_NAME = re.compile(r"[^\s\0>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s\0=>]*")
_SPACES = re.compile(r"[\s\0]*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_LINK = re.compile(r"(?:https?|tg|ton|tonsite)://\S+|mailto:\S+|tel:\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)$")
_LAST_CODE_POINT = 0x10FFFF


@dataclass(frozen=True)
class Formatted:
    """A text and its entities, as a Message carries them."""

    text: str
    entities: list[Entity] = field(default_factory=list)


@dataclass(frozen=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int
    part: int


def utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str) -> Formatted:
    """Return text and entities of HTML. Raises ApiError "can't parse entities: …"."""
    return _Parser(source).run()


class _Parser:
    """One pass over the source; keeps the text so far and the tags that are open."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._parts: list[str] = []
        self._length = 0
        self._open: list[_OpenTag] = []
        self._entities: list[Entity] = []

    def run(self) -> Formatted:
        source = self._source
        while self._at < len(source):
            if source[self._at] == "&":
                self._append(self._reference())
            elif source[self._at] != "<":
                self._append(self._match(_PLAIN))
            elif source.startswith("</", self._at):
                self._end_tag()
            else:
                self._start_tag()
        if self._open:
            name = self._open[-1].name
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{name}"')
        self._entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        for entity in self._entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return Formatted("".join(self._parts), self._entities)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += utf16_length(text)

    def _reference(self) -> str:
        """Consume a character reference, or the lone ampersand it turned out to be."""
        found = _REFERENCE.match(self._source, self._at)
        decoded = _decoded(found) if found else ""
        self._at = found.end() if found and decoded else self._at + 1
        return decoded or "&"

    def _match(self, pattern: re.Pattern[str]) -> str:
        """Consume what matches here, if anything."""
        found = pattern.match(self._source, self._at)
        text = found.group() if found else ""
        self._at += len(text)
        return text

    def _here(self) -> str:
        return self._source[self._at] if self._at < len(self._source) else ""

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode("utf-8", "surrogatepass"))

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._match(_TAG_NAME).lower()
        if not self._here():
            raise _refusal(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if name not in _TAGS:
            message = f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}'
            raise _refusal(message)
        attributes: dict[str, str] = {}
        while True:
            self._match(_SPACES)
            if self._here() == ">":
                self._at += 1
                break
            self._attribute(name, begin, attributes)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            message = f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}'
            raise _refusal(message)
        self._open.append(_OpenTag(name, attributes, self._length, len(self._parts)))

    def _attribute(self, tag: str, begin: int, attributes: dict[str, str]) -> None:
        where = f'"{tag}" at byte offset {self._byte(begin)}'
        key = self._match(_ATTRIBUTE_NAME)
        if not key:
            reason = "Empty attribute name in the tag" if self._here() else "Unclosed start tag"
            raise _refusal(f"{reason} {where}")
        self._match(_SPACES)
        if self._here() != "=":
            if not self._here():
                raise _refusal(f"Unclosed start tag {where}")
            attributes[key] = ""
            return
        self._at += 1
        self._match(_SPACES)
        if not self._here():
            raise _refusal(f"Unclosed start tag {where}")
        attributes[key] = self._value()
        if not self._here():
            raise _refusal(f"Unclosed start tag at byte offset {self._byte(begin)}")

    def _value(self) -> str:
        begin = self._at
        quote = self._here()
        if quote not in {"'", '"'}:
            token = self._match(_NAME_TOKEN).lower()
            if self._here() and self._here() not in " \t\r\n\0\v>":
                message = f"Unexpected end of name token at byte offset {self._byte(begin)}"
                raise _refusal(message)
            return token
        self._at += 1
        parts: list[str] = []
        while (here := self._here()) and here != quote:
            if here == "&":
                parts.append(self._reference())
            else:
                parts.append(here)
                self._at += 1
        self._at += 1
        return "".join(parts)

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise _refusal(f"Unexpected end tag at byte offset {self._byte(begin)}")
        self._at += 2
        name = self._match(_TAG_NAME).lower()
        self._match(_SPACES)
        if self._here() != ">":
            raise _refusal(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self._at += 1
        tag = self._open.pop()
        if name and name != tag.name:
            raise _refusal(
                f"Unmatched end tag at byte offset {self._byte(begin)}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        if self._length > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        span: Entity = {"offset": tag.offset, "length": self._length - tag.offset}
        if tag.name in {"pre", "code"}:
            self._close_code(tag, span)
            return
        described = _described(tag, "".join(self._parts[tag.part :]))
        if described:
            self._entities.append({**span, **described})

    def _close_code(self, tag: _OpenTag, span: Entity) -> None:
        """`<pre><code class="language-x">` is one entity, in whichever order the tags nest."""
        last = self._entities[-1] if self._entities else {}
        same_span = last.get("offset") == span["offset"] and last.get("length") == span["length"]
        language = ""
        if tag.name == "code" and tag.attributes.get("class", "").startswith("language-"):
            language = tag.attributes["class"].removeprefix("language-")
        if tag.name == "pre" and same_span and last.get("type") == "code" and last.get("language"):
            last["type"] = "pre"
        elif tag.name == "code" and same_span and last.get("type") == "pre" and language:
            last["language"] = language
        else:
            entity = {"type": tag.name, **span}
            self._entities.append({**entity, "language": language} if language else entity)


def _described(tag: _OpenTag, inner: str) -> Entity | None:
    """Return type and details of a closed tag's entity; None where Telegram drops the markup."""
    attributes = tag.attributes
    if tag.name in _SIMPLE:
        return {"type": _SIMPLE[tag.name]}
    if tag.name == "blockquote":
        expandable = "expandable" in attributes
        return {"type": "expandable_blockquote" if expandable else "blockquote"}
    if tag.name == "tg-emoji":
        if not attributes.get("emoji-id", "").isdigit():
            raise _refusal("Invalid custom emoji identifier specified")
        return {"type": "custom_emoji", "custom_emoji_id": attributes["emoji-id"]}
    if tag.name == "tg-time":
        unix = attributes.get("unix", "")
        if not unix.isdigit() or int(unix) == 0:
            return None
        time_format = attributes.get("format", "")
        return {"type": "date_time", "unix_time": int(unix), "date_time_format": time_format}
    return _link(attributes.get("href") or inner)


def _link(url: str) -> Entity | None:
    user = _USER_LINK.match(url)
    if user:
        who = {"id": int(user[1]), "is_bot": False, "first_name": ""}
        return {"type": "text_mention", "user": who}
    if _LINK.fullmatch(url):
        return {"type": "text_link", "url": url}
    return {"type": "text_link", "url": f"http://{url}"} if _DOMAIN.fullmatch(url) else None


def _decoded(found: re.Match[str]) -> str:
    sixteen, ten, name = found.groups()
    if name:
        return _NAMED[name]
    code = int(sixteen, 16) if sixteen else int(ten)
    return chr(code) if 0 < code < _LAST_CODE_POINT else ""


def _refusal(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


_TAG_OF = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


def render(text: str, entities: Iterable[Entity]) -> str:
    """Return HTML that `parse` turns into this text and these entities."""
    units = text.encode("utf-16-le", "surrogatepass")
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda found: (found["offset"], -found["length"])):
        tags = _tags(entity)
        if tags:
            opening.setdefault(entity["offset"], []).append(tags[0])
            closing.setdefault(entity["offset"] + entity["length"], []).insert(0, tags[1])
    parts: list[str] = []
    begin = 0
    for position in sorted({0, *opening, *closing, len(units) // 2}):
        plain = units[begin * 2 : position * 2].decode("utf-16-le", "surrogatepass")
        parts.append(html.escape(plain, quote=False))
        parts += closing.get(position, [])
        parts += opening.get(position, [])
        begin = position
    return "".join(parts)


def _tags(entity: Entity) -> tuple[str, str] | None:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "pre" and entity.get("language"):
        language = html.escape(entity["language"])
        return f'<pre><code class="language-{language}">', "</code></pre>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{entity["custom_emoji_id"]}">', "</tg-emoji>"
    if kind == "date_time":
        time_format = html.escape(entity["date_time_format"])
        return f'<tg-time unix="{entity["unix_time"]}" format="{time_format}">', "</tg-time>"
    tag = _TAG_OF.get(kind)
    return (f"<{tag}>", f"</{tag}>") if tag else None
