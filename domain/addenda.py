"""An addendum: a further submission for a case that is still open (R3). It is not counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.consultations import Entry

if TYPE_CHECKING:
    from datetime import datetime

    from domain.consultations import Consultation
    from domain.drafts import Consent
    from domain.form import Answers


@dataclass(frozen=True)
class NewAddendum:
    """An addendum as it is submitted, or logged by staff; `submitted_at` in UTC."""

    draft_id: int
    user_id: int | None
    answers: Answers
    consent: Consent
    submitted_at: datetime
    entry: Entry = Entry.BOT
    logged_by: int | None = None


@dataclass(frozen=True)
class Addendum:
    """An addendum of `consultation`; `same_person` says whether who opened the case wrote it.

    `logged_by` is the member of the staff to whom it came, None for what was written in the bot.
    """

    id: int
    consultation: Consultation
    answers: Answers
    submitted_at: datetime
    same_person: bool
    entry: Entry
    logged_by: int | None
