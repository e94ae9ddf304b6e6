"""By which partner a case came, as staff say it on its card: who may, doing it twice, mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.partners import PartnerKind
from tests.integration.case_office import (
    ADMIN,
    CLERK,
    MANAGER,
    MESSAGE,
    PLANNING,
    STRANGER,
    SUB,
    Cases,
)
from tests.integration.conftest import STAFF_CHAT
from tests.integration.partner_office import end, register
from tests.integration.staff_desk import data_of, labels
from tests.integration.test_walk_ins import STEPS as WALK_IN
from tests.integration.test_walk_ins import log

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


async def sender(counter: Counter) -> list[Any]:
    return [by for (by,) in await counter.read("select partner_id from consultations order by id")]


async def said(counter: Counter) -> list[Any]:
    return await counter.read("select partner_id, actor from attributions order by id")


async def opened(counter: Counter, user: int = CLERK) -> None:
    await counter.say(user, "/case R8-0001")


async def audited(office: Cases) -> list[tuple[int, str, str]]:
    rows = await office.desk.audited()
    return [row for row in rows if row[1] not in ("appoint", "partner_add", "read_case")]


@pytest.mark.parametrize("user", [ADMIN, MANAGER, SUB, CLERK])
async def test_staff_say_on_the_card_by_which_partner_a_case_came(
    counter: Counter, office: Cases, user: int
) -> None:
    bank = register(counter, "A&B銀行")
    office.desk.case()
    await opened(counter, user)
    await counter.press(user, "紹介元")
    assert "どの連携機関からのご紹介" in counter.wire.asking(user).text
    await counter.press(user, "A&B銀行")
    card = counter.wire.asking(user).text
    assert "紹介元：A&amp;B銀行（金融機関）" in card
    assert f"紹介元を記録：A&amp;B銀行\n　Person {user}" in card
    assert await sender(counter) == [bank.id]
    assert await audited(office) == [(user, "case_attribute", "R8-0001")]


async def test_what_was_said_is_corrected_and_both_stay_in_the_history(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    chamber = register(counter, "見本商工会", PartnerKind.CHAMBER)
    office.desk.case()
    for name in ("見本銀行", "見本商工会", "なし"):
        await opened(counter)
        await counter.press(CLERK, "紹介元")
        await counter.press(CLERK, name)
    assert await said(counter) == [(bank.id, CLERK), (chamber.id, CLERK), (None, CLERK)]
    assert await sender(counter) == [None]
    await counter.press(CLERK, "経過")
    history = counter.wire.asking(CLERK).text
    for line in ("紹介元を記録：株式会社見本銀行", "紹介元を記録：見本商工会", "紹介元なしと記録"):
        assert line in history


async def test_the_present_one_is_named_and_not_offered(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    register(counter, "見本商工会", PartnerKind.CHAMBER)
    ended = end(counter, register(counter, "旧見本銀行"))
    office.desk.ledger.consult(counter.moment.date(), partner=bank.id)
    await opened(counter)
    await counter.press(CLERK, "紹介元")
    shown = counter.wire.asking(CLERK)
    assert "紹介元：株式会社見本銀行（金融機関）" in shown.text
    assert bank.name not in labels(shown)
    assert ended.name not in labels(shown)
    await counter.press(CLERK, "商工会・")
    assert "見本商工会" in labels(counter.wire.asking(CLERK))
    await counter.press(CLERK, "このままにする")
    assert "R8-0001" in counter.wire.asking(CLERK).text
    assert await said(counter) == []


async def test_partners_to_choose_from_are_paged(counter: Counter, office: Cases) -> None:
    for number in range(9):
        register(counter, f"見本人材{number}", PartnerKind.AGENCY)
    office.desk.case()
    await opened(counter)
    await counter.press(CLERK, "紹介元")
    assert "見本人材8" not in labels(counter.wire.asking(CLERK))
    await counter.press(CLERK, "次")
    await counter.press(CLERK, "見本人材8")
    assert "紹介元：見本人材8" in counter.wire.asking(CLERK).text


async def test_who_says_it_second_is_shown_what_was_said_first(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    register(counter, "見本商工会", PartnerKind.CHAMBER)
    office.desk.case()
    for user in (CLERK, MANAGER):
        await opened(counter, user)
        await counter.press(user, "紹介元")
    second = data_of(counter.wire.asking(MANAGER), "見本商工会")
    await counter.press(CLERK, "見本銀行")
    await counter.press(MANAGER, "見本商工会")
    assert "その間に案件が変わりました" in counter.wire.alerts[-1]
    assert "紹介元：株式会社見本銀行" in counter.wire.asking(MANAGER).text
    await office.press(MANAGER, second)
    assert await said(counter) == [(bank.id, CLERK)]


async def test_two_taps_say_it_once(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    office.desk.case()
    for _ in range(2):
        await office.press(CLERK, f"pt:set:1:0:{bank.id}")
    assert await said(counter) == [(bank.id, CLERK)]


async def test_a_partner_that_ended_meanwhile_is_not_said(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    office.desk.case()
    await opened(counter)
    await counter.press(CLERK, "紹介元")
    end(counter, bank)
    await counter.press(CLERK, "見本銀行")
    assert "終了しています" in counter.wire.alerts[-1]
    assert await sender(counter) == [None]


@pytest.mark.parametrize("data", ["pt:for:1:all:0", "pt:set:1:0:1"])
@pytest.mark.parametrize("user", [PLANNING, STRANGER])
async def test_who_may_not_change_cases_is_refused_and_audited(
    counter: Counter, office: Cases, user: int, data: str
) -> None:
    register(counter)
    office.desk.case()
    await office.press(user, data)
    assert [row[:2] for row in await audited(office)] == [(user, "refused")]
    assert await sender(counter) == [None]
    if user == PLANNING:
        await opened(counter, PLANNING)
        assert "紹介元" not in labels(counter.wire.last(PLANNING))


@pytest.mark.parametrize(
    "data",
    ["pt:for:9:all:0", "pt:for:1:none:0", "pt:set:9:0:1", "pt:set:1:0:0", "pt:set:1:0:99",
     "pt:set:1:0", "pt:set:1:x:1", "pt:for:1:all:x"],
)  # fmt: skip
async def test_altered_buttons_change_nothing(counter: Counter, office: Cases, data: str) -> None:
    register(counter)
    office.desk.case()
    await office.press(CLERK, data)
    assert await sender(counter) == [None]
    assert await said(counter) == []


async def test_it_is_not_asked_in_a_group(counter: Counter, office: Cases) -> None:
    register(counter)
    office.desk.case()
    for data in ("pt:for:1:all:0", "pt:set:1:0:1"):
        await office.desk.press_data(CLERK, data, STAFF_CHAT, MESSAGE)
    assert await sender(counter) == [None]
    assert not [chat for chat, _ in counter.wire.shown if chat == STAFF_CHAT]


async def test_what_is_logged_as_come_by_a_partner_is_asked_after(
    counter: Counter, office: Cases
) -> None:
    bank = register(counter)
    await log(counter, CLERK, ("=はい", "=連携機関", *WALK_IN[2:]))
    assert "R8-0001" in counter.wire.asking(CLERK).text
    await counter.press(CLERK, "連携機関を選ぶ")
    await counter.press(CLERK, "見本銀行")
    assert await sender(counter) == [bank.id]
    assert "紹介元：株式会社見本銀行" in counter.wire.asking(CLERK).text


async def test_what_is_logged_of_a_call_is_not_asked_after(counter: Counter, office: Cases) -> None:
    register(counter)
    await log(counter, CLERK)
    assert "連携機関を選ぶ" not in str(labels(counter.wire.asking(CLERK)))


async def test_the_figures_follow_what_staff_said(counter: Counter, office: Cases) -> None:
    bank = register(counter)
    office.desk.case()
    await office.press(CLERK, f"pt:set:1:0:{bank.id}")
    await office.press(CLERK, f"pt:open:{bank.id}")
    assert "今月：相談 1件" in counter.wire.last(CLERK).text
