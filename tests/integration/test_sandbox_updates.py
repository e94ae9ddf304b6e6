"""The sandbox hands updates over as Telegram does: polls, offsets, webhooks, presses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from telegram.error import BadRequest, Conflict

from tests.sandbox_calls import (
    OTHER,
    OWNER,
    STAFF,
    STAFF_CHAT,
    Calls,
    Clock,
    buttons,
    meet,
    telegram_bot,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_an_update_comes_until_a_higher_offset_confirms_it(
    calls: Calls, people: SandboxClient
) -> None:
    for text in ("一", "二", "三"):
        await people.send(OWNER, text)
    first = await calls.call("getUpdates")
    assert texts(first) == ["一", "二", "三"]
    assert await calls.call("getUpdates") == first
    assert texts(await calls.call("getUpdates", limit=1)) == ["一"]
    assert texts(await calls.call("getUpdates", offset=first[1]["update_id"])) == ["二", "三"]
    assert texts(await calls.call("getUpdates", offset=-1)) == ["三"]
    assert await calls.call("getUpdates", offset=first[2]["update_id"] + 1) == []


async def test_a_long_poll_answers_as_soon_as_there_is_something(
    calls: Calls, people: SandboxClient, server: SandboxServer
) -> None:
    poll = asyncio.create_task(calls.call("getUpdates", timeout=50))
    await server.world.updates.polled.wait()
    await people.send(OWNER, "来た")
    assert texts(await poll) == ["来た"]


async def test_the_second_poller_ends_the_first(calls: Calls, server: SandboxServer) -> None:
    async with telegram_bot(server) as bot:
        first = asyncio.create_task(bot.get_updates(timeout=50))
        await server.world.updates.polled.wait()
        assert await calls.call("getUpdates") == []
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first


async def test_a_press_is_answered_once(calls: Calls, people: SandboxClient) -> None:
    await meet(people, OWNER)
    await calls.call("getUpdates", offset=-1, allowed_updates=["callback_query"])
    await calls.call("getUpdates", offset=1 << 40)
    await calls.send("a", reply_markup=buttons("x"))
    press = asyncio.create_task(people.press(OWNER, "x"))
    (update,) = await calls.call("getUpdates", timeout=10)
    query = update["callback_query"]
    answer = {"callback_query_id": query["id"], "text": "字" * 200, "show_alert": True}
    assert (query["data"], query["from"]["id"]) == ("x", OWNER)
    why = await calls.why("answerCallbackQuery", **{**answer, "text": "字" * 201})
    assert why == "MESSAGE_TOO_LONG"
    await calls.call("answerCallbackQuery", **answer)
    shown = await press
    assert (shown.answered, shown.text, shown.show_alert) == (True, "字" * 200, True)
    too_old = "query is too old and response timeout expired or query ID is invalid"
    assert await calls.why("answerCallbackQuery", **answer) == too_old
    assert await calls.why("answerCallbackQuery", callback_query_id="1") == too_old


async def test_a_press_that_waits_too_long_cannot_be_answered(
    at_a_standstill: tuple[Calls, SandboxClient], clock: Clock
) -> None:
    calls, people = at_a_standstill
    await meet(people, OWNER)
    await calls.send("a", reply_markup=buttons("x"))
    await people.press(OWNER, "x", wait=0)
    query = (await calls.call("getUpdates", offset=-1))[-1]["callback_query"]
    clock.advance(seconds=61)
    why = await calls.why("answerCallbackQuery", callback_query_id=query["id"])
    assert why.startswith("query is too old")


async def test_what_the_bot_does_not_take_is_kept_for_a_while(
    at_a_standstill: tuple[Calls, SandboxClient], clock: Clock
) -> None:
    calls, people = at_a_standstill
    await meet(people, OWNER)
    await calls.send("a", reply_markup=buttons("x"))
    await people.press(OWNER, "x", wait=0)
    assert len(await calls.call("getUpdates")) == 2
    clock.advance(seconds=150)
    assert texts(await calls.call("getUpdates")) == ["/start"]
    clock.advance(hours=24)
    assert await calls.call("getUpdates") == []


async def test_an_old_button_can_be_pressed_after_the_message_has_changed(
    calls: Calls, people: SandboxClient
) -> None:
    await meet(people, OWNER)
    sent = await calls.send("a", reply_markup=buttons("x"))
    await calls.call("deleteMessage", chat_id=OWNER, message_id=sent)
    await people.press_old(OWNER, "x", sent, wait=0)
    query = (await calls.call("getUpdates", offset=-1))[-1]["callback_query"]
    assert (query["data"], query["message"]["date"]) == ("x", 0)


async def test_an_update_is_delivered_again_under_its_number(
    calls: Calls, people: SandboxClient
) -> None:
    await people.send(OWNER, "一度だけ")
    (taken,) = await calls.call("getUpdates")
    assert await calls.call("getUpdates", offset=taken["update_id"] + 1) == []
    assert await people.redeliver() == taken["update_id"]
    assert await calls.call("getUpdates", offset=taken["update_id"] + 1) == [taken]


async def test_a_bot_is_told_only_what_it_asks_for(calls: Calls, people: SandboxClient) -> None:
    await calls.call("getUpdates", allowed_updates=["callback_query"])
    await people.send(OWNER, "聞こえない")
    await calls.send("a", reply_markup=buttons("x"))
    await people.press(OWNER, "x", wait=0)
    (update,) = await calls.call("getUpdates")
    assert "callback_query" in update


async def test_in_a_group_the_bot_hears_what_is_meant_for_it(
    calls: Calls, people: SandboxClient
) -> None:
    group = await people.add_chat("group", "商工会", {OWNER: "creator", OTHER: "member"})
    for text in ("世間話", "/help", "@mihon_madoguchi_bot お願いします"):
        await people.send(OTHER, text, group)
    heard = [update for update in await calls.call("getUpdates") if "message" in update]
    assert texts(heard) == ["/help", "@mihon_madoguchi_bot お願いします"]
    await people.send(STAFF, "職員の話", STAFF_CHAT)
    assert texts((await calls.call("getUpdates"))[-1:]) == ["職員の話"]


class Receiver:
    """A webhook that answers with the status it is told to."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.taken: asyncio.Queue[tuple[int, dict[str, Any]]] = asyncio.Queue()

    async def receive(self, request: web.Request) -> web.Response:
        status = self.statuses.pop(0) if self.statuses else 200
        await self.taken.put((status, {**await request.json(), "_headers": request.headers}))
        return web.Response(status=status, headers=self.headers)

    async def next(self) -> tuple[int, dict[str, Any]]:
        async with asyncio.timeout(10):
            return await self.taken.get()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiving = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiving.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield receiving, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_a_webhook_gets_updates_with_its_secret_and_ends_polling(
    server: SandboxServer, calls: Calls, people: SandboxClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    async with telegram_bot(server) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=50))
        await server.world.updates.polled.wait()
        await bot.set_webhook(url, secret_token="s3cret_-")
        with pytest.raises(Conflict, match="terminated by setWebhook request"):
            await poll
        await people.send(OWNER, "前から")
        _, update = await hook.next()
        assert update["message"]["text"] == "前から"
        assert update["_headers"]["X-Telegram-Bot-Api-Secret-Token"] == "s3cret_-"
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        info = await bot.get_webhook_info()
        assert info.url == url
        await bot.delete_webhook()
    assert (await calls.call("getWebhookInfo"))["url"] == ""
    await people.send(OWNER, "後から")
    assert texts(await calls.call("getUpdates")) == ["後から"]


