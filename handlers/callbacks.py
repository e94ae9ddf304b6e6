"""Callback data: what each button says of itself. ASCII, at most 64 bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain import match_forms, mission_form, needs, partner_form, return_calls, walk_ins
from domain.errors import StaleButton

if TYPE_CHECKING:
    from domain.drafts import Draft

QUESTION, FIX, CASE, LANGUAGE, STAFF = "q", "fix", "case", "lang", "st"
INTAKE, RETURN_CALL = "in", "rc"
CALL, ADDENDUM, CALENDAR, AUDIT = "call", "add", "cf", "au"
BOOKING, MEETING, SLOTS = "bk", "mt", "sl"
"""An owner's booking, the staff's side of it, and the slots with their closures."""
DESK = "cs"
"""A staff member's work on a case, in private; CASE is the staff chat's card."""
LIST = "cl"
"""The list of open cases."""
MATCH, WALK_IN, RELAY = "ma", "lg", "rl"
MATCH_STEP, MATCH_CONTRACT = "ms", "mc"
"""A match and its forms, a consultation that staff log, what owner and assignee write."""
REFERRAL, PARTNER, CHASER = "rf", "pt", "ch"
"""A referral to an agency with its needs sheet, the partners, and what staff are told again."""
SHARING, MISSION = "sh", "mi"
"""Consent to sharing, which staff record and owners change; and the mission on a needs sheet."""
FAMILIES = {
    needs.QUESTIONNAIRE: INTAKE,
    return_calls.QUESTIONNAIRE: RETURN_CALL,
    match_forms.MATCH: MATCH,
    match_forms.MATCH_STEP: MATCH_STEP,
    match_forms.MATCH_CONTRACT: MATCH_CONTRACT,
    partner_form.QUESTIONNAIRE: PARTNER,
    mission_form.QUESTIONNAIRE: MISSION,
    walk_ins.QUESTIONNAIRE: WALK_IN,
}
"""The family of the buttons that belong to a questionnaire as a whole."""
_NAMES = {family: name for name, family in FAMILIES.items()}


def pack(family: str, *arguments: object) -> str:
    """Return callback data. Raises ValueError if Telegram would refuse it."""
    data = ":".join((family, *map(str, arguments)))
    if not data.isascii() or len(data) > 64:
        message = f"callback data {data!r} is not ASCII of at most 64 bytes"
        raise ValueError(message)
    return data


def form_code(draft: Draft) -> str:
    """Return what a button says of a form: of the staff's, which draft it is."""
    name = draft.questionnaire
    return name if draft.consent is not None else f"{name}-{draft.id}"


def read_form(code: str) -> tuple[str, int | None]:
    """Return the form of a code, and the draft that it names. Raises StaleButton."""
    name, dash, digits = code.partition("-")
    if not dash:
        return name, None
    if not re.fullmatch(r"[0-9]{1,18}", digits, re.ASCII):
        raise StaleButton("")
    return name, int(digits)


def form_of(data: str) -> str:
    """Return the questionnaire that a button of `FAMILIES` belongs to."""
    return _NAMES[data.split(":", 1)[0]]


def number_in(data: str) -> int:
    """Return the row that a button such as `in:submit-12` or `call:take:12` is about.

    Raises StaleButton for anything else.
    """
    digits = re.search(r"[-:]([0-9]{1,18})$", data)
    if digits is None:
        raise StaleButton("")
    return int(digits[1])


def unpack(data: str, count: int) -> tuple[str, ...] | None:
    """Return the `count` arguments after the family; None if the data is of another form."""
    parts = tuple(data.split(":"))[1:]
    return parts if len(parts) == count else None
