"""What people type to be recognised and reached: names, corporate number, telephone, e-mail."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from stdnum.exceptions import ValidationError
from stdnum.jp import cn

from domain.errors import InvalidAnswer
from domain.questions import Parsed
from domain.texts import N_

_MY_NUMBER_DIGITS = 12
_FORMS = {
    "(株)": "株式会社",
    "(有)": "有限会社",
    "(同)": "合同会社",
    "(資)": "合資会社",
    "(名)": "合名会社",
    "(医)": "医療法人",
    "(福)": "社会福祉法人",
}
_FORM_WORDS = (*_FORMS.values(), "一般社団法人", "一般財団法人", "特定非営利活動法人")
_NAME_LIMIT, _PERSON_LIMIT = 100, 60
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−－ｰ-", "ー") | {"ヶ": "ケ", "髙": "高", "﨑": "崎"})
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _tidy(raw: str, limit: int) -> str:
    text = " ".join(raw.split())
    if not 1 <= len(text) <= limit or not any(c.isalnum() for c in text) or "://" in text:
        raise InvalidAnswer(
            N_("Please type the name in letters, up to %(limit)d characters."), limit=limit
        )
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co"} for c in text):
        raise InvalidAnswer(
            N_("Please type the name in letters, up to %(limit)d characters."), limit=limit
        )
    return text


def parse_company_name(raw: str) -> Parsed:
    """Parse a company or trade name; an abbreviated legal form is expanded and asked back.

    Raises InvalidAnswer for an empty, too long or symbol-only name.
    """
    text = _tidy(raw, _NAME_LIMIT)
    formal = re.sub(
        r"[㈱㈲]|[(（][株有同資名医福][)）]",
        lambda found: _FORMS[unicodedata.normalize("NFKC", found[0])],
        text,
    ).strip()
    if not name_key(formal):
        raise InvalidAnswer(
            N_("Please type the whole name, not the legal form alone. Example: 株式会社見本製作所")
        )
    return Parsed(formal, to_confirm=formal != text)


def name_key(formal: str) -> str:
    """Return what a company is found by: no legal form, blanks or symbols, one spelling."""
    key = unicodedata.normalize("NFKC", formal)
    for word in _FORM_WORDS:
        key = key.replace(word, "")
    key = key.translate(_HYPHENS).casefold()
    key = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in key)
    return "".join(c for c in key if c.isalnum())


def parse_person_name(raw: str) -> Parsed:
    """Parse a person's name and title, 1–60 characters. Raises InvalidAnswer."""
    return Parsed(_tidy(raw, _PERSON_LIMIT))


def parse_corporate_number(raw: str) -> Parsed:
    """Parse a 13-digit corporate number (check digit by ministry ordinance).

    Raises InvalidAnswer; twelve digits could be a My Number and are refused as such.
    """
    digits = re.sub(r"[\s\-‐‑–—−ー]", "", unicodedata.normalize("NFKC", raw)).upper()
    digits = digits.removeprefix("T")
    if digits.isdigit() and len(digits) == _MY_NUMBER_DIGITS:
        raise InvalidAnswer(
            N_("Please do not type a My Number. What you typed has not been stored.")
        )
    try:
        return Parsed(cn.validate(digits))
    except ValidationError as error:
        raise InvalidAnswer(
            N_(
                "The number did not match. Please check the 13 digits again, "
                "or choose “Later” if you do not know it."
            )
        ) from error


def parse_telephone(raw: str) -> Parsed:
    """Parse a Japanese telephone number into E.164. Raises InvalidAnswer."""
    try:
        number = phonenumbers.parse(raw, "JP")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.country_code != 81 or not phonenumbers.is_valid_number(number):
        raise InvalidAnswer(
            N_(
                "That does not look like a telephone number. Please type it with its area code. "
                "Example: 048-830-0000"
            )
        )
    return Parsed(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def show_telephone(e164: str) -> str:
    """Return a stored number the way people in Japan write it."""
    number = phonenumbers.parse(e164, "JP")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def parse_email(raw: str) -> Parsed:
    """Parse an e-mail address by its form only. Raises InvalidAnswer."""
    address = unicodedata.normalize("NFKC", raw).strip()
    if not _EMAIL.fullmatch(address):
        raise InvalidAnswer(
            N_("That does not look like an e-mail address. Example: yamada@example.co.jp")
        )
    return Parsed(address)


def parse_free_text(raw: str) -> Parsed:
    """Parse a free text of up to 300 characters. Raises InvalidAnswer."""
    text = raw.strip()
    if not 1 <= len(text) <= 300:
        raise InvalidAnswer(N_("Please keep it to 300 characters."))
    return Parsed(text)
