"""For what office and at what moment a service does its work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.programme import Programme


@dataclass(frozen=True)
class Occasion:
    """The programme and the staff chat of an office, and the moment something is done (UTC)."""

    programme: Programme
    staff_chat: int
    now: datetime
