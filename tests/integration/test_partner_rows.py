"""Partners in the database: found by token and name, unique while they are live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest
from sqlalchemy.exc import IntegrityError

from domain.attributions import Attribution
from domain.partners import NameTaken, NewPartner, Partner, PartnerKind
from domain.staff import Role, StaffMember
from services import partners as services
from storage import attributions, consultations, partners, staff
from storage.database import Database
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.database import Transaction

    T = TypeVar("T")

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BANK = NewPartner(PartnerKind.BANK, "株式会社見本銀行", "aaaaaaaaaaaa")
AGENCY = NewPartner(PartnerKind.AGENCY, "みほん人材", "bbbbbbbbbbbb")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def add(database: Database, new: NewPartner) -> int:
    return database.write(lambda tx: partners.add(tx, new, NOW)).result()


def write(database: Database, unit: Callable[[Transaction], None]) -> None:
    def locked(tx: Transaction) -> None:
        partners.lock(tx)
        unit(tx)

    database.write(locked).result()


def read(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.read(unit).result()


def test_a_partner_is_found_by_id_token_and_any_spelling_of_its_name(database: Database) -> None:
    bank = add(database, BANK)
    found = Partner(bank, PartnerKind.BANK, "株式会社見本銀行", "aaaaaaaaaaaa", NOW, None)
    assert read(database, lambda tx: partners.find(tx, bank)) == found
    assert read(database, lambda tx: partners.of_token(tx, "aaaaaaaaaaaa")) == found
    assert read(database, lambda tx: partners.of_token(tx, "AAAAAAAAAAAA")) is None
    for spelling in ("㈱見本銀行", "見本銀行", "見本 銀行（株）"):
        assert read(database, lambda tx, typed=spelling: partners.of_name(tx, typed)) == found
    assert read(database, lambda tx: partners.of_name(tx, "見本銀行 浦和支店")) is None


def test_one_that_ended_is_found_by_its_id_only_until_it_is_reopened(database: Database) -> None:
    bank = add(database, BANK)
    write(database, lambda tx: partners.end(tx, bank, NOW))
    ended = read(database, lambda tx: partners.find(tx, bank))
    assert ended is not None
    assert (ended.ended_at, ended.is_live) == (NOW, False)
    assert read(database, lambda tx: partners.of_token(tx, BANK.token)) is None
    assert read(database, lambda tx: partners.of_name(tx, BANK.name)) is None
    assert read(database, lambda tx: partners.live(tx, PartnerKind.BANK)) == []
    write(database, lambda tx: partners.reopen(tx, bank, LATER))
    reopened = read(database, lambda tx: partners.of_token(tx, BANK.token))
    assert reopened is not None
    assert (reopened.id, reopened.since, reopened.is_live) == (bank, LATER, True)


def test_live_partners_of_one_name_exclude_each_other(database: Database) -> None:
    first = add(database, BANK)
    same = NewPartner(PartnerKind.OTHER, "見本銀行㈱", "cccccccccccc")
    with pytest.raises(IntegrityError):
        add(database, same)
    write(database, lambda tx: partners.end(tx, first, NOW))
    add(database, same)
    with pytest.raises(IntegrityError):
        write(database, lambda tx: partners.reopen(tx, first, LATER))
    other = add(database, AGENCY)
    with pytest.raises(IntegrityError):
        write(database, lambda tx: partners.rename(tx, other, "見本銀行"))


def test_a_token_is_given_once_even_after_its_partner_ended(database: Database) -> None:
    first = add(database, BANK)
    write(database, lambda tx: partners.end(tx, first, NOW))
    with pytest.raises(IntegrityError):
        add(database, NewPartner(PartnerKind.AGENCY, "別の人材", BANK.token))


def test_a_partner_is_found_by_its_new_name(database: Database) -> None:
    bank = add(database, BANK)
    write(database, lambda tx: partners.rename(tx, bank, "株式会社新見本銀行"))
    assert read(database, lambda tx: partners.of_name(tx, "見本銀行")) is None
    renamed = read(database, lambda tx: partners.of_name(tx, "新見本銀行"))
    assert renamed is not None
    assert (renamed.id, renamed.name, renamed.token) == (bank, "株式会社新見本銀行", BANK.token)


def test_of_many_who_register_one_name_at_once_one_does(database: Database) -> None:
    admin = StaffMember(900, "Person", Role.ADMIN, NOW)
    write(database, lambda tx: staff.register(tx, admin))

    def registering(number: int) -> Callable[[Transaction], object]:
        new = NewPartner(PartnerKind.BANK, BANK.name, f"{number}" * 12)
        return lambda tx: services.add(tx, admin.user_id, new, NOW)

    running = [database.write(registering(number)) for number in range(8)]
    errors = [each.exception() for each in running]
    assert errors.count(None) == 1
    assert all(isinstance(error, NameTaken) for error in errors if error is not None)
    assert read(database, lambda tx: partners.count(tx, None)) == 1


def test_what_staff_say_of_a_case_is_kept_and_the_latest_is_the_cases(database: Database) -> None:
    bank = add(database, BANK)
    case = Ledger(database).consult(NOW.date())
    for partner in (bank, None, bank):
        write(database, lambda tx, partner=partner: attributions.add(tx, case, partner, 401, NOW))
    history = read(database, lambda tx: attributions.history(tx, case))
    assert history == [
        Attribution(BANK.name, 401, NOW),
        Attribution(None, 401, NOW),
        Attribution(BANK.name, 401, NOW),
    ]
    found = read(database, lambda tx: consultations.find(tx, case))
    assert found is not None
    assert found.partner == bank


def test_pages_have_live_ones_first_and_can_be_of_one_kind(database: Database) -> None:
    ended = add(database, NewPartner(PartnerKind.AGENCY, "あ人材", "dddddddddddd"))
    write(database, lambda tx: partners.end(tx, ended, NOW))
    bank, agency = add(database, BANK), add(database, AGENCY)

    def ids(kind: PartnerKind | None, skipped: int, most: int) -> list[int]:
        page = read(database, lambda tx: partners.page(tx, kind, skipped, most))
        return [partner.id for partner in page]

    assert ids(None, 0, 10) == [agency, bank, ended]
    assert ids(None, 1, 1) == [bank]
    assert ids(PartnerKind.AGENCY, 0, 10) == [agency, ended]
    assert ids(PartnerKind.CHAMBER, 0, 10) == []
    for kind, count in ((None, 3), (PartnerKind.AGENCY, 2), (PartnerKind.CHAMBER, 0)):
        assert read(database, lambda tx, kind=kind: partners.count(tx, kind)) == count
    live = read(database, lambda tx: partners.live(tx, PartnerKind.AGENCY))
    assert [partner.id for partner in live] == [agency]
