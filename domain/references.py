"""Reading a case's reference as people type it."""

from __future__ import annotations

import re
import unicodedata

from domain.consultations import Reference
from domain.errors import InvalidAnswer
from domain.fiscal_year import FiscalYear
from domain.texts import N_

# A keyboard for Japanese gives any of these where a hyphen is meant.
_HYPHENS = "-\u2010\u2011\u2013\u2014\u2212\u30fc"
_WRITTEN = re.compile(rf"([RrHh][0-9]{{1,2}})[{_HYPHENS}]([0-9]{{1,9}})")


def parse_reference(raw: str) -> Reference:
    """Read R8-0042, r8-42 or Ｒ８－００４２. Raises InvalidAnswer."""
    text = "".join(unicodedata.normalize("NFKC", raw).split())
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise InvalidAnswer(
            N_("This could not be read as a reference. Example: %(example)s"), example="R8-0042"
        )
    return Reference(FiscalYear.parse(found[1]), int(found[2]))
