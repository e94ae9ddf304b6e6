"""`madoguchi check` against a local Telegram: one line for each part, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.check import FAILURE, Finding, check
from bot.programme_file import SAMPLE
from bot.sandbox import cast
from bot.sandbox.server import SandboxServer
from bot.sandbox.webhook import Target
from handlers import typesetting
from storage.migrate import HEAD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _settings(server: SandboxServer, database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(database_file.parent)
    url = f"sqlite:///{database_file}"
    for name, value in {
        "BOT_TOKEN": server.token,
        "API_URL": server.url,
        "DATABASE_URL": url,
        "STAFF_CHAT_ID": str(cast.STAFF_CHAT_ID),
        "PROGRAMME": str(SAMPLE),
    }.items():
        monkeypatch.setenv(f"MADOGUCHI_{name}", value)


async def findings() -> dict[str, Finding]:
    return {finding.subject: finding async for finding in check()}


async def only_fault() -> Finding:
    (fault,) = [finding async for finding in check() if finding.status]
    return fault


async def test_everything_in_order_is_a_line_each_with_status_0() -> None:
    found = await findings()
    assert list(found) == [
        *("settings", "programme file"),
        *(f"meetings ({method})" for method in ("visit", "hub", "online", "phone")),
        *("calendar feeds", "PDF", "database", "token", "transport", "staff chat"),
    ]
    assert all(str(finding).startswith("ok  ") and not finding.status for finding in found.values())
    assert found["token"].text == f"@{cast.BOT.username}"
    assert found["staff chat"].text == cast.STAFF_CHAT_TITLE
    assert f"version {HEAD}" in found["database"].text


async def test_what_the_programme_says_of_meetings_is_said_back() -> None:
    found = await findings()
    assert found["meetings (visit)"].text == (
        "20 times a week, 60 minutes and 30 behind, 1 of 2 seats, from 2 working days to 30 days "
        "ahead"
    )


async def test_the_address_that_calendars_use_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    local = "(on this computer only; for others set MADOGUCHI_PUBLIC_URL)"
    assert (await findings())["calendar feeds"].text == f"http://127.0.0.1:8080/calendar/… {local}"
    monkeypatch.setenv("MADOGUCHI_PUBLIC_URL", "https://bot.example.jp")
    assert (await findings())["calendar feeds"].text == "https://bot.example.jp/calendar/…"


async def test_without_the_font_needs_sheets_are_text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_FONT_PACKAGE", "no-such-package")
    typesetting._fonts.cache_clear()
    found = (await findings())["PDF"]
    assert found.status == FAILURE
    assert found.text == (
        "ipaexg.ttf is missing; install the package no-such-package; "
        "needs sheets go out as text only"
    )
    typesetting._fonts.cache_clear()


async def test_each_setting_at_fault_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MADOGUCHI_BOT_TOKEN")
    monkeypatch.setenv("MADOGUCHI_LISTEN", "x")
    lines = [finding async for finding in check()]
    assert [(finding.subject, finding.status) for finding in lines] == [("settings", 2)] * 2


async def test_a_programme_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "p.toml").write_text("x = [")
    monkeypatch.setenv("MADOGUCHI_PROGRAMME", "p.toml")
    fault = await only_fault()
    assert (fault.subject, fault.status) == ("programme file", 2)
    assert "not valid TOML" in fault.text


async def test_a_database_without_tables_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", f"sqlite:///{tmp_path}/new/y.db")
    fault = await only_fault()
    assert (fault.subject, fault.status) == ("database", 1)
    assert "run `madoguchi migrate`" in fault.text
    assert not (tmp_path / "new").exists()


async def test_an_unknown_token_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "7700000001:" + "x" * 35
    monkeypatch.setenv("MADOGUCHI_BOT_TOKEN", wrong)
    fault = await only_fault()
    assert (fault.subject, fault.status) == ("token", 2)
    assert wrong not in str(fault)


async def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_API_URL", "http://127.0.0.1:1")
    fault = await only_fault()
    assert (fault.subject, fault.status) == ("token", 1)
    assert "127.0.0.1:1 does not answer" in fault.text


async def test_a_chat_the_bot_is_not_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_STAFF_CHAT_ID", "-100999")
    fault = await only_fault()
    assert (fault.subject, fault.status) == ("staff chat", 2)
    assert f"add @{cast.BOT.username} to the chat" in fault.text


async def test_a_chat_the_bot_was_put_out_of(server: SandboxServer) -> None:
    server.world.chats[cast.STAFF_CHAT_ID].bot_status = "kicked"
    fault = await only_fault()
    assert fault.subject == "staff chat"


async def test_a_webhook_that_is_in_the_way(server: SandboxServer) -> None:
    await _set_webhook(server, "http://127.0.0.1:9/hidden-path")
    fault = await only_fault()
    assert (fault.subject, fault.status) == ("transport", 1)
    assert "has a webhook at 127.0.0.1" in fault.text
    assert "hidden-path" not in fault.text


async def test_a_webhook_of_ones_own(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _set_webhook(server, "http://127.0.0.1:9/x")
    monkeypatch.setenv("MADOGUCHI_WEBHOOK_URL", "https://bot.example.jp/hidden-path")
    monkeypatch.setenv("MADOGUCHI_WEBHOOK_SECRET", "s")
    found = await findings()
    assert str(found["transport"]) == "ok  transport: webhook at bot.example.jp"


async def _set_webhook(server: SandboxServer, url: str) -> None:
    await server.sandbox.webhook.start(Target(url))
