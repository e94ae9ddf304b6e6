"""The prefecture's municipalities and wards by area, from the rows of the programme's CSV.

Checks the codes and refuses rows that contradict each other; reads no file and knows no prefecture.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COLUMNS = ("lg_code6", "jis5", "name", "kana", "gun", "area", "parent")
_KINDS = "市町村区"
_HIRAGANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_ONE_SPELLING = str.maketrans("ヶヵ", "ケカ")


class MunicipalityRowError(ValueError):
    """The rows contradict each other or the programme: says which row and what to do."""


@dataclass(frozen=True)
class Municipality:
    """A city, town, village or ward.

    `code` is the six-digit local government code, `jis` its first five digits, `kana` the reading
    in katakana, `district` the 郡 or empty, `parent` the code of a ward's city or empty.
    """

    code: str
    jis: str
    name: str
    kana: str
    district: str
    area: str
    parent: str

    @property
    def short_name(self) -> str:
        """The name without 市, 町, 村 or 区."""
        return self.name[:-1] if self.name[-1] in _KINDS else self.name


@dataclass(frozen=True)
class Municipalities:
    """All municipalities and wards, in the order of the rows, and the areas in their order."""

    areas: tuple[str, ...]
    all: tuple[Municipality, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]], areas: Sequence[str]) -> Self:
        """Build from rows with the columns of COLUMNS. Raises MunicipalityRowError."""
        found = cls(tuple(areas), tuple(_municipality(row) for row in rows))
        _check_distinct(found.all)
        _check_areas(found)
        _check_parents(found)
        return found

    def towns_of(self, area: str) -> tuple[Municipality, ...]:
        """Return an area's cities, towns and villages, without wards."""
        return tuple(town for town in self.all if town.area == area and not town.parent)

    def wards_of(self, code: str) -> tuple[Municipality, ...]:
        """Return the wards of the city with this code; empty if it has none."""
        return tuple(ward for ward in self.all if ward.parent == code)

    def by_code(self, code: str) -> Municipality | None:
        """Return the municipality or ward with this six-digit code, None if there is none."""
        return next((one for one in self.all if one.code == code), None)

    def examples(self, area: str, limit: int = 3) -> str:
        """Return the first `limit` towns of an area as one text: 川口・蕨・戸田."""
        return "・".join(town.short_name for town in self.towns_of(area)[:limit])

    def named(self, text: str) -> tuple[Municipality, ...]:
        """Return what a typed name or reading can mean, with or without 市町村区.

        ヶ and ケ are the same; homophones give more than one, an unknown name none.
        """
        wanted = _spelling(text)
        return tuple(
            one
            for one in self.all
            if wanted and wanted in {_spelling(n) for n in (one.name, one.short_name, one.kana)}
        )


def check_digit(jis: str) -> str:
    """Return the sixth digit of a local government code from its first five (facts 3-5)."""
    total = sum(weight * int(digit) for weight, digit in zip(range(6, 1, -1), jis, strict=True))
    return str(11 - total % 11)[-1] if total >= 11 else str(11 - total)[-1]


def _spelling(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_HIRAGANA).translate(_ONE_SPELLING)
    return "".join(folded.split())


def _municipality(row: Mapping[str, str]) -> Municipality:
    missing = [column for column in COLUMNS if row.get(column) is None]
    if missing:
        raise MunicipalityRowError(
            f"a row has no {missing[0]}; the columns are {','.join(COLUMNS)}"
        )
    code, jis, name, kana, district, area, parent = (row[column].strip() for column in COLUMNS)
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise MunicipalityRowError(f"{code!r} is no code of six digits, for example 131016")
    if check_digit(code[:5]) != code[5]:
        raise MunicipalityRowError(
            f"{code} ({name}) has a wrong check digit: it should end in {check_digit(code[:5])}"
        )
    if jis != code[:5]:
        raise MunicipalityRowError(f"{code} ({name}) has jis5 {jis}: it should be {code[:5]}")
    if not name or not kana:
        raise MunicipalityRowError(f"{code} has no name or no kana, for example 千代田区,チヨダク")
    return Municipality(code, jis, name, kana, district, area, parent)


def _check_distinct(towns: Sequence[Municipality]) -> None:
    codes: set[str] = set()
    names: set[tuple[str, str, str]] = set()
    for town in towns:
        named = (town.name, town.district, town.parent)
        if town.code in codes or named in names:
            raise MunicipalityRowError(f"{town.code} ({town.name}) is listed twice")
        if town.code[:2] != towns[0].code[:2]:
            raise MunicipalityRowError(f"{town.code} ({town.name}) is of another prefecture")
        codes.add(town.code)
        names.add(named)


def _check_areas(found: Municipalities) -> None:
    if len(set(found.areas)) != len(found.areas):
        raise MunicipalityRowError("the programme names an area twice")
    for town in found.all:
        if town.area not in found.areas:
            raise MunicipalityRowError(
                f"{town.code} ({town.name}) lies in {town.area!r}, "
                "an area that the programme does not name"
            )
    for area in found.areas:
        if not found.towns_of(area):
            raise MunicipalityRowError(f"no municipality lies in the area {area!r}")


def _check_parents(found: Municipalities) -> None:
    for ward in found.all:
        if not ward.parent:
            continue
        city = found.by_code(ward.parent)
        if city is None or city.parent:
            raise MunicipalityRowError(
                f"{ward.code} ({ward.name}) belongs to {ward.parent!r}, which is no city here"
            )
        if city.area != ward.area:
            raise MunicipalityRowError(
                f"{ward.code} ({ward.name}) and {city.name} lie in different areas"
            )
