"""The national classification of professional talent, and what the answers to Q15 fall under."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from domain.texts import N_

if TYPE_CHECKING:
    from domain.form import Answers


class TalentClass(StrEnum):
    """The three classes that the Cabinet Office counts (facts 1-2)."""

    MANAGEMENT = "management"
    NEW_BUSINESS = "new_business"
    PRODUCTIVITY = "productivity"


CLASS_NAMES = {
    TalentClass.MANAGEMENT: N_("management"),
    TalentClass.NEW_BUSINESS: N_("new business and sales channels"),
    TalentClass.PRODUCTIVITY: N_("productivity"),
}
_CLASS_OF = {
    "management": TalentClass.MANAGEMENT,
    "successor": TalentClass.MANAGEMENT,
    "accounting": TalentClass.MANAGEMENT,
    "hr": TalentClass.MANAGEMENT,
    "marketing": TalentClass.NEW_BUSINESS,
    "newbiz": TalentClass.NEW_BUSINESS,
    "abroad": TalentClass.NEW_BUSINESS,
    "production": TalentClass.PRODUCTIVITY,
    "it": TalentClass.PRODUCTIVITY,
}
UNDECIDED = "discuss"


def class_of(code: str) -> TalentClass:
    """Return the class of one kind of talent (Q15). Raises KeyError for what is left open."""
    return _CLASS_OF[code]


def talent_classes(answers: Answers) -> tuple[TalentClass, ...]:
    """Return the classes of the talent wanted, each once; none while it is left open (Q15)."""
    wanted = answers.get("talent")
    codes = wanted if isinstance(wanted, tuple) else ()
    found = {_CLASS_OF[code] for code in codes if code in _CLASS_OF}
    return tuple(one for one in TalentClass if one in found)
