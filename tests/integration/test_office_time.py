"""Whatever zone the machine is in: the clock on the wall is Tokyo's, what is stored is UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.dialects import sqlite

from domain.fiscal_year import JST
from storage.columns import UtcDateTime
from tests.integration.booking_chat import OWNER, live, press_data, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Counter


@pytest.fixture
def _far_from_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_tokyo")
async def test_a_meeting_is_shown_in_tokyo_s_time_and_stored_in_utc(counter: Counter) -> None:
    counter.moment = datetime(2026, 11, 24, 23, 30, tzinfo=JST).astimezone(UTC)
    assert datetime.fromtimestamp(counter.moment.timestamp()).hour == 6  # noqa: DTZ006
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261126")
    await counter.press(OWNER, "9:30")
    assert "11月26日（木） 9:30〜10:30" in live(counter).text
    assert await counter.read("select starts_at, ends_at from bookings") == [
        ("2026-11-26 00:30:00.000000", "2026-11-26 01:30:00.000000")
    ]
    due = await counter.read("select due_at from outbox where kind = 'owner_reminder' order by 1")
    assert due == [("2026-11-25 01:00:00.000000",), ("2026-11-25 23:30:00.000000",)]


def test_a_column_takes_no_moment_without_a_zone() -> None:
    column, dialect = UtcDateTime(), sqlite.dialect()
    nine = datetime(2026, 11, 26, 9, tzinfo=JST)
    assert column.process_bind_param(nine, dialect) == nine.astimezone(UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        column.process_bind_param(nine.replace(tzinfo=None), dialect)
