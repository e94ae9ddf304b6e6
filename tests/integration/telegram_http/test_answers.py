"""What the client makes of answers, and what it uploads."""

from __future__ import annotations

import asyncio
import io
import json
import traceback
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiohttp import web
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
)

from bot.telegram_http import (
    AiohttpRequest,
    NotSentError,
)
from handlers import replies
from handlers.messages import File, Message
from tests.integration.telegram_http.fake_api import (
    MESSAGE,
    TOKEN,
    FakeApi,
    Upload,
    raw_server,
    upload,
)

if TYPE_CHECKING:
    from pathlib import Path

    from handlers.context import Context


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

    @pytest.mark.filterwarnings("ignore:Please use 'Bot.")
    async def test_a_message_of_ours_with_a_file(self, api: FakeApi, bot: Bot) -> None:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("変更", callback_data="k")]])
        file = File("R8-0042.ics", b"BEGIN:VCALENDAR\r\n")
        context = cast("Context", SimpleNamespace(bot=bot))
        message = Message("<b>予約しました</b>", keyboard, file)
        assert await replies.send_message(context, 42, message) == 7
        method, content_type, body = api.requests[-1]
        assert (method, content_type) == ("sendDocument", "multipart/form-data")
        document = body.pop("document")
        assert json.loads(body.pop("reply_markup")) == keyboard.to_dict()
        assert body == {"chat_id": "42", "caption": "<b>予約しました</b>", "parse_mode": "HTML"}
        assert document == Upload("R8-0042.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n")

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
