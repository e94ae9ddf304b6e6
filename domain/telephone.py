"""Japanese telephone numbers a company can be called back on: fixed, mobile, IP and toll-free.

Refuses emergency, premium, pager and foreign numbers and anything with an extension.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from domain.errors import InvalidAnswer
from domain.my_number import refuse_my_number
from domain.texts import N_

NOT_A_TELEPHONE = N_(
    "The form of the telephone number could not be recognised. "
    "Please type digits, beginning with the area code. Example: %(example)s"
)
NOT_CALLABLE = N_(
    "That number cannot be called back. Please type a fixed, mobile, IP or toll-free number "
    "in Japan. Example: %(example)s"
)

_REGION, _COUNTRY = "JP", 81
_LABEL = re.compile(r"^(?:tel|電話)[.:]?\s*", re.IGNORECASE)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_DIALLED = re.compile(r"\+?[0-9()\-.\s]+")
_CALLABLE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.TOLL_FREE,
    }
)


def parse_telephone(raw: str, example: str) -> str:
    """Return a typed number in E.164 (+81…), as it is stored; a refusal names the `example`.

    Twelve digits are taken for a My Number (MyNumberTyped) unless +81 begins them. Raises
    InvalidAnswer.
    """
    refuse_my_number(raw)
    text = unicodedata.normalize("NFKC", raw).translate(_DASHES).strip()
    text = _LABEL.sub("", text)
    if not _DIALLED.fullmatch(text):
        raise InvalidAnswer(NOT_A_TELEPHONE, example=example)
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        raise InvalidAnswer(NOT_A_TELEPHONE, example=example) from None
    if number.country_code != _COUNTRY:
        raise InvalidAnswer(NOT_CALLABLE, example=example)
    if not phonenumbers.is_valid_number(number):
        raise InvalidAnswer(NOT_A_TELEPHONE, example=example)
    if phonenumbers.number_type(number) not in _CALLABLE:
        raise InvalidAnswer(NOT_CALLABLE, example=example)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def show_telephone(e164: str) -> str:
    """Return a stored E.164 number as people in Japan write it, with its hyphens."""
    number = phonenumbers.parse(e164, _REGION)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
