"""Submissions around the turn of the fiscal year (R12), through the dispatcher."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.dispatcher import stored_update
from services import inbox
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

STAFF = 900
# JST is nine hours ahead.
LAST_SECOND = datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 31, 15, 0, tzinfo=UTC)
NUMBERS = {
    100: "7123456789012",
    101: "2000020112062",
    102: "8000020113468",
    103: "5000020113859",
}


async def fill_in(counter: Counter, user: int) -> None:
    await agree(counter, user)
    given = {"7123456789012": NUMBERS[user], "株式会社見本製作所": f"株式会社見本{user}"}
    await walk(counter, user, tuple(given.get(step, step) for step in STEPS))


async def test_the_moment_of_sending_decides_year_number_and_day(counter: Counter) -> None:
    counter.moment = datetime(2027, 3, 31, 14, 0, tzinfo=UTC)
    for user in NUMBERS:
        await fill_in(counter, user)
    for user, moment in ((100, LAST_SECOND), (101, MIDNIGHT), (102, MIDNIGHT)):
        counter.moment = moment
        await counter.press(user, "送信する")
    assert "R8-0001" in counter.wire.told(100).text
    assert "R9-0001" in counter.wire.told(101).text
    assert "R9-0002" in counter.wire.told(102).text
    assert await counter.read("select effective_date from kpi_events order by id") == [
        ("2027-03-31",),
        ("2027-04-01",),
        ("2027-04-01",),
    ]
    await counter.say(STAFF, "/kpi")
    shown = [s.text for (chat, _), s in counter.wire.shown.items() if chat == STAFF][-2]
    years = dict(block.split("\n")[:2] for block in shown.replace("\u2007", "").split("\n\n")[1:-1])
    assert years["<b>令和8年度</b>"].startswith("実績 +1／")
    assert years["<b>令和9年度</b>　今年度"].startswith("実績 +2／")


async def test_what_fails_leaves_no_gap_in_the_year_s_numbers(counter: Counter) -> None:
    counter.moment = datetime(2027, 3, 31, 14, 0, tzinfo=UTC)
    for user in NUMBERS:
        await fill_in(counter, user)
    await counter.press(100, "送信する")
    # A second tap on what was sent, and one on what is no longer there, use up nothing.
    sent = counter.wire.last(100)
    await counter.update(counter.press_body(100, "in:submit-1", 100, sent.message_id))
    await counter.update(counter.press_body(101, "in:submit-99", 101, 7))
    await counter.press(101, "送信する")
    counter.moment = MIDNIGHT
    await counter.press(102, "送信する")
    counter.moment = LAST_SECOND
    # A clock that is set back counts on in the year that it shows.
    await counter.press(103, "送信する")
    assert await counter.read("select fiscal_year, number from consultations order by id") == [
        (2026, 1),
        (2026, 2),
        (2027, 1),
        (2026, 3),
    ]


async def test_a_submission_received_in_the_old_year_counts_in_it_however_late(
    counter: Counter,
) -> None:
    counter.moment = datetime(2027, 3, 31, 14, 0, tzinfo=UTC)
    await fill_in(counter, 100)
    counter.moment = LAST_SECOND
    house, shown = counter.application.house, counter.wire.asking(100)
    data = next(b["callback_data"] for b in shown.buttons if "送信する" in b["text"])
    raw = {"update_id": 9000, **counter.press_body(100, data, 100, shown.message_id)}
    stored = stored_update(raw, house.clock())
    house.database.write(lambda tx: inbox.store(tx, [stored], "killed", house.clock())).result()
    counter.moment = datetime(2027, 4, 1, 1, 0, tzinfo=UTC)
    await counter.close()
    await counter.open()
    await counter.dispatcher.resume()
    await counter.dispatcher.drain()
    assert "R8-0001" in counter.wire.told(100).text
    assert await counter.read("select effective_date from kpi_events") == [("2027-03-31",)]
