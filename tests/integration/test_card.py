"""What staff learn from the card of a consultation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER = 100


async def card_of(counter: Counter, *steps: str) -> str:
    await agree(counter, OWNER)
    await walk(counter, OWNER, steps)
    await counter.press(OWNER, "送信する")
    await counter.delivery.send_due()
    return counter.wire.asking(STAFF_CHAT).text


async def test_a_deemed_large_company_is_for_staff_to_confirm(counter: Counter) -> None:
    card = await card_of(counter, *("=はい" if step == "=いいえ" else step for step in STEPS))
    assert "小規模（要確認）" in card
    assert "KPI要確認" in card
    assert "要確認：大企業の出資" in card
    assert await counter.read("select eligibility from kpi_events") == [("to_confirm",)]


async def test_a_company_of_known_size_has_nothing_to_confirm(counter: Counter) -> None:
    card = await card_of(counter, *STEPS)
    assert "小規模 / KPI対象" in card
    assert "類型：生産性向上" in card
    assert "要確認" not in card
