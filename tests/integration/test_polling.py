"""Long polling against a scripted getUpdates: failures, hangs, conflicts, two replicas."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections import deque
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import InvalidToken
from telegram.request import BaseRequest, RequestData

from bot.health import POLL_BOUND_SECONDS, Vitals
from bot.health import Intake as Transport
from bot.lease import DURATION, Lease, is_gone, this_process
from bot.polling import Patience, Poller
from bot.settings import SettingsError
from bot.telegram_webhook import refuse_foreign_webhook, remove_webhook
from services.leases import Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from telegram import Bot

    from tests.integration.conftest import Counter

QUICK = Patience(hang=0.05, standby=0.01, first_pause=0, longest_pause=0, tries=2)
PATIENCE = 30
HANG = "hang"
WEBHOOK_ACTIVE = (409, "Conflict: can't use getUpdates method while webhook is active")
OTHER_POLLER = (409, "Conflict: terminated by other getUpdates request")


class Script(BaseRequest):
    """Answers getUpdates by a list; at its end it says so and holds the call."""

    def __init__(self, *answers: Any) -> None:
        self.answers = deque(answers)
        self.offsets: list[int] = []
        self.allowed: list[str] = []
        self.reconnects = 0
        self.is_over = asyncio.Event()

    @property
    def read_timeout(self) -> float | None:
        return 5

    async def initialize(self) -> None:
        self.reconnects += 1

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        assert request_data is not None
        self.offsets.append(request_data.parameters["offset"])
        self.allowed = request_data.parameters["allowed_updates"]
        if not self.answers:
            self.is_over.set()
            await asyncio.Event().wait()
        answer = self.answers.popleft()
        if answer == HANG:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, tuple):
            status, description = answer
            body = {"ok": False, "error_code": status, "description": description}
            return status, json.dumps(body).encode()
        return 200, json.dumps({"ok": True, "result": answer}).encode()


class Inbox:
    def __init__(self) -> None:
        self.taken: list[int] = []
        self.failures: deque[Exception] = deque()
        self.resumed = 0

    async def resume(self) -> None:
        self.resumed += 1

    async def take(self, raws: list[dict[str, Any]]) -> None:
        if self.failures:
            raise self.failures.popleft()
        self.taken += [raw["update_id"] for raw in raws]


class Polling:
    """A poller with a scripted Telegram behind it."""

    def __init__(
        self,
        counter: Counter,
        script: Script,
        *,
        holder: str = "here:1",
        patience: Patience = QUICK,
        on_webhook: Callable[[Bot], Any] = refuse_foreign_webhook,
    ) -> None:
        application = counter.application
        application.bot._request = (script, counter.wire)
        house = application.house
        self.script = script
        self.vitals = Vitals(is_telegram_known=True)
        self.inbox = Inbox()
        self.lease = Lease(house.database, Task.POLLING, house.clock, holder)
        self.poller = Poller(
            application,
            script,
            self.inbox,
            self.vitals,
            self.lease,
            on_webhook,
            house.clock,
            patience,
        )

    def tell_refusals(self) -> asyncio.Event:
        """Return an event that is set once the lease was refused and the poller knows."""
        refused = asyncio.Event()
        hold = self.lease.hold

        async def telling() -> Any:
            outcome = await hold()
            if not outcome.is_taken:
                refused.set()
            return outcome

        self.lease.hold = telling
        return refused

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.poller.run())
        try:
            async with asyncio.timeout(PATIENCE):
                yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def play(self) -> None:
        """Run until the script is over."""
        async with self.running() as task:
            over = asyncio.create_task(self.script.is_over.wait())
            done, _ = await asyncio.wait({task, over}, return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            if task in done:
                task.result()


def updates(*numbers: int) -> list[dict[str, int]]:
    return [{"update_id": number} for number in numbers]


async def test_an_offset_confirms_only_what_was_stored(counter: Counter) -> None:
    polling = Polling(counter, Script(updates(5, 6), updates(7), []))
    polling.inbox.failures.append(RuntimeError("disk full"))
    polling.script.answers.appendleft(updates(5, 6))
    await polling.play()
    assert polling.inbox.taken == [5, 6, 7]
    assert polling.script.offsets == [0, 0, 7, 8, 8]
    assert "callback_query" in polling.script.allowed
    assert polling.vitals.last_good_poll == counter.moment


async def test_a_database_that_stays_away_ends_the_poll(counter: Counter) -> None:
    polling = Polling(counter, Script(*[updates(5)] * 9))
    polling.inbox.failures.extend(RuntimeError("disk full") for _ in range(9))
    with pytest.raises(RuntimeError, match="disk full"):
        await polling.play()
    assert len(polling.script.offsets) == QUICK.tries + 1


async def test_a_call_that_hangs_is_ended_and_the_connection_made_anew(counter: Counter) -> None:
    polling = Polling(counter, Script(HANG, HANG, updates(5)))
    await polling.play()
    assert polling.inbox.taken == [5]
    assert polling.script.reconnects >= 2


@pytest.mark.parametrize(
    "answer",
    [OTHER_POLLER, (502, "Bad Gateway"), (429, "Too Many Requests"), OSError("reset")],
)
async def test_a_failure_is_tried_again_and_told_once(
    counter: Counter, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    polling = Polling(counter, Script(answer, answer, answer, updates(5)))
    await polling.play()
    assert polling.inbox.taken == [5]
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) <= 1
    assert "123456:" not in caplog.text


async def test_a_revoked_token_ends_the_poll(counter: Counter) -> None:
    with pytest.raises(InvalidToken):
        await Polling(counter, Script(updates(1), (401, "Unauthorized"))).play()


async def test_a_webhook_in_the_way_ends_the_poll_and_says_where(counter: Counter) -> None:
    counter.wire.webhook = {"url": "https://bot.example.jp/hidden-path"}
    polling = Polling(counter, Script(WEBHOOK_ACTIVE))
    with pytest.raises(SettingsError) as caught:
        await polling.play()
    assert "bot.example.jp" in str(caught.value)
    assert "--take-over" in str(caught.value)
    assert "hidden-path" not in str(caught.value)


async def test_told_to_take_over_it_removes_the_webhook_once(counter: Counter) -> None:
    counter.wire.webhook = {"url": "https://bot.example.jp/x"}
    polling = Polling(counter, Script(WEBHOOK_ACTIVE, updates(5)), on_webhook=remove_webhook)
    await polling.play()
    assert counter.wire.webhook == {}
    assert polling.inbox.taken == [5]
    counter.wire.webhook = {"url": "https://bot.example.jp/x"}
    polling.script.answers.extend([updates(6), WEBHOOK_ACTIVE])
    polling.script.is_over.clear()
    with pytest.raises(SettingsError):
        await polling.play()
    assert counter.wire.webhook


async def test_readiness_tells_how_old_the_last_good_poll_is(counter: Counter) -> None:
    polling = Polling(counter, Script([]))
    await polling.play()
    assert polling.vitals.problems(counter.moment) == []
    bound = timedelta(seconds=POLL_BOUND_SECONDS)
    assert polling.vitals.problems(counter.moment + bound) == []
    (problem,) = polling.vitals.problems(counter.moment + bound + timedelta(seconds=1))
    assert problem == "polling: last good poll 91 s ago (bound 90 s)"


async def test_a_second_process_stands_by_and_takes_over(counter: Counter) -> None:
    patient = replace(QUICK, hang=PATIENCE)
    first = Polling(counter, Script(updates(5)), holder="there:1", patience=patient)
    async with first.running():
        await first.script.is_over.wait()
        second = Polling(counter, Script(updates(6)), holder="here:2")
        refused = second.tell_refusals()
        async with second.running() as task:
            await refused.wait()
            assert second.vitals.intake is Transport.STANDBY
            assert second.vitals.problems(counter.moment) == []
            assert (second.script.offsets, second.inbox.resumed) == ([], 0)
            counter.moment += DURATION + timedelta(seconds=1)
            await second.script.is_over.wait()
            assert not task.done()
    assert (first.inbox.taken, second.inbox.taken) == ([5], [6])
    assert (first.inbox.resumed, second.inbox.resumed) == (1, 1)


async def test_the_lease_is_given_back_at_the_end(counter: Counter) -> None:
    await Polling(counter, Script([]), holder="there:1").play()
    assert await counter.read("select count(*) from leases") == [(0,)]


class TestGoneHolders:
    def test_this_process_is_there(self) -> None:
        assert not is_gone(this_process())

    def test_an_ended_process_of_this_host_is_gone(self) -> None:
        child = os.posix_spawn("/bin/true", ["true"], {})
        os.waitpid(child, 0)
        assert is_gone(f"{socket.gethostname()}:{child}")

    @pytest.mark.parametrize("holder", ["elsewhere:1", "", "x", f"{socket.gethostname()}:x"])
    def test_of_another_host_nothing_is_known(self, holder: str) -> None:
        assert not is_gone(holder)


def test_moments_are_aware() -> None:
    assert Vitals(last_good_poll=datetime(2026, 1, 1, tzinfo=UTC)).poll_age(
        datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    ) == 60  # fmt: skip
