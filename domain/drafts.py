"""A questionnaire being filled in, as it is stored; refuses to know how it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.consultations import Reference
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
    sharing one's telephone number is out and must be taken back. Staff give no `consent` to what
    they fill in; `case` is the consultation that it is about, if any, with its `reference`.
    `partner` is the partner by whose link an owner came, if any.
    """

    id: int
    user_id: int
    questionnaire: str
    questionnaire_version: int
    progress: Progress
    consent: Consent | None
    live_message_id: int | None
    contact_keyboard: bool
    updated_at: datetime
    case: int | None = None
    reference: Reference | None = None
    partner: int | None = None

    @property
    def given_consent(self) -> Consent:
        """The consent of an owner's form. Raises LookupError for one of staff."""
        if self.consent is None:
            message = f"draft {self.id} has no consent"
            raise LookupError(message)
        return self.consent
