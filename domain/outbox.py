"""Messages to others: what is owed to whom, and when it falls due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class NoticeKind(StrEnum):
    """What a message tells; its text is made at send time from current facts."""

    NEW_CONSULTATION = "new_consultation"
    ADDENDUM = "addendum"
    RETURN_CALL = "return_call"
    NUDGE = "nudge"
    SUMMARY = "summary"
    INCIDENT = "incident"


@dataclass(frozen=True)
class Notice:
    """A message owed. `dedupe_key` makes it exactly one row however often it is decided."""

    recipient: int
    kind: NoticeKind
    payload: Mapping[str, Any]
    dedupe_key: str
    due_at: datetime


@dataclass(frozen=True)
class ClaimedNotice:
    """A notice being sent now. `tries` counts the attempts before this one."""

    id: int
    recipient: int
    kind: NoticeKind
    payload: Mapping[str, Any]
    tries: int
