"""One measurement: a bot started, put under a load for a while, and stopped.

All loads are bounded in time; everything listens on the loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.bot_api import BotApi
from tests.benchmarks.delivery import PollingDelivery
from tests.benchmarks.driver import Driver
from tests.benchmarks.process import BotProcess, Usage, free_port, usage_of
from tests.benchmarks.subjects import Place, Shape, Subject, Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.driver import Tally

_START_SECONDS = 30.0
_ROUND_SECONDS = 20.0
"""Longest wait for every chat to be answered once, before and after the window."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a bot is put under. Times in seconds."""

    shape: Shape
    api_delay: float = 0.0
    """From the bot's call to the Bot API server's answer."""
    pause: float = 0.0
    """From the bot's reply to the person's next update."""
    chats: int = 64
    warm_up: float = 1.0
    window: float = 6.0
    transport: Transport = "webhook"


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured in one round; or, of several rounds, the medians."""

    subject: str
    shape: Shape
    api_delay_ms: float
    pause_ms: float
    transport: Transport
    updates_per_second: float
    p50_ms: float
    """From an update's hand-over to the arrival of the reply at the Bot API server."""
    p99_ms: float
    cpu_us_per_update: float
    """User and system time of the bot's process."""
    resident_mb: float
    """At the end of the window, in units of 2**20 bytes."""
    cold_start_s: float
    """From starting the process to its first answered update, on an API that answers at once."""
    answered: int
    finished_chats: int
    unanswered: int
    """Chats that were still waiting some seconds after the last update went out."""
    surplus: int
    """Messages nobody was waiting for; more than none means that a script does not fit."""
    refused: int
    """Webhook posts answered with something else than 200."""
    calls_per_update: float
    rig_cpu_share: float
    """Of one core, used by the rig itself; near 1 the rig was the limit."""


async def measure(subject: Subject, load: Load) -> Result:
    """Start the bot, run the load, stop the bot.

    Raises `RuntimeError` with the bot's last output when it does not start or stops by itself.
    """
    driver = Driver(subject.scripts[load.shape], load.chats)
    api = BotApi(driver.shown)
    driver.connect(api)
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as directory:
        place = Place(await api.start(), load.transport, free_port(), Path(directory))
        started_at = time.perf_counter()
        process = await BotProcess.start(
            subject.command(place, load.shape), subject.environment(place), place.directory / "log"
        )
        try:
            cold_start = await _first_answer(process, api, driver, started_at)
            api.delay, driver.pause = load.api_delay, load.pause
            driver.fill()
            await asyncio.gather(asyncio.sleep(load.warm_up), _everybody_answered(driver))
            window = await _Window.watch(process, api, driver, load.window)
            unanswered = await _settle(driver)
        finally:
            await process.stop()
            api.stop()
    return window.result(subject, load, cold_start, unanswered, api.ready.result().refused)


async def _first_answer(
    process: BotProcess, api: BotApi, driver: Driver, started_at: float
) -> float:
    answering = asyncio.create_task(_start_and_answer(api, driver))
    ending = asyncio.create_task(process.wait())
    await asyncio.wait(
        {answering, ending}, timeout=_START_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    ending.cancel()
    if not answering.done():
        answering.cancel()
        raise RuntimeError(f"the bot did not answer its first update\n{process.output()}")
    return answering.result() - started_at


async def _start_and_answer(api: BotApi, driver: Driver) -> float:
    answered = asyncio.Event()
    driver.on_answered = answered.set
    await api.ready
    driver.start_one()
    await answered.wait()
    return time.perf_counter()


async def _everybody_answered(driver: Driver) -> None:
    """Wait until no chat is at its first step any more: a slow bot answers them all in a row."""
    reached = asyncio.Event()
    driver.on_answered = lambda: None if driver.beginners else reached.set()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reached.wait(), _ROUND_SECONDS)
    driver.on_answered = lambda: None


async def _settle(driver: Driver) -> int:
    idle = asyncio.Event()
    driver.on_answered = lambda: None if driver.waiting else idle.set()
    driver.stop()
    if driver.waiting:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(idle.wait(), _ROUND_SECONDS)
    return driver.waiting


@dataclass(frozen=True, slots=True)
class _Window:
    tally: Tally
    seconds: float
    bot: tuple[Usage, Usage]
    rig: tuple[Usage, Usage]
    calls: int
    transport: Transport
    """How the updates went in fact; a bot may not have the one it was asked for."""

    @classmethod
    async def watch(
        cls, process: BotProcess, api: BotApi, driver: Driver, seconds: float
    ) -> _Window:
        driver.new_window()
        calls, began = api.calls.total(), time.perf_counter()
        bot, rig = process.usage(), usage_of(os.getpid())
        await asyncio.sleep(seconds)
        after = process.usage(), usage_of(os.getpid())
        lasted = time.perf_counter() - began
        made = api.calls.total() - calls
        polled = isinstance(api.ready.result(), PollingDelivery)
        transport: Transport = "polling" if polled else "webhook"
        bot_usage, rig_usage = (bot, after[0]), (rig, after[1])
        return cls(driver.new_window(), lasted, bot_usage, rig_usage, made, transport)

    def result(
        self, subject: Subject, load: Load, cold_start: float, unanswered: int, refused: int
    ) -> Result:
        tally = self.tally
        p50, p99 = _percentiles(tally.latencies)
        updates = max(tally.answered, 1)
        bot_cpu = self.bot[1].cpu_seconds - self.bot[0].cpu_seconds
        rig_cpu = self.rig[1].cpu_seconds - self.rig[0].cpu_seconds
        return Result(
            subject=subject.name,
            shape=load.shape,
            api_delay_ms=load.api_delay * 1000,
            pause_ms=load.pause * 1000,
            transport=self.transport,
            updates_per_second=tally.answered / self.seconds,
            p50_ms=p50 * 1000,
            p99_ms=p99 * 1000,
            cpu_us_per_update=bot_cpu / updates * 1_000_000,
            resident_mb=self.bot[1].resident_bytes / 2**20,
            cold_start_s=cold_start,
            answered=tally.answered,
            finished_chats=tally.finished_chats,
            unanswered=unanswered,
            surplus=tally.surplus,
            refused=refused,
            calls_per_update=self.calls / updates,
            rig_cpu_share=rig_cpu / self.seconds,
        )


def _percentiles(latencies: Sequence[float]) -> tuple[float, float]:
    if len(latencies) < 2:
        value = latencies[0] if latencies else float("nan")
        return value, value
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    return cuts[49], cuts[98]
