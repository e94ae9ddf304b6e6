"""The page as a whole: list, two panes, telephone layout, long chats, lost connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.sandbox.server import SandboxServer
from tests.e2e.page.conftest import (
    MANAGER,
    OTHER_OWNER,
    OWNER,
    STAFF_CHAT,
    TELEPHONE,
    begin,
    button,
)

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.e2e.page.conftest import Bot, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")


def pane(screen: Screen, name: str) -> Locator:
    return screen.page.get_by_role("region", name=name)


def entry(screen: Screen, chat: int) -> Locator:
    return screen.page.locator(f'[data-chat="{chat}"]')


async def test_two_chats_side_by_side(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    await begin(screen, server, bot)
    await screen.page.get_by_role("button", name="2画面").click()
    owner, staff = pane(screen, "見本 一郎 のチャット"), pane(screen, "窓口スタッフ")
    await bot.say(OWNER, "受け付けました")
    await bot.say(STAFF_CHAT, "新しい相談", [button("担当する", "take")])
    await expect(owner.locator(".message.other .text")).to_contain_text("受け付けました")
    await expect(staff.get_by_role("button", name="担当する")).to_be_visible()
    await staff.get_by_label("操作する人").select_option(label="計画 誠")
    await staff.get_by_role("button", name="担当する").click()
    assert (await bot.answer())["from"]["id"] == MANAGER
    await entry(screen, OTHER_OWNER).click()
    await expect(pane(screen, "例示 さくら のチャット")).to_be_visible()
    await expect(owner).to_be_visible()
    await expect(staff).to_have_count(0)


async def test_f6_goes_round_list_and_panes(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.page.get_by_role("button", name="2画面").click()
    await expect(pane(screen, "窓口スタッフ")).to_be_visible()
    await screen.input.first.focus()
    await screen.page.keyboard.press("F6")
    await expect(pane(screen, "窓口スタッフ").get_by_role("textbox")).to_be_focused()
    await screen.page.keyboard.press("F6")
    await expect(entry(screen, OWNER)).to_be_focused()
    await screen.page.keyboard.press("F6")
    await expect(screen.input.first).to_be_focused()


async def test_the_open_chats_come_back_after_a_reload(
    screen: Screen, server: SandboxServer
) -> None:
    await screen.open(server, OWNER, STAFF_CHAT)
    await screen.page.reload()
    await expect(screen.page.locator(".pane")).to_have_count(2)


async def test_unread_messages_are_counted_until_the_chat_is_opened(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(STAFF_CHAT, "1件目")
    await bot.say(STAFF_CHAT, "2件目")
    await expect(entry(screen, STAFF_CHAT).locator(".badge")).to_have_text("2件の未読")
    await expect(screen.page).to_have_title("(2) 見本・サンドボックス｜窓口")
    await entry(screen, STAFF_CHAT).click()
    await expect(entry(screen, STAFF_CHAT).locator(".badge")).to_have_count(0)
    await expect(screen.page).to_have_title("見本・サンドボックス｜窓口")


async def test_new_messages_are_said_to_a_screen_reader(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "業種は？", [button("製造業", "a"), button("建設業", "b")])
    await expect(screen.page.get_by_role("log")).to_contain_text("業種は？（選択肢2件）")


async def test_a_telephone_shows_list_or_chat(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await screen.page.set_viewport_size(TELEPHONE)
    await screen.open(server)
    await expect(screen.page.locator(".pane")).to_be_hidden()
    await entry(screen, OWNER).click()
    await screen.page.get_by_role("button", name="開始", exact=True).click()
    await expect(entry(screen, OWNER)).to_be_hidden()
    await screen.page.get_by_role("button", name="一覧にもどる").click()
    await expect(entry(screen, OWNER)).to_be_focused()
    await bot.update("message")
    await bot.say(OWNER, "こんにちは")
    await expect(entry(screen, OWNER).locator(".badge")).to_be_visible()
    await entry(screen, OWNER).click()
    await expect(screen.message("こんにちは")).to_be_visible()
    await screen.page.go_back()
    await expect(entry(screen, OWNER)).to_be_visible()
    await expect(entry(screen, OWNER).locator(".badge")).to_have_count(0)


async def test_a_reader_further_up_is_not_pulled_down(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    for number in range(40):
        await bot.say(OWNER, f"{number}通目")
    await expect(screen.message("39通目")).to_be_in_viewport()
    await screen.page.locator(".messages").evaluate("list => { list.scrollTop = 0; }")
    jump = screen.page.get_by_role("button", name="最新のメッセージへ")
    await expect(jump).to_be_visible()
    await bot.say(OWNER, "41通目")
    await expect(jump).to_have_text("1")
    await expect(screen.message("41通目")).not_to_be_in_viewport()
    await jump.click()
    await expect(screen.message("41通目")).to_be_in_viewport()
    await expect(jump).to_be_hidden()


async def test_the_end_stays_in_sight_when_the_reply_keyboard_appears(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    for number in range(20):
        await bot.say(OWNER, f"{number}通目")
    rows = [[{"text": "はい"}], [{"text": "いいえ"}]]
    await bot.say(OWNER, "最後の質問", reply_markup={"keyboard": rows})
    await expect(screen.page.get_by_role("button", name="いいえ")).to_be_visible()
    await expect(screen.message("最後の質問")).to_be_in_viewport(ratio=1)


async def test_a_long_chat_shows_the_newest_and_grows_upwards(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.page.close()
    for number in range(300):
        await bot.say(OWNER, f"{number}通目")
    page = await screen.page.context.new_page()
    await page.goto(f"{server.page_url}#{OWNER}")
    await expect(page.locator(".message")).to_have_count(200)
    await expect(page.locator(".message").last).to_be_in_viewport()
    await page.get_by_role("button", name="前のメッセージを表示").click()
    await expect(page.locator(".message")).to_have_count(301)
    await expect(page.locator(".earlier")).to_be_hidden()


async def test_the_page_finds_back_after_the_server_restarted(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    banner = screen.page.get_by_text("サンドボックスにつながりません。再接続しています…")
    await bot.say(OWNER, "以前の話")
    await expect(screen.message("以前の話")).to_be_visible()
    screen.tolerate("net::ERR_")
    await server.__aexit__()
    await expect(banner).to_be_visible()
    async with SandboxServer(port=server.port) as again:
        office = {"sender_chat": {"id": STAFF_CHAT, "title": "窓口"}}
        again.world.post(again.world.chats[STAFF_CHAT], office, {"text": "再開しました"})
        await expect(banner).to_be_hidden()
        await expect(screen.page.get_by_role("button", name="開始", exact=True)).to_be_visible()
        await expect(screen.page.locator(".message")).to_have_count(0)
        await expect(entry(screen, STAFF_CHAT)).to_contain_text("再開しました")
        await screen.page.get_by_role("button", name="開始", exact=True).click()
        await expect(screen.message("/start")).to_be_visible()


async def test_starting_over_empties_every_chat(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.page.get_by_role("button", name="最初からやり直す").click()
    await screen.page.get_by_role("button", name="やり直す", exact=True).click()
    await expect(screen.page.get_by_role("button", name="開始", exact=True)).to_be_visible()
    await expect(entry(screen, OWNER)).to_contain_text("まだやりとりはありません")
