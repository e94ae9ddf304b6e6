"""The owner's whole way on both databases: intake, addition, return call, reminder."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.schedule import tick
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

import pytest

OWNER, STAFF = 100, 900


@pytest.fixture
async def either(url: str) -> AsyncIterator[Counter]:
    opened = Counter(url)
    await opened.open()
    yield opened
    await opened.close()


async def test_the_whole_way(either: Counter) -> None:
    counter = either
    await tick(counter.application.house)
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.press(OWNER, "同じ案件への追記")
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:3])
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    await walk(counter, OWNER, ("山田 太郎", "048-830-0000", "=午前", "=折り返しを依頼する"))
    for _ in range(3):
        await counter.delivery.send_due()
        counter.moment += timedelta(seconds=2)
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    await counter.press(STAFF, "電話が済んだ", STAFF_CHAT)
    counter.moment += timedelta(days=1)
    await tick(counter.application.house)
    await counter.delivery.send_due()
    assert "途中で保存されています" in counter.wire.asking(OWNER).text
    counts = {
        table: (await counter.read(f"select count(*) from {table}"))[0][0]
        for table in ("consultations", "kpi_events", "addenda", "return_calls", "drafts")
    }
    assert counts == {
        "consultations": 1,
        "kpi_events": 1,
        "addenda": 1,
        "return_calls": 1,
        "drafts": 1,
    }
    assert await counter.read("select count(*) from dead_letters") == [(0,)]
