"""What happened to a case: append-only, each with who did it and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.case_states import Act, Why
    from domain.consultations import ConsultationState


@dataclass(frozen=True)
class CaseEvent:
    """One thing done to a case by somebody (Telegram user id) at a moment (UTC).

    `before` and `after` are its states, the same where none changed. `why` is a chosen reason,
    `member` whom it was handed over to, `note` what somebody wrote, for private chats only,
    `held_on` the day (JST) of a meeting that was not booked.
    """

    act: Act
    before: ConsultationState
    after: ConsultationState
    actor: int
    at: datetime
    why: Why | None = None
    member: int | None = None
    note: str | None = None
    held_on: date | None = None
