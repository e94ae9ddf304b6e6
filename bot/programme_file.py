"""Reads a programme file and its municipality CSV; refuses one that contradicts itself."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import domain
from domain.programme import Programme, parse_programme
from domain.programme_checks import ProgrammeError

DIRECTORY = Path(domain.__file__).parent / "programmes"
SAITAMA = DIRECTORY / "saitama.toml"
SAMPLE = DIRECTORY / "sample.toml"


class ProgrammeFileError(Exception):
    """One readable line: file, key, reason."""


def load_programme(path: Path) -> Programme:
    """Return the programme of a file. Raises ProgrammeFileError."""
    try:
        data = tomllib.loads(_text(path))
        return parse_programme(data, _municipality_rows(path, data))
    except tomllib.TOMLDecodeError as error:
        message = f"{path}: is not valid TOML: {error}"
        raise ProgrammeFileError(message) from error
    except ProgrammeError as error:
        message = f"{path}: {error.key}: {error.reason}"
        raise ProgrammeFileError(message) from error


def _municipality_rows(path: Path, data: dict[str, Any]) -> list[dict[str, str]]:
    geography = data.get("geography")
    name = geography.get("municipalities_file") if isinstance(geography, dict) else None
    if not isinstance(name, str) or not name.strip():
        # The key itself is what the rules will refuse.
        return []
    return list(csv.DictReader(_text(path.parent / name.strip()).splitlines()))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path}: is not UTF-8 text; please save it as UTF-8"
        raise ProgrammeFileError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ProgrammeFileError(message) from error
