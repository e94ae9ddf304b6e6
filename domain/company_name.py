"""Names of companies and people as they are typed, stored and found again.

The spelling a person chose is what is shown; the key is for finding only. Keeps no list of names.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from domain.errors import InvalidAnswer
from domain.my_number import refuse_my_number
from domain.texts import N_

EMPTY = N_("Nothing was typed. Please type the name. Example: %(example)s")
TOO_LONG = N_(
    "The name has %(count)s characters; up to %(limit)s can be recorded. "
    "Please shorten it. Example: %(example)s"
)
NO_LETTERS = N_("The name has no letters. Please type it in letters. Example: %(example)s")
NOT_PRINTABLE = N_(
    "The name has line breaks or characters that cannot be shown. "
    "Please type it again in one line. Example: %(example)s"
)
HAS_URL = N_("A web address was typed. Please type the name itself. Example: %(example)s")
LEGAL_FORM_ALONE = N_(
    "That is the legal form alone. Please type the whole name. Example: %(example)s"
)

COMPANY_LIMIT, PERSON_LIMIT = 100, 60
_COMPANY_EXAMPLE, _PERSON_EXAMPLE = "株式会社見本製作所", "山田 太郎（専務）"

_ABBREVIATIONS = {
    "株": "株式会社",
    "有": "有限会社",
    "同": "合同会社",
    "名": "合名会社",
    "資": "合資会社",
    "医": "医療法人",
    "福": "社会福祉法人",
}
_ABBREVIATED = re.compile(r"\s*(?:[(（]\s*([株有同名資医福])\s*[)）]|([㈱㈲㈴㈾㍿]))\s*")
_LEGAL_FORMS = (
    "特定非営利活動法人",
    "農事組合法人",
    "社会医療法人",
    "医療法人社団",
    "医療法人財団",
    "社会福祉法人",
    "一般社団法人",
    "一般財団法人",
    "公益社団法人",
    "公益財団法人",
    "特例有限会社",
    "事業協同組合",
    "社会保険労務士法人",
    "土地家屋調査士法人",
    "司法書士法人",
    "行政書士法人",
    "税理士法人",
    "弁護士法人",
    "弁理士法人",
    "監査法人",
    "医療法人",
    "学校法人",
    "NPO法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "合名会社",
    "合資会社",
    "協同組合",
    "企業組合",
    "協業組合",
)
_FORM_WORD = re.compile("|".join(map(re.escape, _LEGAL_FORMS)), re.IGNORECASE)

_URL = re.compile(r"[a-z][a-z0-9+.-]*://|www\.|\bt\.me/", re.IGNORECASE)
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_NOT_PRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_HIRAGANA = {code: code + 0x60 for code in (*range(ord("ぁ"), ord("ゖ") + 1), *map(ord, "ゝゞ"))}
_ONE_SPELLING = str.maketrans({"ヶ": "ケ", "ヵ": "カ", "髙": "高", "﨑": "崎"})
_BETWEEN = r"[\W_]*"
# After kana a hyphen is a mistyped long-vowel mark; elsewhere it is a symbol and goes.
_LONG_VOWEL = re.compile("(?<=[ァ-ヺー])[-‐‑‒–—―−]")


@dataclass(frozen=True)
class CompanyName:
    """A company name: as typed, and with an abbreviated legal form written out in its place."""

    typed: str
    formal: str

    @property
    def needs_confirmation(self) -> bool:
        """Whether the written-out name differs from what was typed and should be asked back."""
        return self.formal != self.typed


def parse_company_name(raw: str) -> CompanyName:
    """Read a company or trade name of 1 to 100 characters, at the front or back its legal form.

    ㈱, (株), （株） and the like are written out where they stand. Raises InvalidAnswer, and
    MyNumberTyped for what must not be kept.
    """
    typed = _tidy(raw, COMPANY_LIMIT, _COMPANY_EXAMPLE)
    formal = _ABBREVIATED.sub(_written_out, typed)
    if not any(map(_is_letter, _FORM_WORD.sub("", unicodedata.normalize("NFKC", formal)))):
        raise InvalidAnswer(LEGAL_FORM_ALONE, example=_COMPANY_EXAMPLE)
    _check_length(formal, COMPANY_LIMIT, _COMPANY_EXAMPLE)
    return CompanyName(typed, formal)


def parse_person_name(raw: str) -> str:
    """Read a person's name, with a title if they like, of 1 to 60 characters.

    Raises InvalidAnswer, and MyNumberTyped for what must not be kept.
    """
    return _tidy(raw, PERSON_LIMIT, _PERSON_EXAMPLE)


def name_key(formal: str) -> str:
    """Return the key a company is found by, one for all spellings of its name (facts 3-4).

    Without legal form, blanks and symbols, in katakana, hyphens and variant letters folded. Never
    shown. A name that consists of nothing else keeps its legal form.

    医療法人社団 and 医療法人財団 fold with 医療法人, and every form with none: people leave them
    out or mix them up, and a wrong match only flags a consultation that staff look at (R3), while
    a missed one would be counted twice unseen.
    """
    key, folded = formal, _folded(_ABBREVIATED.sub(_written_out, formal))
    while key != folded:
        key, folded = folded, _folded(folded)
    without_form = _FORM_WORD.sub("", key)
    while without_form not in {"", key}:
        key = _folded(without_form)
        without_form = _FORM_WORD.sub("", key)
    return key


def mentions(text: str, name: str, ordinary: str = "") -> bool:
    """Whether a text has a company's or a person's name in it, in any spelling.

    A name of one character, or that is a word of the `ordinary` text (a firm called 製造業), is
    found together with its legal form only. Latin letters within a longer word are no name.
    """
    words = _ABBREVIATED.sub(_written_out, text)
    whole, bare = _folded(_ABBREVIATED.sub(_written_out, name)), name_key(name)
    if whole != bare and _has(words, whole):
        return True
    is_ordinary = len(bare) < 2 or _has(ordinary, bare)
    return not is_ordinary and _has(words, bare)


def _has(text: str, key: str) -> bool:
    """Whether a text has the letters of a key one after another, whatever stands between them."""
    begin = "(?<![a-z0-9])" if key[:1].isascii() else ""
    end = "(?![a-z0-9])" if key[-1:].isascii() else ""
    spelt = begin + _BETWEEN.join(map(re.escape, key)) + end
    return bool(key) and re.search(spelt, _one_spelling(text)) is not None


def _tidy(raw: str, limit: int, example: str) -> str:
    text = raw.strip()
    if not text:
        raise InvalidAnswer(EMPTY, example=example)
    refuse_my_number(text)
    if not any(map(_is_letter, unicodedata.normalize("NFKC", _KEYCAP.sub("", text)))):
        raise InvalidAnswer(NO_LETTERS, example=example)
    if any(unicodedata.category(character) in _NOT_PRINTABLE for character in text):
        raise InvalidAnswer(NOT_PRINTABLE, example=example)
    if _URL.search(unicodedata.normalize("NFKC", text)):
        raise InvalidAnswer(HAS_URL, example=example)
    _check_length(text, limit, example)
    return text


def _check_length(text: str, limit: int, example: str) -> None:
    if len(text) > limit:
        raise InvalidAnswer(TOO_LONG, count=len(text), limit=limit, example=example)


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _written_out(found: re.Match[str]) -> str:
    kind = found[1] or unicodedata.normalize("NFKC", found[2]).strip("()")
    return _ABBREVIATIONS.get(kind, kind)


def _folded(text: str) -> str:
    return "".join(filter(_is_letter, _one_spelling(text)))


def _one_spelling(text: str) -> str:
    one = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _LONG_VOWEL.sub("ー", one.translate(_HIRAGANA).translate(_ONE_SPELLING))
