"""Buttons under messages: pressed, answered, out of date, and with the keyboard alone."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.e2e.page.conftest import OWNER, begin, button

if TYPE_CHECKING:
    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Bot, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

BACK_AND_PAUSE = [button("戻る", "back"), button("中断", "pause")]


async def test_a_pressed_button_is_busy_until_the_bot_answers(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "業種は？", [button("製造業", "a")])
    choice = screen.inline("製造業")
    await choice.click()
    await expect(choice).to_have_attribute("aria-busy", "true")
    await choice.click()
    assert (await bot.answer("承りました"))["data"] == "a"
    notice = screen.page.get_by_role("status").locator(".notice")
    await expect(notice).to_have_text("承りました")
    over, under = await notice.bounding_box(), await choice.bounding_box()
    assert over
    assert under
    assert over["y"] + over["height"] < under["y"], "the notice covers the newest buttons"
    await expect(choice).not_to_have_attribute("aria-busy", "true")
    await screen.input.fill("次です")
    await screen.input.press("Enter")
    update = await bot.next_update()
    assert "message" in update, "the busy button was pressed a second time"


async def test_an_alert_must_be_closed(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "課題は？", [button("4つめ", "d")])
    await screen.inline("4つめ").press("Enter")
    await bot.answer("3つまでです", show_alert=True)
    box = screen.page.get_by_role("alertdialog")
    await expect(box).to_contain_text("3つまでです")
    await screen.page.keyboard.press("Enter")
    await expect(box).to_have_count(0)
    await expect(screen.inline("4つめ")).to_be_focused()


async def test_a_button_that_changed_meanwhile_sends_what_was_shown(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    message = await bot.say(OWNER, "送信しますか", [button("送信", "submit")])
    await expect(screen.inline("送信")).to_be_visible()
    # The page hears nothing from here on, as a telephone without reception.
    server.world.changes.publish = lambda *_: None  # type: ignore[method-assign]
    await bot.call("editMessageText", chat_id=OWNER, message_id=message, text="送信しました")
    await screen.inline("送信").click()
    assert (await bot.answer("送信ずみです"))["data"] == "submit"
    await expect(screen.page.locator(".notice")).to_have_text("送信ずみです")


async def test_links_deep_links_and_copying(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await bot.say(
        OWNER,
        "どうぞ",
        [{"text": "案内", "url": f"{server.url}/sandbox/"}],
        [{"text": "参加", "url": f"https://t.me/{server.world.bot.username}?start=staff_abc"}],
        [{"text": "受付番号", "copy_text": {"text": "R8-0001"}}],
    )
    async with screen.page.context.expect_page() as opened:
        await screen.inline("案内").click()
    await (await opened.value).close()
    await screen.inline("参加").click()
    assert (await bot.update("message"))["text"] == "/start staff_abc"
    await screen.inline("受付番号").click()
    await expect(screen.page.locator(".notice")).to_have_text("クリップボードにコピーしました")
    assert await screen.page.evaluate("navigator.clipboard.readText()") == "R8-0001"


async def test_buttons_of_a_row_are_equally_wide_and_as_wide_as_the_bubble(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    row = [button("はい", "y"), button("いいえ、まだです", "n"), button("？", "u")]
    await bot.say(OWNER, "いま力を入れたい課題を、3つまでお選びください。", row)
    widths = [
        (await each.bounding_box() or {})["width"]
        for each in await screen.page.locator(".inline").all()
    ]
    assert all(abs(a - b) < 1 for a, b in pairwise(widths))
    bubble = await screen.message("課題").locator(".bubble").bounding_box()
    below = await screen.page.locator(".buttons").bounding_box()
    assert bubble
    assert below
    assert abs(bubble["width"] - below["width"]) < 1


async def test_a_whole_question_with_the_keyboard(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    keys = screen.page.keyboard
    first = await bot.say(
        OWNER, "雇用形態は？", [button("正社員", "a")], [button("副業", "b")], BACK_AND_PAUSE
    )
    await screen.input.focus()
    await keys.press("ArrowUp")
    await expect(screen.inline("正社員")).to_be_focused()
    for key, label in (
        ("ArrowDown", "副業"),
        ("ArrowDown", "戻る"),
        ("ArrowRight", "中断"),
        ("ArrowUp", "副業"),
    ):
        await keys.press(key)
        await expect(screen.inline(label)).to_be_focused()
    await keys.press("Enter")
    assert (await bot.answer())["data"] == "b"
    await bot.call("editMessageText", chat_id=OWNER, message_id=first, text="雇用形態 → 副業")
    await bot.say(OWNER, "時期は？", [button("すぐ", "now")], BACK_AND_PAUSE)
    await expect(screen.inline("すぐ")).to_be_visible()
    await expect(screen.input).to_be_focused()
    await keys.press("ArrowUp")
    await expect(screen.inline("すぐ")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await expect(screen.input).to_be_focused()


async def test_the_focus_returns_to_the_field_when_the_pressed_button_goes(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    first = await bot.say(OWNER, "業種は？", [button("製造業", "a")])
    await bot.say(OWNER, "資本金は？", [button("3億円以下", "b")])
    await screen.inline("製造業").focus()
    await bot.call("deleteMessage", chat_id=OWNER, message_id=first)
    await expect(screen.input).to_be_focused()
    await screen.page.keyboard.press("ArrowUp")
    await expect(screen.inline("3億円以下")).to_be_focused()


async def test_the_mouse_leaves_the_focus_in_the_field(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "会社名は？", [button("例を見る", "example")])
    await screen.input.focus()
    await screen.inline("例を見る").click()
    await bot.answer("株式会社○○")
    await expect(screen.input).to_be_focused()


async def test_ticking_keeps_the_focus_where_it_is(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    choices = [[button("販路開拓", "a")], [button("DX", "b")], [button("決定", "done")]]
    message = await bot.say(OWNER, "課題は？", *choices)
    await screen.inline("DX").focus()
    choices[1] = [button("✓ DX", "b")]
    await bot.call(
        "editMessageReplyMarkup",
        chat_id=OWNER,
        message_id=message,
        reply_markup={"inline_keyboard": choices},
    )
    await expect(screen.inline("✓ DX")).to_be_focused()


async def test_typing_on_a_button_goes_into_the_field(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "会社名は？", [button("戻る", "back")])
    await screen.inline("戻る").focus()
    await screen.page.keyboard.type("Mihon")
    await expect(screen.input).to_have_value("Mihon")


async def test_the_keyboard_of_a_message_is_one_tab_stop(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "どれ？", *([button(f"選択肢{n}", str(n))] for n in range(10)))
    await expect(screen.page.locator(".inline")).to_have_count(10)
    assert await screen.page.locator('.inline[tabindex="0"]').count() == 1
    await screen.inline("選択肢4").focus()
    await expect(screen.page.locator('.inline[tabindex="0"]')).to_have_text("選択肢4")
