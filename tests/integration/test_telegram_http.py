"""The Bot API client's wire against servers on the loopback, good ones and bad ones."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.telegram_http import (
    AiohttpRequest,
    NotSentError,
    NotSentTimeoutError,
    proxy_from_environment,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

TOKEN = "123456789:AAExampleExampleExampleExampleExamp"
ME = {"id": 123456789, "is_bot": True, "first_name": "窓口", "username": "madoguchi_bot"}
MESSAGE = {"message_id": 7, "date": 1_790_000_000, "chat": {"id": 42, "type": "private"}}
SHORT = 0.05


@dataclass(frozen=True)
class Upload:
    """A file as the server received it."""

    filename: str
    content_type: str
    content: bytes

    @classmethod
    def of(cls, value: str | bytes | bytearray | web.FileField) -> Upload | str:
        if isinstance(value, web.FileField):
            return cls(value.filename, value.content_type, value.file.read())
        assert isinstance(value, str)
        return value


class FakeApi:
    """A Bot API server that keeps what it was sent and answers as the test says."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        self.connections: set[int] = set()
        self.under_way = 0
        self.most_under_way = 0
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()
        self.answers: dict[str, web.Response] = {}
        self.app = web.Application(client_max_size=64 * 2**20)
        self.app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(self.app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/"))

    def call_url(self, method: str) -> str:
        return f"{self.url}bot{TOKEN}/{method}"

    def answer(self, method: str, body: str | bytes, status: int = 200) -> None:
        raw = body if isinstance(body, bytes) else body.encode()
        self.answers[method] = web.Response(body=raw, status=status)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rsplit("/", 1)[1]
        self.connections.add(id(request.transport))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            self.requests.append((method, request.content_type, await self._body(request)))
            self.arrived.set()
            await self.release.wait()
        finally:
            self.under_way -= 1
        answer = self.answers.get(method)
        if answer is not None:
            return web.Response(body=answer.body, status=answer.status, headers=answer.headers)
        return web.json_response({"ok": True, "result": ME if method == "getMe" else MESSAGE})

    async def _body(self, request: web.Request) -> Any:
        if request.content_type == "application/json":
            return await request.json()
        if request.content_type == "multipart/form-data":
            form = await request.post()
            return {name: Upload.of(value) for name, value in form.items()}
        return await request.read()


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    await fake.server.start_server()
    yield fake
    fake.release.set()
    await fake.server.close()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest() as made:
        yield made


@pytest.fixture
async def bot(api: FakeApi) -> AsyncIterator[Bot]:
    made = Bot(
        TOKEN,
        base_url=f"{api.url}bot",
        base_file_url=f"{api.url}file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(1),
    )
    async with made:
        yield made


@contextlib.asynccontextmanager
async def raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve raw TCP; gives `host:port`."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield "{}:{}".format(*server.sockets[0].getsockname())
    finally:
        server.close()
        await server.wait_closed()


def assert_token_is_nowhere(error: BaseException) -> None:
    link: BaseException | None = error
    while link is not None:
        assert TOKEN not in "".join(traceback.format_exception(link)) + repr(link.args)
        link = link.__cause__ or link.__context__


async def failure_of(call: Awaitable[object]) -> NetworkError:
    """Give the error a call ends with, after looking that it does not tell the token."""
    with pytest.raises(NetworkError) as caught:
        await call
    assert_token_is_nowhere(caught.value)
    return caught.value


class TestAnswers:
    async def test_parameters_arrive_as_one_json_object(self, api: FakeApi, bot: Bot) -> None:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("建設業", callback_data="q:1")]])
        sent = await bot.send_message(42, "ご相談の内容 <b>😀</b>", "HTML", reply_markup=keyboard)
        method, content_type, body = api.requests[-1]
        assert (method, content_type) == ("sendMessage", "application/json")
        assert body == {
            "chat_id": 42,
            "text": "ご相談の内容 <b>😀</b>",
            "parse_mode": "HTML",
            "reply_markup": {"inline_keyboard": [[{"text": "建設業", "callback_data": "q:1"}]]},
        }
        assert sent.message_id == 7

    async def test_a_call_without_parameters_has_no_body(self, api: FakeApi, bot: Bot) -> None:
        assert (await bot.get_me()).username == "madoguchi_bot"
        assert api.requests[-1] == ("getMe", "application/octet-stream", b"")

    async def test_updates_come_through_the_request_of_their_own(
        self, api: FakeApi, bot: Bot
    ) -> None:
        api.answer("getUpdates", json.dumps({"ok": True, "result": [{"update_id": 9}]}))
        updates = await bot.get_updates(offset=9, timeout=1, allowed_updates=["message"])
        assert [update.update_id for update in updates] == [9]
        assert api.requests[-1][2] == {"offset": 9, "timeout": 1, "allowed_updates": ["message"]}

    async def test_a_file_is_downloaded(self, api: FakeApi, bot: Bot) -> None:
        document = {"file_id": "f", "file_unique_id": "u", "file_path": "docs/調査票.pdf"}
        api.answer("getFile", json.dumps({"ok": True, "result": document}))
        api.answer("調査票.pdf", b"%PDF")
        file = await bot.get_file("f")
        assert bytes(await file.download_as_bytearray()) == b"%PDF"

    @pytest.mark.parametrize(
        ("status", "answer", "expected"),
        [
            (400, {"description": "Bad Request: message is not modified"}, BadRequest),
            (401, {"description": "Unauthorized"}, InvalidToken),
            (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden),
            (404, {"description": "Not Found"}, InvalidToken),
            (409, {"description": "Conflict: terminated by other getUpdates"}, Conflict),
            (500, {"description": "Internal Server Error"}, NetworkError),
            (502, {"description": "Bad Gateway"}, NetworkError),
        ],
    )
    async def test_refusals_of_the_server(
        self,
        api: FakeApi,
        bot: Bot,
        status: int,
        answer: dict[str, Any],
        expected: type[TelegramError],
    ) -> None:
        api.answer("sendMessage", json.dumps({"ok": False, **answer}), status)
        with pytest.raises(expected) as caught:
            await bot.send_message(42, "text")
        assert type(caught.value) is expected
        assert not isinstance(caught.value, NotSentError)

    async def test_flood_control_says_how_long_to_wait(
        self, api: FakeApi, bot: Bot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PTB_TIMEDELTA", "true")
        api.answer("sendMessage", '{"ok":false,"parameters":{"retry_after":7}}', 429)
        with pytest.raises(RetryAfter, match="0:00:07"):
            await bot.send_message(42, "text")

    async def test_a_migrated_group_gives_its_new_id(self, api: FakeApi, bot: Bot) -> None:
        api.answer("sendMessage", '{"ok":false,"parameters":{"migrate_to_chat_id":-1001}}', 400)
        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(42, "text")
        assert caught.value.new_chat_id == -1001

    async def test_an_answer_that_is_not_json_is_not_quoted(
        self, api: FakeApi, bot: Bot, caplog: pytest.LogCaptureFixture
    ) -> None:
        api.answer("getUpdates", '{"ok":true,"result":[{"text":"電話は090')
        with pytest.raises(TelegramError, match="Invalid server response") as caught:
            await bot.get_updates()
        assert "090" not in "".join(traceback.format_exception(caught.value)) + caplog.text

    @pytest.mark.parametrize("text", [b'"\\ud83d"', b'"\xff"'])
    async def test_half_a_character_does_not_cost_the_answer(
        self, api: FakeApi, bot: Bot, text: bytes
    ) -> None:
        message = json.dumps(MESSAGE).encode()[:-1] + b',"text":' + text + b"}"
        api.answer("sendMessage", b'{"ok":true,"result":' + message + b"}")
        assert (await bot.send_message(42, "text")).message_id == 7

    async def test_a_redirect_is_not_followed(self, api: FakeApi, bot: Bot) -> None:
        answer = web.Response(status=302, headers={"Location": f"{api.url}elsewhere/steal"})
        api.answers["sendMessage"] = answer
        with pytest.raises(NetworkError):
            await bot.send_message(42, "text")
        assert [method for method, _, _ in api.requests] == ["getMe", "sendMessage"]


class TestUploads:
    async def test_a_document_with_a_japanese_name(self, api: FakeApi, bot: Bot) -> None:
        await bot.send_document(
            42,
            b"PK\x03\x04" * 100_000,
            filename="令和8年度 評価票.xlsx",
            caption="年度の評価です",
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("確認", callback_data="k")]]),
        )
        method, content_type, body = api.requests[-1]
        assert (method, content_type) == ("sendDocument", "multipart/form-data")
        assert body["chat_id"] == "42"
        assert body["caption"] == "年度の評価です"
        assert json.loads(body["reply_markup"])["inline_keyboard"][0][0]["text"] == "確認"
        assert body["document"].filename == "令和8年度 評価票.xlsx"
        assert body["document"].content_type.endswith("spreadsheetml.sheet")
        assert body["document"].content == b"PK\x03\x04" * 100_000

    async def test_the_name_goes_out_as_plain_utf8(self, request_: AiohttpRequest) -> None:
        received = asyncio.get_running_loop().create_future()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            received.set_result(await reader.readuntil(b"--\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n")
            writer.write(b'{"ok": true, "result": true}'[:27])
            await writer.drain()

        data = upload(InputFile(b"x", filename='記録"\r\n.txt'))
        async with raw_server(talk) as host:
            await request_.do_request(f"http://{host}/bot{TOKEN}/sendDocument", "POST", data)
        assert 'name="document"; filename="記録%22%0D%0A.txt"'.encode() in await received

    async def test_an_open_file_is_sent_whole_and_left_open(
        self, api: FakeApi, bot: Bot, tmp_path: Path
    ) -> None:
        path = tmp_path / "記録.csv"
        path.write_bytes(b"0123456789" * 50_000)
        with path.open("rb") as file:
            file.read(10)
            for _ in range(2):
                await bot.send_document(42, InputFile(file, read_file_handle=False))
                assert api.requests[-1][2]["document"].content == path.read_bytes()
            assert not file.closed

    async def test_a_stream_in_memory_is_sent_whole(self, api: FakeApi, bot: Bot) -> None:
        stream = io.BytesIO(b"a,b\r\n")
        await bot.send_document(42, InputFile(stream, "表.csv", read_file_handle=False))
        assert api.requests[-1][2]["document"].content == b"a,b\r\n"
        assert not stream.closed


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


def upload(content: InputFile | str) -> RequestData:
    """Parameters as `telegram.Bot` builds them."""
    return RequestData([RequestParameter.from_input("document", content)])
