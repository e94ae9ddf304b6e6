"""Referrals of which the agency let nothing be heard for a fortnight."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from domain.consultations import ConsultationState
from storage import consultations
from tests.integration.case_office import CLERK, MANAGER
from tests.integration.chaser_rounds import Rounds
from tests.integration.conftest import STAFF_CHAT
from tests.integration.referral_office import Referrals
from tests.integration.staff_desk import data_of, labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

S = ConsultationState


@pytest.fixture
def office(counter: Counter) -> Referrals:
    return Referrals(counter)


async def referred(office: Referrals, assignee: int | None = CLERK) -> Rounds:
    """Refer a case on Tuesday 24 November."""
    case = office.case()
    if assignee is not None:
        office.desk.do(lambda tx, _at: consultations.take(tx, case, assignee))
    await office.refer(case, office.agency())
    return Rounds(office.cases)


async def test_after_a_fortnight_the_assignee_is_told_and_then_managers(office: Referrals) -> None:
    rounds = await referred(office)
    assert await rounds.days(date(2026, 12, 4), date(2026, 12, 10)) == {
        "12-08 09:00": [CLERK],
        "12-10 09:00": [MANAGER, CLERK],
    }
    shown = office.counter.wire.asking(CLERK)
    assert shown.text == (
        "<b>R8-0001</b>　11月24日（火）から、取次先の返事の記録がありません。\n"
        "取次先に確認し、返事を記録してください。\n取次中　南部（川口・蕨・戸田）\n"
        "取次先：見本人材株式会社"
    )
    await office.desk.press_data(
        MANAGER, data_of(office.counter.wire.asking(MANAGER), "返事を記録する"), MANAGER, 50
    )
    assert "見本人材株式会社" in office.shown().text


@pytest.mark.parametrize(("news", "told"), [("replied", ["12-21 09:00"]), ("declined", [])])
async def test_news_begins_it_anew_and_an_agency_that_passes_ends_it(
    office: Referrals, news: str, told: list[str]
) -> None:
    rounds = await referred(office)
    (shown,) = await rounds.tick(date(2026, 12, 8), "09:00")
    await office.press(MANAGER, f"rf:on:1:{news}:20261207")
    data = data_of(shown, "1週間保留")
    await office.desk.press_data(CLERK, data, CLERK, shown.message_id)
    assert "対応済み" in office.counter.wire.shown[CLERK, shown.message_id].text
    assert list(await rounds.days(date(2026, 12, 9), date(2026, 12, 22))) == told


async def test_a_case_that_has_candidates_waits_for_no_agency(office: Referrals) -> None:
    rounds = await referred(office)
    office.cases.put(1, S.CANDIDATE)
    assert await rounds.days(date(2026, 12, 8), date(2026, 12, 10)) == {}


async def test_the_staff_chat_does_not_name_the_agency(office: Referrals) -> None:
    rounds = await referred(office, assignee=None)
    shown = await rounds.tick(date(2026, 12, 8), "09:00")
    (unheard,) = [one for one in shown if one.chat == STAFF_CHAT and "取次先の返事" in one.text]
    assert "見本人材" not in unheard.text
    assert "返事を記録する" not in labels(unheard)
