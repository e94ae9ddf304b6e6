"""A stored update on its way to being answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """One update: `payload` is Telegram's JSON, `chat_key` orders it, `applied` says that its
    change is already committed and only the answer may be missing.
    """

    update_id: int
    chat_key: int
    payload: str
    applied: bool
    tries: int
