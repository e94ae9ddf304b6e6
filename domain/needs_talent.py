"""The needs questionnaire, sections B and C: the issues, and the talent that is wanted.

Age and sex are never asked, and the free text asks to leave them out (労働施策総合推進法9条,
均等法5条).
"""

from __future__ import annotations

from domain.form import OneOf, Question, SomeOf, Typed, choices, has_answer
from domain.free_text import PERSONAL_DATA, parse_free_text
from domain.needs_company import SKIP
from domain.texts import N_


def about_issues() -> tuple[Question, ...]:
    """Return Q12 to Q14."""
    return (
        SomeOf(
            key="issue",
            number=12,
            title=N_("Issues"),
            text=N_("Which issues do you want to work on now? Choose up to three."),
            limit=3,
            alone="unclear",
            choices=choices(
                ("sales", N_("Sales channels")),
                ("product", N_("New products or businesses")),
                ("productivity", N_("Productivity and quality")),
                ("digital", N_("Digitalisation")),
                ("overseas", N_("Business abroad")),
                ("finance", N_("Finance and management accounting")),
                ("people", N_("People and organisation")),
                ("succession", N_("Business succession")),
                ("frontier", N_("Entering an advanced industry")),
                ("unclear", N_("Not clear yet")),
            ),
        ),
        Typed(
            key="issue_text",
            number=13,
            title=N_("The situation"),
            text=N_(
                "If you like, tell us briefly about the situation (up to 300 characters).\n"
                "Please write no conditions of age or sex, no names of people and no telephone "
                "numbers.\n"
                "Example: we want customers in other prefectures but have no sales manager."
            ),
            required=False,
            skip_label=SKIP,
            parse=parse_free_text,
            confirm=PERSONAL_DATA,
        ),
        OneOf(
            key="stage",
            number=14,
            title=N_("Stage"),
            text=N_("How far along are you?"),
            choices=choices(
                ("thinking", N_("We are only beginning to think")),
                ("direction", N_("The direction is set")),
                ("plan", N_("There is a plan")),
                ("running", N_("We have started already")),
            ),
        ),
    )


def about_talent() -> tuple[Question, ...]:
    """Return Q15 to Q18."""
    return (
        SomeOf(
            key="talent",
            number=15,
            title=N_("Talent wanted"),
            text=N_("What kind of person do you have in mind? Choose up to two."),
            limit=2,
            choices=choices(
                ("management", N_("Management")),
                ("successor", N_("Successor or right hand")),
                ("marketing", N_("Sales channels and marketing")),
                ("newbiz", N_("New business and products")),
                ("production", N_("Production, quality, technology")),
                ("it", N_("Digital and IT")),
                ("abroad", N_("International business")),
                ("accounting", N_("Finance and accounting")),
                ("hr", N_("Personnel and organisation")),
                ("discuss", N_("Let's decide together")),
            ),
        ),
        SomeOf(
            key="engage",
            number=16,
            title=N_("Engagement"),
            text=N_("How should they work with you? Choose all that suit you."),
            limit=5,
            choices=choices(
                ("full", N_("Full-time employment")),
                ("side", N_("Side job (e.g. service contract)")),
                ("second", N_("Secondment")),
                ("trial", N_("Short term or trial")),
                ("discuss", N_("Let's decide together")),
            ),
        ),
        OneOf(
            key="salary",
            number=17,
            title=N_("Yearly salary"),
            text=N_("What yearly salary do you have in mind?"),
            when=lambda answers: has_answer(answers, "engage", "full"),
            choices=choices(
                ("le4m", N_("Up to ¥4 million")),
                ("le6m", N_("Up to ¥6 million")),
                ("le8m", N_("Up to ¥8 million")),
                ("le10m", N_("Up to ¥10 million a year")),
                ("gt10m", N_("Over ¥10 million a year")),
                ("discuss", N_("I'd like to discuss it")),
            ),
        ),
        OneOf(
            key="fee",
            number=17,
            title=N_("Monthly fee"),
            text=N_("What monthly fee do you have in mind for a service contract?"),
            when=lambda answers: has_answer(answers, "engage", "side"),
            choices=choices(
                ("le50k", N_("Up to ¥50,000")),
                ("le100k", N_("Up to ¥100,000")),
                ("le200k", N_("Up to ¥200,000")),
                ("gt200k", N_("Over ¥200,000")),
                ("discuss", N_("I'd like to discuss it")),
            ),
        ),
        OneOf(
            key="timing",
            number=18,
            title=N_("Timing"),
            text=N_("By when do you need them?"),
            choices=choices(
                ("now", N_("At once")),
                ("3m", N_("Within 3 months")),
                ("6m", N_("Within half a year")),
                ("12m", N_("Within a year")),
                ("open", N_("Undecided")),
            ),
        ),
    )
