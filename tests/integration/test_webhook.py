"""The webhook's receiving end over real HTTP."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot import metrics
from bot.http_server import CannotListen, HttpServer
from bot.settings import Address
from bot.webhook import HEADER, MAX_BODY_BYTES, RETRY_AFTER_SECONDS, Webhook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "a_B-9"
ANYWHERE = Address("127.0.0.1", 0)


@dataclass
class Inbox:
    """Takes updates when it is told to."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    error: Exception | None = None
    commit: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, raws: list[dict[str, Any]]) -> None:
        self.asked.set()
        await self.commit.wait()
        if self.error is not None:
            raise self.error
        self.taken += raws


@dataclass
class Caller:
    inbox: Inbox
    url: str
    session: aiohttp.ClientSession

    async def post(self, body: Any, secret: str | None = SECRET) -> tuple[int, dict[str, str]]:
        headers = {} if secret is None else {HEADER: secret}
        async with self.session.post(self.url, data=body, headers=headers) as response:
            await response.read()
            return response.status, dict(response.headers)


@asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    inbox = Inbox()
    inbox.commit.set()
    webhook = Webhook(SECRET, inbox.take)
    async with (
        HttpServer(ANYWHERE, {("POST", "/hook"): webhook.receive}) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Caller(inbox, f"http://{server.address}/hook", session)


async def test_an_update_is_taken_and_answered() -> None:
    before = metrics.WEBHOOK.of("accepted")
    async with calling() as caller:
        status, _ = await caller.post(b'{"update_id": 7, "message": {"text": "\xe7\xaa\x93"}}')
    assert status == 200
    assert caller.inbox.taken == [{"update_id": 7, "message": {"text": "窓"}}]
    assert metrics.WEBHOOK.of("accepted") == before + 1


async def test_it_is_not_answered_before_it_is_stored() -> None:
    async with calling() as caller:
        caller.inbox.commit.clear()
        call = asyncio.create_task(caller.post(b'{"update_id": 7}'))
        await caller.inbox.asked.wait()
        async with caller.session.post(caller.url) as other:
            assert other.status == 401
        assert not call.done()
        caller.inbox.commit.set()
        assert (await call)[0] == 200


@pytest.mark.parametrize("secret", [None, "", "a_B-", "a_B-9x", "A_B-9", "\xff"])
async def test_a_wrong_secret_stores_nothing(secret: str | None) -> None:
    async with calling() as caller:
        status, _ = await caller.post(b'{"update_id": 7}', secret)
    assert status == 401
    assert caller.inbox.taken == []


async def test_a_body_over_the_cap_is_refused_with_and_without_its_length() -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    async with calling() as caller:
        assert (await caller.post(b" " * (MAX_BODY_BYTES + 1)))[0] == 413
        assert (await caller.post(in_pieces()))[0] == 413
        fitting = json.dumps({"update_id": 1, "x": "y" * (MAX_BODY_BYTES - 30)})
        assert (await caller.post(fitting.encode()))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"[]", b"7", b"null", b"{}", b'{"update_id": "7"}', b'{"update_id": null}',
        b'{"update_id": true}', b'{"update_id": 7.5}', b'{"update_id": -1}',
        b'{"update_id": 9223372036854775808}', b'{"update_id": 7', b"[" * 100_000,
    ],
)  # fmt: skip
async def test_what_is_no_update_is_refused_and_its_content_not_logged(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with calling() as caller:
        assert (await caller.post(body))[0] == 400
        assert (await caller.post(b'{"update_id": 8}'))[0] == 200
    assert [raw["update_id"] for raw in caller.inbox.taken] == [8]
    assert f"{len(body)} bytes" in caplog.text
    assert "no json" not in caplog.text


async def test_half_a_surrogate_pair_does_not_reach_the_database() -> None:
    async with calling() as caller:
        status, _ = await caller.post(b'{"update_id": 7, "message": {"text": "a\\ud83db"}}')
    assert status == 200
    (raw,) = caller.inbox.taken
    assert raw["message"]["text"] == "a?b"


async def test_a_database_that_refuses_is_told_as_come_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with calling() as caller:
        caller.inbox.error = RuntimeError("INSERT of somebody's words")
        status, headers = await caller.post(b'{"update_id": 7}')
        assert (status, headers["Retry-After"]) == (503, str(RETRY_AFTER_SECONDS))
        caller.inbox.error = None
        assert (await caller.post(b'{"update_id": 7}'))[0] == 200
    assert "update 7 could not be stored: RuntimeError" in caplog.text
    assert "words" not in caplog.text


async def test_other_paths_and_methods_do_not_exist() -> None:
    async with calling() as caller:
        async with caller.session.get(caller.url) as response:
            assert response.status == 405
        async with caller.session.post(f"{caller.url}/x") as response:
            assert response.status == 404


async def test_a_taken_port_is_one_readable_line() -> None:
    async with HttpServer(ANYWHERE, {}) as first:
        with pytest.raises(CannotListen) as caught:
            async with HttpServer(first.address, {}):
                pass
    assert str(caught.value) == (
        f"MADOGUCHI_LISTEN: cannot listen on {first.address}: the port is taken by another "
        "program; choose another address"
    )
