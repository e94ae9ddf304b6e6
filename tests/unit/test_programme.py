"""The programme files, and the plan's table from the counting code."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.programme_file import SAITAMA, SAMPLE, ProgrammeFileError, load_programme
from domain.fiscal_year import FiscalYear
from domain.kpi import kpi_years
from domain.programme import Programme, ProgrammeError, parse_programme

if TYPE_CHECKING:
    from collections.abc import Callable


def parts() -> tuple[dict[str, Any], list[dict[str, str]]]:
    data = tomllib.loads(SAITAMA.read_text("utf-8"))
    data["office"] |= {"telephone": "1", "hours": "1", "address": "1"}
    data["office"] |= {"opens": "09:00", "closes": "17:00"}
    with (SAITAMA.parent / "saitama_municipalities.csv").open(encoding="utf-8") as file:
        return data, list(csv.DictReader(file))


def saitama() -> Programme:
    return parse_programme(*parts())


def test_the_plan_carries_its_table_cell_by_cell() -> None:
    consultations, matches = saitama().kpis
    for kpi, step, values in ((consultations, 200, (653, 853, 1053)), (matches, 15, (53, 68, 83))):
        actuals = {FiscalYear(y): step for y in (2017, 2018, 2019)}
        years = kpi_years(kpi, actuals, date(2020, 3, 31))
        assert tuple(year.current_value for year in years) == values
        assert [str(year.rate) for year in years] == ["100.0"] * 3
        assert years[-1].cumulative_target == 3 * step == kpi.increments_total


def test_the_worked_example_of_facts_4_2() -> None:
    consultations, matches = saitama().kpis
    first = FiscalYear(2017)
    year = kpi_years(consultations, {first: 212}, date(2018, 3, 31))[0]
    assert (str(year.rate), year.current_value) == ("106.0", 665)
    year = kpi_years(matches, {first: 17}, date(2018, 3, 31))[0]
    assert (str(year.rate), year.current_value) == ("113.3", 55)


def test_a_year_without_target_has_none() -> None:
    assert saitama().target_for("consultations", FiscalYear(2026)) is None


def test_the_file_as_shipped_asks_for_the_office(tmp_path: object) -> None:
    with pytest.raises(ProgrammeFileError, match=r"saitama\.toml: office\.telephone: "):
        load_programme(SAITAMA)
    assert load_programme(SAMPLE).office.hub.startswith("【見本】")


def _wrong_sum(data: dict[str, Any]) -> None:
    data["kpis"][0]["increments_total"] = 601


def _reversed(data: dict[str, Any]) -> None:
    data["projects"][0]["ends_on"] = date(2016, 1, 1)


def _unknown(data: dict[str, Any]) -> None:
    data["office"]["telefone"] = "1"


def _overlap(data: dict[str, Any]) -> None:
    day = date(2026, 8, 13)
    data["office"]["closures"] = [{"first": day, "last": day}] * 2


def _seats(data: dict[str, Any]) -> None:
    data["evaluation"]["council"]["total"] = 14


def _areas(data: dict[str, Any]) -> None:
    data["geography"]["areas"] = data["geography"]["areas"][1:]


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (_wrong_sum, "kpis.consultations.increments_total"),
        (_reversed, "ends_on"),
        (_unknown, "office.telefone"),
        (_overlap, "office.closures"),
        (_seats, "evaluation.council.total"),
        (_areas, "geography.areas"),
    ],
)
def test_a_contradictory_file_is_refused_with_its_key(
    spoil: Callable[[dict[str, Any]], None], key: str
) -> None:
    data, rows = parts()
    spoil(data)
    with pytest.raises(ProgrammeError) as refused:
        parse_programme(data, rows)
    assert key in refused.value.key
