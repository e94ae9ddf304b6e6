"""Work and mission (業務・ミッション): the one text of a needs sheet that staff write themselves.

It goes to agencies, so what would tell whose case it is is refused, not asked back: the names of
company, institution and contact, the municipality, and whatever looks like a telephone number, an
address on the net or a person. It cannot find everything: a sheet is looked at before it goes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from domain.company_name import mentions
from domain.errors import InvalidAnswer
from domain.free_text import parse_free_text, seems_personal
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.form import Answers
    from domain.municipalities import Municipalities

NAMES_THE_COMPANY = N_(
    "The text has the name of the company or of its institution. Please type it again without."
)
NAMES_THE_CONTACT = N_("The text has the name of the contact person. Please type it again without.")
NAMES_THE_PLACE = N_(
    "The text names the place of the company (%(place)s). Please type it again without."
)
SAYS_WHO = N_(
    "The text seems to hold a person's name, a telephone number, an e-mail or a web address. "
    "Please type it again without."
)
NOT_IN_PRINT = N_(
    "“%(character)s” cannot be printed on the sheet. Please type the text again without it."
)
TOO_MANY_LINES = N_(
    "The text has %(count)s lines. Please type it in up to %(limit)s, so that the sheet is one "
    "page."
)
LINES: Final = 10
_IN_BRACKETS = re.compile(r"[(（\[【〔].*?[)）\]】〕]")
_BETWEEN_NAMES = re.compile(r"[\s・,、/／]+")
_TITLE = re.compile(
    "副?社長|会長|(?:代表)?取締役|代表|専務|常務|役員|監査役|(?:総務|人事|経理|営業)?[部次課係室所店]長|"
    "主任|(?:工場|支店|事務局|施設|院|園)長|理事長?|顧問|相談役|経営者|担当者?|総務|人事|経理|営業"
)
"""Words beside a contact's name that are nobody's."""
_ON_THE_NET = re.compile(
    r"://|www\.|\bt\.me/|[a-z0-9-]\.(?:co\.)?(?:jp|com|net|org)\b", re.IGNORECASE
)
# Printed Japanese: JIS X 0213 and what Windows adds; the font lacks three of them.
_ENCODINGS: Final = ("shift_jis_2004", "cp932")
_MISSING: Final = frozenset("∑⦅⦆")
_ANOTHER_DASH: Final = "—"
"""What some keyboards type for the dash that the encodings know."""


def read_mission(raw: str) -> str:
    """Read a mission: 1 to 300 characters in up to ten lines. Raises InvalidAnswer.

    What looks like a person, a number or an address is refused; whether it names the company of
    a case is for `check_names`.
    """
    text = _without_empty_lines(parse_free_text(raw).value)
    folded = unicodedata.normalize("NFKC", text)
    if seems_personal(text) or _ON_THE_NET.search(folded):
        raise InvalidAnswer(SAYS_WHO)
    for character in text:
        if character != "\n" and not is_printed(character):
            raise InvalidAnswer(NOT_IN_PRINT, character=character)
    return text


def check_names(text: str, answers: Answers, places: Iterable[str], ordinary: str) -> None:
    """Refuse a mission that names the company, the contact or the place of a case.

    `places` are the names that its place goes by, `ordinary` the sheet without a mission: a name
    that is a word of the sheet anyway gives nothing away. Raises InvalidAnswer.
    """
    if any(mentions(text, name, ordinary) for name in _companies(answers)):
        raise InvalidAnswer(NAMES_THE_COMPANY)
    if any(mentions(text, name, ordinary) for name in _persons(answers)):
        raise InvalidAnswer(NAMES_THE_CONTACT)
    for place in places:
        if mentions(text, place, ordinary):
            raise InvalidAnswer(NAMES_THE_PLACE, place=place)


def places_of(answers: Answers, municipalities: Municipalities) -> tuple[str, ...]:
    """Return the names of a company's municipality, with and without 市町村, and of its ward."""
    city = municipalities.by_code(str(answers.get("city")))
    ward = municipalities.by_code(str(answers.get("ward")))
    towns = (city.name, city.short_name) if city is not None else ()
    return (*towns, ward.name) if ward is not None else towns


def _without_empty_lines(text: str) -> str:
    lines = [line for line in text.splitlines() if line]
    if len(lines) > LINES:
        raise InvalidAnswer(TOO_MANY_LINES, count=len(lines), limit=LINES)
    return "\n".join(lines)


def _companies(answers: Answers) -> Iterator[str]:
    for key in ("company", "agent"):
        if name := answers.get(key):
            yield str(name)


def _persons(answers: Answers) -> Iterator[str]:
    """Return the contact's name, and each part of it; not the title beside it."""
    contact = answers.get("contact")
    parts = [
        part
        for part in _BETWEEN_NAMES.split(_IN_BRACKETS.sub(" ", str(contact or "")))
        if part and not _TITLE.fullmatch(part)
    ]
    if parts:
        yield from (" ".join(parts), *parts)


def is_printed(character: str) -> bool:
    """Whether a character can stand on a sheet: the font of the PDF has it."""
    if character in _MISSING or unicodedata.category(character) in {"Cc", "Co"}:
        return False
    return character == _ANOTHER_DASH or any(_has(one, character) for one in _ENCODINGS)


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
