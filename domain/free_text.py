"""What people write in their own words: its length, and personal data that need not be in it.

Finds what looks like a telephone number, an e-mail address or a person's name, and has it asked
back; it cannot find every name, so the question asks to leave names out.
"""

from __future__ import annotations

import re
import unicodedata

from domain.errors import InvalidAnswer
from domain.form import Parsed
from domain.my_number import refuse_my_number
from domain.texts import N_

TOO_LONG = N_("The text has %(count)s characters. Please keep it to %(limit)s characters.")
NO_WORDS = N_("The text could not be read. Please type it in words, or skip the question.")
PERSONAL_DATA = N_(
    "The text seems to hold a person's name, a telephone number or an e-mail address. "
    "If you can, please type it again without.\n\n“%(value)s”\n\nShall we take it as it is?"
)

LIMIT = 300
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No"})
_NOT_PRINTABLE = frozenset({"Cc", "Cs", "Co"})
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_MANY_DIGITS = re.compile(r"(?:\+|[0-9])(?:[-()\s.]{0,2}[0-9]){9,}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# 山田さん, 山田太郎氏, 佐々木様; not お客様, 取引先様, 職人さん, nor 仕様, 同様, 多様.
_NAMED = re.compile(
    r"[一-龠々ヶ]{1,5}(?<![客皆者先社業店員主方会人])(?:さん|氏(?![名族])|(?<![仕同多模異])様(?![々子式相]))"
)


def parse_free_text(raw: str) -> Parsed:
    """Read a free text of 1 to 300 characters; it may have several lines.

    One that seems to hold personal data is asked back (PERSONAL_DATA). Raises InvalidAnswer, and
    MyNumberTyped for what must not be kept.
    """
    text = "\n".join(line.strip() for line in raw.strip().splitlines())
    refuse_my_number(text)
    if len(text) > LIMIT:
        raise InvalidAnswer(TOO_LONG, count=len(text), limit=LIMIT)
    kinds = {unicodedata.category(character) for character in text if character != "\n"}
    if kinds.isdisjoint(_LETTERS) or not kinds.isdisjoint(_NOT_PRINTABLE):
        raise InvalidAnswer(NO_WORDS)
    return Parsed(text, to_confirm=seems_personal(text))


def seems_personal(text: str) -> bool:
    """Whether a text seems to hold a telephone number, an e-mail address or a person's name."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return any(pattern.search(folded) for pattern in (_MANY_DIGITS, _EMAIL, _NAMED))
