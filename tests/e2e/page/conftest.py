"""A real Chromium before the sandbox's page, and a bot that says what a test tells it to."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from bot.sandbox import cast
from bot.sandbox.server import SandboxServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page

OWNER = cast.OWNER_METAL.id
OTHER_OWNER = cast.OWNER_SWEETS.id
MANAGER = cast.MANAGER.id
STAFF_CHAT = cast.STAFF_CHAT_ID

DESKTOP = {"width": 1280, "height": 800}
TELEPHONE = {"width": 390, "height": 844}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

Json = dict[str, Any]


class Bot:
    """Calls the sandbox's Bot API as the test says, and takes what people did."""

    def __init__(self, session: aiohttp.ClientSession, server: SandboxServer) -> None:
        self._session = session
        self._base = f"{server.url}/bot{server.token}"
        self._offset = 0

    async def call(self, method: str, **parameters: Any) -> Any:
        async with self._session.post(f"{self._base}/{method}", json=parameters) as response:
            body = await response.json()
            assert body["ok"], body
            return body["result"]

    async def say(self, chat_id: int, text: str, *rows: list[Json], **more: Any) -> int:
        """Send a text with rows of inline buttons and return its message id."""
        if rows:
            more["reply_markup"] = {"inline_keyboard": list(rows)}
        return int(
            (await self.call("sendMessage", chat_id=chat_id, text=text, **more))["message_id"]
        )

    async def send_file(
        self,
        method: str,
        field: str,
        content: bytes,
        content_type: str = "application/octet-stream",
        **more: Any,
    ) -> None:
        """Send a file under the name of its field."""
        form = aiohttp.FormData({name: str(value) for name, value in more.items()})
        form.add_field(field, content, filename=field, content_type=content_type)
        async with self._session.post(f"{self._base}/{method}", data=form) as response:
            assert (await response.json())["ok"]

    async def answer(self, text: str = "", **more: Any) -> Json:
        """Answer the next press of a button and return it."""
        press = await self.update("callback_query")
        await self.call("answerCallbackQuery", callback_query_id=press["id"], text=text, **more)
        return press

    async def update(self, kind: str) -> Json:
        """Return the next update of a kind; those before it are passed over."""
        while kind not in (update := await self.next_update()):
            pass
        return dict(update[kind])

    async def next_update(self) -> Json:
        while True:
            updates = await self.call("getUpdates", offset=self._offset, limit=1, timeout=10)
            for update in updates:
                self._offset = update["update_id"] + 1
                return dict(update)


def button(text: str, data: str, **more: str) -> Json:
    return {"text": text, "callback_data": data, **more}


class Screen:
    """The page as a person meets it; `foreign` is every address outside the sandbox it called."""

    def __init__(self, page: Page, server: SandboxServer) -> None:
        self.page = page
        self._errors: list[str] = []
        self._tolerated: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda told: self._on_console(told.type, told.text))
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.on("request", lambda request: self._on_request(request.url, server.url))

    def _on_console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self._errors.append(text)

    def _on_request(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:", "blob:")):
            self.foreign.append(url)

    async def open(self, server: SandboxServer, *chats: int) -> None:
        await self.page.goto(f"{server.page_url}#{','.join(map(str, chats))}")
        await self.page.wait_for_selector("body[data-ready]")

    def tolerate(self, words: str) -> None:
        """Let the browser complain of what the test provokes."""
        self._tolerated.append(words)

    @property
    def complaints(self) -> list[str]:
        """What the console showed that no test provoked."""
        return [
            error for error in self._errors if not any(words in error for words in self._tolerated)
        ]

    async def choose_file(self, name: str, content: bytes, mime_type: str) -> None:
        await self.choose_files((name, content, mime_type))

    async def choose_files(self, *files: tuple[str, bytes, str]) -> None:
        """Pick files, each by name, content and type."""
        async with self.page.expect_file_chooser() as chooser:
            await self.page.get_by_role("button", name="ファイルを送る").click()
        chosen = [
            {"name": name, "mimeType": mime_type, "buffer": content}
            for name, content, mime_type in files
        ]
        await (await chooser.value).set_files(chosen)  # type: ignore[arg-type]

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox", name="メッセージ")

    def message(self, text: str) -> Locator:
        return self.page.locator(".message", has_text=text).last

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="トピック").get_by_text(name, exact=True)

    def inline(self, label: str) -> Locator:
        return self.page.locator(".inline", has_text=label).last


async def begin(screen: Screen, server: SandboxServer, bot: Bot, owner: int = OWNER) -> None:
    """Open an owner's chat and press 開始."""
    await screen.open(server, owner)
    await screen.page.get_by_role("button", name="開始", exact=True).click()
    assert (await bot.update("message"))["text"] == "/start"
    await expect(screen.input).to_be_visible()


def _executable() -> str:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        reason = f"none of {', '.join(_BROWSERS)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    executable = _executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def bot(server: SandboxServer) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as session:
        yield Bot(session, server)


@pytest_asyncio.fixture(loop_scope="session")
async def screen(browser: Browser, server: SandboxServer) -> AsyncIterator[Screen]:
    """A desktop's window; afterwards the console must be silent and no one else called."""
    context = await browser.new_context(viewport=DESKTOP, locale="ja-JP")
    context.set_default_timeout(10_000)
    screen = Screen(await context.new_page(), server)
    yield screen
    await context.close()
    assert screen.complaints == []
    assert screen.foreign == []