async def test_a_webhook_that_fails_gets_the_update_again_in_order(
    calls: Calls, people: SandboxClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    hook.statuses = [500, 500]
    await calls.call("setWebhook", url=url)
    await people.send(OWNER, "一")
    await people.send(OWNER, "二")
    await people.send(OTHER, "別の人")
    seen = [await hook.next() for _ in range(5)]
    mine = [
        (status, update["message"]["text"])
        for status, update in seen
        if update["message"]["from"]["id"] == OWNER
    ]
    failed = [text for status, text in mine if status == 500]
    taken = [text for status, text in mine if status == 200]
    assert set(failed) <= {"一"}
    assert taken == ["一", "二"]
    info = await calls.call("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"url": "ftp://127.0.0.1/"}, "invalid webhook URL"),
        ({"url": "https://example.com/"}, "loopback only"),
        ({"url": "http://127.0.0.1:9/", "secret_token": "秘"}, "unallowed characters"),
        ({"url": "http://127.0.0.1:9/", "secret_token": "x" * 257}, "too long"),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused(
    calls: Calls, parameters: dict[str, str], why: str
) -> None:
    assert why in await calls.why("setWebhook", **parameters)


async def test_a_second_webhook_within_a_second_has_to_wait(
    calls: Calls, receiver: tuple[Receiver, str]
) -> None:
    await calls.call("setWebhook", url=receiver[1])
    refusal = await calls.refused("setWebhook", url=receiver[1])
    assert (refusal.code, refusal.parameters) == (429, {"retry_after": 1})


async def test_pending_updates_can_be_dropped(calls: Calls, people: SandboxClient) -> None:
    await people.send(OWNER, "古い")
    await calls.call("deleteWebhook", drop_pending_updates=True)
    assert await calls.call("getUpdates") == []


async def test_commands_are_shown_by_chat_and_language(calls: Calls, people: SandboxClient) -> None:
    await meet(people, OWNER)
    await calls.call("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    await calls.call(
        "setMyCommands",
        commands=[{"command": "start", "description": "相談を始める"}],
        language_code="ja",
    )
    await calls.call(
        "setMyCommands",
        commands=[{"command": "kpi", "description": "実績"}],
        scope={"type": "chat", "chat_id": OWNER},
    )
    assert await people.commands(OTHER) == [("start", "相談を始める")]
    assert await people.commands(OWNER) == [("kpi", "実績")]
    assert await calls.why(
        "setMyCommands", commands=[{"command": "Start", "description": "a"}]
    ) == ("BOT_COMMAND_INVALID")
    with pytest.raises(AssertionError):
        await calls.call("setMyCommands", commands=[{"command": "a", "description": ""}])


async def test_answers_can_be_late_for_telegrams_client_too(server: SandboxServer) -> None:
    async with telegram_bot(server) as bot:
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_callback_query("4000000000000000001")
