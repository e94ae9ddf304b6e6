"""The benchmark counts what happened: every update, every answer, and what should not have been."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.benchmarks.bot_api import TOKEN, BotApi
from tests.benchmarks.driver import Driver
from tests.benchmarks.measure import Load, measure
from tests.benchmarks.report import medians, tables, write_json
from tests.benchmarks.script import Screen, Tap, Typed, first_button, listed
from tests.benchmarks.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.benchmarks.script import Script
    from tests.benchmarks.subjects import Transport

KEYBOARD = {"inline_keyboard": [[{"text": "はい", "callback_data": "q:1:yes"}]]}


class Rig:
    """The server and the driver around a bot that lives in the test."""

    def __init__(self, script: Script, chats: int = 1) -> None:
        self.driver = Driver(script, chats)
        self.api = BotApi(self.driver.shown)
        self.driver.connect(self.api)
        self.updates: list[dict[str, Any]] = []

    @asynccontextmanager
    async def serving(
        self, answer: Callable[[Rig, dict[str, Any]], Awaitable[None]]
    ) -> AsyncIterator[None]:
        async def receive(request: web.Request) -> web.Response:
            assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == "secret"
            update = await request.json()
            self.updates.append(update)
            await answer(self, update)
            return web.Response()

        app = web.Application()
        app.router.add_post("/telegram", receive)
        url = await self.api.start()
        async with TestServer(app) as bot, aiohttp.ClientSession() as self.session:
            self.url = f"{url}/bot{TOKEN}"
            await self.call("setWebhook", url=str(bot.make_url("/telegram")), secret_token="secret")
            try:
                yield
            finally:
                self.driver.stop()
                self.api.stop()

    async def call(self, method: str, **parameters: Any) -> Any:
        async with self.session.post(f"{self.url}/{method}", json=parameters) as response:
            return (await response.json())["result"]

    async def until(self, answered: int) -> None:
        reached = asyncio.Event()

        def check() -> None:
            if self.driver.tally.answered >= answered:
                self.driver.stop()
                reached.set()

        self.driver.on_answered = check
        self.driver.fill()
        await asyncio.wait_for(reached.wait(), 10)


def chat_of(update: dict[str, Any]) -> int:
    message = update.get("message") or update["callback_query"]["message"]
    return int(message["chat"]["id"])


async def ask(rig: Rig, update: dict[str, Any]) -> None:
    await rig.call("sendMessage", chat_id=chat_of(update), text="同意", reply_markup=KEYBOARD)


class TestDriver:
    async def test_a_chat_walks_its_script_and_a_new_one_follows(self) -> None:
        rig = Rig(listed([Typed("/start"), first_button, Typed("窓口製作所")]))
        async with rig.serving(ask):
            await rig.until(answered=4)
        start, press, text, again = rig.updates
        assert start["message"]["text"] == "/start"
        assert start["message"]["entities"][0]["type"] == "bot_command"
        assert press["callback_query"]["data"] == "q:1:yes"
        assert press["callback_query"]["message"]["text"] == "同意"
        assert press["callback_query"]["message"]["reply_markup"] == KEYBOARD
        assert text["message"]["text"] == "窓口製作所"
        assert chat_of(start) == chat_of(text) != chat_of(again)
        assert [update["update_id"] for update in rig.updates] == [1, 2, 3, 4]
        tally = rig.driver.tally
        assert (tally.answered, len(tally.latencies), tally.finished_chats) == (4, 4, 1)
        assert tally.surplus == 0

    async def test_as_many_chats_as_wanted_are_in_flight(self) -> None:
        rig = Rig(listed([Typed("/start"), Typed("a")]), chats=8)
        async with rig.serving(ask):
            await rig.until(answered=100)
        assert len({chat_of(update) for update in rig.updates[:8]}) == 8

    async def test_an_edit_answers_a_press_that_waits_for_it(self) -> None:
        async def toggle(rig: Rig, update: dict[str, Any]) -> None:
            if "message" in update:
                await ask(rig, update)
                return
            message_id = update["callback_query"]["message"]["message_id"]
            ticked = {"inline_keyboard": [[{"text": "✓", "callback_data": "q:1:done"}]]}
            await rig.call(
                "editMessageText",
                chat_id=chat_of(update),
                message_id=message_id,
                text="選択",
                reply_markup=ticked,
            )

        def press_edited(screen: Screen) -> Tap:
            assert screen.method == "editMessageText"
            return Tap(screen.buttons[0], answered_by="editMessageText")

        press = Tap("q:1:yes", answered_by="editMessageText")
        rig = Rig(listed([Typed("/start"), press, press_edited]))
        async with rig.serving(toggle):
            await rig.until(answered=3)
        assert rig.updates[2]["callback_query"]["data"] == "q:1:done"

    async def test_messages_nobody_waits_for_are_counted(self) -> None:
        async def twice(rig: Rig, update: dict[str, Any]) -> None:
            await ask(rig, update)
            await ask(rig, update)

        rig = Rig(listed([Typed("/start")] * 2))
        rig.driver.pause = 60.0
        async with rig.serving(twice):
            rig.driver.fill()
            while rig.driver.tally.surplus == 0:
                await asyncio.wait_for(rig.call("getMe"), 10)
        assert rig.driver.tally.answered == 1

    async def test_messages_without_buttons_are_overlooked_where_buttons_are_due(self) -> None:
        async def hint_first(rig: Rig, update: dict[str, Any]) -> None:
            await rig.call("sendMessage", chat_id=chat_of(update), text="ヒント")
            await ask(rig, update)

        rig = Rig(listed([Typed("/start", with_buttons=True)] * 2))
        async with rig.serving(hint_first):
            await rig.until(answered=2)
        assert rig.api.calls["sendMessage"] == 4
        assert rig.driver.tally.surplus == 0


@pytest.mark.parametrize("transport", ["webhook", "polling"])
async def test_a_stock_bot_is_measured(transport: Transport, tmp_path: Path) -> None:
    stock = next(subject for subject in SUBJECTS if subject.name == "ptb")
    load = Load("questionnaire", chats=4, warm_up=0.1, window=1.0, transport=transport)
    result = await measure(stock, load)
    assert result.transport == transport
    assert result.answered > 0
    assert (result.unanswered, result.surplus, result.refused) == (0, 0, 0)
    assert result.calls_per_update >= 1
    assert 0 < result.p50_ms <= result.p99_ms
    assert min(result.cpu_us_per_update, result.resident_mb, result.cold_start_s) > 0

    twice = [result, replace(result, p50_ms=result.p50_ms + 2)]
    (median,) = medians(twice)
    assert median.p50_ms == pytest.approx(result.p50_ms + 1)
    assert median.answered == 2 * result.answered
    assert len(tables([median])) == 1
    write_json(tmp_path / "figures.json", twice)
    written = json.loads((tmp_path / "figures.json").read_text())
    assert [len(written["rounds"]), len(written["medians"])] == [2, 1]


async def test_a_bot_that_ends_by_itself_is_reported_with_its_words() -> None:
    broken = replace(SUBJECTS[1], command=lambda _place, _shape: ["sh", "-c", "echo no token >&2"])
    with pytest.raises(RuntimeError, match="no token"):
        await measure(broken, Load("minimal", window=0.1))
