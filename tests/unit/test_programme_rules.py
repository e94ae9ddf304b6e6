from __future__ import annotations

import copy
import csv
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

import bot
import domain
import handlers
import locales
import services
import storage
from domain.fiscal_year import FiscalYear
from domain.programme import Programme, parse_programme
from domain.programme_checks import ProgrammeError

DATA = Path(__file__).parent / "data"
FILE = tomllib.loads((DATA / "aomi.toml").read_text("utf-8"))
TOWNS = Path(domain.__file__).parent / "programmes" / "saitama_municipalities.csv"
OF_SAITAMA = (
    "saitama",
    "埼玉",
    "さいたま",
    "計画調整課",
    "048-",
    "a3007",
    *(
        row["name"]
        for row in csv.DictReader(TOWNS.read_text("utf-8").splitlines())
        if not row["parent"]
    ),
)
ROWS = list(csv.DictReader((DATA / "aomi_municipalities.csv").read_text("utf-8").splitlines()))


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(FILE)


@pytest.fixture
def programme(data: dict[str, Any]) -> Programme:
    return parse_programme(data, ROWS)


def place(data: dict[str, Any], key: str, value: object) -> None:
    """Put a value at a dotted key; numbers index lists; None removes the key."""
    *path, last = (int(part) if part.isdigit() else part for part in key.split("."))
    inside: Any = data
    for part in path:
        inside = inside[part]
    if value is None:
        del inside[last]
    else:
        inside[last] = value


def test_another_prefecture_runs_on_its_file_alone(programme: Programme) -> None:
    assert programme.plan.prefecture == "青海県"
    assert programme.office.hub == "青海県プロ人材拠点"
    assert programme.schedule.weekly.time == time(17, 30)
    assert programme.schedule.monthly.time == time(8, 15)
    assert programme.evaluation.publish_by == (9, 30)
    assert programme.counting.duplicate_window_days == 0
    areas = [(area.code, area.name) for area in programme.geography.areas]
    assert areas == [("shima", "島"), ("kaigan", "海岸")]
    assert [town.name for town in programme.municipalities.towns_of("海岸")] == [
        "青海市",
        "四日市市",
    ]
    hub = programme.hub("13")
    assert hub is not None
    assert (hub.prefecture, hub.name) == ("東京都", "")
    assert programme.hub("99") is None
    assert [ward.name for ward in programme.municipalities.wards_of("991007")] == ["港区", "浜区"]


@pytest.mark.parametrize("room", [domain, services, storage, handlers, bot, locales])
def test_nothing_of_one_prefecture_is_written_in_code_or_texts(room: Any) -> None:
    folder = Path(room.__file__).parent
    sources = [*folder.rglob("*.py"), *folder.rglob("*.po")]
    assert sources
    # The default of MADOGUCHI_PROGRAMME is the shipped file: nothing else may name it.
    default = {"programme_file.py", "settings.py"}
    named = {
        f"{source.name}: {word}"
        for source in sources
        for word in OF_SAITAMA
        if source.name not in default and word in source.read_text("utf-8").casefold()
    }
    assert named == set()


def test_the_words_of_one_prefecture_are_found() -> None:
    shipped = (Path(domain.__file__).parent / "programmes" / "saitama.toml").read_text("utf-8")
    towns = TOWNS.read_text("utf-8")
    assert [word for word in OF_SAITAMA if word not in shipped.casefold() + towns] == []


def test_the_calendar_of_the_office_comes_from_the_file(programme: Programme) -> None:
    office = programme.working_days
    assert office.is_open(date(2026, 11, 21))  # a Saturday
    assert not office.is_open(date(2026, 11, 24 - 1))  # a Monday
    assert not office.is_open(date(2026, 8, 14))  # announced closure
    assert not office.is_open(date(2027, 1, 4))  # this office's year end
    assert office.first_open_from(date(2026, 12, 28)) == date(2027, 1, 5)


def test_targets_are_the_file_s_and_never_invented(programme: Programme) -> None:
    assert programme.target_for("consultations", FiscalYear(2025)) == 8
    assert programme.target_for("matches", FiscalYear(2026)) == 0
    assert programme.target_for("matches", FiscalYear(2024)) is None
    assert programme.target_for("consultations", FiscalYear(2027)) is None
    assert programme.target_for("unheard of", FiscalYear(2025)) is None


