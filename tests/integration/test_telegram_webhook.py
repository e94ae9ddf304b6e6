"""Telling Telegram the webhook: once, in spite of floods and failures, and with all it needs."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.health import Intake, Vitals
from bot.lease import Lease
from bot.settings import SettingsError
from bot.telegram_webhook import WATCH_SECONDS, announce_webhook, keep_webhook
from services.leases import Task
from tests.integration.wire import Wire

if TYPE_CHECKING:
    from telegram.request import RequestData

    from tests.integration.conftest import Counter

URL = "https://bot.example.jp/hidden-path"


class Telegram(Wire):
    """Refuses setWebhook as often as told."""

    def __init__(self, *refusals: tuple[int, str, dict[str, Any]]) -> None:
        super().__init__()
        self.refusals = list(refusals)
        self.set_calls = 0

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: Any
    ) -> tuple[int, bytes]:
        if url.endswith("/setWebhook"):
            self.set_calls += 1
            if self.refusals:
                status, description, parameters = self.refusals.pop(0)
                body = {"ok": False, "error_code": status, "description": description}
                return status, json.dumps({**body, "parameters": parameters}).encode()
        return await super().do_request(url, method, request_data, **timeouts)


async def announce(counter: Counter, telegram: Telegram, holder: str = "here:1") -> Vitals:
    bot = counter.application.bot
    bot._request = (telegram, telegram)
    vitals = Vitals()
    house = counter.application.house
    lease = Lease(house.database, Task.WEBHOOK, house.clock, holder)
    async with asyncio.timeout(30):
        await announce_webhook(bot, URL, "s3cret", lease, vitals)
    return vitals


async def test_telegram_learns_address_secret_kinds_and_connections(counter: Counter) -> None:
    telegram = Telegram()
    vitals = await announce(counter, telegram)
    assert vitals.intake is Intake.WEBHOOK
    assert telegram.webhook["url"] == URL
    assert telegram.webhook["secret_token"] == "s3cret"
    assert telegram.webhook["max_connections"] == 100
    kinds = ["message", "edited_message", "callback_query", "my_chat_member"]
    assert telegram.webhook["allowed_updates"] == kinds
    assert "drop_pending_updates" not in telegram.webhook
    assert await counter.read("select count(*) from leases") == [(0,)]


async def test_a_flood_and_a_failure_are_waited_for(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("bot.telegram_webhook.asyncio.sleep", wait)
    telegram = Telegram(
        (429, "Too Many Requests: retry after 7", {"retry_after": 7}), (502, "Bad Gateway", {})
    )
    await announce(counter, telegram)
    assert telegram.set_calls == 3
    assert waits[0] == 7
    assert telegram.webhook["url"] == URL


async def test_an_address_telegram_refuses_is_a_fault_of_the_settings(counter: Counter) -> None:
    telegram = Telegram((400, "Bad Request: bad webhook: IP address 10.0.0.1 is reserved", {}))
    with pytest.raises(SettingsError, match=r"^MADOGUCHI_WEBHOOK_URL: Telegram says: .*reserved"):
        await announce(counter, telegram)


async def test_of_two_replicas_one_sets_it(counter: Counter) -> None:
    house = counter.application.house
    await Lease(house.database, Task.WEBHOOK, house.clock, "there:1").hold()
    telegram = Telegram()
    telegram.webhook = {"url": URL}
    vitals = await announce(counter, telegram)
    assert telegram.set_calls == 0
    assert vitals.intake is Intake.WEBHOOK


async def test_a_webhook_that_moves_is_told(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    telegram = Telegram()
    telegram.webhook = {"url": "https://old.example.jp/other-path"}
    await announce(counter, telegram)
    assert "moves here from old.example.jp" in caplog.text
    assert "path" not in caplog.text


@pytest.mark.parametrize(
    ("present", "said"),
    [
        ({}, "somebody has removed the webhook"),
        ({"url": "https://other.example.jp/its-path"}, "has moved to other.example.jp the webhook"),
    ],
)
async def test_a_webhook_that_is_lost_later_is_noticed_told_and_set_again(
    counter: Counter,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    present: dict[str, Any],
    said: str,
) -> None:
    caplog.set_level("INFO")
    telegram = Telegram()
    bot, house, vitals = counter.application.bot, counter.application.house, Vitals()
    vitals.is_telegram_known = True
    bot._request = (telegram, telegram)
    looks: list[list[str]] = []

    async def wait(seconds: float) -> None:
        if seconds < WATCH_SECONDS:
            return
        looks.append(vitals.problems(house.clock()))
        if len(looks) == 2:
            telegram.webhook = present
            telegram.refusals = [(502, "Bad Gateway", {})]
        if len(looks) == 4:
            raise asyncio.CancelledError

    async def lost(seconds: float) -> None:
        if seconds < WATCH_SECONDS:
            looks.append(vitals.problems(house.clock()))
        await wait(seconds)

    monkeypatch.setattr("bot.telegram_webhook.asyncio.sleep", lost)
    lease = Lease(house.database, Task.WEBHOOK, house.clock, "here:1")
    with pytest.raises(asyncio.CancelledError):
        await keep_webhook(bot, URL, "s3cret", lease, vitals)
    assert telegram.webhook["url"] == URL
    assert telegram.webhook["secret_token"] == "s3cret"
    assert telegram.set_calls == 3
    assert said in caplog.text
    assert "path" not in caplog.text
    (problem,) = looks[2]
    assert problem == "webhook: somebody removed or moved it; it is being set again"
    assert looks[-1] == []
    assert await counter.read("select count(*) from leases") == [(0,)]


async def test_a_webhook_is_not_looked_at_where_another_replica_does(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = Telegram()
    bot, house = counter.application.bot, counter.application.house
    bot._request = (telegram, telegram)
    await Lease(house.database, Task.WEBHOOK, house.clock, "there:1").hold()
    telegram.webhook = {"url": URL}
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        telegram.webhook = {}
        if len(waits) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr("bot.telegram_webhook.asyncio.sleep", wait)
    lease = Lease(house.database, Task.WEBHOOK, house.clock, "here:1")
    with pytest.raises(asyncio.CancelledError):
        await keep_webhook(bot, URL, "s3cret", lease, Vitals())
    assert telegram.set_calls == 0
