"""What a chat shows and how one writes in it, in a real browser."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.sandbox.client import SandboxClient
from bot.sandbox.people import Person
from tests.e2e.page.conftest import OTHER_OWNER, OWNER, TELEPHONE, begin, button

if TYPE_CHECKING:
    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Bot, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

NASTY = "<img src=x onerror=alert(1)>株式会社 & Co. </li>"


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x30\x90\x60" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def test_a_new_chat_shows_what_the_bot_is_for(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await bot.call("setMyDescription", description="人材のご相談を受け付けます。")
    await screen.open(server, OWNER)
    await expect(screen.page.locator(".empty")).to_contain_text("人材のご相談を受け付けます。")


async def test_enter_sends_and_shift_enter_breaks_the_line(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.input.focus()
    await screen.page.keyboard.type("一行目")
    await screen.page.keyboard.press("Shift+Enter")
    await screen.page.keyboard.type("二行目")
    await screen.page.keyboard.press("Enter")
    assert (await bot.update("message"))["text"] == "一行目\n二行目"
    await expect(screen.input).to_have_value("")
    await expect(screen.message("二行目")).to_have_class("message own")


async def test_enter_that_ends_a_composition_does_not_send(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.input.focus()
    ime = await screen.page.context.new_cdp_session(screen.page)
    await ime.send(
        "Input.imeSetComposition", {"text": "株式会社", "selectionStart": 4, "selectionEnd": 4}
    )
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    await ime.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    await ime.send("Input.insertText", {"text": "株式会社"})
    await expect(screen.input).to_have_value("株式会社")
    await expect(screen.page.locator(".message.own")).to_have_count(1)
    await screen.page.keyboard.type("見本")
    await screen.page.keyboard.press("Enter")
    assert (await bot.update("message"))["text"] == "株式会社見本"


async def test_what_was_typed_stays_when_it_could_not_be_sent(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    screen.tolerate("409")
    await screen.input.fill("あ" * 4097)
    await screen.input.press("Enter")
    await expect(screen.page.locator(".notice")).to_have_text("1通は4,096文字までです。")
    await expect(screen.input).to_have_value("あ" * 4097)


async def test_a_draft_waits_while_another_chat_is_open(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.input.fill("書きかけ")
    await screen.page.locator(f'[data-chat="{OTHER_OWNER}"]').click()
    await expect(screen.page.get_by_role("button", name="開始", exact=True)).to_be_visible()
    await screen.page.locator(f'[data-chat="{OWNER}"]').click()
    await expect(screen.input).to_have_value("書きかけ")


async def test_markup_that_people_type_is_shown_as_text(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    server.world.add_person(Person(id=77, first_name=NASTY, label="owner"))
    await begin(screen, server, bot)
    await screen.input.fill(NASTY)
    await screen.input.press("Enter")
    await expect(screen.page.locator(".message.own").last).to_contain_text(NASTY)
    await bot.say(OWNER, f"「{NASTY}」でよろしいですか", [button(NASTY[:40], "yes")])
    await expect(screen.page.locator(".message.other").last).to_contain_text(NASTY)
    await expect(screen.inline(NASTY[:40])).to_be_visible()
    await expect(screen.page.locator('[data-chat="77"]')).to_contain_text(NASTY)
    assert await screen.page.locator("img").count() == 0


async def test_a_person_edits_in_the_field(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    await begin(screen, server, bot)
    await screen.input.fill("株式会社みほん")
    await screen.input.press("Enter")
    await screen.message("株式会社みほん").hover()
    await screen.page.get_by_role("button", name="この文章を編集").last.click()
    await expect(screen.page.locator(".edit-bar")).to_contain_text("株式会社みほん")
    await screen.page.keyboard.press("Escape")
    await expect(screen.page.locator(".edit-bar")).to_be_hidden()
    await screen.page.get_by_role("button", name="この文章を編集").last.click()
    await screen.input.fill("株式会社見本")
    await screen.input.press("Enter")
    assert (await bot.update("edited_message"))["text"] == "株式会社見本"
    await expect(screen.message("株式会社見本")).to_contain_text("編集済み")
    await expect(screen.input).to_have_value("")


async def test_the_bots_edits_and_deletions_appear_at_once(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    message = await bot.say(OWNER, "会社名は？", [button("戻る", "back")])
    await expect(screen.inline("戻る")).to_be_visible()
    await bot.call("editMessageText", chat_id=OWNER, message_id=message, text="会社名 → 見本")
    await expect(screen.message("会社名 → 見本")).to_contain_text("編集済み")
    await expect(screen.page.locator(".inline")).to_have_count(0)
    await bot.call("deleteMessage", chat_id=OWNER, message_id=message)
    await expect(screen.page.locator(".message.other")).to_have_count(0)


async def test_formats_of_telegram(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    await begin(screen, server, bot)
    text = (
        "🙂<b>太字<i>斜体</i></b> <code>R8-0001</code> <s>消す</s> <u>下線</u> "
        '<a href="https://example.com/">案内</a> <tg-spoiler>秘密</tg-spoiler>'
        "<blockquote>引用</blockquote>"
    )
    await bot.say(OWNER, text, parse_mode="HTML")
    message = screen.message("太字")
    await expect(message.locator("strong em")).to_have_text("斜体")
    await expect(message.locator("strong")).to_have_text("太字斜体")
    await expect(message.locator("code")).to_have_text("R8-0001")
    await expect(message.locator("s")).to_have_text("消す")
    await expect(message.locator("a")).to_have_attribute("href", "https://example.com/")
    await expect(message.locator("blockquote")).to_have_text("引用")
    await message.locator(".spoiler").click()
    await expect(message.locator(".spoiler")).to_have_class("spoiler open")


async def test_commands_are_offered_while_one_is_typed(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    commands = [("start", "はじめる"), ("status", "相談の状況"), ("help", "使い方")]
    await bot.call(
        "setMyCommands",
        commands=[{"command": name, "description": what} for name, what in commands],
    )
    await begin(screen, server, bot)
    await screen.input.focus()
    await screen.page.keyboard.type("/sta")
    options = screen.page.get_by_role("option")
    await expect(options).to_have_text(["/startはじめる", "/status相談の状況"])
    await screen.page.keyboard.press("ArrowDown")
    await screen.page.keyboard.press("Enter")
    assert (await bot.update("message"))["text"] == "/status"
    await expect(options).to_have_count(0)
    await expect(screen.input).to_have_value("")


async def test_the_bots_menu_works_with_the_keyboard(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    commands = [
        {"command": "help", "description": "使い方"},
        {"command": "end", "description": "終"},
    ]
    await bot.call("setMyCommands", commands=commands)
    await begin(screen, server, bot)
    await screen.page.get_by_role("button", name="ボットのメニュー").press("Enter")
    await expect(screen.page.get_by_role("menuitem", name="/help")).to_be_focused()
    await screen.page.keyboard.press("ArrowDown")
    await expect(screen.page.get_by_role("menuitem", name="/end")).to_be_focused()
    await screen.page.keyboard.press("Escape")
    await expect(screen.page.get_by_role("button", name="ボットのメニュー")).to_be_focused()
    await screen.page.keyboard.press("Enter")
    await screen.page.keyboard.press("Enter")
    assert (await bot.update("message"))["text"] == "/help"


async def test_sharing_the_number_asks_first(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    rows = [[{"text": "自分の電話番号を送る", "request_contact": True}], [{"text": "あとで"}]]
    await bot.say(OWNER, "電話番号は？", reply_markup={"keyboard": rows})
    share = screen.page.get_by_role("button", name="自分の電話番号を送る")
    await share.click()
    await screen.page.get_by_role("button", name="やめる").click()
    await expect(share).to_be_focused()
    await share.press("Enter")
    await expect(screen.page.get_by_role("alertdialog")).to_contain_text("+819012345601")
    await screen.page.get_by_role("button", name="送る", exact=True).click()
    contact = (await bot.update("message"))["contact"]
    assert (contact["user_id"], contact["phone_number"]) == (OWNER, "+819012345601")
    await screen.page.get_by_role("button", name="あとで").click()
    assert (await bot.update("message"))["text"] == "あとで"
    await bot.say(OWNER, "ありがとうございます", reply_markup={"remove_keyboard": True})
    await expect(share).to_be_hidden()


async def test_somebody_elses_contact_can_be_sent_too(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.page.get_by_role("button", name="その他の操作").click()
    await screen.page.get_by_role("menuitem", name="連絡先を送る").click()
    await screen.page.get_by_label("だれの連絡先ですか").select_option(str(OTHER_OWNER))
    await screen.page.get_by_role("button", name="送る", exact=True).click()
    assert (await bot.update("message"))["contact"]["user_id"] == OTHER_OWNER


async def test_photos_and_documents_both_ways(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.send_file("sendPhoto", "photo", png(640, 360), chat_id=OWNER, caption="地図です")
    picture = screen.message("地図です").get_by_role("button", name="写真を大きく表示")
    await expect(picture.locator("img")).to_have_js_property("naturalWidth", 640)
    await picture.click()
    await expect(screen.page.get_by_role("dialog").locator("img")).to_be_visible()
    await screen.page.keyboard.press("Escape")
    await bot.send_file("sendDocument", "document", b"%PDF-1.4", chat_id=OWNER, caption="予定です")
    await expect(screen.message("予定です").locator(".file-name")).to_have_text("document8 B・保存")
    async with screen.page.expect_download() as download:
        await screen.message("保存").get_by_role("link").click()
    assert (await download.value).suggested_filename == "document"
    await screen.choose_file("会社案内.pdf", b"%PDF-1.4 sample", "application/pdf")
    assert (await bot.update("message"))["document"]["file_name"] == "会社案内.pdf"
    await screen.choose_file("工場.png", png(20, 20), "image/png")
    assert (await bot.update("message"))["photo"][-1]["width"] == 20


async def test_a_file_sent_by_a_program_keeps_its_japanese_name(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    async with SandboxClient(server.url) as people:
        await people.send_file(OWNER, "document", "会社案内.pdf", b"%PDF-1.4")
    await expect(screen.page.locator(".file-name")).to_contain_text("会社案内.pdf")


async def test_typing_is_shown_until_the_message_comes(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.call("sendChatAction", chat_id=OWNER, action="typing")
    await expect(screen.page.locator(".status")).to_have_text("入力中…")
    await bot.say(OWNER, "お待たせしました")
    await expect(screen.page.locator(".status")).to_have_text("")


async def test_blocking_and_unblocking(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    await begin(screen, server, bot)
    await screen.page.get_by_role("button", name="その他の操作").click()
    await screen.page.get_by_role("menuitem", name="ボットをブロック").click()
    change = await bot.update("my_chat_member")
    assert change["new_chat_member"]["status"] == "kicked"
    await expect(screen.page.locator(f'[data-chat="{OWNER}"]')).to_contain_text("ブロック中")
    await screen.page.locator(".wide", has_text="ブロックを解除").click()
    await expect(screen.input).to_be_visible()


async def test_nothing_is_wider_than_a_telephone(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await screen.page.set_viewport_size(TELEPHONE)
    await begin(screen, server, bot)
    long_word = "https://example.com/" + "a" * 300
    choices = [button("とても長い選択肢の文言" * 5, "a"), button("もう一つの長い選択肢" * 5, "b")]
    await bot.say(OWNER, f"{long_word} {'長い文章' * 200} 👨‍👩‍👧‍👦🏭", choices)
    await expect(screen.inline("とても長い")).to_be_visible()
    for selector in ("html", ".messages", ".chat-foot"):
        wide = "element => element.scrollWidth - element.clientWidth"
        assert await screen.page.locator(selector).first.evaluate(wide) == 0, selector


async def test_japanese_glyphs_are_drawn(screen: Screen, server: SandboxServer) -> None:
    await screen.open(server, OWNER)
    drawn = await screen.page.evaluate(
        """characters => characters.map(character => {
            const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40});
            const pen = canvas.getContext('2d');
            pen.font = `32px ${getComputedStyle(document.body).fontFamily}`;
            pen.fillText(character, 2, 34);
            return canvas.toDataURL();
        })""",
        ["窓", "口", "相", "談", "あ", "ア"],
    )
    assert len(set(drawn)) == len(drawn), "characters without a glyph all look alike"