AREAS = FILE["geography"]["areas"]
TOKYO = FILE["hubs"][0]
REFUSED: list[tuple[str, object, str, str]] = [
    ("chasers", None, "chasers", "is missing; for example the table [chasers]"),
    (
        "chasers.repeat_after_working_days",
        0,
        "chasers.repeat_after_working_days",
        "greater than or equal to 1; for example 5",
    ),
    ("chasers.no_news_after_days", 0, "chasers.no_news_after_days", "equal to 1; for example 14"),
    ("chasers.follow_up_after_months", [1, 1], "chasers.follow_up_after_months", "listed twice"),
    (
        "chasers.no_contact_after_working_days",
        "3",
        "chasers.no_contact_after_working_days",
        "valid integer; for example 3",
    ),
    (
        "chasers.unassigned_after_working_days",
        4,
        "chasers.unassigned_after_working_days",
        "4 is more than no_contact_after_working_days (3)",
    ),
    ("office.telephone", None, "office.telephone", 'is missing; for example "03-1234-5678"'),
    ("office.telephone", "", "office.telephone", 'must not be empty; for example "03-1234-5678"'),
    ("office.telephone_example", "110", "office.telephone_example", "no telephone number that"),
    ("office.telephone_example", None, "office.telephone_example", "is missing; for example"),
    ("office.address", "  ", "office.address", "must not be empty; for example"),
    ("office.hours", "", "office.hours", "must not be empty; for example"),
    ("office.hour", "9", "office.hour", "(is hours meant?)"),
    ("kpis.0.base_line", 9, "kpis[0].base_line", "(is baseline meant?)"),
    ("evaluation.council.chair", "x", "evaluation.council.chair", "please check its spelling"),
    ("municipalities", [], "municipalities", "not a known key"),
    ("plan.name", 3, "plan.name", "valid string"),
    ("plan", "x", "plan", "dictionary"),
    ("kpis", [], "kpis", "at least 1"),
    ("kpis.0.key", "visits", "kpis[0].key", "'consultations' or 'matches'"),
    ("kpis.1.key", "consultations", "kpis", "consultations is listed twice"),
    ("kpis.0.baseline", "10", "kpis[0].baseline", "valid integer; for example 453"),
    ("kpis.0.baseline", True, "kpis[0].baseline", "valid integer"),
    ("kpis.0.baseline", -1, "kpis[0].baseline", "greater than or equal to 0"),
    ("kpis.0.increments_by_year", {}, "kpis[0].increments_by_year", "at least 1"),
    ("kpis.0.increments_by_year.2024", -7, "kpis[0].increments_by_year[2024]", "or equal to 0"),
    ("kpis.0.increments_by_year.2024", "7", "kpis[0].increments_by_year[2024]", "valid integer"),
    ("kpis.0.increments_total", 25, "kpis.consultations.increments_total", "increments sum to 24"),
    ("kpis.0.increments_by_year.2027", 1, "kpis.consultations.increments_by_year", "2024 to 2026"),
    ("kpis.0.increments_by_year.2023", 1, "kpis.consultations.increments_by_year", "2024 to 2026"),
    ("projects", [], "projects", "at least 1"),
    ("projects.0.counted_from", "2024-07-01", "projects[0].counted_from", "valid date; for"),
    ("projects.0.ends_on", date(2024, 6, 30), "projects[0].ends_on", "lies before counted_from"),
    ("projects.0.budget_yen", 1.5, "projects[0].budget_yen", "integer"),
    ("evaluation.publish_by", [2, 29], "evaluation.publish_by", "every year; for example [8, 31]"),
    ("evaluation.publish_by", [8], "evaluation.publish_by[1]", "is missing"),
    ("evaluation.remind_days_before", [7, 7], "evaluation.remind_days_before", "listed twice"),
    ("evaluation.council.total", 6, "evaluation.council.total", "says 6, but the seats sum to 5"),
    ("evaluation.council.members.1.group", "産業", "evaluation.council.members", "listed twice"),
    ("office.weekdays", [], "office.weekdays", "at least 1"),
    ("office.closes", "10:00", "office.closes", "10:00 is not after opens (10:00)"),
    ("office.weekdays", ["tue", "tue"], "office.weekdays", "listed twice"),
    ("office.weekdays", ["火"], "office.weekdays[0]", "'mon'"),
    ("office.year_end", [[12, 32], [1, 3]], "office.year_end[0]", "no month and day"),
    ("office.year_end", [[1, 1], [12, 31]], "office", "no working day"),
    ("schedule.weekly.weekday", 7, "schedule.weekly.weekday", "less than or equal to 6"),
    ("schedule.weekly.time", "9時", "schedule.weekly.time", "no time of day; for example"),
    ("schedule.weekly.time", "24:00", "schedule.weekly.time", "no time of day"),
    ("schedule.weekly.time", 9, "schedule.weekly.time", "no time of day"),
    ("schedule.monthly.day", 31, "schedule.monthly.day", "less than or equal to 28"),
    ("counting.count_trigger", "asked", "counting.count_trigger", "'submitted' or 'met'"),
    ("retention.draft_days", 0, "retention.draft_days", "greater than 0; for example 7"),
    ("geography.areas", [], "geography.areas", 'at least 1 item after validation, not 0; for'),
    ("geography.areas", [*AREAS, {"code": "yama", "name": "山"}], "geography.areas", "'山'"),
    ("geography.areas", AREAS[1:], "geography.areas", "'島'"),
    ("geography.areas", ["島", "海岸"], "geography.areas[0]", "dictionary"),
    ("geography.areas.1.code", None, "geography.areas[1].code", 'missing; for example "nanbu"'),
    ("geography.areas.1.code", "shima", "geography.areas", "shima is listed twice"),
    ("geography.areas.1.name", "島", "geography.areas", "names an area twice"),
    ("geography.areas.0.code", "島", "geography.areas[0].code", "lower-case letters and digits"),
    ("geography.areas.0.code", "a" * 17, "geography.areas[0].code", "1 to 16"),
    ("geography.areas.0.code", "a_b", "geography.areas[0].code", "for example"),
    ("geography.areas.0.code", "out", "geography.areas[0].code", "outside the prefecture"),
    ("geography.municipalities_file", "", "geography.municipalities_file", "must not be empty"),
    ("hubs.0.code", "48", "hubs[0].code", "no prefecture code of JIS X 0401, 01 to 47; for"),
    ("hubs.0.code", 13, "hubs[0].code", "valid string"),
    ("hubs.0.prefecture", "青海県", "hubs[0]", "the programme's own prefecture"),
    ("hubs", [TOKYO, TOKYO], "hubs", "13 is listed twice"),
    ("hubs", [TOKYO, TOKYO | {"code": "12"}], "hubs", "東京都 is listed twice"),
    ("privacy.notice_version", None, "privacy.notice_version", "is missing"),
]  # fmt: skip
HOURS = FILE["booking"]["hours"][0]
HUB = "booking.methods.hub"
REFUSED_BOOKING: list[tuple[str, object, str, str]] = [
    ("booking", None, "booking", "is missing; for example the tables [booking…] of sample.toml"),
    ("booking", 3, "booking", "must be a table (a dictionary of keys); for example the tables"),
    ("booking.seats", None, "booking.seats", "is missing; for example 2"),
    ("booking.seats", 0, "booking.seats", "greater than 0; for example 2"),
    ("booking.seats", 63, "booking.seats", "less than or equal to 62; for example 2"),
    ("booking.seats", 2.0, "booking.seats", "valid integer; for example 2"),
    ("booking.seat", 2, "booking.seat", "not a known key; please check its spelling (is seats "),
    ("booking.hold_minutes", 0, "booking.hold_minutes", "greater than 0; for example 30"),
    ("booking.remind_day_before", "10", "booking.remind_day_before", 'for example "10:00"'),
    ("booking.remind_minutes_before", 721, "booking.remind_minutes_before", "to 720; for example"),
    ("booking.hours", [], "booking.hours", "at least 1 item after validation, not 0; for example"),
    ("booking.hours.0.weekdays", [], "booking.hours[0].weekdays", 'for example ["mon", "tue"]'),
    ("booking.hours.0.weekdays", ["tue", "tue"], "booking.hours[0].weekdays", "tue is listed twi"),
    ("booking.hours.0.weekdays", ["火"], "booking.hours[0].weekdays[0]", "'mon'"),
    ("booking.hours.0.weekdays", ["mon"], "booking.hours[0].weekdays", "the office is closed on m"),
    ("booking.hours.0.close", "12:00", "booking.hours[0].close", "(is closes meant?)"),
    ("booking.hours.0.opens", None, "booking.hours[0].opens", 'is missing; for example "09:30"'),
    ("booking.hours.0.opens", "10:10", "booking.hours[0].opens", 'for example "10:00"'),
    ("booking.hours.0.opens", time(10, 0, 30), "booking.hours[0].opens", "10:00:30 has seconds; "),
    ("booking.hours.0.opens", "9:30", "booking.hours[0].opens", 'no time of day; for example "09'),
    ("booking.hours.0.closes", "12:55", "booking.hours[0].closes", 'for example "12:45"'),
    ("booking.hours.0.closes", "10:00", "booking.hours[0].closes", "10:00 is not after opens (10"),
    ("booking.hours", [HOURS, HOURS], "booking.hours", "10:00–12:00 and 10:00–12:00 overlap on tu"),
    ("booking.methods", {}, "booking.methods", "at least 1 item after validation, not 0; for exam"),
    ("booking.methods.zoom", {}, "booking.methods.zoom", "'visit', 'hub', 'online' or 'phone'"),
    (HUB, 60, HUB, "must be a table (a dictionary of keys); for example { hub = { … } }"),
    (f"{HUB}.minute", 60, f"{HUB}.minute", "please check its spelling (is minutes meant?)"),
    (f"{HUB}.x", 60, f"{HUB}.x", "not a known key; please check its spelling"),
    (f"{HUB}.minutes", None, f"{HUB}.minutes", "is missing; for example 60"),
    (f"{HUB}.minutes", 50, f"{HUB}.minutes", "a multiple of 15; for example 60"),
    (f"{HUB}.minutes", 0, f"{HUB}.minutes", "greater than or equal to 15; for example 60"),
    (f"{HUB}.minutes", "60", f"{HUB}.minutes", "valid integer; for example 60"),
    (f"{HUB}.minutes", 135, f"{HUB}.minutes", "do not fit between 10:00 and 12:00; for example 12"),
    (f"{HUB}.buffer_minutes", 10, f"{HUB}.buffer_minutes", "a multiple of 15; for example 30"),
    (f"{HUB}.buffer_minutes", -15, f"{HUB}.buffer_minutes", "or equal to 0; for example 30"),
    (f"{HUB}.seats", 4, f"{HUB}.seats", "4 is more than booking.seats (3), the advisers of all me"),
    (f"{HUB}.seats", 0, f"{HUB}.seats", "greater than 0; for example 1"),
    (f"{HUB}.notice_working_days", -1, f"{HUB}.notice_working_days", "equal to 0; for example 2"),
    (f"{HUB}.notice_working_days", 15, f"{HUB}.notice_working_days", "are 21 days at least, and"),
    (f"{HUB}.horizon_days", 367, f"{HUB}.horizon_days", "or equal to 366; for example 30"),
    (f"{HUB}.hours", [HOURS | {"opens": "12:00"}], f"{HUB}.hours[0].closes", "12:00 is not after "),
    (f"{HUB}.hours", [HOURS | {"open": "9"}], f"{HUB}.hours[0].open", "(is opens meant?)"),
    (f"{HUB}.hours", [{"opens": "10:00"}], f"{HUB}.hours[0].weekdays", 'for example ["mon", "tue'),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "named", "says"), REFUSED + REFUSED_BOOKING)
