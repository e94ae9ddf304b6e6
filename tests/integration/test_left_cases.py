"""Cases of members who were removed, or went to a role that works on none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.case_list import Asked, Which
from domain.consultations import ConsultationState
from domain.staff import CASE_ROLES, Role, StaffMember
from services import cases, left_cases, relay_notices, staff
from services.occasion import Occasion
from storage import case_list, case_waits, consultations
from storage import staff as storage
from storage.database import Database
from tests.integration.case_office import ADMIN, CLERK, MANAGER, SUB, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import Ledger
from tests.integration.staff_desk import data_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.database import Transaction
    from tests.integration.conftest import Counter

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
AT = Occasion(load_programme(SAMPLE), STAFF_CHAT, NOW)
LATER = Occasion(AT.programme, STAFF_CHAT, NOW + timedelta(hours=1))
CHIEF, HOLDER, OTHER = 1, 2, 3


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


def held_case(database: Database) -> int:
    def register(tx: Transaction) -> None:
        for user, role in ((CHIEF, Role.ADMIN), (HOLDER, Role.CLERK), (OTHER, Role.CLERK)):
            storage.register(tx, StaffMember(user, f"職員{user}", role, NOW))

    database.write(register).result()
    case = Ledger(database).consult(NOW.date())
    database.write(lambda tx: cases.take(tx, AT, HOLDER, "職員", case)).result()
    return case


def move(tx: Transaction, at: Occasion, to: Role) -> None:
    staff.invite(tx, CHIEF, to, f"to {to}", at.now, timedelta(1))
    staff.join(tx, at, HOLDER, "職員", f"to {to}")


def remove(tx: Transaction, at: Occasion) -> None:
    staff.remove(tx, at, CHIEF, HOLDER, int(NOW.timestamp()))


LEAVINGS = (lambda tx, at: move(tx, at, Role.PLANNING), remove)


@pytest.mark.parametrize("leaves", LEAVINGS, ids=["planning", "removed"])
def test_nobody_has_the_case_of_who_works_on_none(
    database: Database, leaves: Callable[[Transaction, Occasion], None]
) -> None:
    case = held_case(database)
    database.write(lambda tx: leaves(tx, LATER)).result()
    free = Asked(Which.UNASSIGNED, 0, CHIEF, NOW, LATER.now)

    def look(tx: Transaction) -> None:
        assert cases.card(tx, case).is_free
        found = consultations.find(tx, case)
        assert found is not None
        assert relay_notices.holder(tx, found) is None
        assert [one.id for one in case_list.page(tx, free)] == [case]
        # It waits from when it was left, not from when it came.
        assert case_waits.untaken_since(tx, case) == LATER.now
        assert case_waits.to_contact_since(tx, case) is None

    database.read(look).result()
    press = database.write(lambda tx: cases.take(tx, LATER, OTHER, "職員", case)).result()
    assert (press.refusal, press.card.consultation.assignee) == (None, OTHER)


@pytest.mark.parametrize("role", sorted(CASE_ROLES))
def test_another_role_that_works_on_cases_keeps_them(database: Database, role: Role) -> None:
    case = held_case(database)
    database.write(lambda tx: move(tx, LATER, role)).result()
    assert not database.read(lambda tx: cases.card(tx, case)).result().is_free
    press = database.write(lambda tx: cases.take(tx, LATER, OTHER, "職員", case)).result()
    assert press.refusal is not None
    owed = database.read(notices).result()
    assert owed == []


@pytest.mark.parametrize("leaves", LEAVINGS, ids=["planning", "removed"])
def test_the_staff_chat_is_told_in_the_same_transaction(
    database: Database, leaves: Callable[[Transaction, Occasion], None]
) -> None:
    case = held_case(database)

    def fail(tx: Transaction) -> None:
        leaves(tx, LATER)
        raise LookupError

    with pytest.raises(LookupError):
        database.write(fail).result()
    assert database.read(notices).result() == []
    database.write(lambda tx: leaves(tx, LATER)).result()
    assert database.read(notices).result() == [STAFF_CHAT]
    left = database.read(lambda tx: left_cases.still_left(tx, [case])).result()
    assert [str(reference) for reference in left] == ["R8-0001"]


def notices(tx: Transaction) -> list[int]:
    statement = "select recipient from outbox where kind = 'cases_left'"
    return list(tx.connection.exec_driver_sql(statement).scalars())


async def test_the_staff_chat_hears_of_what_is_left_and_finds_it(office: Cases) -> None:
    taken = [office.desk.case(taken_by=CLERK) for _ in range(4)]
    office.put(taken[0], ConsultationState.CLOSED_DONE)
    await leave(office)
    office.desk.do(lambda tx, at: cases.take(tx, at, SUB, "Person 403", taken[1]))
    await office.desk.deliver()
    told = office.counter.wire.last(STAFF_CHAT)
    assert told.text == (
        "<b>担当者のいなくなった案件：2件</b>\nR8-0003　R8-0004\n担当できる方が引き受けてください。"
    )
    data = data_of(told, "担当者のいない案件")
    await office.desk.press_data(MANAGER, data, STAFF_CHAT, told.message_id)
    listed = office.counter.wire.shown[STAFF_CHAT, told.message_id].text
    assert [reference in listed for reference in ("R8-0002", "R8-0003", "R8-0004")] == [
        False,
        True,
        True,
    ]


async def test_nothing_is_told_when_all_were_taken_meanwhile(office: Cases) -> None:
    case = office.desk.case(taken_by=CLERK)
    await leave(office)
    office.desk.do(lambda tx, at: cases.take(tx, at, SUB, "Person 403", case))
    await office.desk.deliver()
    assert not [s for (chat, _), s in office.counter.wire.shown.items() if chat == STAFF_CHAT]


async def leave(office: Cases) -> None:
    found = office.desk.do(lambda tx, _at: storage.find(tx, CLERK))
    since = int(found.since.timestamp())
    office.desk.do(lambda tx, at: staff.remove(tx, at, ADMIN, CLERK, since))
