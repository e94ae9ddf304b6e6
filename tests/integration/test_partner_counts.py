"""Figures by partner, on both databases: by effective day, net of corrections, month by month."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from domain.consultations import ConsultationState, KpiKind, ReferenceKind
from domain.fiscal_year import FiscalYear
from domain.needs_sheet import NeedsSheet
from domain.partner_counts import PartnerCounts, months_of
from domain.partners import NewPartner, PartnerKind
from domain.periods import Period, month_of
from domain.referrals import SentSheet
from domain.size import Eligibility
from storage import consultations, partner_counts, partners, referrals
from storage.database import Database
from tests.integration.case_office import CLERK, MANAGER, PLANNING, STRANGER, Cases
from tests.integration.ledger import Ledger
from tests.integration.partner_office import end, register
from tests.integration.staff_desk import labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Transaction
    from tests.integration.conftest import Counter

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OCTOBER, NOVEMBER = month_of(date(2026, 10, 1)), month_of(date(2026, 11, 1))
TITLES = [
    *("年度", "年月", "登録番号", "種別", "名称", "終了日"),
    *("相談", "うちマッチング", "取次", "取次案件のマッチング"),
]
YEAR = Period(date(2026, 4, 1), date(2027, 4, 1))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def add(database: Database, name: str, token: str) -> int:
    new = NewPartner(PartnerKind.BANK, name, token)
    return database.write(lambda tx: partners.add(tx, new, NOW)).result()


def counted(database: Database, *periods: Period) -> list[dict[int, PartnerCounts]]:
    return database.read(lambda tx: partner_counts.count(tx, periods)).result()


def test_intakes_and_matches_count_on_their_effective_days(database: Database) -> None:
    bank, chamber = add(database, "見本銀行", "a" * 12), add(database, "見本商工会", "b" * 12)
    ledger = Ledger(database)
    first = ledger.consult(date(2026, 10, 31), partner=bank)
    ledger.consult(date(2026, 11, 1), partner=bank, eligibility=Eligibility.NOT_ELIGIBLE)
    ledger.consult(date(2026, 11, 1), partner=chamber)
    ledger.consult(date(2026, 11, 1))
    ledger.count(first, KpiKind.MATCH, date(2026, 11, 30))
    ledger.count(first, KpiKind.MATCH, date(2026, 11, 30))
    ledger.count(first, ReferenceKind.MEETING, date(2026, 11, 30))
    assert counted(database, OCTOBER, NOVEMBER, YEAR) == [
        {bank: PartnerCounts(1, 0)},
        {bank: PartnerCounts(1, 2), chamber: PartnerCounts(1, 0)},
        {bank: PartnerCounts(2, 2), chamber: PartnerCounts(1, 0)},
    ]


def test_corrections_are_taken_off_in_the_month_they_take_effect(database: Database) -> None:
    bank = add(database, "見本銀行", "a" * 12)
    ledger = Ledger(database)
    case = ledger.consult(date(2026, 10, 5), partner=bank)
    ledger.count(case, KpiKind.MATCH, date(2026, 10, 6))
    ledger.count(case, KpiKind.MATCH, date(2026, 11, 6), delta=-1)
    ledger.count(case, KpiKind.CONSULTATION, date(2026, 11, 6), delta=-1)
    assert counted(database, OCTOBER, NOVEMBER, YEAR) == [
        {bank: PartnerCounts(1, 1)},
        {bank: PartnerCounts(-1, -1)},
        {bank: PartnerCounts(0, 0)},
    ]


def test_referrals_and_their_matches_are_the_agencies(database: Database) -> None:
    agencies = [add(database, f"見本人材{number}", f"{number}" * 12) for number in range(2)]
    ledger = Ledger(database)
    case = ledger.consult(date(2026, 10, 1))
    sheet = NeedsSheet("見本", (), (), ())
    sent = SentSheet(sheet, 1, sheet.digest)

    def refer(tx: Transaction) -> None:
        # 31 October in UTC, 1 November in Japan.
        moments = (
            datetime(2026, 10, 31, 14, 59, tzinfo=UTC),
            datetime(2026, 10, 31, 15, tzinfo=UTC),
        )
        for agency, moment in zip(agencies, moments, strict=True):
            referrals.add(tx, case, agency, 900, moment, sent)

    database.write(refer).result()
    ledger.count(case, KpiKind.MATCH, date(2026, 11, 20))
    first, second = agencies
    assert counted(database, OCTOBER, NOVEMBER) == [
        {first: PartnerCounts(referrals=1)},
        {first: PartnerCounts(placements=1), second: PartnerCounts(referrals=1, placements=1)},
    ]
    exclude = lambda tx: consultations.set_state(tx, case, ConsultationState.DUPLICATE)  # noqa: E731
    database.write(exclude).result()
    assert [each.get(second, PartnerCounts()).referrals for each in counted(database, YEAR)] == [0]


def test_figures_reach_up_to_the_end_of_the_month(database: Database) -> None:
    bank, other = add(database, "見本銀行", "a" * 12), add(database, "見本商工会", "b" * 12)
    ledger = Ledger(database)
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 10, 31), date(2026, 11, 1)):
        ledger.consult(day, partner=bank)
    found = database.read(lambda tx: partner_counts.figures(tx, OCTOBER, [bank, other])).result()
    assert [found[bank].month, found[bank].year, found[bank].total] == [
        PartnerCounts(1),
        PartnerCounts(2),
        PartnerCounts(3),
    ]
    assert found[other].total == PartnerCounts()


def test_a_fiscal_year_has_the_months_that_have_begun() -> None:
    months = months_of(FiscalYear(2026), date(2026, 11, 24))
    assert [month.first.month for month in months] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert len(months_of(FiscalYear(2025), date(2026, 11, 24))) == 12
    assert months_of(FiscalYear(2027), date(2026, 11, 24)) == []


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


async def test_the_card_and_the_months_show_the_figures(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    register(counter, "A&B人材", PartnerKind.AGENCY)
    ledger = office.desk.ledger
    for day in (date(2026, 4, 1), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)):
        ledger.consult(day, partner=bank.id)
    await counter.say(CLERK, "/partners")
    await counter.press(CLERK, "見本銀行")
    card = counter.wire.asking(CLERK).text
    assert "今月：相談 2件（うちマッチング 0件）" in card
    assert "今年度：相談 4件" in card
    await counter.press(CLERK, "連携機関の一覧")
    await counter.press(CLERK, "月ごとの件数")
    shown = counter.wire.asking(CLERK)
    assert "2026年11月（令和8年度）" in shown.text
    assert (
        "<b>A&amp;B人材</b>\n当月：相談 0件（うちマッチング 0件）、取次 0件（うちマッチング 0件）"
        in shown.text
    )
    assert "<b>株式会社見本銀行</b>\n当月：相談 2件" in shown.text
    assert "翌月 ›" not in labels(shown)
    await counter.press(CLERK, "前月")
    shown = counter.wire.asking(CLERK)
    assert "2026年10月（令和8年度）" in shown.text
    assert "当月：相談 1件（うちマッチング 0件）\n年度累計：相談 2件" in shown.text
    for _ in range(7):
        await counter.press(CLERK, "前月")
    assert "2026年3月（令和7年度）" in counter.wire.asking(CLERK).text
    await counter.press(CLERK, "翌月")
    assert "2026年4月（令和8年度）" in counter.wire.asking(CLERK).text


async def test_months_are_paged(counter: Counter, office: Cases) -> None:
    for number in range(9):
        register(counter, f"見本人材{number}")
    await counter.say(CLERK, "/partners")
    await counter.press(CLERK, "月ごとの件数")
    await counter.press(CLERK, "前月")
    await counter.press(CLERK, "次")
    shown = counter.wire.asking(CLERK)
    assert "見本人材8" in shown.text
    assert "2026年10月" in shown.text
    assert "2／2ページ" in shown.text


async def test_the_table_has_a_line_a_partner_and_month_and_is_audited(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter, "=cmd|'銀行")
    ended = end(counter, register(counter, "見本商工会", PartnerKind.CHAMBER))
    office.desk.ledger.consult(date(2026, 10, 31), partner=bank.id)
    await counter.say(PLANNING, "/partners")
    await counter.press(PLANNING, "月ごとの件数")
    await counter.press(PLANNING, "CSV")
    sent = counter.wire.last(PLANNING).file
    assert sent is not None
    name, content = sent
    assert name.startswith("partners-fy2026-")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == TITLES
    assert len(rows) == 1 + 8 * 2
    assert [
        "2026",
        "2026-10",
        str(bank.id),
        "金融機関",
        "'=cmd|'銀行",
        "",
        "1",
        "0",
        "0",
        "0",
    ] in rows
    assert any(row[4:6] == [ended.name, "2026-11-24"] for row in rows)
    assert (PLANNING, "export_partners", "FY2026") in await office.desk.audited()
    await counter.say(900, "/audit")
    assert "連携機関別の件数を書き出し（FY2026）" in counter.wire.last(900).text


@pytest.mark.parametrize(
    "data",
    ["pt:month:202612:0", "pt:month:199912:0", "pt:month:202613:0", "pt:month:2026:0",
     "pt:csv:2027", "pt:csv:1999", "pt:csv:0", "pt:month:202611:x"],
)  # fmt: skip
async def test_months_that_no_button_speaks_of_show_the_list(
    counter: Counter, office: Cases, data: str
) -> None:
    bank = register(counter)
    await office.press(MANAGER, data)
    assert bank.name in counter.wire.last(MANAGER).text
    assert counter.wire.last(MANAGER).file is None
    assert "export_partners" not in [action for _, action, _ in await office.desk.audited()]


@pytest.mark.parametrize("data", ["pt:month:202611:0", "pt:csv:2026"])
async def test_strangers_see_no_figures(counter: Counter, office: Cases, data: str) -> None:
    register(counter)
    await office.press(STRANGER, data)
    assert not [chat for chat, _ in counter.wire.shown if chat == STRANGER]
    assert (STRANGER, "refused", data.rsplit(":", data.count(":") - 1)[0]) in (
        await office.desk.audited()
    )
