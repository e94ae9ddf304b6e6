"""An addendum: a further submission for a case that is still open (R3). It is not counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.consultations import Consultation
    from domain.drafts import Consent
    from domain.form import Answers


@dataclass(frozen=True)
class NewAddendum:
    """An addendum as it is submitted; `submitted_at` in UTC."""

    draft_id: int
    user_id: int
    answers: Answers
    consent: Consent
    submitted_at: datetime


@dataclass(frozen=True)
class Addendum:
    """An addendum of `consultation`; `same_person` says whether who opened the case wrote it."""

    id: int
    consultation: Consultation
    answers: Answers
    submitted_at: datetime
    same_person: bool
