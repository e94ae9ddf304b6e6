"""What a staff member's next message is taken for, after a button that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PromptKind(StrEnum):
    """What is asked for."""

    NOTE = "note"
    WRITE = "write"
    DESK_NAME = "desk_name"


@dataclass(frozen=True)
class Prompt:
    """What somebody was asked for, of which case if it is about one."""

    kind: PromptKind
    case: int | None = None
