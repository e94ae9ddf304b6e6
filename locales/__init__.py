"""Message catalogues: reads the .po files as they are, so rewording one needs a restart only."""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"
DOMAIN = "madoguchi"


def catalogue_path(language: str) -> Path:
    """Return the path of a language's .po file."""
    return Path(__file__).parent / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def load_translations(language: str) -> gettext.GNUTranslations:
    """Return the translations of `language`. Raises OSError if its file cannot be read."""
    compiled = BytesIO()
    with catalogue_path(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
