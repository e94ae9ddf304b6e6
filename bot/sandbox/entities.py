"""What Telegram does to a text after parsing: trims it and finds commands, links and the like.

Refuses empty texts and texts over the limit. Limits count UTF-16 code units.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox import html
from bot.sandbox.errors import bad_request
from bot.sandbox.html import Entity, Formatted, utf16_length

if TYPE_CHECKING:
    from bot.sandbox.call import Call

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_SOURCE_BYTES = 1 << 15
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})
_FINDERS = (
    (
        "url",
        re.compile(
            r"https?://[^\s<>「」（）、。]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|jp|me)(?:/\S*)?"
        ),
    ),
    ("email", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    ),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*(?!#)")),
    ("phone_number", re.compile(r"\+\d[\d -]{7,14}\d")),
)
_HINTS = frozenset("/@#.+")


def message_text(call: Call) -> Formatted:
    """Return the `text` of a sendMessage. Raises ApiError if empty, too long or unparsable."""
    return _limited_text(call, "message is too long")


def edited_text(call: Call) -> Formatted:
    """Return the `text` of an editMessageText; the server words the length error differently."""
    return _limited_text(call, "MESSAGE_TOO_LONG")


def _limited_text(call: Call, too_long: str) -> Formatted:
    source = call.text("text")
    if not source:
        raise bad_request("message text is empty")
    formatted = _formatted(source, call.text("parse_mode"), call.array("entities"))
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if utf16_length(formatted.text) > TEXT_LIMIT:
        raise bad_request(too_long)
    return formatted


def caption(source: str, parse_mode: str, explicit: list[Entity]) -> Formatted:
    """Return a caption, which may be empty. Raises ApiError if too long or unparsable."""
    formatted = _formatted(source, parse_mode, explicit)
    if utf16_length(formatted.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return formatted


def typed(text: str) -> Formatted:
    """Return what a person typed as Telegram delivers it; a person's app sends no markup."""
    return _finished(Formatted(text))


def _formatted(source: str, parse_mode: str, explicit: list[Entity]) -> Formatted:
    if len(source.encode("utf-8", "surrogatepass")) > _SOURCE_BYTES:
        raise bad_request("text is too long")
    mode = parse_mode.lower()
    if mode in {"", "none"}:
        return _finished(Formatted(source, [dict(entity) for entity in explicit]))
    if mode == "html":
        return _finished(html.parse(source))
    if mode in {"markdown", "markdownv2"}:
        raise bad_request("unsupported parse_mode: the sandbox reads HTML only")
    raise bad_request("unsupported parse_mode")


def _finished(formatted: Formatted) -> Formatted:
    text = formatted.text.replace("\r", "")
    stripped = text.rstrip(" \n\t")
    first = min((entity["offset"] for entity in formatted.entities), default=len(stripped))
    lead = min(len(stripped) - len(stripped.lstrip(" \n")), first)
    stripped = stripped[lead:]
    units = utf16_length(stripped)
    kept = [_clipped(entity, lead, units) for entity in formatted.entities]
    entities = [entity for entity in kept if entity["length"] > 0]
    if not _HINTS.isdisjoint(stripped):
        entities += _found(stripped, entities)
        entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted(stripped, entities)


def _clipped(entity: Entity, lead: int, units: int) -> Entity:
    offset = entity["offset"] - lead
    return {**entity, "offset": offset, "length": min(entity["length"], units - offset)}


def _found(text: str, taken: list[Entity]) -> list[Entity]:
    spans = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in taken
        if entity["type"] in _OPAQUE
    ]
    found: list[Entity] = []
    for kind, finder in _FINDERS:
        for match in finder.finditer(text):
            begin = utf16_length(text[: match.start()])
            end = begin + utf16_length(match.group())
            if all(end <= other_begin or begin >= other_end for other_begin, other_end in spans):
                spans.append((begin, end))
                found.append({"type": kind, "offset": begin, "length": end - begin})
    return found
