"""The sandbox refuses what Telegram refuses: lengths, HTML, keyboards, edits, chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from tests.sandbox_calls import (
    OTHER,
    OWNER,
    PNG,
    STAFF,
    STAFF_CHAT,
    Calls,
    Clock,
    buttons,
    meet,
    telegram_bot,
)

if TYPE_CHECKING:
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer


@pytest.fixture(autouse=True)
async def _acquainted(people: SandboxClient) -> None:
    await meet(people)


@pytest.mark.parametrize(
    ("text", "parse_mode"),
    [
        ("あ" * 4096, ""),
        ("😀" * 2048, ""),
        (f"<b>{'x' * 4096}</b>", "HTML"),
        ("&amp;" * 4096, "HTML"),
    ],
)
async def test_4096_units_of_text_after_parsing_are_taken(
    calls: Calls, text: str, parse_mode: str
) -> None:
    await calls.send(text, parse_mode=parse_mode)


async def test_text_over_the_limit_is_refused(calls: Calls) -> None:
    for text in ("あ" * 4097, "😀" * 2048 + "x"):
        assert await calls.why("sendMessage", chat_id=OWNER, text=text) == "message is too long"
    message = await calls.send("short")
    why = await calls.why("editMessageText", chat_id=OWNER, message_id=message, text="x" * 4097)
    assert why == "MESSAGE_TOO_LONG"


@pytest.mark.parametrize("text", ["", " \n ", "<b></b>"])
async def test_there_is_no_empty_message(calls: Calls, text: str) -> None:
    why = await calls.why("sendMessage", chat_id=OWNER, text=text, parse_mode="HTML")
    assert why in {"message text is empty", "text must be non-empty"}


async def test_a_caption_holds_1024_units(server: SandboxServer, people: SandboxClient) -> None:
    async with telegram_bot(server) as bot:
        await bot.send_document(OWNER, b"content", caption="字" * 1024, filename="記録.txt")
        with pytest.raises(BadRequest, match="caption is too long"):
            await bot.send_document(OWNER, b"content", caption="字" * 1025)
    shown = (await people.messages(OWNER))[-1]
    assert shown.file is not None
    assert (shown.text, shown.file.name) == ("字" * 1024, "記録.txt")
    assert await people.file(shown) == b"content"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("株<x>", 'Unsupported start tag "x" at byte offset 3'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<a href='x>y", "Unclosed start tag at byte offset 0"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_html_that_does_not_parse_is_refused_in_telegrams_words(
    calls: Calls, source: str, why: str
) -> None:
    said = await calls.why("sendMessage", chat_id=OWNER, text=source, parse_mode="HTML")
    assert said == f"can't parse entities: {why}"


async def test_html_becomes_text_and_entities(calls: Calls, people: SandboxClient) -> None:
    source = "<b>受付😀</b> <i>x &lt; y</i> <a href='https://example.jp'>先</a> &quot;&unknown;"
    sent = await calls.call("sendMessage", chat_id=OWNER, text=source, parse_mode="HTML")
    assert sent["text"] == '受付😀 x < y 先 "&unknown;'
    assert [(e["type"], e["offset"], e["length"]) for e in sent["entities"]] == [
        ("bold", 0, 4),
        ("italic", 5, 5),
        ("text_link", 11, 1),
    ]
    shown = (await people.messages(OWNER))[-1]
    assert shown.html.startswith("<b>受付😀</b> <i>x &lt; y</i>")


async def test_callback_data_holds_64_bytes(calls: Calls, server: SandboxServer) -> None:
    await calls.send("a", reply_markup=buttons("x" * 64, "あ" * 21))
    for data in ("x" * 65, "あ" * 22):
        why = await calls.why("sendMessage", chat_id=OWNER, text="a", reply_markup=buttons(data))
        assert why == "BUTTON_DATA_INVALID"
    async with telegram_bot(server) as bot:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="x" * 65)]])
        with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
            await bot.send_message(OWNER, "a", reply_markup=markup)


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ({"inline_keyboard": [[{"text": "a"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}, "must be non-empty"),
        ({"inline_keyboard": [[{"text": "a", "url": "not an address"}]]}, "BUTTON_URL_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "x", "style": "pink"}]]}, "style"),
        ({"inline_keyboard": [[{"text": "a", "copy_text": {"text": ""}}]]}, "COPY_TEXT_INVALID"),
        ({"inline_keyboard": [{"text": "a"}]}, "must be an Array of Arrays"),
        (buttons(*map(str, range(101))), "reply markup is too long"),
        ("{", "can't parse reply keyboard markup JSON object"),
    ],
)  # fmt: skip
async def test_a_keyboard_that_cannot_be_is_refused(calls: Calls, markup: Any, why: str) -> None:
    assert why in await calls.why("sendMessage", chat_id=OWNER, text="a", reply_markup=markup)


async def test_a_telephone_number_is_asked_for_in_private_only(
    calls: Calls, people: SandboxClient
) -> None:
    markup = {"keyboard": [[{"text": "番号を送る", "request_contact": True}]]}
    why = await calls.why("sendMessage", chat_id=STAFF_CHAT, text="a", reply_markup=markup)
    assert why == "phone number can be requested in private chats only"
    await calls.send("a", reply_markup={**markup, "one_time_keyboard": True})
    shared = await people.tap(OWNER, "番号を送る")
    assert shared.contact is not None
    assert shared.contact.user_id == OWNER
    assert await people.keyboard(OWNER) == []


async def test_a_reply_keyboard_stays_until_it_is_taken_away(
    calls: Calls, people: SandboxClient
) -> None:
    sent = await calls.send("a", reply_markup={"keyboard": [["はい", "いいえ"]]})
    await people.tap(OWNER, "はい")
    keyboard = await people.keyboard(OWNER)
    assert [key.text for row in keyboard for key in row] == ["はい", "いいえ"]
    why = await calls.why("editMessageText", chat_id=OWNER, message_id=sent, text="b")
    assert why == "message can't be edited"
    await calls.send("b", reply_markup={"remove_keyboard": True})
    assert await people.keyboard(OWNER) == []


async def test_an_edit_must_change_something(calls: Calls, server: SandboxServer) -> None:
    sent = await calls.send("<b>a</b>", parse_mode="HTML", reply_markup=buttons("x"))
    same = {"chat_id": OWNER, "message_id": sent, "reply_markup": buttons("x")}
    why = await calls.why("editMessageText", **same, text="<b>a</b>", parse_mode="HTML")
    assert why.startswith("message is not modified: specified new message content")
    why = await calls.why("editMessageReplyMarkup", **same)
    assert why.startswith("message is not modified")
    edited = await calls.call("editMessageText", **same, text="a")
    assert "edit_date" in edited
    async with telegram_bot(server) as bot:
        with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
            await bot.edit_message_reply_markup(
                OWNER, sent, reply_markup=InlineKeyboardMarkup.de_json(buttons("x"), bot)
            )


async def test_an_edit_without_a_keyboard_takes_it_away(
    calls: Calls, people: SandboxClient
) -> None:
    sent = await calls.send("a", reply_markup=buttons("x"))
    await calls.call("editMessageText", chat_id=OWNER, message_id=sent, text="b")
    shown = (await people.messages(OWNER))[-1]
    assert (shown.text, shown.buttons, shown.edits) == ("b", (), 1)


async def test_what_is_gone_or_not_the_bots_is_not_edited(
    calls: Calls, people: SandboxClient
) -> None:
    said = await people.send(OWNER, "私の発言")
    gone = await calls.send("a")
    await calls.call("deleteMessage", chat_id=OWNER, message_id=gone)
    edit = {"chat_id": OWNER, "text": "b"}
    assert (
        await calls.why("editMessageText", **edit, message_id=gone) == "message to edit not found"
    )
    assert (
        await calls.why("editMessageText", **edit, message_id=9999) == "message to edit not found"
    )
    why = await calls.why("editMessageText", **edit, message_id=said.message_id)
    assert why == "message can't be edited"
    why = await calls.why("deleteMessage", chat_id=OWNER, message_id=gone)
    assert why == "message to delete not found"
    photo = await calls.send_photo(PNG)
    assert await calls.why("editMessageText", **edit, message_id=photo) == (
        "there is no text in the message to edit"
    )


@pytest.mark.parametrize("chat_id", [123456789, -1009999999999, "@nobody", "株式会社"])
async def test_an_unknown_chat_is_not_found(calls: Calls, chat_id: Any) -> None:
    assert await calls.why("sendMessage", chat_id=chat_id, text="a") == "chat not found"
    assert await calls.why("getChat", chat_id=chat_id) == "chat not found"


async def test_the_bot_does_not_write_first(calls: Calls, people: SandboxClient) -> None:
    assert await calls.why("sendMessage", chat_id=STAFF, text="a") == "chat not found"
    await calls.send("a", STAFF_CHAT, reply_markup=buttons("x"))
    await people.press(STAFF, "x", chat_id=STAFF_CHAT, wait=0)
    refusal = await calls.refused("sendMessage", chat_id=STAFF, text="a")
    assert (refusal.code, refusal.description) == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await people.send(STAFF, "/start")
    await calls.send("a", STAFF)


async def test_somebody_who_blocked_the_bot_gets_nothing(
    server: SandboxServer, calls: Calls, people: SandboxClient
) -> None:
    sent = await calls.send("a")
    await people.block(OWNER)
    async with telegram_bot(server) as bot:
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(OWNER, "a")
        with pytest.raises(Forbidden):
            await bot.edit_message_text("b", OWNER, sent)
        await bot.send_message(OTHER, "a")
    update = (await calls.call("getUpdates"))[-1]["my_chat_member"]
    assert update["old_chat_member"]["status"] == "member"
    assert update["new_chat_member"]["status"] == "kicked"
    await people.unblock(OWNER)
    await calls.send("a")


async def test_a_bot_that_was_kicked_writes_no_more(calls: Calls, people: SandboxClient) -> None:
    await people.expel_bot(STAFF, STAFF_CHAT)
    refusal = await calls.refused("sendMessage", chat_id=STAFF_CHAT, text="a")
    assert (refusal.code, refusal.description) == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )


async def test_a_group_that_became_a_supergroup_says_where_it_went(
    calls: Calls, people: SandboxClient
) -> None:
    group = await people.add_chat("group", "窓口", {STAFF: "creator"})
    await calls.send("a", group)
    moved = await people.migrate(group)
    refusal = await calls.refused("sendMessage", chat_id=group, text="a")
    assert (refusal.code, refusal.parameters) == (400, {"migrate_to_chat_id": moved})
    assert refusal.description == "Bad Request: group chat was upgraded to a supergroup chat"
    await calls.send("a", moved)
    told = [update["message"] for update in await calls.call("getUpdates") if "message" in update]
    assert [
        (
            message["chat"]["id"],
            message.get("migrate_to_chat_id"),
            message.get("migrate_from_chat_id"),
        )
        for message in told[-2:]
    ] == [(group, moved, None), (moved, None, group)]


async def test_a_message_of_another_day_is_deleted_for_two_days_only(
    at_a_standstill: tuple[Calls, SandboxClient], clock: Clock
) -> None:
    calls, people = at_a_standstill
    await meet(people, OWNER)
    old = await calls.send("a")
    clock.advance(hours=49)
    why = await calls.why("deleteMessage", chat_id=OWNER, message_id=old)
    assert why == "message can't be deleted for everyone"
    await calls.call("deleteMessage", chat_id=OWNER, message_id=await calls.send("b"))


async def test_documents_and_photos_are_seen_and_can_be_fetched(
    server: SandboxServer, people: SandboxClient
) -> None:
    async with telegram_bot(server) as bot:
        sent = await bot.send_photo(OWNER, PNG, caption="図")
        assert (sent.photo[-1].width, sent.photo[-1].height) == (2, 1)
        file = await bot.get_file(sent.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == PNG
        again = await bot.send_photo(OWNER, sent.photo[-1].file_id)
        assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
        with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
            await bot.send_photo(OWNER, b"no picture")
    assert [message.kind for message in await people.messages(OWNER)][-2:] == ["photo", "photo"]


async def test_methods_and_tokens_that_are_none(calls: Calls, server: SandboxServer) -> None:
    assert (await calls.refused("sendEverything")).code == 404
    assert (await calls.refused("sendPoll")).code == 501
    async with calls.session.get(f"{server.url}/bot1:wrong/getMe") as answer:
        assert (answer.status, (await answer.json())["description"]) == (401, "Unauthorized")
