"""Failures: nothing was sent, or it may have been."""

from __future__ import annotations

import asyncio

import pytest
from telegram import InputFile
from telegram.error import (
    NetworkError,
    TimedOut,
)

from bot.telegram_http import (
    AiohttpRequest,
    NotSentError,
    NotSentTimeoutError,
)
from tests.integration.telegram_http.fake_api import (
    SHORT,
    TOKEN,
    FakeApi,
    failure_of,
    raw_server,
    upload,
)


class TestNothingWasSent:
    async def test_no_connection_in_the_pool(self, api: FakeApi) -> None:
        api.release.clear()
        async with AiohttpRequest(1, pool_timeout=SHORT) as request:
            first = asyncio.create_task(request.do_request(api.call_url("getMe"), "POST"))
            await api.arrived.wait()
            error = await failure_of(request.post(api.call_url("sendMessage")))
            assert isinstance(error, NotSentTimeoutError)
            assert isinstance(error, TimedOut)
            assert "Pool timeout" in str(error)
            api.release.set()
            assert (await first)[0] == 200
        assert [method for method, _, _ in api.requests] == ["getMe"]

    async def test_the_connection_takes_too_long(self, request_: AiohttpRequest) -> None:
        async def never_shake_hands(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            while await reader.read(4096):
                pass

        async with raw_server(never_shake_hands) as host:
            url = f"https://{host}/bot{TOKEN}/sendMessage"
            error = await failure_of(request_.post(url, connect_timeout=SHORT))
        assert isinstance(error, NotSentTimeoutError)
        assert isinstance(error, TimedOut)

    async def test_nobody_listens(self, request_: AiohttpRequest) -> None:
        async with raw_server(lambda _, __: asyncio.sleep(0)) as host:
            url = f"http://{host}/bot{TOKEN}/sendMessage"
        error = await failure_of(request_.post(url))
        assert isinstance(error, NotSentError)
        assert not isinstance(error, TimedOut)

    async def test_the_server_does_not_speak_tls(self, api: FakeApi) -> None:
        url = api.call_url("sendMessage").replace("http:", "https:")
        async with AiohttpRequest() as request:
            assert isinstance(await failure_of(request.post(url)), NotSentError)
        assert api.requests == []

    async def test_an_address_that_is_none(self, request_: AiohttpRequest) -> None:
        error = await failure_of(request_.post(f"ftp://host/bot{TOKEN}/sendMessage"))
        assert isinstance(error, NotSentError)

    async def test_the_proxy_is_gone(self, api: FakeApi) -> None:
        async with raw_server(lambda _, __: asyncio.sleep(0)) as host:
            dead = f"http://user:secret@{host}"
        async with AiohttpRequest(proxy=dead) as request:
            error = await failure_of(request.post(api.call_url("sendMessage")))
        assert isinstance(error, NotSentError)
        assert "secret" not in str(error)


class TestMaybeSent:
    async def test_the_server_keeps_silent(self, api: FakeApi, request_: AiohttpRequest) -> None:
        api.release.clear()
        url = api.call_url("sendMessage")
        error = await failure_of(request_.post(url, read_timeout=SHORT))
        assert type(error) is TimedOut
        assert [method for method, _, _ in api.requests] == ["sendMessage"]

    async def test_a_read_time_out_of_zero_is_not_for_ever(
        self, api: FakeApi, request_: AiohttpRequest
    ) -> None:
        api.release.clear()
        call = request_.post(api.call_url("sendMessage"), read_timeout=0)
        assert type(await failure_of(call)) is TimedOut

    async def test_the_server_stops_in_the_answer(self, request_: AiohttpRequest) -> None:
        async def stop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":')
            await writer.drain()
            await reader.read()

        async with raw_server(stop) as host:
            url = f"http://{host}/bot{TOKEN}/sendMessage"
            error = await failure_of(request_.post(url, read_timeout=SHORT))
        assert type(error) is TimedOut

    @pytest.mark.parametrize(
        "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", b"\x00\x01\r\n\r\n"]
    )
    async def test_the_server_hangs_up_or_talks_nonsense(
        self, request_: AiohttpRequest, answer: bytes
    ) -> None:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with raw_server(hang_up) as host:
            error = await failure_of(request_.post(f"http://{host}/bot{TOKEN}/sendMessage"))
        assert type(error) is NetworkError
        assert "aiohttp." in str(error)

    @pytest.mark.parametrize("kind", ["file", "text"])
    @pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
    async def test_the_server_stops_reading(self, kind: str) -> None:
        async def stop_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await done.wait()

        done = asyncio.Event()
        much = b"x" * (32 * 2**20)
        text = upload(much.decode())
        data = upload(InputFile(much, filename="large.bin")) if kind == "file" else text
        short = AiohttpRequest(write_timeout=SHORT, media_write_timeout=SHORT, read_timeout=None)
        async with raw_server(stop_reading) as host, short as request:
            error = await failure_of(request.post(f"http://{host}/bot{TOKEN}/send", data))
            done.set()
        assert type(error) is TimedOut

    async def test_the_time_out_of_the_call_comes_before_the_default(self, api: FakeApi) -> None:
        api.release.clear()
        async with AiohttpRequest(read_timeout=SHORT) as request:
            assert request.read_timeout == SHORT
            patient = asyncio.create_task(
                request.do_request(api.call_url("getMe"), "POST", read_timeout=None)
            )
            await failure_of(request.post(api.call_url("getMe")))
            assert not patient.done()
            api.release.set()
            assert (await patient)[0] == 200
