"""The sandbox's clock: put forward, never back, and followed by the bot's file."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import SandboxTime, read_ahead
from bot.sandbox.client import SandboxClient, SandboxRefused
from bot.sandbox.clock import FARTHEST
from bot.sandbox.errors import SandboxFailed
from bot.sandbox.server import SandboxServer
from domain.fiscal_year import JST
from tests.sandbox_calls import OWNER, Calls, Clock, buttons, meet

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST)  # type: ignore[misc, arg-type]


async def test_messages_are_of_the_time_the_clock_was_put_to(
    at_a_standstill: tuple[Calls, SandboxClient],
) -> None:
    calls, people = at_a_standstill
    assert await people.now() == jst(2026, 11, 24, 12, 0)
    await meet(people, OWNER)
    assert await people.forward(timedelta(hours=30)) == jst(2026, 11, 25, 18, 0)
    assert await people.move_to(datetime(2026, 11, 26, 9, 50)) == jst(2026, 11, 26, 9, 50)  # noqa: DTZ001
    assert await people.move_to(datetime(2026, 11, 26, 1, tzinfo=UTC)) == jst(2026, 11, 26, 10)
    answered = await calls.call("sendMessage", chat_id=OWNER, text="a")
    assert datetime.fromtimestamp(answered["date"], UTC) == jst(2026, 11, 26, 10)
    assert (await people.messages(OWNER))[-1].date == await people.now()


async def test_the_clock_goes_on_from_where_it_was_put(
    at_a_standstill: tuple[Calls, SandboxClient], clock: Clock
) -> None:
    _, people = at_a_standstill
    await people.forward(timedelta(seconds=0.1))
    clock.advance(minutes=5)
    assert await people.now() == jst(2026, 11, 24, 12, 5) + timedelta(seconds=1)


async def test_a_way_back_is_refused_and_says_what_time_it_is(
    at_a_standstill: tuple[Calls, SandboxClient],
) -> None:
    _, people = at_a_standstill
    await people.forward(DAY)
    for going in (
        people.move_to(jst(2026, 11, 25, 12, 0)),
        people.move_to(datetime.min.replace(tzinfo=UTC)),
        people.forward(-DAY),
        people.forward(timedelta()),
    ):
        with pytest.raises(SandboxRefused, match="forward only; it is 2026-11-25 12:00:00 JST"):
            await going
    assert await people.now() == jst(2026, 11, 25, 12, 0)


async def test_a_slip_of_the_year_is_refused(
    at_a_standstill: tuple[Calls, SandboxClient],
) -> None:
    _, people = at_a_standstill
    await people.forward(FARTHEST - DAY)
    for going in (people.forward(2 * DAY), people.move_to(datetime.max.replace(tzinfo=JST))):
        with pytest.raises(SandboxRefused, match="too_far"):
            await going
    await people.forward(DAY)


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "1e300", '"x"'])
async def test_what_is_no_time_is_refused(
    server: SandboxServer, calls: Calls, seconds: str
) -> None:
    body = f'{{"seconds": {seconds}}}'
    async with calls.session.post(f"{server.url}/sandbox/clock/forward", data=body) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "bad_body")


async def test_the_next_open_day_is_the_sample_office_s(
    at_a_standstill: tuple[Calls, SandboxClient], calls: Calls, server: SandboxServer
) -> None:
    _, people = at_a_standstill
    base = people._base
    await people.move_to(jst(2026, 12, 28, 9))
    async with calls.session.get(f"{base}/clock") as answer:
        told = await answer.json()
    assert (told["now"][:10], told["next_open_day"]) == ("2026-12-28", "2027-01-04")
    assert date.fromisoformat(told["next_open_day"]).weekday() == 0


async def test_the_bot_reads_the_new_time_as_soon_as_the_clock_was_put(
    tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "clock"
    async with SandboxServer(clock=clock, clock_file=file) as server:
        time = SandboxTime(file, clock)
        assert time() == clock.now
        async with SandboxClient(server.url) as people:
            moved = await people.forward(DAY)
            assert time() == moved
            await people.reset()
            assert await people.now() == moved
    async with SandboxServer(clock=clock, clock_file=file) as again:
        assert again.world.clock() == moved
    assert read_ahead(file) == DAY


def test_a_file_that_is_no_clock_s_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("noon")
    with pytest.raises(SandboxFailed, match="clock: is not a number of seconds; --fresh"):
        SandboxServer(clock_file=file)
    assert file.read_text() == "noon"


async def test_nothing_lapses_because_the_clock_was_put_forward(
    at_a_standstill: tuple[Calls, SandboxClient],
) -> None:
    calls, people = at_a_standstill
    await meet(people, OWNER)
    await calls.send("a", reply_markup=buttons("x"))
    pressing = asyncio.create_task(people.press(OWNER, "x"))
    update = (await calls.call("getUpdates", timeout=10, offset=-1))[-1]
    while "callback_query" not in update:
        offset = update["update_id"] + 1
        update = (await calls.call("getUpdates", timeout=10, offset=offset))[-1]
    await people.forward(3 * DAY)
    assert update in await calls.call("getUpdates")
    query = update["callback_query"]["id"]
    await calls.call("answerCallbackQuery", callback_query_id=query, text="b")
    assert (await pressing).text == "b"
