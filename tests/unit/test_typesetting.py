from __future__ import annotations

import subprocess
import sys
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from domain.form import OneOf, SomeOf
from domain.mission import LINES, is_printed
from domain.needs_sheet import NeedsSheet
from handlers import typesetting
from handlers.typesetting import CannotTypeset, ready, typeset_needs_sheet
from tests.unit.sheets import CHOSEN, FORM, ISSUED_ON, TYPED, sheet_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.form import Answers

MISSION = "県外の販路を開く。\n週1日から、“右腕”として（2〜3年）。"


@pytest.fixture
def fresh_fonts() -> Iterator[None]:
    """Let fonts be looked for again, and the real ones after the test."""
    typesetting._fonts.cache_clear()
    yield
    typesetting._fonts.cache_clear()


def words(text: str) -> str:
    """Return a text without blanks, line breaks and what only the plain text puts between."""
    return "".join(text.replace("■", "").replace("：", "").split())


def read_pdf(content: bytes) -> tuple[int, str]:
    document = pypdfium2.PdfDocument(content)
    pages = len(document)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return pages, text


def longest() -> Answers:
    """Return the answers that fill a sheet most: every choice as long as any, as many as go."""
    answers = {}
    for question in FORM.questionnaire.questions:
        if isinstance(question, OneOf) and question.key != "city":
            offered = sorted(
                question.by_code({}).values(), key=lambda c: len(FORM.say(c.label)), reverse=True
            )
            codes = [choice.code for choice in offered]
            several = isinstance(question, SomeOf)
            if codes:
                answers[question.key] = tuple(codes[: question.limit]) if several else codes[0]
    return answers


@pytest.mark.parametrize(
    ("answers", "mission"),
    [
        ({**CHOSEN, **TYPED}, MISSION),
        (CHOSEN, None),
        ({}, None),
        (longest(), "あ" * 300),
        (longest(), "\n".join(["鬱" * 29] * LINES)),
    ],
    ids=["usual", "no mission", "nothing", "longest", "many lines"],
)
def test_the_page_says_what_the_text_says(answers: Answers, mission: str | None) -> None:
    sheet = sheet_of(answers, mission)
    _, text = read_pdf(typeset_needs_sheet(sheet, ISSUED_ON))
    assert words(text) == words(sheet.text)


@pytest.mark.parametrize("mission", ["あ" * 300, "\n".join(["鬱" * 29] * LINES), "W" * 300])
def test_the_longest_sheet_is_one_page(mission: str) -> None:
    pages, _ = read_pdf(typeset_needs_sheet(sheet_of(longest(), mission), ISSUED_ON))
    assert pages == 1


def test_nothing_that_was_written_is_markup() -> None:
    written = '#panic("x") *太字* $x^2$ <名> @ref \\ = 見出し // 注'
    sheet = sheet_of(CHOSEN, written)
    _, text = read_pdf(typeset_needs_sheet(sheet, ISSUED_ON))
    assert words(written) in words(text)


def test_the_same_words_make_the_same_bytes_in_every_process() -> None:
    here = typeset_needs_sheet(sheet_of(CHOSEN, MISSION), ISSUED_ON)
    code = (
        "import hashlib\n"
        "from tests.unit.sheets import CHOSEN, ISSUED_ON, sheet_of\n"
        "from handlers.typesetting import typeset_needs_sheet\n"
        f"sheet = sheet_of(CHOSEN, {MISSION!r})\n"
        "print(hashlib.sha256(typeset_needs_sheet(sheet, ISSUED_ON)).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sha256(here).hexdigest()
    assert typeset_needs_sheet(sheet_of(CHOSEN), ISSUED_ON) != here
    assert typeset_needs_sheet(sheet_of(CHOSEN, MISSION), date(2026, 11, 25)) != here


def test_the_file_is_tagged_titled_and_names_nobody() -> None:
    content = typeset_needs_sheet(sheet_of(CHOSEN), ISSUED_ON)
    document = pypdfium2.PdfDocument(content)
    about = document.get_metadata_dict()
    document.close()
    assert about["Title"] == "求人要件票（匿名）"
    assert about["Author"] == ""
    assert about["CreationDate"] == "D:20261123150000Z"
    assert b"pdfuaid:part" in content
    assert b"/MarkInfo" in content


def test_every_character_that_a_mission_may_have_is_in_the_font() -> None:
    printed = [c for c in map(chr, range(0x20, 0x30000)) if c != " " and is_printed(c)]
    assert len(printed) > 11_000
    sheet = NeedsSheet("字", (), (), ("\n".join(printed),))
    typeset_needs_sheet(sheet, ISSUED_ON)


def test_a_character_that_is_not_in_the_font_makes_no_file_with_holes() -> None:
    with pytest.raises(CannotTypeset) as refused:
        typeset_needs_sheet(sheet_of(CHOSEN, "販路🎉"), ISSUED_ON)
    assert "🎉" in refused.value.detail


def test_without_the_font_it_is_said_which_package_to_install(
    monkeypatch: pytest.MonkeyPatch, fresh_fonts: None
) -> None:
    monkeypatch.setattr(typesetting, "_FONT_PACKAGE", "no-such-package")
    with pytest.raises(CannotTypeset) as refused:
        typeset_needs_sheet(sheet_of(CHOSEN), ISSUED_ON)
    assert refused.value.detail == "ipaexg.ttf is missing; install the package no-such-package"
    with pytest.raises(CannotTypeset):
        ready()


def test_without_the_typesetter_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, fresh_fonts: None
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(CannotTypeset) as refused:
        typeset_needs_sheet(sheet_of(CHOSEN), ISSUED_ON)
    assert refused.value.detail == "the package typst is missing; install it"


def test_another_font_under_its_name_is_told(
    monkeypatch: pytest.MonkeyPatch, fresh_fonts: None
) -> None:
    monkeypatch.setattr(typesetting, "FONT", "Sample Gothic")
    with pytest.raises(CannotTypeset) as refused:
        typeset_needs_sheet(sheet_of(CHOSEN), ISSUED_ON)
    assert "is no font called Sample Gothic" in refused.value.detail
