"""Corporate numbers (法人番号): thirteen digits, the first of which checks the others.

Refuses twelve digits, which may be a person's My Number, without repeating or keeping them.
"""

from __future__ import annotations

import re
import unicodedata

from stdnum.jp import cn

from domain.errors import InvalidAnswer
from domain.my_number import MyNumberTyped
from domain.texts import N_

MY_NUMBER_TYPED = N_(
    "Please do not type a My Number (12 digits). What you typed has not been stored. "
    "A corporate number has 13 digits. Example: %(example)s"
)
NOT_ONLY_DIGITS = N_(
    "A corporate number consists of digits only. Please type its 13 digits. Example: %(example)s"
)
WRONG_LENGTH = N_(
    "A corporate number has 13 digits, but there were %(count)s. "
    "Please type all 13 digits. Example: %(example)s"
)
DOES_NOT_MATCH = N_(
    "The number did not match its check digit. Please check the 13 digits again, "
    "or choose “Later” if you do not know it. Example: %(example)s"
)

_EXAMPLE = "7123456789012"
_DIGITS, _MY_NUMBER_DIGITS = 13, 12
_BETWEEN_DIGITS = re.compile(r"[\s\-‐‑‒–—―−ー]")


def parse_corporate_number(raw: str) -> str:
    """Return the thirteen digits of a typed corporate number.

    Accepts full-width digits, hyphens, blanks and the leading T of an invoice number; the check
    digit follows the ministerial ordinance (facts 3-1). It cannot tell 0 from 9, so the number
    should be shown again. Raises MyNumberTyped for twelve digits, else InvalidAnswer.
    """
    digits = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", raw)).upper().removeprefix("T")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidAnswer(NOT_ONLY_DIGITS, example=_EXAMPLE)
    if len(digits) == _MY_NUMBER_DIGITS:
        raise MyNumberTyped(MY_NUMBER_TYPED, example=_EXAMPLE)
    if len(digits) != _DIGITS:
        raise InvalidAnswer(WRONG_LENGTH, count=len(digits), example=_EXAMPLE)
    if not cn.is_valid(digits):
        raise InvalidAnswer(DOES_NOT_MATCH, example=_EXAMPLE)
    return digits
