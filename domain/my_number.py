"""My Numbers (個人番号) typed by mistake: found, refused, and never kept.

Twelve digits may also be the 会社法人等番号 or an order number, so within a longer text only
digits that pass the My Number's check digit are refused.
"""

from __future__ import annotations

import re
import unicodedata

from stdnum.jp import in_

from domain.errors import InvalidAnswer
from domain.texts import N_

_MY_NUMBER_DIGITS = 12
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_DIGITS_ALONE = re.compile(r"(?:[0-9][\s-]*){12}")
# 13 digits in the groups of a corporate number (1-4-4-4) hold no My Number, nor does +81….
_TWELVE = re.compile(
    r"(?<![0-9+])(?<![0-9][\s-])(?:[0-9]{12}|[0-9]{4}([\s-])[0-9]{4}\1[0-9]{4})(?![0-9])"
)


class MyNumberTyped(InvalidAnswer):
    """A My Number was typed; it is in neither the message nor the parameters."""


def without_my_number(text: str) -> str:
    """Return a text with the digits of a My Number as zeros, each in its place.

    Twelve zeros are refused like the number itself, so that a text can be stored before it is
    read and nothing is told of whose number it was.
    """
    if sum(map(str.isdigit, text)) < _MY_NUMBER_DIGITS:
        return text
    plain = "".join(map(_plain_character, text))
    if _DIGITS_ALONE.fullmatch(plain.strip().lstrip("Tt")):
        return _zeros(text)
    for found in _TWELVE.finditer(plain):
        if in_.is_valid(found[0]):
            start, end = found.span()
            text = text[:start] + _zeros(text[start:end]) + text[end:]
    return text


def _plain_character(character: str) -> str:
    """Return its plain form where that is one character too, so that positions stay."""
    plain = unicodedata.normalize("NFKC", character).translate(_DASHES)
    return plain if len(plain) == 1 else character


def _zeros(text: str) -> str:
    return "".join("0" if character.isdigit() else character for character in text)


def refuse_my_number(raw: str) -> None:
    """Raise MyNumberTyped if a text is twelve digits or holds a valid My Number."""
    text = unicodedata.normalize("NFKC", raw).translate(_DASHES).strip()
    if _DIGITS_ALONE.fullmatch(text) or any(
        in_.is_valid(found[0]) for found in _TWELVE.finditer(text)
    ):
        raise MyNumberTyped(
            N_("Please do not type a My Number. What you typed has not been stored.")
        )
