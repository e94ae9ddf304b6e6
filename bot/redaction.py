"""Takes out of a raw update what must never be stored, before the inbox has it."""

from __future__ import annotations

from typing import Any

from domain.my_number import without_my_number

_MESSAGES = ("message", "edited_message", "reply_to_message", "quote")
_TEXTS = ("text", "caption")


def redacted(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a raw update without a My Number in what a person typed, sent or quoted."""
    changed: dict[str, Any] = {}
    for key in _MESSAGES:
        if isinstance(inner := raw.get(key), dict):
            changed[key] = redacted(inner)
    for key in _TEXTS:
        if isinstance(text := raw.get(key), str):
            changed[key] = without_my_number(text)
    return {**raw, **changed}
