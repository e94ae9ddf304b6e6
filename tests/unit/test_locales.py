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


UNTIDY = {
    "half-width or angular brackets": r"[()［］]",
    "a tilde for 〜": "[~～]",
    "half-width punctuation after Japanese": r"(?<=[ぁ-んァ-ヶ一-龠])[,.!?:]",
    "a doubled honorific": r"させていただ|になられ|ご(?!ざ)[一-龠]{1,4}され",
}
DATE_PATTERN = "MMM d (EEE) H:mm"


def test_the_japanese_texts_keep_one_style() -> None:
    with catalogue_path("ja").open("rb") as file:
        catalogue = read_po(file, locale="ja")
    untidy = []
    for message in catalogue:
        if not message.id or message.id == DATE_PATTERN:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts:
            shown = re.sub(r"%\(\w+\)[sd]|<[^>]+>", "", str(text))
            untidy += [(text, what) for what, found in UNTIDY.items() if re.search(found, shown)]
    assert untidy == []


def test_the_headers_name_this_project() -> None:
    for path in (ROOT / "locales" / "madoguchi.pot", *map(catalogue_path, LANGUAGES)):
        header = path.read_text("utf-8").split("\n\n", 1)[0]
        assert "Madoguchi" in header, path
        for placeholder in ("FIRST AUTHOR", "EMAIL@ADDRESS", "ORGANIZATION", "PROJECT"):
            assert placeholder not in header, path
