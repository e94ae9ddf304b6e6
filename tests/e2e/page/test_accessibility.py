"""JIS X 8341-3 AA (WCAG 2.1 AA) as far as axe-core can tell, and what it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from bot.sandbox import moves
from tests.e2e.page.conftest import DESKTOP, OWNER, STAFF_CHAT, TELEPHONE, begin, button
from tests.e2e.page.test_chat import png

if TYPE_CHECKING:
    from playwright.async_api import Page, ViewportSize

    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Bot, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def assert_accessible(page: Page) -> None:
    found = (await Axe().run(page, options=RULES)).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found] == []


async def full_chat(bot: Bot) -> None:
    await bot.call("setMyCommands", commands=[{"command": "help", "description": "使い方"}])
    await bot.send_file("sendPhoto", "photo", png(60, 40), chat_id=OWNER, caption="地図")
    await bot.send_file("sendDocument", "document", b"%PDF-1.4", chat_id=OWNER)
    edited = await bot.say(OWNER, "会社名は？")
    reply = {"message_id": edited}
    await bot.say(OWNER, "先ほどの件です", protect_content=True, reply_parameters=reply)
    voice = {"field": "voice", "chat_id": OWNER, "content_type": "audio/ogg"}
    await bot.send_file("sendVoice", content=b"OggS", duration=65, **voice)
    thumb = [{"type": "emoji", "emoji": "👍"}]
    await bot.call("setMessageReaction", chat_id=OWNER, message_id=edited, reaction=thumb)
    await bot.call(
        "editMessageText",
        chat_id=OWNER,
        message_id=edited,
        parse_mode="HTML",
        text='会社名\n→ <b>見本</b> <a href="https://example.com/">案内</a> /help',
    )
    await bot.say(
        OWNER,
        "課題は？",
        [button("販路開拓", "a"), button("DX", "b")],
        [button("決定", "c", style="primary"), button("送信", "d", style="success")],
        [button("削除", "e", style="danger"), {"text": "案内", "url": "https://example.com/"}],
    )
    rows = [[{"text": "電話番号を送る", "request_contact": True}]]
    await bot.say(OWNER, "下のボタンからも送れます", reply_markup={"keyboard": rows})


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
async def test_axe_finds_nothing_in_a_chat(
    screen: Screen, server: SandboxServer, bot: Bot, viewport: ViewportSize
) -> None:
    await screen.page.set_viewport_size(viewport)
    await begin(screen, server, bot)
    await full_chat(bot)
    await expect(screen.message("下のボタンからも")).to_be_visible()
    await assert_accessible(screen.page)
    await screen.page.get_by_role("button", name="ボットのメニュー").click()
    await assert_accessible(screen.page)
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_role("button", name="電話番号を送る").click()
    await assert_accessible(screen.page)


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
async def test_axe_finds_nothing_among_topics(
    screen: Screen, server: SandboxServer, bot: Bot, viewport: ViewportSize
) -> None:
    await screen.page.set_viewport_size(viewport)
    moves.set_forum(server.world, STAFF_CHAT, is_forum=True)
    topic = await bot.call("createForumTopic", chat_id=STAFF_CHAT, name="R8-0042 浦和")
    thread = {"message_thread_id": topic["message_thread_id"]}
    await bot.say(STAFF_CHAT, "新しい件です", **thread)
    await bot.call("closeForumTopic", chat_id=STAFF_CHAT, **thread)
    await screen.open(server, STAFF_CHAT)
    await expect(screen.message("新しい件です")).to_be_visible()
    await assert_accessible(screen.page)
    await screen.tab("R8-0042 浦和").click()
    await screen.input.press("Control+ArrowUp")
    await expect(screen.page.locator(".edit-bar")).to_be_visible()
    await screen.page.get_by_role("button", name="その他の操作").click()
    await assert_accessible(screen.page)


async def test_axe_finds_nothing_in_the_list_and_two_panes(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(STAFF_CHAT, "新しい相談", [button("担当する", "take", style="primary")])
    await expect(screen.page.locator(".badge:visible")).to_be_visible()
    await screen.page.get_by_role("button", name="キー操作").click()
    await assert_accessible(screen.page)
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_role("button", name="2画面").click()
    await expect(screen.page.locator(".pane")).to_have_count(2)
    await assert_accessible(screen.page)
    await screen.page.set_viewport_size(TELEPHONE)
    await screen.page.get_by_role("button", name="一覧にもどる").click()
    await expect(screen.page.get_by_role("button", name="最初からやり直す")).to_be_visible()
    await assert_accessible(screen.page)


async def test_nothing_moves_when_less_motion_is_asked_for(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "業種は？", [button("製造業", "a")])
    await screen.inline("製造業").click()
    name = "element => getComputedStyle(element, '::after').animationName"
    assert await screen.inline("製造業").evaluate(name) == "busy"
    await screen.page.emulate_media(reduced_motion="reduce")
    assert await screen.inline("製造業").evaluate(name) == "none"
    await bot.answer()


async def test_the_focus_goes_through_the_page_in_reading_order(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "業種は？", [button("製造業", "a"), button("建設業", "b")])
    await expect(screen.inline("建設業")).to_be_visible()
    await screen.page.get_by_role("button", name="その他の操作").focus()
    passed = []
    for _ in range(6):
        await screen.page.keyboard.press("Tab")
        passed.append(
            await screen.page.evaluate(
                "(e => e.getAttribute('aria-label') ?? e.textContent)(document.activeElement)"
            )
        )
    foot = ["ファイルを送る", "メッセージ"]
    assert passed == ["メッセージ", "/start", "この文章を編集", "製造業", *foot]
