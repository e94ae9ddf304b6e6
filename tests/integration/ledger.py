"""Consultations and matches of the past, written as the storage writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from domain.consultations import CompanyIdentity, CountedKind, KpiEvent, KpiKind, NewConsultation
from domain.drafts import Consent
from domain.fiscal_year import JST, FiscalYear
from domain.size import EMPLOYEE_BANDS, CompanySize, Eligibility, SizeVerdict
from storage import consultations

if TYPE_CHECKING:
    from domain.form import Answers
    from storage.database import Database, Transaction

COMPANY = CompanyIdentity(None, "見本", "ミホン", "112038")
ANSWERS: Answers = {
    "org_form": "sole",
    "employees": next(iter(EMPLOYEE_BANDS)),
    "area": "a0",
    "industry": "E",
    "talent": ("it",),
    "engage": ("side",),
}


@dataclass
class Ledger:
    """Adds what happened on a day (JST); each consultation has a draft of its own."""

    database: Database
    drafts: int = field(default=10_000)

    def consult(
        self,
        on: date,
        eligibility: Eligibility = Eligibility.ELIGIBLE,
        channel: str = "bank",
        answers: Answers = ANSWERS,
        user_id: int = 100,
        partner: int | None = None,
    ) -> int:
        """Log a consultation with its event; return its id."""
        self.drafts += 1
        new = NewConsultation(
            draft_id=self.drafts,
            user_id=user_id,
            answers=answers,
            consent=Consent("x", datetime(2017, 1, 1, tzinfo=UTC)),
            submitted_at=datetime.combine(on, time(10), JST),
            channel=channel,
            size=SizeVerdict(CompanySize.SME, False),
            eligibility=eligibility,
            partner=partner,
        )

        def add(tx: Transaction) -> int:
            company = consultations.match_company(tx, COMPANY)
            reference = consultations.next_reference(tx, FiscalYear.of_date(on))
            return consultations.add(tx, new, reference, company, None)

        added = self.database.write(add).result()
        self.count(added, KpiKind.CONSULTATION, on, eligibility=eligibility, channel=channel)
        return added

    def count(
        self,
        consultation: int,
        kind: CountedKind,
        on: date,
        delta: int = 1,
        eligibility: Eligibility = Eligibility.ELIGIBLE,
        channel: str = "bank",
    ) -> None:
        """Append an event."""
        event = KpiEvent(
            kind=kind,
            delta=delta,
            effective_date=on,
            eligibility=eligibility,
            channel=channel,
            consultation_id=consultation,
            reason="R1",
            actor="test",
            recorded_at=datetime(2026, 11, 24, tzinfo=UTC),
        )
        self.database.write(lambda tx: consultations.record_event(tx, event)).result()

    def take(self, consultation: int) -> None:
        """Let somebody take the case."""
        self.database.write(lambda tx: consultations.take(tx, consultation, 900)).result()
