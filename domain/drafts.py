"""A questionnaire being filled in, as it is stored; refuses to know how it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.questions import Progress


@dataclass(frozen=True)
class Consent:
    """Consent to the use of data: which version of the notice, and when (UTC)."""

    version: str
    given_at: datetime


@dataclass(frozen=True)
class Draft:
    """One person's unfinished questionnaire.

    `live_message_id` is the message that asks now; `contact_keyboard` says that the button for
    sharing one's telephone number is out and must be taken back.
    """

    id: int
    user_id: int
    questionnaire: str
    questionnaire_version: int
    progress: Progress
    consent: Consent
    live_message_id: int | None
    contact_keyboard: bool
    updated_at: datetime
