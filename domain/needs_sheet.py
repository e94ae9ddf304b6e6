"""The needs sheet (求人要件票・匿名): what an agency learns of a case, and nothing of whose it is.

It is a function of what was chosen from lists and of the mission that staff wrote. Nothing that the
company typed reaches it: no name, number, address or words of its own (Q4, Q5, Q13, Q20, Q21); of
the place the area is named, of the industry the division (facts 2-4).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeAlias

from domain.eras import japanese_date
from domain.form import OneOf
from domain.industry import UNKNOWN as UNKNOWN_INDUSTRY
from domain.needs_company import MORE, UNKNOWN, industry_of
from domain.programme_types import OUTSIDE
from domain.talent import CLASS_NAMES, talent_classes
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from domain.consultations import Consultation
    from domain.form import Answers, Questionnaire
    from domain.programme import Programme

    Say: TypeAlias = Callable[[str], str]

SHEET_VERSION: Final = 1
"""Raised when the sheet is made up differently; a sheet that was sent stays as it was."""
Line: TypeAlias = tuple[str, str]
"""A heading and what stands beside it; the latter may have several lines."""


@dataclass(frozen=True)
class NeedsSheet:
    """A sheet in its final words: title, head, sections of lines, and notes below them."""

    title: str
    head: tuple[Line, ...]
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole sheet as plain text, for a letter or a chat."""
        blocks = [
            "\n".join([self.title, *map(_line, self.head)]),
            *("\n".join([f"■{title}", *map(_line, lines)]) for title, lines in self.sections),
            "\n".join(self.notes),
        ]
        return "\n\n".join(blocks)

    @property
    def digest(self) -> str:
        """What tells this sheet from every other: SHA-256 of its text (UTF-8), in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


def _line(line: Line) -> str:
    return "：".join(line)


@dataclass(frozen=True)
class SheetForm:
    """What every sheet of an office is made with; `say` puts a msgid into the sheets' language."""

    programme: Programme
    questionnaire: Questionnaire
    say: Say


def needs_sheet(
    form: SheetForm, case: Consultation, issued_on: date, mission: str | None
) -> NeedsSheet:
    """Return the sheet of a case as it is issued on a day (JST), with the mission if there is one.

    What was not answered, or is not offered any more, is left out.
    """
    say, office = form.say, form.programme.office
    head = (
        (say(N_("Reference")), str(case.reference)),
        (say(N_("Issued on")), japanese_date(issued_on)),
        (say(N_("Issued by")), office.hub),
    )
    sections = (
        (say(N_("The company")), _company(form, case.answers)),
        (say(N_("Its issues")), _chosen(form, case.answers, "issue", "stage")),
        (say(N_("The talent it wants")), _talent(form, case.answers, mission)),
    )
    return NeedsSheet(
        title=say(N_("Needs sheet (anonymous)")),
        head=head,
        sections=tuple((title, lines) for title, lines in sections if lines),
        notes=(
            say(N_("The company's name, address and contact are withheld.")),
            say(N_("Please name the reference when you ask us.")),
            say(N_("%(hub)s, tel. %(telephone)s"))
            % {"hub": office.hub, "telephone": office.telephone},
        ),
    )


def _company(form: SheetForm, answers: Answers) -> tuple[Line, ...]:
    return (
        *_area(form, answers),
        *_industry(form, answers),
        *_chosen(form, answers, "employees", "capital", "sales"),
    )


def _area(form: SheetForm, answers: Answers) -> tuple[Line, ...]:
    # The question names towns as examples beside each area, and some areas are one town.
    title = form.say(form.questionnaire.by_key["area"].title)
    if answers.get("area") == OUTSIDE:
        return ((title, form.say(N_("Outside the prefecture"))),)
    names = {area.code: area.name for area in form.programme.geography.areas}
    name = names.get(str(answers.get("area")))
    return ((title, name),) if name is not None else ()


def _industry(form: SheetForm, answers: Answers) -> tuple[Line, ...]:
    key = "other_industry" if answers.get("industry") == MORE else "industry"
    if industry_of(answers) == UNKNOWN_INDUSTRY:
        return ()
    title = form.say(form.questionnaire.by_key["industry"].title)
    return tuple((title, said) for _, said in _chosen(form, answers, key))


def _talent(form: SheetForm, answers: Answers, mission: str | None) -> tuple[Line, ...]:
    say = form.say
    classes = say(", ").join(say(CLASS_NAMES[one]) for one in talent_classes(answers))
    return (
        *_chosen(form, answers, "talent"),
        *(((say(N_("National class")), classes),) if classes else ()),
        *(((say(N_("Work and mission")), mission),) if mission is not None else ()),
        *_chosen(form, answers, "engage", "salary", "fee", "timing"),
    )


def _chosen(form: SheetForm, answers: Answers, *keys: str) -> tuple[Line, ...]:
    """Return what was chosen of each question from its list; what it does not know is left out."""
    lines = []
    for key in keys:
        question = form.questionnaire.by_key[key]
        answer = answers.get(key)
        codes = (answer,) if isinstance(answer, str) else answer or ()
        offered = question.by_code({}) if isinstance(question, OneOf) else {}
        said = [
            form.say(offered[code].label) for code in codes if code in offered and code != UNKNOWN
        ]
        if said:
            lines.append((form.say(question.title), form.say(", ").join(said)))
    return tuple(lines)
