"""What a consultation is: reference, state, company and the countable event it makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.drafts import Consent
    from domain.fiscal_year import FiscalYear
    from domain.form import Answers
    from domain.size import Eligibility, SizeVerdict


class ConsultationState(StrEnum):
    """The states that exist so far of the case table in the counting rules."""

    NEW = "new"
    TRIAGED = "triaged"


OPEN_STATES = frozenset({ConsultationState.NEW, ConsultationState.TRIAGED})
"""The states in which a further submission belongs to the same case (R3)."""


class KpiKind(StrEnum):
    """The two KPIs of the plan (section 4)."""

    CONSULTATION = "consultations"
    MATCH = "matches"


@dataclass(frozen=True, order=True)
class Reference:
    """A reference such as R8-0042: fiscal year and a number never used twice."""

    fiscal_year: FiscalYear
    number: int

    def __str__(self) -> str:
        return f"{self.fiscal_year.reference_prefix}-{self.number:04d}"


@dataclass(frozen=True)
class CompanyIdentity:
    """What a company is recognised by: corporate number, else name key and municipality (R3)."""

    corporate_number: str | None
    name: str
    name_key: str
    city: str


@dataclass(frozen=True)
class NewConsultation:
    """An intake as it is submitted; `submitted_at` decides date and fiscal year (R12)."""

    draft_id: int
    user_id: int
    answers: Answers
    consent: Consent
    submitted_at: datetime
    channel: str
    size: SizeVerdict
    eligibility: Eligibility


@dataclass(frozen=True)
class Consultation:
    """A logged consultation (相談)."""

    id: int
    reference: Reference
    user_id: int | None
    answers: Answers
    submitted_at: datetime
    channel: str
    state: ConsultationState
    assignee: int | None
    size: SizeVerdict
    eligibility: Eligibility
    suspected_duplicate_of: Reference | None


@dataclass(frozen=True)
class KpiEvent:
    """A countable fact: `delta` is +1 or −1 on `effective_date` (JST)."""

    kind: KpiKind
    delta: int
    effective_date: date
    eligibility: Eligibility
    channel: str
    consultation_id: int
    reason: str
    actor: str
    recorded_at: datetime
