"""R7: staff decide whether a case counts for the KPI, and all that it counts follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.consultations import ConsultationState
from domain.size import Eligibility
from storage import consultations
from tests.integration.case_office import ADMIN, CLERK, MANAGER, PLANNING, STRANGER, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

S = ConsultationState
OPEN, YES, NO = Eligibility.TO_CONFIRM, Eligibility.ELIGIBLE, Eligibility.NOT_ELIGIBLE
COUNTS, DOES_NOT = "cs:judge:1:to_confirm:small_enough", "cs:judge:1:to_confirm:too_large"


class Desk:
    """A case whose answers leave open whether it counts."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.office = Cases(counter)
        case = self.office.desk.case()
        self.office.desk.do(lambda tx, _at: consultations.set_eligibility(tx, case, OPEN))
        self.office.desk.do(
            lambda tx, _at: tx.connection.exec_driver_sql(
                "update kpi_events set eligibility = 'to_confirm'"
            )
        )

    async def counted(self) -> dict[str, int]:
        rows = await self.counter.read(
            "select eligibility, sum(delta) from kpi_events where kind = 'consultations'"
            " group by eligibility having sum(delta) <> 0"
        )
        return {str(eligibility): int(total) for eligibility, total in rows}


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


async def test_what_the_answers_leave_open_is_decided_from_the_card(desk: Desk) -> None:
    card = await desk.office.open(MANAGER)
    assert "KPI対象を決める" in labels(card)
    await desk.office.press(MANAGER, "cs:kpi:1")
    shown = desk.office.shown(MANAGER)
    assert labels(shown) == [
        "中小・中堅企業（対象）",
        "大企業など（対象外）",
        "このままにする",
    ]
    await desk.office.press(MANAGER, COUNTS)
    assert await desk.counted() == {YES: 1}
    card = desk.office.shown(MANAGER)
    assert "KPI対象を決定" in card.text
    assert "中小・中堅企業（対象）" in card.text
    assert (MANAGER, "case_judge", "R8-0001") in await desk.office.desk.audited()


async def test_a_verdict_may_be_given_anew_and_never_twice(desk: Desk) -> None:
    for _ in range(2):
        await desk.office.press(MANAGER, COUNTS)
    assert "その間に案件が変わりました" in desk.counter.wire.alerts[-1]
    assert await desk.counted() == {YES: 1}
    await desk.office.press(MANAGER, "cs:judge:1:eligible:too_large")
    assert await desk.counted() == {NO: 1}
    assert await desk.counter.read("select count(*), sum(delta) from kpi_events") == [(5, 1)]


async def test_matches_meetings_and_a_restored_case_follow_the_verdict(desk: Desk) -> None:
    await desk.office.press(MANAGER, "cs:met:1:nw:20261124")
    assert desk.office.state(1) is S.MET
    await desk.office.press(MANAGER, COUNTS)
    totals = "select eligibility, sum(delta) from kpi_events group by 1 having sum(delta) <> 0"
    assert await desk.counter.read(totals) == [("eligible", 3)]
    await desk.office.set(MANAGER, 1, S.MET, S.DUPLICATE)
    assert await desk.counter.read(totals) == []
    await desk.office.press(MANAGER, "cs:judge:1:eligible:too_large")
    assert "今の状態ではできません" in desk.counter.wire.alerts[-1]
    await desk.office.set(MANAGER, 1, S.DUPLICATE, S.MET, "mistake")
    assert await desk.counter.read(totals) == [("eligible", 3)]


async def test_a_published_year_stays_as_it_is(desk: Desk) -> None:
    desk.counter.moment = desk.counter.moment.replace(year=2027, month=9, day=1)
    await desk.office.press(MANAGER, COUNTS)
    events = await desk.counter.read(
        "select delta, eligibility, effective_date from kpi_events order by id"
    )
    assert events == [
        (1, "to_confirm", "2026-11-24"),
        (-1, "to_confirm", "2027-09-01"),
        (1, "eligible", "2027-09-01"),
    ]


@pytest.mark.parametrize("user", [CLERK, PLANNING, STRANGER])
async def test_who_may_not_correct_cases_decides_nothing(desk: Desk, user: int) -> None:
    if user is not STRANGER:
        assert "KPI対象を決める" not in labels(await desk.office.open(user))
    for data in ("cs:kpi:1", COUNTS, DOES_NOT):
        await desk.office.press(user, data)
    assert await desk.counted() == {OPEN: 1}
    assert (user, "case_judge_refused", "R8-0001") in await desk.office.desk.audited()


async def test_what_the_answers_decide_is_not_changed_by_hand(desk: Desk) -> None:
    desk.office.desk.do(lambda tx, _at: consultations.set_eligibility(tx, 1, YES))
    assert "KPI対象を決める" not in labels(await desk.office.open(ADMIN))
    await desk.office.press(ADMIN, "cs:judge:1:eligible:too_large")
    assert "今の状態ではできません" in desk.counter.wire.alerts[-1]
    assert await desk.counted() == {OPEN: 1}


@pytest.mark.parametrize(
    "data",
    [
        "cs:judge:1:to_confirm:mistake",
        "cs:judge:1:to_confirm:nothing",
        "cs:judge:1:nothing:too_large",
        "cs:judge:1:to_confirm",
        "cs:judge:99:to_confirm:too_large",
        "cs:kpi:99",
        "cs:kpi:１",
    ],
)
async def test_a_garbled_button_decides_nothing(desk: Desk, data: str) -> None:
    await desk.office.press(MANAGER, data)
    assert await desk.counted() == {OPEN: 1}
    assert await desk.counter.read("select count(*) from dead_letters") == [(0,)]


async def test_nothing_is_decided_in_the_staff_chat(desk: Desk) -> None:
    await desk.office.press(MANAGER, COUNTS, STAFF_CHAT)
    assert await desk.counted() == {OPEN: 1}
