"""Where both transports hand over: floods are dropped and told once, the rest is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import metrics
from bot.flood import MAX_WAITING, Flood
from bot.intake import Intake, IntakeClosed

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER, OTHER, STAFF = 100, 101, 900
TOO_FAST = "続けて送信されたため"


def opened(counter: Counter) -> Intake:
    intake = Intake(counter.application, counter.dispatcher, Flood(2))
    intake.open()
    return intake


def sent(counter: Counter, user: int, count: int) -> list[dict[str, Any]]:
    raws = []
    for _ in range(count):
        counter.update_id += 1
        raws.append({"update_id": counter.update_id, **counter.message(user, text="x")})
    return raws


async def settle(counter: Counter, intake: Intake) -> None:
    await intake.close()
    await counter.dispatcher.drain()


@pytest.mark.parametrize("person", [OWNER, STAFF])
async def test_a_flood_is_dropped_before_the_database_and_told_once(
    counter: Counter, person: int
) -> None:
    before = metrics.UPDATES.of("flooded")
    intake = opened(counter)
    await intake.take(sent(counter, person, 25) + sent(counter, OTHER, 1))
    await settle(counter, intake)
    assert await counter.read("select count(*) from inbox") == [(21,)]
    assert metrics.UPDATES.of("flooded") == before + 5
    told = [s for (chat, _), s in counter.wire.shown.items() if chat == person]
    assert sum(TOO_FAST in shown.text for shown in told) == 1


async def test_a_flood_of_presses_is_told_on_the_button(counter: Counter) -> None:
    intake = opened(counter)
    await intake.take(sent(counter, OWNER, 20))
    await intake.take(
        [{"update_id": 1000 + n, **counter.press_body(OWNER, "q:x", OWNER, 1)} for n in range(3)]
    )
    await settle(counter, intake)
    assert sum(TOO_FAST in alert for alert in counter.wire.alerts) == 1


async def test_after_a_while_a_person_is_taken_again(counter: Counter) -> None:
    intake = opened(counter)
    await intake.take(sent(counter, OWNER, 25))
    counter.moment += timedelta(seconds=60)
    await intake.take(sent(counter, OWNER, 5))
    await settle(counter, intake)
    assert await counter.read("select count(*) from inbox") == [(25,)]


async def test_a_chat_whose_answers_do_not_go_out_is_taken_up_to_a_cap(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = opened(counter)
    monkeypatch.setattr(counter.dispatcher, "waiting", lambda _raw: MAX_WAITING)
    await intake.take(sent(counter, OWNER, 3))
    await settle(counter, intake)
    assert await counter.read("select count(*) from inbox") == [(0,)]
    assert TOO_FAST in counter.wire.last(OWNER).text


async def test_waiting_counts_what_the_chat_has_not_been_answered(counter: Counter) -> None:
    first, second, foreign = *sent(counter, OWNER, 2), *sent(counter, OTHER, 1)
    assert counter.dispatcher.waiting(second) == 0
    await counter.dispatcher.accept([first])
    assert counter.dispatcher.waiting(second) == 1
    assert counter.dispatcher.waiting(foreign) == 0
    await counter.dispatcher.drain()
    assert counter.dispatcher.waiting(second) == 0


async def test_a_closed_intake_takes_nothing(counter: Counter) -> None:
    intake = Intake(counter.application, counter.dispatcher, Flood(2))
    with pytest.raises(IntakeClosed):
        await intake.take(sent(counter, OWNER, 1))
    intake.open()
    await intake.close()
    with pytest.raises(IntakeClosed):
        await intake.take(sent(counter, OWNER, 1))
    assert await counter.read("select count(*) from inbox") == [(0,)]


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"chat": {"id": "x"}, "from": {"id": 1}}},
        {"message": {"chat": {"id": 2**70}, "from": {"id": 2**70}}},
        {"message": [], "callback_query": "x"},
        {"poll": {}},
        {},
    ],
)
async def test_whatever_it_looks_like_it_is_stored_and_blocks_nobody(
    counter: Counter, body: dict[str, Any]
) -> None:
    intake = opened(counter)
    await intake.take([{"update_id": 1, **body}])
    await intake.take([{"update_id": 2, **counter.message(OWNER, text="/start")}])
    await settle(counter, intake)
    assert await counter.read("select count(*) from inbox where status = 'done'") == [(2,)]
    assert "相談受付" in counter.wire.last(OWNER).text
