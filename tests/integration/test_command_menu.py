"""Who is shown which commands: everybody, a registered member, a removed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.application import publish_profile
from tests.integration.wire import Wire

if TYPE_CHECKING:
    from telegram.request import RequestData

    from tests.integration.conftest import Counter

OWNER, ADMIN, CLERK = 100, 900, 300
ADMINS = [
    *("cases", "case", "log", "name", "today", "slots", "calendar", "close", "open"),
    *("stats", "kpi", "partners", "staff", "audit"),
]
EVERYBODYS = ["start", "status", "cancel", "privacy", "language", "help"]


class Menus(Wire):
    """Keeps what a chat's menu would show; knows only chats that wrote before."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[tuple[int | None, str], list[dict[str, str]]] = {}
        self.known: set[int] = set()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        parameters = request_data.parameters if request_data is not None else {}
        if name not in {"setMyCommands", "deleteMyCommands"}:
            return await super().do_request(url, method, request_data, **timeouts)
        chat = parameters["scope"].get("chat_id")
        if chat is not None and chat not in self.known:
            return 400, b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'
        key = (chat, parameters.get("language_code", ""))
        if name == "setMyCommands":
            self.of[key] = parameters["commands"]
        else:
            self.of.pop(key, None)
        return 200, b'{"ok":true,"result":true}'

    def names(self, chat: int | None, language: str = "") -> list[str]:
        shown = self.of.get((chat, language)) or self.of[None, language]
        return [command["command"] for command in shown]


@pytest.fixture
def menus(counter: Counter) -> Menus:
    wire = Menus()
    counter.wire = wire
    counter.application.bot._request = (wire, wire)
    return wire


async def test_the_menu_is_in_both_languages_and_shows_staff_commands_to_staff_only(
    counter: Counter, menus: Menus
) -> None:
    menus.known = {ADMIN}
    await publish_profile(counter.application)
    for language in ("", "en"):
        assert menus.names(None, language) == EVERYBODYS
        assert menus.names(OWNER, language) == EVERYBODYS
        assert menus.names(ADMIN, language) == [*ADMINS, *EVERYBODYS]
    assert menus.of[None, ""][0]["description"] == "相談を始める・再開する"
    assert menus.of[None, "en"][0]["description"] == "Begin or resume a consultation"


async def test_an_admin_who_never_wrote_gets_the_menu_with_the_first_start(
    counter: Counter, menus: Menus
) -> None:
    await publish_profile(counter.application)
    assert menus.names(ADMIN) == EVERYBODYS
    menus.known = {ADMIN}
    await counter.say(ADMIN, "/start")
    assert "staff" in menus.names(ADMIN)


async def test_the_menu_follows_joining_and_removal(counter: Counter, menus: Menus) -> None:
    menus.known = {ADMIN, CLERK}
    await publish_profile(counter.application)
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "招待する")
    await counter.press(ADMIN, "取りまとめ課")
    payload = menus.last(ADMIN).text.rsplit("start=", 1)[1]
    await counter.say(CLERK, f"/start {payload}")
    assert menus.names(CLERK) == ["cases", "case", "stats", "kpi", "partners", *EVERYBODYS]
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "登録を外す")
    await counter.press(ADMIN, f"Person {CLERK}")
    await counter.press(ADMIN, "はい、外します")
    assert menus.names(CLERK) == EVERYBODYS
