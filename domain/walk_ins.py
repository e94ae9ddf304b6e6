"""A consultation that came by telephone, visit or a partner (R8), as staff write it down.

It asks what the count needs, in the words of the needs form: they can be read out on the telephone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from domain.consultations import Entry
from domain.eras import StillToCome, japanese_date, parse_date
from domain.errors import InvalidAnswer
from domain.fiscal_year import FiscalYear
from domain.form import Choice, Dated, Known, OneOf, Question, Questionnaire, choices
from domain.needs_company import SKIP
from domain.staff import Action
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.form import Answers
    from domain.programme import Programme
    from domain.return_calls import ReturnCall

QUESTIONNAIRE = "walk_in"
REVISION = 1
NOT_AGREED = "not_agreed"
ENTRY_NAMES = {
    Entry.BOT: N_("Through this bot"),
    Entry.TELEPHONE: N_("By a telephone call"),
    Entry.VISIT: N_("By visit"),
    Entry.PARTNER: N_("By a partner"),
}
"""How a consultation came in."""
_NO_NUMBER = 0
_OPTIONAL = {"required": False, "skip_label": SKIP}
_FROM_THE_NEEDS_FORM: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("org_form", {}),
    ("company", {}),
    ("corporate_number", {}),
    ("area", {}),
    ("city", {}),
    ("ward", {}),
    ("prefecture", {}),
    ("industry", {}),
    ("other_industry", {}),
    ("branch", {}),
    ("capital", {}),
    ("employees", {}),
    ("group", {}),
    ("issue", {}),
    ("talent", _OPTIONAL),
    ("engage", _OPTIONAL),
    ("share", {}),
    ("channel", {}),
    ("contact", _OPTIONAL),
    ("tel", _OPTIONAL | {"by_contact": False}),
)
"""Which questions are asked as there, so that size, eligibility (R7) and company are the same."""


class TooLongAgo(InvalidAnswer):
    """A day further back than may be recorded."""

    def __init__(self, first: date) -> None:
        super().__init__(
            N_("Only days from %(first)s on can be recorded. Please check the day."),
            first=japanese_date(first),
        )


def walk_in_questionnaire(programme: Programme, needs: Questionnaire) -> Questionnaire:
    """Return the questions for staff of a programme; those about the company are the `needs`'."""
    questions = _numbered((*_about_the_talk(programme), *_about_the_company(needs)))
    return Questionnaire(
        QUESTIONNAIRE,
        REVISION,
        questions,
        steps=questions[-1].number,
        review=N_("Is this right? Nothing has been recorded yet."),
        send=N_("Record the consultation"),
        permitted=Action.LOG_CONSULTATION,
    )


def _about_the_talk(programme: Programme) -> tuple[Question, ...]:
    return (
        Known(key="call", title=N_("Request to be called back, no.")),
        OneOf(
            key="purpose",
            number=_NO_NUMBER,
            title=N_("Use of the information"),
            text=N_(
                "Have you explained what the information is used for, and do they agree?\n"
                "It is used (1) to answer them and arrange dates, (2) to count our results (names "
                "of companies and people are not published)."
            ),
            choices=(
                Choice("agreed", N_("Explained and agreed")),
                Choice("not_agreed", N_("No (nothing is recorded)"), ends=NOT_AGREED),
            ),
        ),
        OneOf(
            key="entry",
            number=_NO_NUMBER,
            title=N_("How it came in"),
            text=N_("How did the consultation come in?"),
            choices=choices(
                *((entry, name) for entry, name in ENTRY_NAMES.items() if entry is not Entry.BOT)
            ),
        ),
        Dated(
            key="day",
            number=_NO_NUMBER,
            title=N_("Day"),
            text=N_("On which day was it? Please type it.\nExample: 今日, 昨日, 11/24, R8.11.24"),
            parse_day=partial(parse_day, programme),
        ),
    )


def _about_the_company(needs: Questionnaire) -> tuple[Question, ...]:
    return tuple(replace(needs.by_key[key], **how) for key, how in _FROM_THE_NEEDS_FORM)


def _numbered(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Number the questions from 1; those that share a number of the needs form share one here."""
    numbered: list[Question] = []
    number, before = 0, _NO_NUMBER
    for question in questions:
        if not question.is_asked:
            numbered.append(question)
            continue
        if question.number == _NO_NUMBER or question.number != before:
            number += 1
        before = question.number
        numbered.append(replace(question, number=number))
    return tuple(numbered)


def parse_day(programme: Programme, raw: str, today: date) -> date:
    """Read the day (JST) of a talk. Raises InvalidAnswer for one that cannot be recorded."""
    day = parse_date(raw, today)
    refuse_day(programme, day, today)
    return day


def refuse_day(programme: Programme, day: date, today: date) -> None:
    """Raise InvalidAnswer unless what took place on a day (JST) may still be recorded."""
    if day > today:
        raise StillToCome
    first = first_day(programme, today)
    if day < first:
        raise TooLongAgo(first)


def first_day(programme: Programme, today: date) -> date:
    """Return the earliest day (JST) on which a talk can be recorded to have taken place.

    However long the programme allows: not in a year whose figures are published, which stay (R11).
    """
    first = today - timedelta(days=programme.counting.log_back_days)
    year = FiscalYear.of_date(first)
    while programme.evaluation.published_by(year) < today:
        year = FiscalYear(year.year + 1)
    return max(first, year.first_day)


def entry_of(answers: Answers) -> Entry:
    """Return how a finished form says that the consultation came in."""
    return Entry(str(answers["entry"]))


def day_of(answers: Answers) -> date:
    """Return the day (JST) that a finished form is about."""
    return date.fromisoformat(str(answers["day"]))


def known_from_call(call: ReturnCall) -> Answers:
    """Return the answers that a request to be called back knows (R9)."""
    known = {key: call.answers[key] for key in ("contact", "tel") if call.answers.get(key)}
    return {"call": str(call.id), "entry": Entry.TELEPHONE.value, **known}


def call_of(answers: Answers) -> int | None:
    """Return the request to be called back that a form began with."""
    call = answers.get("call")
    return int(call) if isinstance(call, str) else None
