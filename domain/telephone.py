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

_EXAMPLE = "048-830-0000"
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


def parse_telephone(raw: str) -> str:
    """Return a typed number in E.164 (+81488300000), as it is stored.

    Twelve digits are taken for a My Number (MyNumberTyped) unless +81 begins them. Raises
    InvalidAnswer.
    """
    refuse_my_number(raw)
    text = unicodedata.normalize("NFKC", raw).translate(_DASHES).strip()
    text = _LABEL.sub("", text)
    if not _DIALLED.fullmatch(text):
        raise InvalidAnswer(NOT_A_TELEPHONE, example=_EXAMPLE)
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        raise InvalidAnswer(NOT_A_TELEPHONE, example=_EXAMPLE) from None
    if number.country_code != _COUNTRY:
        raise InvalidAnswer(NOT_CALLABLE, example=_EXAMPLE)
    if not phonenumbers.is_valid_number(number):
        raise InvalidAnswer(NOT_A_TELEPHONE, example=_EXAMPLE)
    if phonenumbers.number_type(number) not in _CALLABLE:
        raise InvalidAnswer(NOT_CALLABLE, example=_EXAMPLE)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def show_telephone(e164: str) -> str:
    """Return a stored E.164 number as people in Japan write it: 048-830-0000."""
    number = phonenumbers.parse(e164, _REGION)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
