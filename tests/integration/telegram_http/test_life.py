"""Many calls at once, opening and closing, proxies."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram.error import (
    NetworkError,
)

from bot.telegram_http import (
    AiohttpRequest,
    proxy_from_environment,
)
from tests.integration.telegram_http.fake_api import MESSAGE, TOKEN, FakeApi, failure_of

if TYPE_CHECKING:
    from telegram import Bot


class TestManyCalls:
    async def test_they_share_the_connections_of_the_pool(self, api: FakeApi) -> None:
        async with AiohttpRequest(16, pool_timeout=None) as request:
            url = api.call_url("sendMessage")
            answers = await asyncio.gather(*(request.post(url) for _ in range(300)))
        assert answers == [MESSAGE] * 300
        assert api.most_under_way <= 16
        assert len(api.connections) <= 16

    async def test_a_cancelled_call_gives_its_place_back(self, api: FakeApi) -> None:
        async with AiohttpRequest(1, pool_timeout=1) as request:
            api.release.clear()
            call = asyncio.create_task(request.post(api.call_url("sendMessage")))
            await api.arrived.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            api.release.set()
            assert await request.post(api.call_url("sendMessage")) == MESSAGE


class TestLife:
    async def test_it_serves_between_initialize_and_shutdown_only(self, api: FakeApi) -> None:
        request = AiohttpRequest()
        url = api.call_url("getMe")
        with pytest.raises(RuntimeError, match="not initialized"):
            await request.do_request(url, "POST")
        for _ in range(2):
            await request.initialize()
            await request.initialize()
            assert (await request.do_request(url, "POST"))[0] == 200
            await request.shutdown()
            await request.shutdown()
            with pytest.raises(RuntimeError, match="not initialized"):
                await request.do_request(url, "POST")

    async def test_a_second_initialize_keeps_the_connections(self, api: FakeApi) -> None:
        async with AiohttpRequest() as request:
            await request.post(api.call_url("getMe"))
            await request.initialize()
            await request.post(api.call_url("getMe"))
        assert len(api.connections) == 1

    async def test_shutdown_ends_the_calls_under_way(self, api: FakeApi) -> None:
        api.release.clear()
        request = AiohttpRequest()
        await request.initialize()
        call = asyncio.create_task(request.post(api.call_url("sendMessage")))
        await api.arrived.wait()
        await request.shutdown()
        assert type(await failure_of(call)) is NetworkError


class TestProxies:
    async def test_calls_go_through_the_proxy_that_was_given(self) -> None:
        seen = []

        async def relay(request: web.Request) -> web.Response:
            seen.append((request.raw_path, request.headers["Proxy-Authorization"]))
            return web.json_response({"ok": True, "result": MESSAGE})

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", relay)
        async with TestServer(app) as server:
            proxy = f"http://user:secret@127.0.0.1:{server.port}"
            async with AiohttpRequest(proxy=proxy) as request:
                await request.post(f"http://api.test/bot{TOKEN}/sendMessage")
        expected = "Basic " + base64.b64encode(b"user:secret").decode()
        assert seen == [(f"http://api.test/bot{TOKEN}/sendMessage", expected)]

    def test_a_kind_of_proxy_that_is_not_offered(self) -> None:
        with pytest.raises(ValueError, match="http://host:port"):
            AiohttpRequest(proxy="socks5://127.0.0.1:1080")

    async def test_the_environment_is_asked_only_on_request(
        self, api: FakeApi, bot: Bot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        assert proxy_from_environment("https://api.test") is None
        monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("no_proxy", "inside.test")
        assert proxy_from_environment("https://api.test") == "http://proxy.test:3128"
        assert proxy_from_environment("https://inside.test") is None
        assert (await bot.get_me()).id == 123456789
