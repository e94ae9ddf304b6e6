"""People answer, edit and react in the sandbox, and the bot hears of it as from Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox import cast
from bot.sandbox.client import SandboxRefused
from tests.sandbox_calls import OTHER, OWNER, PNG, STAFF, STAFF_CHAT, Calls, meet, telegram_bot

if TYPE_CHECKING:
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer


@pytest.fixture(autouse=True)
async def _acquainted(people: SandboxClient) -> None:
    await meet(people)


async def test_an_answer_names_the_message_it_answers(calls: Calls, people: SandboxClient) -> None:
    await calls.send("ご都合はいかがですか。")
    asked = (await people.messages(OWNER))[-1]
    await people.reply(OWNER, asked, "火曜なら", quote="ご都合")
    told = await calls.heard()
    assert told["text"] == "火曜なら"
    assert told["reply_to_message"]["message_id"] == asked.message_id
    assert told["reply_to_message"]["from"]["is_bot"]
    assert told["quote"] == {"text": "ご都合", "position": 0, "is_manual": True}
    assert "message_thread_id" not in told
    shown = (await people.messages(OWNER))[-1]
    assert (shown.reply_to, shown.quote) == (asked.message_id, "ご都合")


async def test_an_answer_does_not_repeat_what_was_answered_before(
    calls: Calls, people: SandboxClient
) -> None:
    first = await people.send(OWNER, "一")
    second = await people.reply(OWNER, first, "二")
    await people.reply(OWNER, second, "三")
    assert "reply_to_message" not in (await calls.heard())["reply_to_message"]


async def test_answers_in_a_group_share_the_thread_that_the_first_began(
    calls: Calls, people: SandboxClient
) -> None:
    post = await calls.send("R8-0042", STAFF_CHAT)
    card = (await people.messages(STAFF_CHAT))[-1]
    first = await people.reply(STAFF, card, "一")
    assert (await calls.heard())["message_thread_id"] == post
    await people.reply(STAFF, first, "二")
    told = await calls.heard()
    assert told["message_thread_id"] == post
    assert "is_topic_message" not in told


async def test_an_answer_to_what_is_gone_is_no_answer(calls: Calls, people: SandboxClient) -> None:
    asked = await people.send(OWNER, "一")
    await people.reply(OWNER, asked, "二")
    await calls.call("deleteMessage", chat_id=OWNER, message_id=asked.message_id)
    with pytest.raises(SandboxRefused, match="unknown_message"):
        await people.reply(OWNER, asked, "三")
    reply = {"message_id": asked.message_id}
    why = await calls.why("sendMessage", chat_id=OWNER, text="a", reply_parameters=reply)
    assert why == "message to be replied not found"
    patient = {**reply, "allow_sending_without_reply": True}
    sent = await calls.call("sendMessage", chat_id=OWNER, text="a", reply_parameters=patient)
    assert "reply_to_message" not in sent


async def test_a_quote_must_be_in_the_message(calls: Calls, people: SandboxClient) -> None:
    asked = await people.send(OWNER, "営業の人を探しています")
    reply = {"message_id": asked.message_id, "quote": "営業"}
    sent = await calls.call("sendMessage", chat_id=OWNER, text="a", reply_parameters=reply)
    assert sent["quote"]["text"] == "営業"
    wrong = {**reply, "quote": "経理"}
    why = await calls.why("sendMessage", chat_id=OWNER, text="a", reply_parameters=wrong)
    assert why == "QUOTE_TEXT_INVALID"
    with pytest.raises(SandboxRefused, match="bad_quote"):
        await people.reply(OWNER, asked, "a", quote="経理")


@pytest.mark.parametrize(
    ("status", "heard"),
    [("member", ["/help", "返事"]), ("administrator", ["雑談", "/help", "返事"])],
)
async def test_a_plain_member_hears_commands_and_answers_to_itself_only(
    calls: Calls, people: SandboxClient, status: str, heard: list[str]
) -> None:
    await people.set_bot_rights(STAFF_CHAT, status)
    await calls.send("R8-0042", STAFF_CHAT)
    card = (await people.messages(STAFF_CHAT))[-1]
    newest = (await calls.call("getUpdates"))[-1]["update_id"]
    for text in ("雑談", "/help"):
        await people.send(STAFF, text, STAFF_CHAT)
    await people.reply(STAFF, card, "返事")
    updates = await calls.call("getUpdates", offset=newest + 1)
    assert [update["message"]["text"] for update in updates] == heard


async def test_a_caption_is_edited_and_may_be_emptied(calls: Calls, people: SandboxClient) -> None:
    sent = await people.send_photo(OWNER, PNG, "工場")
    await people.edit(OWNER, sent.message_id, "新しい工場")
    told = await calls.heard("edited_message")
    assert (told["caption"], told["message_id"]) == ("新しい工場", sent.message_id)
    assert told["photo"]
    assert "edit_date" in told
    emptied = await people.edit(OWNER, sent.message_id, "")
    assert (emptied.text, emptied.edits) == ("", 2)


async def test_an_edit_in_the_staff_group_keeps_what_it_answers(
    calls: Calls, people: SandboxClient
) -> None:
    post = await calls.send("R8-0042", STAFF_CHAT)
    card = (await people.messages(STAFF_CHAT))[-1]
    said = await people.reply(STAFF, card, "一")
    await people.edit(STAFF, said.message_id, "二", STAFF_CHAT)
    told = await calls.heard("edited_message")
    assert (told["text"], told["reply_to_message"]["message_id"]) == ("二", post)


async def test_what_cannot_be_edited(calls: Calls, people: SandboxClient) -> None:
    bots = await calls.send("a")
    sticker = await people.send_file(OWNER, "sticker", "s.webp", b"RIFF")
    text = await people.send(OWNER, "一")
    photo = await people.send_photo(OWNER, PNG)
    for message_id, words, code in (
        (bots, "b", "not_editable"),
        (sticker.message_id, "b", "not_editable"),
        (text.message_id, " ", "empty"),
        (text.message_id, "一", "nothing_to_do"),
        (text.message_id, "字" * 4097, "too_long"),
        (photo.message_id, "字" * 1025, "long_caption"),
    ):
        with pytest.raises(SandboxRefused) as refusal:
            await people.edit(OWNER, message_id, words)
        assert refusal.value.code == code


async def test_what_a_person_deletes_is_gone_without_a_word(
    calls: Calls, people: SandboxClient
) -> None:
    said = await people.send(OWNER, "一")
    asked = await calls.send("二")
    newest = (await calls.call("getUpdates"))[-1]["update_id"]
    await people.delete(OWNER, said.message_id)
    await people.delete(OWNER, asked)
    assert await calls.call("getUpdates", offset=newest + 1) == []
    copy = {"from_chat_id": OWNER, "message_id": said.message_id}
    why = await calls.why("copyMessage", chat_id=OTHER, **copy)
    assert why == "message to copy not found"
    why = await calls.why("editMessageText", chat_id=OWNER, message_id=asked, text="三")
    assert why == "message to edit not found"


async def test_only_administrators_delete_what_others_wrote(
    calls: Calls, people: SandboxClient
) -> None:
    card = await calls.send("R8-0042", STAFF_CHAT)
    own = await people.send(STAFF, "一", STAFF_CHAT)
    with pytest.raises(SandboxRefused, match="read_only"):
        await people.delete(STAFF, card, STAFF_CHAT)
    await people.delete(STAFF, own.message_id, STAFF_CHAT)
    await people.delete(cast.MANAGER.id, card, STAFF_CHAT)
    assert await people.messages(STAFF_CHAT) == []
    with pytest.raises(SandboxRefused, match="unknown_message"):
        await people.delete(STAFF, own.message_id, STAFF_CHAT)


async def test_the_bot_reacts_with_one_emoji_and_takes_it_back(
    server: SandboxServer, people: SandboxClient
) -> None:
    said = await people.send(OWNER, "お願いします")
    async with telegram_bot(server) as bot:
        await bot.set_message_reaction(OWNER, said.message_id, "👍")
        shown = (await people.messages(OWNER))[-1]
        assert [(each.emoji, each.people) for each in shown.reactions] == [("👍", (bot.id,))]
        await bot.set_message_reaction(OWNER, said.message_id, "🙏")
        await bot.set_message_reaction(OWNER, said.message_id)
    shown = (await people.messages(OWNER))[-1]
    assert (shown.reactions, shown.edits) == ((), 0)


@pytest.mark.parametrize(
    ("reaction", "why"),
    [
        ([{"type": "emoji", "emoji": "✅"}], "REACTION_INVALID"),
        ([{"type": "emoji", "emoji": "x"}], "REACTION_INVALID"),
        ([{"type": "emoji", "emoji": each} for each in "👍🙏"], "REACTIONS_TOO_MANY"),
        ([{"type": "paid"}], "can't parse ReactionType: invalid reaction type specified"),
        (["👍"], "can't parse ReactionType: expected an Object"),
        ({"type": "emoji"}, "expected an Array of ReactionType"),
        ("[", "can't parse reaction types JSON object"),
    ],
)
async def test_a_reaction_that_cannot_be_is_refused(
    calls: Calls, people: SandboxClient, reaction: Any, why: str
) -> None:
    said = await people.send(OWNER, "お願いします")
    react = {"chat_id": OWNER, "reaction": reaction}
    assert await calls.why("setMessageReaction", **react, message_id=said.message_id) == why


async def test_a_reaction_to_what_is_not_there(calls: Calls) -> None:
    react = {"chat_id": OWNER, "reaction": [{"type": "emoji", "emoji": "👍"}]}
    why = await calls.why("setMessageReaction", **react, message_id=1)
    assert why == "message to react not found"


async def test_peoples_reactions_come_when_the_bot_asked_for_them(
    calls: Calls, people: SandboxClient
) -> None:
    sent = await calls.send("a")
    await people.react(OWNER, sent, "👍")
    assert "message_reaction" not in (await calls.call("getUpdates"))[-1]
    await calls.call("getUpdates", allowed_updates=["message_reaction"])
    shown = await people.react(OWNER, sent, "❤")
    told = await calls.heard("message_reaction")
    assert told["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert told["new_reaction"] == [{"type": "emoji", "emoji": "❤"}]
    assert (told["user"]["id"], told["message_id"]) == (OWNER, sent)
    assert [each.emoji for each in shown.reactions] == ["❤"]
    with pytest.raises(SandboxRefused, match="bad_reaction"):
        await people.react(OWNER, sent, "✅")
    with pytest.raises(SandboxRefused, match="not_a_member"):
        await people.react(OTHER, sent, "👍", STAFF_CHAT)
