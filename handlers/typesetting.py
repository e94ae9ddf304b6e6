"""Documents as PDF: typeset from a template, with the font inside, to look alike anywhere.

PDF/UA-1: tagged and titled, in Japanese. The same words on the same day make the same bytes, and no
author is named. Why typst, and which font: docs/decisions/referrals.md.
"""
# The import of typst maps 84 MB of code, which a start need not do.
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.errors import DomainError
from domain.fiscal_year import jst_midnight
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import date

    import typst

    from domain.needs_sheet import NeedsSheet

FONT: Final = "IPAexGothic"
"""The family that the templates name; JIS X 0213 in whole."""
_FONT_PACKAGE, _FONT_FILE = "matplotlib-fontja", "ipaexg.ttf"
_HERE = Path(__file__).parent


class CannotTypeset(DomainError):
    """No PDF could be made: the font or the typesetter is missing, or a character of a text.

    `detail` says which, for the log and `madoguchi check`.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            N_("The PDF could not be made. The text of the sheet is complete; please send that.")
        )
        self.detail = detail


async def needs_sheet_pdf(sheet: NeedsSheet, issued_on: date) -> bytes:
    """Return a needs sheet as a PDF of one page, dated by the day (JST). Raises CannotTypeset."""
    # In a thread: the first document loads the library.
    return await asyncio.to_thread(typeset_needs_sheet, sheet, issued_on)


def typeset_needs_sheet(sheet: NeedsSheet, issued_on: date) -> bytes:
    """Do what `needs_sheet_pdf` does, in this thread. Raises CannotTypeset."""
    words = {
        "title": sheet.title,
        "head": sheet.head,
        "sections": sheet.sections,
        "notes": sheet.notes,
    }
    return typeset("needs_sheet.typ", {"sheet": json.dumps(words)}, issued_on)


def typeset(template: str, inputs: dict[str, str], dated: date) -> bytes:
    """Return a template of this folder with its inputs as a PDF/UA-1. Raises CannotTypeset."""
    fonts = _fonts()
    import typst

    try:
        return typst.compile(
            (_HERE / template).read_bytes(),
            font_paths=fonts,
            sys_inputs=inputs,
            format="pdf",
            pdf_standards="ua-1",
            timestamp=int(jst_midnight(dated).timestamp()),
        )
    except typst.TypstError as error:
        raise CannotTypeset(error.message) from error


def ready() -> Path:
    """Return the font's file once everything is there. Raises CannotTypeset."""
    _fonts()
    return _font_file()


def _font_file() -> Path:
    try:
        found = [file for file in files(_FONT_PACKAGE) or () if file.name == _FONT_FILE]
    except PackageNotFoundError:
        found = []
    path = Path(str(found[0].locate())) if found else None
    if path is None or not path.is_file():
        raise CannotTypeset(f"{_FONT_FILE} is missing; install the package {_FONT_PACKAGE}")
    return path


@cache
def _fonts() -> typst.Fonts:
    folder = _font_file().parent
    try:
        import typst
    except ImportError as error:
        raise CannotTypeset("the package typst is missing; install it") from error
    # What else is on the machine must not change how a document looks.
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )
    if FONT not in fonts.families():
        raise CannotTypeset(f"{folder / _FONT_FILE} is no font called {FONT}")
    return fonts
