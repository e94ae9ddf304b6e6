"""Referrals in the database: one for each agency and case, whoever comes at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from sqlalchemy.exc import IntegrityError

from domain.consultations import ConsultationState
from domain.needs_sheet import SHEET_VERSION
from domain.partners import NewPartner, PartnerKind
from domain.referrals import DIGEST_SHOWN, AgencyNews, News, SentSheet
from domain.sharing import NewDecision, Said, Sharing, SharingDecision
from domain.staff import Role, StaffMember
from services import referrals as service
from services import sharing as consent
from services.occasion import Occasion
from services.referrals import Chosen, Made
from storage import consultations, partners, referrals, sharing, staff
from storage.database import Database
from tests.integration.ledger import Ledger
from tests.unit.sheets import CHOSEN, FORM, PROGRAMME, sheet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.database import Transaction

    T = TypeVar("T")

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
AT = Occasion(PROGRAMME, -1001, NOW)
MANAGER, OWNER = 400, 100
SHEET = sheet_of(CHOSEN, "一行目\n二行目")
SENT = SentSheet(SHEET, SHEET_VERSION, SHEET.digest)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def case(database: Database) -> int:
    found = Ledger(database).consult(date(2026, 11, 24), answers={**CHOSEN, "share": "both"})

    def prepare(tx: Transaction) -> None:
        consultations.set_state(tx, found, ConsultationState.DEFINED)
        staff.register(tx, StaffMember(MANAGER, "Person", Role.MANAGER, NOW))

    database.write(prepare).result()
    return found


@pytest.fixture
def agency(database: Database) -> int:
    new = NewPartner(PartnerKind.AGENCY, "見本人材", "aaaaaaaaaaaa")
    return database.write(lambda tx: partners.add(tx, new, NOW)).result()


def write(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.write(unit).result()


def chosen(database: Database, case: int, agency: int) -> Chosen:
    seen = database.read(lambda tx: service.preview(tx, AT, FORM, MANAGER, case, agency)).result()
    return Chosen(case, agency, seen.sheet.digest[:DIGEST_SHOWN])


def refer(wanted: Chosen) -> Callable[[Transaction], Made]:
    return lambda tx: service.refer(tx, AT, FORM, MANAGER, "Person", wanted)


def test_a_sheet_comes_back_as_it_was_sent(database: Database, case: int, agency: int) -> None:
    made = write(database, lambda tx: referrals.add(tx, case, agency, MANAGER, NOW, SENT))
    found = database.read(lambda tx: referrals.sent_sheet(tx, made)).result()
    assert found == SENT
    assert found.is_intact
    assert found.sheet.text == SHEET.text
    assert database.read(lambda tx: referrals.sent_sheet(tx, made + 1)).result() is None


def test_an_agency_has_a_case_once(database: Database, case: int, agency: int) -> None:
    write(database, lambda tx: referrals.add(tx, case, agency, MANAGER, NOW, SENT))
    with pytest.raises(IntegrityError):
        write(database, lambda tx: referrals.add(tx, case, agency, MANAGER, NOW, SENT))


def test_the_latest_news_is_of_the_latest_day(database: Database, case: int, agency: int) -> None:
    made = write(database, lambda tx: referrals.add(tx, case, agency, MANAGER, NOW, SENT))

    def hear(news: News, days: int, minutes: int) -> bool:
        on, at = date(2026, 11, 24) + timedelta(days), NOW + timedelta(minutes=minutes)
        heard = AgencyNews(news, on, MANAGER, at)
        return write(database, lambda tx: referrals.add_news(tx, made, heard))

    def standing() -> tuple[Any, ...]:
        found = database.read(lambda tx: referrals.find(tx, made)).result()
        assert found is not None
        return found.latest and found.latest.news, found.last_news_at, found.is_over

    assert standing() == (None, date(2026, 11, 24), False)
    assert hear(News.INTRODUCED, 3, 1)
    assert hear(News.REPLIED, 1, 2)
    assert standing() == (News.INTRODUCED, date(2026, 11, 27), False)
    assert not hear(News.REPLIED, 1, 3)
    assert hear(News.DECLINED, 3, 4)
    assert standing() == (News.DECLINED, date(2026, 11, 27), True)


def test_a_mission_is_replaced(database: Database, case: int) -> None:
    for text in ("一", "二\n三"):
        write(
            database,
            lambda tx, text=text: referrals.set_mission(tx, case, text, MANAGER, NOW),
        )
    assert database.read(lambda tx: referrals.mission(tx, case)).result() == "二\n三"


def test_decisions_stand_in_the_order_they_were_made(database: Database, case: int) -> None:
    decisions = [
        SharingDecision(Sharing.NONE, Said.BOT, OWNER, NOW),
        SharingDecision(Sharing.AGENCY, Said.WRITTEN, MANAGER, NOW),
    ]
    for one in decisions:
        write(database, lambda tx, one=one: sharing.add(tx, case, one))
    assert database.read(lambda tx: sharing.of_case(tx, case)).result() == decisions


def test_many_who_refer_at_once_refer_once(database: Database, case: int, agency: int) -> None:
    wanted = chosen(database, case, agency)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: write(database, refer(wanted)), range(8)))
    assert [one.referral is not None for one in made].count(True) == 1
    assert len(database.read(lambda tx: referrals.of_case(tx, case)).result()) == 1
    events = database.read(lambda tx: consultations.events_of(tx, case)).result()
    assert [event.kind for event in events].count("referrals") == 1


def test_a_withdrawal_comes_before_a_referral_or_sees_it(
    database: Database, case: int, agency: int
) -> None:
    wanted = chosen(database, case, agency)
    decision = NewDecision(case, Sharing.BOTH, Sharing.NONE)

    def withdraw(tx: Transaction) -> consent.Recorded:
        return consent.change_own(tx, AT, OWNER, decision)

    with ThreadPoolExecutor(2) as pool:
        referred = pool.submit(lambda: write(database, refer(wanted)))
        withdrawn = pool.submit(lambda: write(database, withdraw))
        made, recorded = referred.result(), withdrawn.result()
    assert recorded.view is not None
    # Either nothing was referred, or the owner's withdrawal lists the agency to be told.
    assert (made.referral is not None) is bool(recorded.view.to_tell)


def test_an_agency_that_ends_at_the_same_time_gets_nothing_afterwards(
    database: Database, case: int, agency: int
) -> None:
    wanted = chosen(database, case, agency)

    def end(tx: Transaction) -> None:
        partners.lock(tx)
        partners.end(tx, agency, NOW)

    write(database, end)
    made = write(database, refer(wanted))
    assert made.referral is None
    assert database.read(lambda tx: referrals.of_case(tx, case)).result() == []
