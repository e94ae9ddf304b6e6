"""E-mail addresses: checks the form only and never whether the mailbox exists."""

from __future__ import annotations

import re
import unicodedata

from domain.errors import InvalidAnswer
from domain.my_number import refuse_my_number
from domain.texts import N_

NOT_AN_EMAIL = N_(
    "The form of the e-mail address could not be recognised. "
    "Please type it with its @ and the part after it. Example: %(example)s"
)

_EXAMPLE = "yamada@example.co.jp"
_LONGEST = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)


def parse_email(raw: str) -> str:
    """Return a typed address in half-width letters, its domain in lower case.

    Dots may stand anywhere before the @: Japanese mobile carriers gave out such addresses.
    Raises InvalidAnswer, and MyNumberTyped for what must not be kept.
    """
    refuse_my_number(raw)
    address = unicodedata.normalize("NFKC", raw).strip()
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise InvalidAnswer(NOT_AN_EMAIL, example=_EXAMPLE)
    mailbox, _, host = address.rpartition("@")
    return f"{mailbox}@{host.lower()}"
