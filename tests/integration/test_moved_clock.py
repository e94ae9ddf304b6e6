"""A bot whose clock jumps forward: what became due goes out at once, and nothing twice."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import schedule
from bot.clock import SandboxTime
from bot.delivery import Delivery
from domain.outbox import Notice, NoticeKind
from services import delivery
from services.needs import NUDGE_AFTER
from storage import outbox
from tests.integration.test_delivery import submit
from tests.integration.test_intake import OWNER, STAFF, STEPS, agree, walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.integration.conftest import Counter

PATIENCE = 20
Jump = tuple["Callable[[timedelta], None]", "Callable[[str], Awaitable[None]]"]


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    file = tmp_path / "clock"
    file.write_text("0\n")
    return file


@asynccontextmanager
async def running(counter: Counter, clock_file: Path) -> AsyncIterator[Jump]:
    """Run sender and clock; yield what puts the clock forward, and what waits for a notice."""
    start, house, loop = counter.moment, counter.application.house, asyncio.get_running_loop()
    news = asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(news.set)

    take_off = house.database.on_commit(delivery.NEWS, tell)
    parts = [
        asyncio.create_task(Delivery(counter.application).run()),
        asyncio.create_task(schedule.follow(SandboxTime(clock_file, lambda: start), house)),
    ]

    def jump(by: timedelta) -> None:
        counter.moment += by
        clock_file.write_text(str((counter.moment - start) // timedelta(seconds=1)))

    async def sent(kind: str) -> None:
        statement = f"select status from outbox where kind = '{kind}'"
        async with asyncio.timeout(PATIENCE):
            while await counter.read(statement) != [("sent",)]:
                await news.wait()
                news.clear()

    yield jump, sent
    take_off()
    for part in parts:
        part.cancel()
    await asyncio.gather(*parts, return_exceptions=True)


async def test_what_a_jump_makes_due_is_decided_at_once(counter: Counter, clock_file: Path) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])
    async with running(counter, clock_file) as (jump, sent):
        jump(NUDGE_AFTER)
        await sent(NoticeKind.NUDGE)
    assert "途中で保存されています" in counter.wire.asking(OWNER).text


async def test_what_waits_for_its_time_goes_out_at_once(counter: Counter, clock_file: Path) -> None:
    wait = timedelta(days=3)
    notice = Notice(STAFF, NoticeKind.INCIDENT, {"incident": "x"}, "x", counter.moment + wait)
    await counter.application.house.write(lambda tx: outbox.add(tx, notice))
    async with running(counter, clock_file) as (jump, sent):
        jump(wait - timedelta(seconds=1))
        jump(timedelta(seconds=1))
        await sent(NoticeKind.INCIDENT)


async def test_what_is_being_sent_is_not_sent_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submit(counter)
    sends = 0
    begun, go_on = asyncio.Event(), asyncio.Event()
    real = counter.wire.do_request

    async def slow(url: str, method: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        nonlocal sends
        if url.endswith("sendMessage"):
            sends += 1
            begun.set()
            await go_on.wait()
        return await real(url, method, *args, **kwargs)

    monkeypatch.setattr(counter.wire, "do_request", slow)
    sending = asyncio.create_task(counter.delivery.send_due())
    await begun.wait()
    counter.moment += timedelta(days=1)
    assert await counter.delivery.send_due() == 1
    go_on.set()
    assert await sending == 1
    assert (sends, await counter.read("select status from outbox")) == (1, [("sent",)])


async def test_a_clock_that_cannot_be_read_ends_the_process(
    counter: Counter, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        await schedule.follow(SandboxTime(tmp_path / "none"), counter.application.house)
