"""Whatever a bot sends, the sandbox answers as a Bot API server does: with JSON, never a crash."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.call import Call
from bot.sandbox.errors import ApiError
from bot.sandbox.methods import METHODS
from tests.sandbox_calls import OWNER, STAFF_CHAT, Calls, buttons, meet

if TYPE_CHECKING:
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer

ODD: tuple[Any, ...] = (
    None, "", "x", "-", "²", "１", "1e9", 0, -1, 1.5, 1 << 70, True, [], [None], [[]], [{}], ["x"],
    {}, {"x": None}, {"type": "chat"}, {"type": []}, "[", '"', "\x00", "\ud800", "😀",
)  # fmt: skip
PARAMETERS = (
    "chat_id", "message_id", "message_ids", "text", "caption", "parse_mode", "entities",
    "caption_entities", "reply_markup", "reply_parameters", "message_thread_id", "action", "media",
    "photo", "document", "voice", "duration", "file_id", "from_chat_id", "user_id", "commands",
    "scope", "language_code", "name", "description", "short_description", "callback_query_id",
    "url", "icon_color", "menu_button", "link_preview_options", "message_effect_id",
)  # fmt: skip
PLAIN = {
    "parse_mode": "HTML",
    "text": "a",
    "photo": "x",
    "media": [{"type": "photo", "media": "x"}],
}


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_no_parameter_breaks_a_method(
    calls: Calls, people: SandboxClient, server: SandboxServer, method: str
) -> None:
    await meet(people, OWNER)
    sent = await calls.send("a", reply_markup=buttons("x"))
    for chat_id in (OWNER, STAFF_CHAT):
        sound = {**PLAIN, "chat_id": chat_id, "from_chat_id": OWNER, "message_id": sent}
        for name in PARAMETERS:
            for value in ODD:
                # Anything but an answer or Telegram's refusal would be a 500 over HTTP.
                with suppress(ApiError):
                    METHODS[method](server.world, Call(method, {**sound, name: value}, {}))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"chat_id": {"a": 1}}'])
async def test_no_body_breaks_the_server(calls: Calls, body: bytes) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        async with calls.session.post(
            f"{calls.base}/sendMessage", data=body, headers={"Content-Type": kind}
        ) as answer:
            assert answer.status == 400
            assert not (await answer.json())["ok"]
