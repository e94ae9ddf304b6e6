"""The figures behind /stats, /kpi and the summaries, and how they read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import KpiKind
from domain.fiscal_year import FiscalYear
from domain.periods import Period, day_of, fiscal_year_of
from domain.programme import Kpi, Programme
from domain.size import Eligibility
from domain.staff import Role, StaffMember
from handlers.context import Context
from handlers.figures import kpi_text
from services import cases, figures
from services.occasion import Occasion
from storage import figures as sums
from storage import staff
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.figures import KpiTable

ADMIN, STRANGER = 900, 777
KPI, MATCH = KpiKind.CONSULTATION, KpiKind.MATCH


def old_plan() -> Programme:
    """The plan as it was approved: targets for 2017 to 2019 only."""
    years = (2017, 2018, 2019)
    kpis = (
        Kpi(
            key="consultations",
            name="県内中堅・中小企業の相談件数",
            unit="件",
            baseline=453,
            increments_by_year=dict.fromkeys(years, 200),
            increments_total=600,
        ),
        Kpi(
            key="matches",
            name="プロフェッショナル人材のマッチング件数",
            unit="件",
            baseline=38,
            increments_by_year=dict.fromkeys(years, 15),
            increments_total=45,
        ),
    )
    return load_programme(SAMPLE).model_copy(update={"kpis": kpis})


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def tables(ledger: Ledger, today: date) -> tuple[KpiTable, ...]:
    return ledger.database.read(lambda tx: figures.kpi_tables(tx, old_plan(), today)).result()


def test_the_worked_example_of_the_specification(ledger: Ledger) -> None:
    case = ledger.consult(date(2017, 4, 1))
    ledger.count(case, KPI, date(2018, 3, 31), delta=211)
    ledger.count(case, MATCH, date(2017, 9, 1), delta=17)
    consulted, matched = (table.years[0] for table in tables(ledger, date(2018, 3, 31)))
    assert (consulted.actual, consulted.rate, consulted.current_value) == (
        212,
        Decimal("106.0"),
        665,
    )
    assert (matched.actual, matched.rate, matched.current_value) == (17, Decimal("113.3"), 55)


def test_only_what_is_eligible_adds_to_a_kpi(ledger: Ledger) -> None:
    for eligibility in Eligibility:
        ledger.consult(date(2017, 5, 1), eligibility)
    assert tables(ledger, date(2017, 5, 1))[0].years[0].actual == 1


def test_the_year_turns_between_31_march_and_1_april(ledger: Ledger) -> None:
    ledger.consult(date(2018, 3, 31))
    ledger.consult(date(2018, 4, 1))
    ledger.consult(date(2018, 4, 1))
    years = tables(ledger, date(2018, 4, 1))[0].years
    assert [(year.fiscal_year.year, year.actual) for year in years] == [(2017, 1), (2018, 2)]


def test_figures_of_a_period_leave_out_what_came_later(ledger: Ledger) -> None:
    for month in (10, 11):
        ledger.consult(date(2018, month, 15))
    assert tables(ledger, date(2018, 10, 31))[0].years[-1].actual == 1


def test_a_correction_is_taken_off_the_day_it_is_dated(ledger: Ledger) -> None:
    case = ledger.consult(date(2026, 10, 5))
    ledger.count(case, KPI, date(2026, 10, 5), delta=-1)
    october = Period(date(2026, 10, 1), date(2026, 11, 1))
    (counts,) = ledger.database.read(lambda tx: sums.count(tx, [october])).result()
    assert counts[KPI][Eligibility.ELIGIBLE] == 0
    assert ledger.database.read(lambda tx: sums.answers_counted(tx, KPI, october)).result() == []


def test_periods_are_counted_apart(ledger: Ledger) -> None:
    ledger.consult(date(2026, 11, 24))
    ledger.consult(date(2026, 11, 23), Eligibility.NOT_ELIGIBLE, channel="fax")
    ledger.consult(date(2026, 4, 1), Eligibility.TO_CONFIRM)
    ledger.consult(date(2026, 3, 31))
    today, this_year = day_of(date(2026, 11, 24)), fiscal_year_of(date(2026, 11, 24))
    periods = [today, this_year]
    of_day, of_year = ledger.database.read(lambda tx: sums.count(tx, periods)).result()
    assert list(of_day[KPI].values()) == [1, 0, 0]
    assert list(of_year[KPI].values()) == [1, 1, 1]
    channels = ledger.database.read(lambda tx: sums.count_by_channel(tx, KPI, this_year)).result()
    assert channels == {"bank": 2, "fax": 1}


@pytest.mark.parametrize(
    ("submitted", "now", "waits"),
    [
        # Monday: its third working day after is Thursday, over on Friday.
        (date(2026, 11, 9), datetime(2026, 11, 12, 3, tzinfo=UTC), 0),
        (date(2026, 11, 9), datetime(2026, 11, 13, 3, tzinfo=UTC), 1),
        # Friday before a Monday that is a holiday.
        (date(2026, 11, 20), datetime(2026, 11, 26, 3, tzinfo=UTC), 0),
        (date(2026, 11, 20), datetime(2026, 11, 27, 3, tzinfo=UTC), 1),
        # Over the year's end.
        (date(2026, 12, 28), datetime(2027, 1, 6, 3, tzinfo=UTC), 0),
        (date(2026, 12, 28), datetime(2027, 1, 7, 3, tzinfo=UTC), 1),
    ],
)
def test_a_case_waits_after_three_working_days(
    ledger: Ledger, submitted: date, now: datetime, waits: int
) -> None:
    case = ledger.consult(submitted)
    at = Occasion(load_programme(SAMPLE), STAFF_CHAT, now)

    def waiting() -> figures.Waiting:
        return ledger.database.read(lambda tx: figures.waiting(tx, at)).result()

    assert waiting().count == waits
    assert list(map(str, waiting().oldest)) == ["R8-0001"][:waits]
    clerk = StaffMember(401, "", Role.CLERK, now)
    ledger.database.write(lambda tx: staff.register(tx, clerk)).result()
    ledger.database.write(lambda tx: cases.take(tx, at, 401, "職員", case)).result()
    assert waiting().count == 0


# How it reads.


@pytest.fixture
def book(counter: Counter) -> Ledger:
    return Ledger(counter.application.house.database)


async def test_years_beyond_the_plan_are_one_line_and_this_year(
    counter: Counter, book: Ledger
) -> None:
    book.consult(date(2017, 6, 1))
    book.consult(date(2022, 6, 1))
    book.consult(date(2026, 6, 1))
    (consulted, _) = tables(book, date(2026, 11, 24))
    assert consulted.years[-1].fiscal_year == FiscalYear(2026)
    blocks = kpi_text(Context(counter.application), consulted).split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == [
        "<b>県内中堅・中小企業の相談件数</b>",
        "<b>平成29年度</b>",
        "<b>平成30年度</b>",
        "<b>令和元年度（平成31年度）</b>",
        "<b>令和2年度〜令和7年度</b>",
        "<b>令和8年度</b>　今年度",
    ]
    assert "令和元年度（平成31年度）末までに +600（現在値 1,053）" in blocks[0]
    assert "目標未設定" in blocks[4]
    assert "目標未設定" in blocks[5]
    assert "現在値 456" in blocks[5]


async def test_a_year_below_zero_is_shown_as_it_is_with_a_note(
    counter: Counter, book: Ledger
) -> None:
    case = book.consult(date(2026, 3, 31))
    book.count(case, KPI, date(2026, 4, 1), delta=-1)
    (consulted, _) = tables(book, date(2026, 11, 24))
    this_year = kpi_text(Context(counter.application), consulted).split("\n\n")[-1]
    assert "実績 −1" in this_year.replace("\u2007", "")
    assert "訂正による減が、年度の件数を上回っています" in this_year


async def test_kpi_is_one_message_each_with_pace_and_gap(counter: Counter, book: Ledger) -> None:
    case = book.consult(date(2026, 6, 1))
    book.count(case, KPI, date(2026, 6, 1), delta=99)
    await counter.say(ADMIN, "/kpi")
    shown = [s.text for (chat, _), s in counter.wire.shown.items() if chat == ADMIN]
    assert len(shown) == 2
    assert "実績 +100／目標 +200　50.0%" in shown[0]
    assert "期間比例 +130.4（238／365日）\n期間比例との差 <b>−30.4</b>" in shown[0]
    assert "11月24日（火） 10:00時点" in shown[0]


async def test_stats_names_every_channel_and_divides_what_does_not_count(
    counter: Counter, book: Ledger
) -> None:
    today = date(2026, 11, 24)
    book.consult(today, channel="telephone")
    book.consult(today, Eligibility.NOT_ELIGIBLE, channel="<b>")
    await counter.say(ADMIN, "/stats")
    text = counter.wire.last(ADMIN).text
    counts = "相談　2件（対象1・対象外1・要確認0）\n面談　0件\n取次　0件\nマッチング　0件"
    assert f"<b>本日</b>\n{counts}" in text
    assert "電話：1件" in text
    assert "その他（&lt;b&gt;）：1件" in text
    assert "送れなかった" not in text


async def command_in_group(counter: Counter, user: int, chat: int, text: str) -> list[Any]:
    before = set(counter.wire.shown)
    body = counter.message(user, text=text)
    body["message"]["chat"] = {"id": chat, "type": "supergroup", "title": "職員"}
    await counter.update(body)
    return [counter.wire.shown[key] for key in counter.wire.shown if key not in before]


async def test_figures_are_answered_in_the_staff_chat_only(counter: Counter) -> None:
    assert len(await command_in_group(counter, ADMIN, STAFF_CHAT, "/kpi")) == 2
    (shown,) = await command_in_group(counter, ADMIN, STAFF_CHAT, "/stats@mihon_bot")
    assert shown.chat == STAFF_CHAT
    for user, chat, text in (
        (STRANGER, STAFF_CHAT, "/kpi"),
        (ADMIN, -5, "/kpi"),
        (ADMIN, STAFF_CHAT, "/staff"),
        (ADMIN, STAFF_CHAT, "/unknown"),
        (ADMIN, STAFF_CHAT, "/stats@other_bot"),
    ):
        assert await command_in_group(counter, user, chat, text) == []


async def test_the_staff_chat_reads_the_office_language(counter: Counter) -> None:
    counter.application.house.languages[ADMIN] = "en"
    (shown,) = await command_in_group(counter, ADMIN, STAFF_CHAT, "/stats")
    assert "今年度" in shown.text
