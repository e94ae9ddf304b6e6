"""Callback data: what each button says of itself. ASCII, at most 64 bytes."""

from __future__ import annotations

QUESTION, FIX, REVIEW, INTAKE, CASE, LANGUAGE, STAFF = "q", "fix", "rev", "in", "case", "lang", "st"


def pack(family: str, *arguments: object) -> str:
    """Return callback data. Raises ValueError if Telegram would refuse it."""
    data = ":".join((family, *map(str, arguments)))
    if not data.isascii() or len(data) > 64:
        message = f"callback data {data!r} is not ASCII of at most 64 bytes"
        raise ValueError(message)
    return data


def unpack(data: str, count: int) -> tuple[str, ...] | None:
    """Return the `count` arguments after the family; None if the data is of another form."""
    parts = tuple(data.split(":"))[1:]
    return parts if len(parts) == count else None