def test_a_file_that_is_wrong_is_refused_at_its_key(
    data: dict[str, Any], key: str, value: object, named: str, says: str
) -> None:
    place(data, key, value)
    with pytest.raises(ProgrammeError) as refused:
        parse_programme(data, ROWS)
    assert refused.value.key.startswith(named)
    assert says in refused.value.reason
    assert "\n" not in str(refused.value)


def test_reversed_and_overlapping_closures_are_refused(data: dict[str, Any]) -> None:
    data["office"]["closures"] = [{"first": date(2026, 8, 14), "last": date(2026, 8, 13)}]
    with pytest.raises(ProgrammeError, match=r"closures\[0\].*lies before"):
        parse_programme(data, ROWS)
    data["office"]["closures"] = [
        {"first": date(2026, 9, 1), "last": date(2026, 9, 3)},
        {"first": date(2026, 8, 20), "last": date(2026, 9, 1)},
    ]
    with pytest.raises(ProgrammeError, match="overlap on 2026-09-01"):
        parse_programme(data, ROWS)


def test_two_overlapping_periods_of_one_project_are_refused(data: dict[str, Any]) -> None:
    data["projects"][1] |= {
        "name": data["projects"][0]["name"],
        "counted_from": date(2027, 3, 31),
    }
    with pytest.raises(ProgrammeError, match="overlap"):
        parse_programme(data, ROWS)


def test_a_wrong_municipality_code_is_refused_with_the_right_one(data: dict[str, Any]) -> None:
    rows = [ROWS[0] | {"lg_code6": "991008"}, *ROWS[1:]]
    with pytest.raises(ProgrammeError, match="should end in 7"):
        parse_programme(data, rows)
