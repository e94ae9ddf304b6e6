"""Files of people and of the bot: every kind, albums, by file id, copies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
from telegram import InputMediaDocument, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest

from bot.sandbox.client import SandboxRefused, SentFile
from tests.sandbox_calls import OTHER, OWNER, PNG, STAFF, STAFF_CHAT, Calls, meet, telegram_bot

if TYPE_CHECKING:
    from bot.sandbox.client import SandboxClient
    from bot.sandbox.server import SandboxServer

KINDS = ["photo", "document", "voice", "video", "audio", "sticker"]
FIELDS = {
    "photo": {"width", "height"},
    "document": {"file_name", "mime_type"},
    "voice": {"duration", "mime_type"},
    "video": {"width", "height", "duration", "file_name", "mime_type"},
    "audio": {"duration", "file_name", "mime_type"},
    "sticker": {"type", "width", "height", "is_animated", "is_video"},
}


@pytest.fixture(autouse=True)
async def _acquainted(people: SandboxClient) -> None:
    await meet(people)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_of_a_person_reaches_the_bot_and_goes_on_by_its_id(
    server: SandboxServer, calls: Calls, people: SandboxClient, kind: str
) -> None:
    caption = "" if kind == "sticker" else "ご確認ください"
    sent = await people.send_file(
        OWNER, kind, "見本.png", PNG, mime_type="image/png", caption=caption
    )
    assert (sent.kind, sent.text) == (kind, caption)
    told = await calls.heard()
    found = told[kind][-1] if kind == "photo" else told[kind]
    ids = {"file_id", "file_unique_id", "file_size"}
    assert set(found) == FIELDS[kind] | ids
    assert told.get("caption", "") == caption
    async with telegram_bot(server) as bot:
        file = await bot.get_file(found["file_id"])
        assert bytes(await file.download_as_bytearray()) == PNG
        again = await getattr(bot, f"send_{kind}")(OTHER, found["file_id"])
        assert again.effective_attachment is not None
    shown = (await people.messages(OTHER))[-1]
    assert (shown.kind, await people.file(shown)) == (kind, PNG)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_bot_uploads_every_kind(
    server: SandboxServer, people: SandboxClient, kind: str
) -> None:
    async with telegram_bot(server) as bot:
        await getattr(bot, f"send_{kind}")(OWNER, PNG)
        with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
            await getattr(bot, f"send_{kind}")(OWNER, "unknown")
    shown = (await people.messages(OWNER))[-1]
    assert (shown.kind, await people.file(shown)) == (kind, PNG)


async def test_a_file_goes_on_as_what_it_is(calls: Calls, people: SandboxClient) -> None:
    sent = await people.send_file(OWNER, "voice", "声.ogg", b"OggS", mime_type="audio/ogg")
    assert sent.file is not None
    why = await calls.why("sendDocument", chat_id=OWNER, document=sent.file.file_id)
    assert why == "can't use file of type Voice as Document"


async def test_a_file_in_the_staff_group_can_be_an_answer(
    calls: Calls, people: SandboxClient
) -> None:
    post = await calls.send("R8-0042", STAFF_CHAT)
    await people.send_file(
        STAFF,
        "document",
        "案内.pdf",
        b"%PDF",
        chat_id=STAFF_CHAT,
        reply_to=post,
        caption="案内です",
    )
    told = await calls.heard()
    assert told["reply_to_message"]["message_id"] == post
    assert (told["document"]["file_name"], told["caption"]) == ("案内.pdf", "案内です")


async def test_what_no_telephone_sends(people: SandboxClient) -> None:
    for kind, content, caption, code in (
        ("photo", b"no picture", "", "bad_file"),
        ("hologram", PNG, "", "bad_file"),
        ("sticker", PNG, "a", "bad_file"),
        ("document", PNG, "字" * 1025, "long_caption"),
    ):
        with pytest.raises(SandboxRefused) as refusal:
            await people.send_file(OWNER, kind, "a.png", content, caption=caption)
        assert refusal.value.code == code


def picture(name: str) -> SentFile:
    return SentFile("photo", name, PNG, "image/png")


async def test_an_album_comes_as_messages_of_one_group(calls: Calls, people: SandboxClient) -> None:
    newest = (await calls.call("getUpdates"))[-1]["update_id"]
    video = SentFile("video", "c.mp4", b"mp4", "video/mp4")
    shown = await people.send_album(
        OWNER, [picture("a.png"), picture("b.png"), video], caption="三つ"
    )
    told = [each["message"] for each in await calls.call("getUpdates", offset=newest + 1)]
    assert [each.get("caption") for each in told] == ["三つ", None, None]
    assert len({each["media_group_id"] for each in told}) == 1
    assert [each.kind for each in shown] == ["photo", "photo", "video"]
    another = await people.send_album(OWNER, [picture("a.png"), picture("b.png")])
    assert another[0].album != shown[0].album


async def test_what_is_no_album(people: SandboxClient) -> None:
    paper = SentFile("document", "a.pdf", b"%PDF")
    for files in ([picture("a.png")], [picture("a.png"), paper], [paper] * 11):
        with pytest.raises(SandboxRefused, match="bad_album"):
            await people.send_album(OWNER, files)


async def test_the_bot_sends_albums_by_upload_and_by_id(
    server: SandboxServer, people: SandboxClient
) -> None:
    async with telegram_bot(server) as bot:
        first, second = await bot.send_media_group(
            OWNER, [InputMediaPhoto(PNG, caption="図"), InputMediaVideo(b"mp4")]
        )
        assert first.media_group_id == second.media_group_id is not None
        assert first.photo
        assert second.video is not None
        again = await bot.send_media_group(
            OTHER, [InputMediaPhoto(first.photo[-1].file_id), InputMediaVideo(second.video.file_id)]
        )
        assert again[0].media_group_id != first.media_group_id
        with pytest.raises(BadRequest, match=r"(?i)document can't be mixed"):
            await bot.send_media_group(OWNER, [InputMediaPhoto(PNG), InputMediaDocument(b"%PDF")])
    assert [each.kind for each in (await people.messages(OTHER))[-2:]] == ["photo", "video"]


@pytest.mark.parametrize("kind", [*KINDS, "text", "contact"])
async def test_a_message_is_copied_without_its_origin(
    calls: Calls, people: SandboxClient, kind: str
) -> None:
    if kind == "text":
        sent = await people.send(OWNER, "お願いします")
    elif kind == "contact":
        sent = await people.share_contact(OWNER, "+819012345601")
    else:
        sent = await people.send_file(OWNER, kind, "見本.png", PNG)
    copy = {"from_chat_id": OWNER, "message_id": sent.message_id}
    result = await calls.call("copyMessage", chat_id=STAFF_CHAT, **copy)
    shown = (await people.messages(STAFF_CHAT))[-1]
    assert result == {"message_id": shown.message_id}
    assert (shown.kind, shown.text, shown.forwarded_from) == (kind, sent.text, "")
    assert shown.is_from_bot


async def test_a_copy_may_have_another_caption_keyboard_and_answer(
    server: SandboxServer, calls: Calls, people: SandboxClient
) -> None:
    photo = await people.send_photo(OWNER, PNG, "工場")
    text = await people.send(OWNER, "一")
    post = await calls.send("R8-0042", STAFF_CHAT)
    async with telegram_bot(server) as bot:
        copied = await bot.copy_message(
            STAFF_CHAT, OWNER, photo.message_id, caption="<b>R8-0042</b>", parse_mode="HTML",
            reply_to_message_id=post,
        )  # fmt: skip
        shown = (await people.messages(STAFF_CHAT))[-1]
        assert (shown.message_id, shown.html) == (copied.message_id, "<b>R8-0042</b>")
        assert shown.reply_to == post
        await bot.copy_message(STAFF_CHAT, OWNER, photo.message_id)
        assert (await people.messages(STAFF_CHAT))[-1].text == "工場"
        await bot.copy_message(STAFF_CHAT, OWNER, text.message_id, caption="二")
        assert (await people.messages(STAFF_CHAT))[-1].text == "一"
        with pytest.raises(BadRequest, match="caption is too long"):
            await bot.copy_message(STAFF_CHAT, OWNER, photo.message_id, caption="字" * 1025)


async def test_what_cannot_be_copied(calls: Calls, people: SandboxClient) -> None:
    copy = {"chat_id": OTHER, "from_chat_id": OWNER}
    assert await calls.why("copyMessage", **copy, message_id=1) == "message to copy not found"
    gone = await people.send(OWNER, "一")
    await calls.call("deleteMessage", chat_id=OWNER, message_id=gone.message_id)
    why = await calls.why("copyMessage", **copy, message_id=gone.message_id)
    assert why == "message to copy not found"
    kept = await calls.send("a", protect_content=True)
    why = await calls.why("copyMessage", **copy, message_id=kept)
    assert why == "the message can't be copied"
    assert (await people.messages(OWNER))[-1].is_protected
    await people.set_forum(STAFF_CHAT, is_forum=True)
    topic = await people.begin_topic(STAFF, STAFF_CHAT, "R8-0042")
    copy = {"chat_id": OTHER, "from_chat_id": STAFF_CHAT, "message_id": topic.message_id}
    assert await calls.why("copyMessage", **copy) == "the message can't be copied"
    assert await calls.why("forwardMessage", **copy) == "the message can't be forwarded"


async def test_several_are_copied_at_once_and_albums_stay_albums(
    calls: Calls, people: SandboxClient
) -> None:
    album = await people.send_album(OWNER, [picture("a.png"), picture("b.png")], caption="二つ")
    gone = await people.send(OWNER, "一")
    last = await people.send(OWNER, "二")
    await calls.call("deleteMessage", chat_id=OWNER, message_id=gone.message_id)
    numbers = [each.message_id for each in (*album, gone, last)]
    copy = {"chat_id": OTHER, "from_chat_id": OWNER}
    result = await calls.call("copyMessages", **copy, message_ids=numbers)
    shown = (await people.messages(OTHER))[-3:]
    assert [each["message_id"] for each in result] == [each.message_id for each in shown]
    assert [each.text for each in shown] == ["二つ", "", "二"]
    assert shown[0].album == shown[1].album not in {"", album[0].album}
    await calls.call("copyMessages", **copy, message_ids=numbers[:1], remove_caption=True)
    assert (await people.messages(OTHER))[-1].text == ""
    for ids, why in (
        (numbers[::-1], "message identifiers must be in a strictly increasing order"),
        ([], "message identifiers are not specified"),
        (list(range(101)), "too many message identifiers specified"),
        ([gone.message_id], "there are no messages to forward"),
    ):
        assert await calls.why("copyMessages", **copy, message_ids=ids) == why


async def test_captions_and_files_of_the_bot_are_edited(
    server: SandboxServer, calls: Calls, people: SandboxClient
) -> None:
    async with telegram_bot(server) as bot:
        sent = await bot.send_photo(OWNER, PNG, caption="図")
        await bot.edit_message_caption(
            OWNER, sent.message_id, caption="<i>図</i>", parse_mode="HTML"
        )
        with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
            await bot.edit_message_caption(
                OWNER, sent.message_id, caption="<i>図</i>", parse_mode="HTML"
            )
        with pytest.raises(BadRequest, match="caption is too long"):
            await bot.edit_message_caption(OWNER, sent.message_id, caption="字" * 1025)
        await bot.edit_message_media(InputMediaDocument(b"%PDF"), OWNER, sent.message_id)
        assert (await people.messages(OWNER))[-1].kind == "document"
        voice = await bot.send_voice(OWNER, b"OggS")
        await bot.edit_message_caption(OWNER, voice.message_id, caption="声")
    media = json.dumps({"type": "photo", "media": sent.photo[-1].file_id})
    why = await calls.why(
        "editMessageMedia", chat_id=OWNER, message_id=voice.message_id, media=media
    )
    assert why == "there is no media in the message to edit"
    text = await calls.send("a")
    why = await calls.why("editMessageCaption", chat_id=OWNER, message_id=text, caption="b")
    assert why == "there is no caption in the message to edit"


async def test_a_form_says_of_every_file_what_it_is(server: SandboxServer) -> None:
    form = aiohttp.FormData({"person_id": str(OWNER), "chat_id": str(OWNER)})
    form.add_field("file", PNG, filename="図.png")
    url = f"{server.url}/sandbox/upload"
    async with aiohttp.ClientSession() as browser, browser.post(url, data=form) as answer:
        assert (answer.status, (await answer.json())["error"]) == (409, "bad_file")
