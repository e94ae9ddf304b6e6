from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAITAMA, SAMPLE, ProgrammeFileError, load_programme
from domain.fiscal_year import FiscalYear
from domain.kpi import kpi_years

if TYPE_CHECKING:
    from domain.programme import Programme

DATA = Path(__file__).parent / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("aomi.toml", "aomi_municipalities.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def plan(tmp_path: Path) -> Programme:
    """The shipped programme with its open settings filled in."""
    text = SAITAMA.read_text("utf-8")
    for key, value in (
        ("telephone", "048-830-0000"),
        ("hours", "平日 9:00〜17:00"),
        ("opens", "09:00"),
        ("closes", "17:00"),
        ("address", "見本市見本町1-1"),
    ):
        assert text.count(f'\n{key} = ""\n') == 1
        text = text.replace(f'\n{key} = ""\n', f'\n{key} = "{value}"\n')
    shutil.copy(SAITAMA.parent / "saitama_municipalities.csv", tmp_path)
    (tmp_path / "plan.toml").write_text(text, "utf-8")
    return load_programme(tmp_path / "plan.toml")


def test_the_shipped_programme_asks_for_what_the_hub_must_fill_in() -> None:
    with pytest.raises(ProgrammeFileError) as refused:
        load_programme(SAITAMA)
    assert str(refused.value) == (
        f'{SAITAMA}: office.telephone: must not be empty; for example "03-1234-5678"'
    )


def test_the_figures_are_the_plan_s(plan: Programme) -> None:
    consultations, matches = plan.kpis
    assert consultations.name == "県内中堅・中小企業の相談件数"
    assert matches.name == "プロフェッショナル人材のマッチング件数"
    assert (consultations.baseline, matches.baseline) == (453, 38)
    years = [FiscalYear(year) for year in (2017, 2018, 2019)]
    assert consultations.increments == dict.fromkeys(years, 200)
    assert matches.increments == dict.fromkeys(years, 15)
    assert (consultations.increments_total, matches.increments_total) == (600, 45)
    for kpi, values in ((consultations, [653, 853, 1053]), (matches, [53, 68, 83])):
        rows = kpi_years(kpi, kpi.increments, date(2020, 3, 31))
        assert [row.current_value for row in rows] == values


def test_the_names_periods_and_the_council_are_the_plan_s(plan: Programme) -> None:
    assert plan.plan.name == "中小企業高度人材支援計画"
    assert (plan.plan.entity, plan.plan.area) == ("埼玉県", "埼玉県の全域")
    main, own = plan.projects
    assert main.name == "プロフェッショナル人材戦略拠点事業"
    assert (main.grant, main.grant_code) == ("地方創生推進交付金（内閣府）", "A3007")
    assert main.legal_basis == "法第5条第4項第1号イ"
    assert main.budget_yen == 133_086_000
    assert (main.counted_from, main.ends_on) == (date(2017, 4, 1), date(2020, 3, 31))
    assert own.name == "プロフェッショナル人材採用支援"
    assert (own.counted_from, own.ends_on) == (date(2020, 4, 1), date(2022, 3, 31))
    council = plan.evaluation.council
    assert council.name == "埼玉県まち・ひと・しごと創生有識者会議"
    assert [member.seats for member in council.members] == [4, 3, 3, 1, 2, 2]
    assert council.total == 15
    assert plan.evaluation.division == "企画財政部計画調整課"
    assert plan.evaluation.publish_by == (8, 31)


def test_no_target_is_assumed_after_the_plan_s_end(plan: Programme) -> None:
    for year in (2016, 2020, 2026):
        assert plan.target_for("consultations", FiscalYear(year)) is None
        assert plan.target_for("matches", FiscalYear(year)) is None


def test_the_prefecture_has_63_municipalities_in_ten_areas_and_ten_wards(plan: Programme) -> None:
    places = plan.municipalities
    towns = [town for area in places.areas for town in places.towns_of(area)]
    assert [len(places.towns_of(area)) for area in places.areas] == [3, 7, 7, 1, 5, 14, 5, 9, 7, 5]
    kinds = [town.name[-1] for town in towns]
    assert (kinds.count("市"), kinds.count("町"), kinds.count("村")) == (40, 22, 1)
    assert len(places.wards_of("111007")) == 10
    assert places.examples("南部") == "川口・蕨・戸田"
    assert [town.name for town in places.towns_of("さいたま")] == ["さいたま市"]
    assert [town.code for town in places.named("鶴ケ島")] == ["112411"]
    assert len(places.named("ミサト")) == 0
    assert {town.name for town in places.named("みさとし")} == {"三郷市"}


def test_east_chichibu_and_hidaka_lie_where_the_prefecture_puts_them(plan: Programme) -> None:
    places = plan.municipalities
    assert {town.name for town in places.towns_of("川越比企")} >= {"東秩父村", "鳩山町"}
    assert "日高市" in {town.name for town in places.towns_of("西部")}


def test_the_sample_is_marked_and_has_a_target_for_every_year() -> None:
    sample = load_programme(SAMPLE)
    names = [sample.plan.name, sample.plan.entity, sample.office.hub, sample.evaluation.division]
    names += [sample.evaluation.council.name]
    names += [project.name for project in sample.projects] + [kpi.name for kpi in sample.kpis]
    assert [name for name in names if "見本" not in name] == []
    for year in range(2025, 2031):
        for kpi in sample.kpis:
            assert sample.target_for(kpi.key, FiscalYear(year))


def test_another_file_is_read_with_the_csv_beside_it(folder: Path) -> None:
    assert load_programme(folder / "aomi.toml").plan.prefecture == "青海県"


def test_a_byte_order_mark_is_no_obstacle(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_programme(folder / "aomi.toml").plan.prefecture == "青海県"


def test_every_refusal_is_one_line_naming_the_file(folder: Path) -> None:
    toml, towns = folder / "aomi.toml", folder / "aomi_municipalities.csv"
    good = toml.read_text("utf-8")

    def refusal() -> str:
        with pytest.raises(ProgrammeFileError) as refused:
            load_programme(toml)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    toml.write_text(good.replace("baseline = 10", "baseline = "), "utf-8")
    assert refusal().startswith(f"{toml}: is not valid TOML: ")
    toml.write_text(good.replace("baseline = 10", 'baseline = "10"'), "utf-8")
    assert refusal().startswith(f"{toml}: kpis[0].baseline: ")
    toml.write_text(good.replace("municipalities_file", "#"), "utf-8")
    assert refusal().startswith(f"{toml}: geography.municipalities_file: is missing; for example")
    toml.write_bytes(good.encode("cp932"))
    assert refusal() == f"{toml}: is not UTF-8 text; please save it as UTF-8"
    toml.write_text(good, "utf-8")
    towns.write_text(towns.read_text("utf-8").replace("991007,99100", "991008,99100"), "utf-8")
    assert "should end in 7" in refusal()
    towns.unlink()
    assert refusal() == f"{towns}: cannot be read: No such file or directory"
    toml.unlink()
    assert refusal() == f"{toml}: cannot be read: No such file or directory"
