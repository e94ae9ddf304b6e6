"""Documents of the bot: uploaded by the product's HTTP layer, seen and fetched by people."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, NetworkError

from bot.sandbox import api
from tests.sandbox_calls import OWNER, STAFF_CHAT, Calls, meet, telegram_bot

if TYPE_CHECKING:
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer

NAME = "面談のご予約 R8-0042.ics"
CONTENT = "BEGIN:VCALENDAR\r\nSUMMARY:面談\r\nEND:VCALENDAR\r\n".encode()


@pytest.fixture(autouse=True)
async def _met(people: SandboxClient) -> None:
    await meet(people, OWNER)


async def test_a_document_is_seen_with_name_size_caption_and_button_and_can_be_fetched(
    server: SandboxServer, people: SandboxClient, calls: Calls
) -> None:
    rows = InlineKeyboardMarkup([[InlineKeyboardButton("変更する", callback_data="x")]])
    async with telegram_bot(server) as bot:
        await bot.send_document(
            OWNER,
            CONTENT,
            caption="<b>面談</b>の予定です",
            parse_mode="HTML",
            filename=NAME,
            reply_markup=rows,
        )
    shown = (await people.messages(OWNER))[-1]
    assert (shown.kind, shown.html, shown.labels()) == (
        "document",
        "<b>面談</b>の予定です",
        ["変更する"],
    )
    assert shown.file is not None
    assert (shown.file.name, shown.file.mime_type, shown.file.size) == (
        NAME,
        "text/calendar",
        len(CONTENT),
    )
    assert await people.file(shown) == CONTENT
    async with calls.session.get(f"{server.url}{shown.file.url}") as answer:
        told = answer.headers["Content-Disposition"]
    assert told == f"attachment; filename*=UTF-8''{quote(NAME)}"


async def test_a_document_is_sent_on_by_its_id_and_its_caption_edited(
    server: SandboxServer, people: SandboxClient
) -> None:
    async with telegram_bot(server) as bot:
        first = await bot.send_document(STAFF_CHAT, CONTENT, filename=NAME, caption="a" * 1024)
        assert first.document is not None
        again = await bot.send_document(OWNER, first.document.file_id)
        assert (again.caption, again.document) == (None, first.document)
        await bot.edit_message_caption(OWNER, again.message_id, caption="b")
    shown = (await people.messages(OWNER))[-1]
    assert (shown.text, await people.file(shown)) == ("b", CONTENT)


async def test_what_telegram_takes_no_document_of(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with telegram_bot(server) as bot:
        with pytest.raises(BadRequest, match="non-empty"):
            await bot.send_document(OWNER, b"", filename=NAME)
        with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
            await bot.send_document(OWNER, "unknown")
        monkeypatch.setattr(api, "MAX_UPLOAD_BYTES", len(CONTENT))
        await bot.send_document(OWNER, CONTENT, filename=NAME)
        with pytest.raises(NetworkError, match="Too Large"):
            await bot.send_document(OWNER, CONTENT + b"x", filename=NAME)
