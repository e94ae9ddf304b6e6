"""A stored update on its way to being answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """One update: `payload` is Telegram's JSON, `chat_key` orders it, `applied` says that its
    change is already committed and only the answer may be missing. `received_at` (UTC) is the
    moment that counts for what the person did (R12), however late it is handled.
    """

    update_id: int
    chat_key: int
    payload: str
    received_at: datetime
    applied: bool
    tries: int
