"""Faults on order: floods, failures, lost answers, slow answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

from bot.sandbox.client import SandboxRefused
from bot.sandbox.shown import FaultOrder
from tests.sandbox_calls import OTHER, OWNER, Calls, meet, telegram_bot

if TYPE_CHECKING:
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer


@pytest.fixture(autouse=True)
async def _acquainted(people: SandboxClient) -> None:
    await meet(people)


async def test_a_flood_says_how_long_to_wait_and_does_nothing(
    server: SandboxServer, people: SandboxClient
) -> None:
    await people.flood(7, "sendMessage")
    before = len(await people.messages(OWNER))
    async with telegram_bot(server) as bot:
        with pytest.raises(RetryAfter, match="0:00:07"):
            await bot.send_message(OWNER, "a")
        assert len(await people.messages(OWNER)) == before
        await bot.send_message(OWNER, "a")
    assert await people.faults() == []


async def test_a_fault_may_be_meant_for_one_chat(calls: Calls, people: SandboxClient) -> None:
    await people.fault(FaultOrder("retry_after", ("sendMessage",), None, 3, chat_id=OTHER))
    await calls.send("a", OWNER)
    for _ in range(2):
        refusal = await calls.refused("sendMessage", chat_id=OTHER, text="a")
        assert (refusal.code, refusal.parameters) == (429, {"retry_after": 3})
    await people.clear_faults()
    await calls.send("a", OTHER)


async def test_without_a_method_polls_are_spared(calls: Calls, people: SandboxClient) -> None:
    await people.fail(500)
    await calls.call("getUpdates")
    assert (await calls.refused("getMe")).code == 500


async def test_a_bad_gateway_answers_with_a_page(
    server: SandboxServer, people: SandboxClient
) -> None:
    await people.fail(502, "sendMessage")
    async with telegram_bot(server) as bot:
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(OWNER, "a")


async def test_a_lost_answer_was_an_action(server: SandboxServer, people: SandboxClient) -> None:
    await people.drop("sendMessage")
    async with telegram_bot(server) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(OWNER, "着いた")
    assert (await people.messages(OWNER))[-1].text == "着いた"


async def test_an_answer_that_hangs_times_out(server: SandboxServer, people: SandboxClient) -> None:
    await people.hang(30, "sendMessage")
    async with telegram_bot(server) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(OWNER, "着いた", read_timeout=0.1)
    assert (await people.messages(OWNER))[-1].text == "着いた"


async def test_a_delay_comes_before_the_action(calls: Calls, people: SandboxClient) -> None:
    await people.delay(30, ["sendMessage"])
    sending = asyncio.create_task(calls.send("まだ"))
    with pytest.raises(TimeoutError):
        await people.wait_message(OWNER, lambda shown: shown.text == "まだ", 0.2)
    sending.cancel()


async def test_every_third_call_of_a_chat_fails(calls: Calls, people: SandboxClient) -> None:
    await people.fault(FaultOrder("retry_after", ("sendMessage",), 3, 2, every=3))
    struck = [await is_struck(calls, chat) for _ in range(6) for chat in (OWNER, OTHER)]
    assert struck[::2] == [False, False, True, False, False, True]
    assert struck[1::2] == [False, False, True, False, False, False]
    assert await people.faults() == []


async def test_a_seed_strikes_the_same_calls_whichever_chat_comes_first(
    calls: Calls, people: SandboxClient
) -> None:
    told = []
    for chats in ((OWNER, OTHER), (OTHER, OWNER)):
        await people.clear_faults()
        await people.flood_now_and_then(1, "sendMessage", every=4, seed=7)
        drawn = [[await is_struck(calls, chat) for _ in range(40)] for chat in chats]
        told.append(dict(zip(chats, drawn, strict=True)))
    assert told[0] == told[1]
    assert told[0][OWNER] != told[0][OTHER]
    assert all(2 < sum(struck) < 20 for struck in told[0].values())
    await people.clear_faults()
    await people.flood_now_and_then(1, "sendMessage", every=4, seed=8)
    assert [await is_struck(calls, OWNER) for _ in range(40)] != told[0][OWNER]


async def test_faults_now_and_then_can_be_bounded(calls: Calls, people: SandboxClient) -> None:
    await people.flood_now_and_then(1, "sendMessage", every=2, seed=7, times=5)
    assert sum([await is_struck(calls, OWNER) for _ in range(60)]) == 5
    assert await people.faults() == []


async def is_struck(calls: Calls, chat_id: int) -> bool:
    body = await calls.answer("sendMessage", chat_id=chat_id, text="a")
    return body.get("error_code") == 429


@pytest.mark.parametrize(
    "order",
    [
        FaultOrder("earthquake"),
        FaultOrder("retry_after", seconds=0.5),
        FaultOrder("retry_after", seconds=1.5),
        FaultOrder("retry_after", every=0),
        FaultOrder("server_error", times=0),
    ],
)
async def test_a_fault_that_telegram_does_not_have_is_refused(
    people: SandboxClient, order: FaultOrder
) -> None:
    with pytest.raises(SandboxRefused, match="bad_fault"):
        await people.fault(order)


async def test_the_control_api_believes_no_other_site(server: SandboxServer) -> None:
    async with aiohttp.ClientSession() as browser:
        state = f"{server.url}/sandbox/state"
        foreign = ({"Origin": "https://evil.example"}, {"Host": "evil.example"})
        for headers in foreign:
            async with browser.get(state, headers=headers) as answer:
                assert answer.status == 403
        async with browser.get(state, headers={"Origin": server.url}) as answer:
            assert answer.status == 200
        async with browser.post(f"{server.url}/sandbox/send", data=b"{") as answer:
            assert answer.status == 400
