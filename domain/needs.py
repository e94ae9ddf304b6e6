"""The needs questionnaire (sections 0, A–E), as the paper form reads, and what its answers mean.

Q1, the consent, comes before anything is stored and is no question of the engine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.company_name import name_key
from domain.consultations import CompanyIdentity
from domain.form import Answers, Questionnaire, Section, has_answer
from domain.industry import UNKNOWN as UNKNOWN_INDUSTRY
from domain.industry import size_category
from domain.needs_company import UNKNOWN, about_company, industry_of
from domain.needs_contact import about_contact, about_sharing
from domain.needs_talent import about_issues, about_talent
from domain.programme_types import OUTSIDE
from domain.size import (
    Eligibility,
    OrgForm,
    SizeVerdict,
    classify,
    eligibility,
    possible_sizes,
)
from domain.texts import N_

if TYPE_CHECKING:
    from domain.programme import Programme

QUESTIONNAIRE = "needs"
REVISION = 1
SECTIONS = (
    Section(2, N_("Your company")),
    Section(12, N_("Your issues")),
    Section(15, N_("The talent you want")),
    Section(19, N_("Working together")),
    Section(20, N_("Your contact")),
)
STEPS = 22
"""The steps of the whole way: Q1 is the consent, the last is the booking after the sending."""


def needs_questionnaire(programme: Programme) -> Questionnaire:
    """Return the questionnaire for a programme's areas, municipalities and hubs."""
    return Questionnaire(
        QUESTIONNAIRE,
        REVISION,
        (
            *about_company(programme),
            *about_issues(),
            *about_talent(),
            *about_sharing(),
            *about_contact(programme.office.telephone_example),
        ),
        steps=STEPS,
        sections=SECTIONS,
    )


def note_on_the_meeting(answers: Answers) -> str | None:
    """Return how the meeting begins for a company that has only begun to think (msgid), or None.

    It belongs to the choice of how to meet.
    """
    if has_answer(answers, "stage", "thinking"):
        return N_("At the meeting we begin by sorting out your issues together.")
    return None


def in_prefecture(answers: Answers) -> bool:
    """Whether the company has an office in the prefecture (R7)."""
    return not has_answer(answers, "area", OUTSIDE)


def _size_facts(answers: Answers) -> tuple[OrgForm, str | None, str | None, str]:
    branch, capital = answers.get("branch"), answers.get("capital")
    return (
        OrgForm(str(answers["org_form"])),
        str(branch) if branch is not None else None,
        None if capital in (None, UNKNOWN) else str(capital),
        str(answers["employees"]),
    )


def is_deemed_large(answers: Answers) -> bool:
    """Whether a large company owns half or more (みなし大企業, facts 2-2).

    The SME Basic Act does not know it, so the size stays; staff judge what it means (Q11).
    """
    return has_answer(answers, "group", "yes")


def size_verdict(answers: Answers) -> SizeVerdict:
    """Return the size class of a finished intake (facts 2-3)."""
    form, branch, capital, employees = _size_facts(answers)
    verdict = classify(form, size_category(industry_of(answers), branch), capital, employees)
    return replace(verdict, to_confirm=verdict.to_confirm or is_deemed_large(answers))


def kpi_eligibility(answers: Answers) -> Eligibility:
    """Return whether a finished intake counts for the KPI (R7); a deemed large one waits (Q11)."""
    form, branch, capital, employees = _size_facts(answers)
    category = size_category(industry_of(answers), branch)
    possible = possible_sizes(form, category, capital, employees)
    counted = eligibility(possible, in_prefecture=in_prefecture(answers))
    if counted is Eligibility.ELIGIBLE and is_deemed_large(answers):
        return Eligibility.TO_CONFIRM
    return counted


def points_to_confirm(answers: Answers) -> tuple[str, ...]:
    """Return what staff must find out of a finished intake before its size is settled (msgids)."""
    form, _, capital, _ = _size_facts(answers)
    open_points = {
        N_("size of the corporation"): form is OrgForm.OTHER_CORP,
        N_("industry"): industry_of(answers) == UNKNOWN_INDUSTRY,
        N_("capital"): capital is None and form in {OrgForm.COMPANY, OrgForm.COOPERATIVE},
        N_("shares of a large company"): is_deemed_large(answers),
    }
    if not size_verdict(answers).to_confirm:
        return ()
    return tuple(point for point, is_open in open_points.items() if is_open)


def company_identity(answers: Answers) -> CompanyIdentity:
    """Return what the company of a finished intake is recognised by (R3)."""
    number = answers.get("corporate_number")
    name = str(answers["company"])
    return CompanyIdentity(
        corporate_number=str(number) if number is not None else None,
        name=name,
        name_key=name_key(name),
        city=str(answers.get("city") or answers.get("prefecture")),
    )


def intake_channel(answers: Answers) -> str:
    """Return how the company came to know the hub; every intake came by the bot."""
    channel = answers.get("channel")
    return str(channel) if channel is not None else "unknown"
