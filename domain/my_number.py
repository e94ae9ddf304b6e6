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

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_DIGITS_ALONE = re.compile(r"(?:[0-9][\s-]*){12}")
# 13 digits in the groups of a corporate number (1-4-4-4) hold no My Number, nor does +81….
_TWELVE = re.compile(
    r"(?<![0-9+])(?<![0-9][\s-])(?:[0-9]{12}|[0-9]{4}([\s-])[0-9]{4}\1[0-9]{4})(?![0-9])"
)


class MyNumberTyped(InvalidAnswer):
    """A My Number was typed; it is in neither the message nor the parameters."""


def refuse_my_number(raw: str) -> None:
    """Raise MyNumberTyped if a text is twelve digits or holds a valid My Number."""
    text = unicodedata.normalize("NFKC", raw).translate(_DASHES).strip()
    if _DIGITS_ALONE.fullmatch(text) or any(
        in_.is_valid(found[0]) for found in _TWELVE.finditer(text)
    ):
        raise MyNumberTyped(
            N_("Please do not type a My Number. What you typed has not been stored.")
        )
