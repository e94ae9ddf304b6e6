"""The catalogues are complete and fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from locales import LANGUAGES, catalogue_path

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def texts_in_code() -> set[str | tuple[str, ...]]:
    """The texts; one that depends on a number is the pair of singular and plural."""
    return {
        found[2]
        for room in ("handlers", "domain", "services", "bot")
        for found in extract_from_dir(str(ROOT / room), keywords=KEYWORDS)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_placeholders(language: str) -> None:
    with catalogue_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    for text in texts_in_code():
        message = catalogue.get(text)
        assert message is not None, text
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert all(strings), text
        assert not message.fuzzy, text
        placeholder = r"%\((\w+)\)"
        wanted = set(re.findall(placeholder, str(text)))
        assert all(set(re.findall(placeholder, string)) == wanted for string in strings), text


def test_the_template_is_fresh() -> None:
    with (ROOT / "locales" / "madoguchi.pot").open("rb") as file:
        template = {message.id for message in read_po(file) if message.id}
    assert template == texts_in_code()
