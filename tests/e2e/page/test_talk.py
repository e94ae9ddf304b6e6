"""Answers, edits, files, reactions and topics on the page, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.sandbox import edits, moves
from bot.sandbox.actions import Place
from bot.sandbox.call import Upload
from bot.sandbox.sent_files import send_file
from tests.e2e.page.conftest import MANAGER, OWNER, STAFF_CHAT, TELEPHONE, begin, button
from tests.e2e.page.test_chat import NASTY, png

if TYPE_CHECKING:
    from bot.sandbox.server import SandboxServer
    from tests.e2e.page.conftest import Bot, Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE = "element => element.scrollWidth - element.clientWidth"


async def test_a_person_answers_a_message(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    await begin(screen, server, bot)
    asked = await bot.say(OWNER, f"ご都合は？{NASTY}")
    await screen.message("ご都合は？").hover()
    await screen.message("ご都合は？").get_by_role("button", name="このメッセージに返信").click()
    await expect(screen.page.locator(".edit-bar")).to_contain_text(
        "見本 窓口ボット に返信ご都合は？"
    )
    await expect(screen.input).to_be_focused()
    await screen.page.keyboard.type("火曜なら")
    await screen.page.keyboard.press("Enter")
    told = await bot.update("message")
    assert (told["text"], told["reply_to_message"]["message_id"]) == ("火曜なら", asked)
    await expect(screen.page.locator(".edit-bar")).to_be_hidden()
    await expect(screen.message("火曜なら").locator(".replied")).to_contain_text(NASTY[:20])
    await screen.input.fill("水曜でも")
    await screen.input.press("Enter")
    assert "reply_to_message" not in await bot.update("message")


async def test_keys_choose_what_is_answered(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    for text in ("一つ目", "二つ目"):
        await bot.say(OWNER, text)
    await expect(screen.message("二つ目")).to_be_visible()
    bar = screen.page.locator(".edit-bar")
    await screen.input.fill("はい")
    for key, shown in (("Up", "二つ目"), ("Up", "一つ目"), ("Down", "二つ目")):
        await screen.page.keyboard.press(f"Control+Arrow{key}")
        await expect(bar).to_contain_text(shown)
    await screen.page.keyboard.press("Control+ArrowDown")
    await expect(bar).to_be_hidden()
    await screen.page.keyboard.press("Control+ArrowUp")
    await screen.page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()
    await expect(screen.input).to_have_value("はい")


async def test_an_answer_that_failed_can_be_sent_again(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    screen.tolerate("409")
    await bot.say(OWNER, "ご都合は？")
    await expect(screen.message("ご都合は？")).to_be_visible()
    await screen.input.press("Control+ArrowUp")
    await screen.input.fill("あ" * 4097)
    await screen.input.press("Enter")
    await expect(screen.page.locator(".notice")).to_have_text("1通は4,096文字までです。")
    await expect(screen.page.locator(".edit-bar")).to_contain_text("ご都合は？")


async def test_the_answer_of_the_bot_leads_to_what_it_answers(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    first = await bot.say(OWNER, "最初のご案内です")
    for _ in range(12):
        await bot.say(OWNER, "長いご案内" * 30)
    quote = {"message_id": first, "quote": "ご案内"}
    await bot.say(OWNER, "先ほどの件です", reply_parameters=quote)
    answer = screen.message("先ほどの件です")
    await expect(answer.locator(".replied span")).to_have_text("「ご案内」")
    await answer.locator(".replied").click()
    await expect(screen.message("最初のご案内です")).to_be_in_viewport()


async def test_several_pictures_leave_as_an_album_with_the_typed_caption(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.input.fill("工場です")
    await screen.choose_files(
        ("a.png", png(20, 20), "image/png"), ("b.png", png(30, 20), "image/png")
    )
    first, second = await bot.update("message"), await bot.update("message")
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("工場です", False)
    await expect(screen.input).to_have_value("")
    await screen.choose_files(
        ("a.png", png(20, 20), "image/png"), ("c.pdf", b"%PDF", "application/pdf")
    )
    assert "photo" in await bot.update("message")
    assert "document" in await bot.update("message")


async def test_a_caption_is_edited_in_the_field(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await screen.input.fill("工場")
    await screen.choose_file("a.png", png(20, 20), "image/png")
    assert (await bot.update("message"))["caption"] == "工場"
    await screen.message("工場").hover()
    await screen.message("工場").get_by_role("button", name="この文章を編集").click()
    await expect(screen.page.locator(".edit-bar")).to_contain_text("説明文を編集")
    await screen.input.fill("")
    await screen.input.press("Enter")
    assert "caption" not in await bot.update("edited_message")


@pytest.mark.parametrize(
    ("kind", "name", "mime_type", "tag"),
    [
        ("voice", "voice.ogg", "audio/ogg", "audio"),
        ("audio", "song.mp3", "audio/mpeg", "audio"),
        ("video", "film.mp4", "video/mp4", "video"),
    ],
)
async def test_sound_and_video_have_a_player(  # the kind of file and three fixtures
    screen: Screen,
    server: SandboxServer,
    bot: Bot,
    kind: str,
    name: str,
    mime_type: str,
    tag: str,
) -> None:
    await begin(screen, server, bot)
    await screen.choose_file(name, b"sound", mime_type)
    assert kind in await bot.update("message")
    player = screen.page.locator(f".player {tag}")
    await expect(player).to_be_visible()
    label = await player.get_attribute("aria-label")
    assert label is not None
    assert label.endswith("0:03")
    await expect(screen.page.locator(".player a")).to_have_text(f"{label}・5 B・保存")
    async with screen.page.expect_download() as download:
        await screen.page.locator(".player a").click()
    assert (await download.value).suggested_filename == name


async def test_what_no_browser_plays_is_a_line_with_its_length(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.send_file("sendVoice", "voice", b"sound", chat_id=OWNER, duration=65)
    line = screen.page.locator(".file-name")
    await expect(line).to_have_text("音声メッセージ1:05・5 B・保存")


async def test_reactions_are_shown_with_who_reacted(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    sent = await bot.say(OWNER, "ありがとうございます")
    edits.react(server.world, OWNER, sent, "❤")
    thumb = [{"type": "emoji", "emoji": "👍"}]
    await bot.call("setMessageReaction", chat_id=OWNER, message_id=sent, reaction=thumb)
    shown = screen.message("ありがとうございます").get_by_role("list", name="リアクション")
    await expect(shown.locator("li")).to_have_text(["❤1", "👍1"])
    await expect(shown.locator("li").first).to_have_attribute("title", "見本 一郎")
    await bot.call("setMessageReaction", chat_id=OWNER, message_id=sent)
    await expect(shown.locator("li")).to_have_text(["❤1"])


async def test_what_may_not_be_passed_on_says_so(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await begin(screen, server, bot)
    await bot.say(OWNER, "内密です", protect_content=True)
    await expect(screen.message("内密です")).to_contain_text("転送・保存不可")


async def begin_topics(screen: Screen, server: SandboxServer, bot: Bot) -> dict[str, int]:
    """Open the staff channel as a forum with two topics, a message in each and one in general."""
    moves.set_forum(server.world, STAFF_CHAT, is_forum=True)
    topics = {}
    for name in ("R8-0041", "R8-0042"):
        begun = await bot.call("createForumTopic", chat_id=STAFF_CHAT, name=name)
        topics[name] = begun["message_thread_id"]
        await bot.say(STAFF_CHAT, f"{name} の件です", message_thread_id=topics[name])
    await bot.say(STAFF_CHAT, "全体への連絡です")
    await screen.open(server, STAFF_CHAT)
    return topics


async def test_topics_are_tabs(screen: Screen, server: SandboxServer, bot: Bot) -> None:
    topics = await begin_topics(screen, server, bot)
    tabs = screen.page.get_by_role("navigation", name="トピック").get_by_role("button")
    await expect(tabs).to_have_text(["すべて", "一般", "R8-0041", "R8-0042"])
    messages = screen.page.locator(".message")
    await expect(messages).to_have_count(3)
    await expect(messages.first.locator(".topic")).to_have_text("＃ R8-0041")
    await screen.tab("一般").click()
    await expect(messages).to_have_count(1)
    await expect(messages).to_contain_text("全体への連絡です")
    await screen.tab("R8-0042").click()
    await expect(messages).to_have_count(1)
    await expect(messages).to_contain_text("R8-0042 の件です")
    await bot.say(STAFF_CHAT, "ほかの件", message_thread_id=topics["R8-0041"])
    await bot.say(STAFF_CHAT, "この件", message_thread_id=topics["R8-0042"])
    await expect(messages).to_have_count(2)
    await screen.input.fill("承知しました")
    await screen.input.press("Enter")
    told = await bot.update("message")
    assert (told["text"], told["message_thread_id"]) == ("承知しました", topics["R8-0042"])


async def test_an_answer_goes_into_the_topic_of_what_it_answers(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    topics = await begin_topics(screen, server, bot)
    await screen.message("R8-0041 の件です").hover()
    reply = screen.message("R8-0041 の件です").get_by_role("button", name="このメッセージに返信")
    await reply.click()
    await screen.input.fill("拝見しました")
    await screen.input.press("Enter")
    assert (await bot.update("message"))["message_thread_id"] == topics["R8-0041"]
    await screen.message("拝見しました").locator(".topic").click()
    await expect(screen.tab("R8-0041").locator("..")).to_have_attribute("aria-current", "true")


async def test_topics_are_made_closed_and_deleted_by_the_menu(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await screen.open(server, STAFF_CHAT)
    menu = screen.page.get_by_role("button", name="その他の操作")

    async def choose(name: str) -> None:
        await menu.click()
        await screen.page.get_by_role("menuitem", name=name).click()

    await screen.page.get_by_label("操作する人").select_option(str(MANAGER))
    await choose("トピックを使う")
    await expect(screen.tab("すべて")).to_be_visible()
    await choose("トピックを作る")
    await screen.page.get_by_label("名前").fill("雑談")
    await screen.page.get_by_role("button", name="決定").click()
    assert (await bot.update("message"))["forum_topic_created"]["name"] == "雑談"
    await expect(screen.tab("雑談").locator("..")).to_have_attribute("aria-current", "true")
    await choose("このトピックを閉じる")
    await expect(screen.tab("雑談").locator("..")).to_contain_text("（閉じています）")
    await expect(screen.page.locator(".service").last).to_have_text("トピックを閉じました")
    await choose("このトピックを削除")
    await expect(screen.tab("雑談")).to_have_count(0)
    await expect(screen.tab("すべて").locator("..")).to_have_attribute("aria-current", "true")
    await choose("トピックの利用をやめる")
    await expect(screen.page.get_by_role("navigation", name="トピック")).to_be_hidden()


async def test_talk_is_not_wider_than_a_telephone(
    screen: Screen, server: SandboxServer, bot: Bot
) -> None:
    await screen.page.set_viewport_size(TELEPHONE)
    topics = await begin_topics(screen, server, bot)
    for number in range(9):
        await bot.call("createForumTopic", chat_id=STAFF_CHAT, name=f"R8-01{number} {'長い' * 40}")
    long = await bot.say(STAFF_CHAT, "長い文章" * 200, message_thread_id=topics["R8-0042"])
    reply = {"message_id": long}
    await bot.say(STAFF_CHAT, "返信", [button("とても長い選択肢" * 9, "a")], reply_parameters=reply)
    for kind, name, mime_type in (
        ("voice", "v.ogg", "audio/ogg"),
        ("video", "v.mp4", "video/mp4"),
        ("document", f"{'長い' * 60}.pdf", "application/pdf"),
    ):
        send_file(
            server.world, MANAGER, kind, Upload(name, mime_type, b"x"), place=Place(STAFF_CHAT)
        )
    await expect(screen.page.locator(".file")).to_be_visible()
    for selector in ("html", ".messages", ".chat-foot", ".chat-head"):
        assert await screen.page.locator(selector).first.evaluate(WIDE) == 0, selector
