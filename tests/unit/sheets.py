"""Needs sheets of the shipped sample programme, in the words of the Japanese catalogue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import Consultation, ConsultationState, Reference
from domain.fiscal_year import FiscalYear
from domain.needs import needs_questionnaire
from domain.needs_sheet import NeedsSheet, SheetForm, needs_sheet
from domain.size import CompanySize, Eligibility, SizeVerdict
from locales import load_translations

if TYPE_CHECKING:
    from domain.form import Answers

ISSUED_ON = date(2026, 11, 24)
PROGRAMME = load_programme(SAMPLE)
FORM = SheetForm(PROGRAMME, needs_questionnaire(PROGRAMME), load_translations("ja").gettext)
CHOSEN: Answers = {
    "role": "owner",
    "org_form": "company",
    "area": "nanbu",
    "city": "112038",
    "industry": "E",
    "branch": "else",
    "capital": "le50m",
    "employees": "21-50",
    "sales": "lt1b",
    "group": "no",
    "issue": ("sales", "digital"),
    "stage": "plan",
    "talent": ("marketing", "it"),
    "engage": ("full", "side"),
    "salary": "le8m",
    "fee": "le100k",
    "timing": "3m",
    "share": "both",
}
TYPED: Answers = {
    "company": "株式会社見本製作所",
    "corporate_number": "7123456789012",
    "issue_text": "営業の責任者が退職した",
    "agent": "見本信用金庫",
    "contact": "山田 太郎（専務）",
    "tel": "+81488300000",
    "email": "yamada@example.co.jp",
}


def case_of(answers: Answers) -> Consultation:
    return Consultation(
        id=1,
        reference=Reference(FiscalYear(2026), 42),
        user_id=1,
        answers=answers,
        submitted_at=datetime(2026, 11, 20, tzinfo=UTC),
        channel="bank",
        state=ConsultationState.DEFINED,
        assignee=None,
        size=SizeVerdict(CompanySize.SME, to_confirm=False),
        eligibility=Eligibility.ELIGIBLE,
        suspected_duplicate_of=None,
        call_when=None,
    )


def sheet_of(answers: Answers, mission: str | None = None) -> NeedsSheet:
    return needs_sheet(FORM, case_of(answers), ISSUED_ON, mission)
