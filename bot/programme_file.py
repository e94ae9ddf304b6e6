"""Reads a programme file and its municipality CSV; refuses one that contradicts itself."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import domain
from domain.programme import Programme, ProgrammeError, parse_programme

DIRECTORY = Path(domain.__file__).parent / "programmes"
SAITAMA = DIRECTORY / "saitama.toml"
SAMPLE = DIRECTORY / "sample.toml"


class ProgrammeFileError(Exception):
    """One readable line: file, key, reason."""


def load_programme(path: Path) -> Programme:
    """Return the programme of a file. Raises ProgrammeFileError."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        geography = data.get("geography")
        name = geography.get("municipalities_file", "") if isinstance(geography, dict) else ""
        with (path.parent / str(name)).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return parse_programme(data, rows)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise ProgrammeFileError(message) from error
    except ProgrammeError as error:
        message = f"{path}: {error.key}: {error.reason}"
        raise ProgrammeFileError(message) from error
