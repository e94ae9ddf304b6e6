"""What people can do in the sandbox, what they cannot, and what the bot learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox import cast
from bot.sandbox.actor import Actor, StoryWrong
from bot.sandbox.client import SandboxRefused
from bot.sandbox.server import PortTaken, SandboxServer
from bot.sandbox.transcript import Transcript
from tests.sandbox_calls import OTHER, OWNER, STAFF, STAFF_CHAT, Calls, buttons, meet

if TYPE_CHECKING:
    from rich.text import Text

    from bot.sandbox.client import SandboxClient

LINK = f"https://t.me/{cast.BOT.username}?start="


async def test_a_command_and_a_link_come_as_telegram_sends_them(
    calls: Calls, people: SandboxClient
) -> None:
    await people.open_link(OWNER, f"{LINK}staff_A-1")
    message = await calls.heard()
    assert message["text"] == "/start staff_A-1"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["first_name"] == cast.OWNER_METAL.first_name
    assert (message["chat"]["type"], message["chat"]["id"]) == ("private", OWNER)


async def test_an_edited_text_is_told(calls: Calls, people: SandboxClient) -> None:
    sent = await people.send(OWNER, "まちがい")
    await people.edit(OWNER, sent.message_id, "訂正")
    edited = await calls.heard("edited_message")
    assert (edited["text"], edited["message_id"]) == ("訂正", sent.message_id)


async def test_a_contact_is_ones_own_or_somebody_elses(calls: Calls, people: SandboxClient) -> None:
    await people.share_contact(OWNER, cast.OWNER_METAL.phone)
    assert (await calls.heard())["contact"]["user_id"] == OWNER
    await people.share_contact(OWNER, cast.OWNER_SWEETS.phone, OTHER, "別人")
    assert (await calls.heard())["contact"]["user_id"] == OTHER


async def test_a_file_of_a_person_can_be_fetched(calls: Calls, people: SandboxClient) -> None:
    await people.send_file(OWNER, "document", "求人票.pdf", b"%PDF", mime_type="application/pdf")
    document = (await calls.heard())["document"]
    file = await calls.call("getFile", file_id=document["file_id"])
    url = calls.base.replace("/bot", "/file/bot") + f"/{file['file_path']}"
    async with calls.session.get(url) as answer:
        assert await answer.read() == b"%PDF"


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("send", (OWNER, "字" * 4097), "too_long"),
        ("send", (OWNER, " \n"), "empty"),
        ("send", (1, "a"), "unknown_person"),
        ("send", (OWNER, "a", STAFF_CHAT), "not_a_member"),
        ("send", (OWNER, "a", -1), "unknown_chat"),
        ("open_link", (OWNER, "https://t.me/other_bot?start=x"), "foreign_link"),
        ("open_link", (OWNER, f"{LINK}{'x' * 65}"), "bad_payload"),
        ("press", (OWNER, "no such"), "no_such_button"),
        ("press_old", (OWNER, "x", 1), "unknown_message"),
        ("tap", (OWNER, "no such"), "no_such_button"),
        ("share_contact", (OWNER, ""), "no_phone"),
        ("edit", (OWNER, 1, "a"), "unknown_message"),
        ("block", (OTHER,), "nothing_to_do"),
        ("migrate", (STAFF_CHAT,), "bad_type"),
        ("redeliver", (1,), "unknown_update"),
    ],
)
async def test_what_no_telephone_can_do_is_refused(
    people: SandboxClient, action: str, arguments: tuple[Any, ...], code: str
) -> None:
    await meet(people, OWNER)
    with pytest.raises(SandboxRefused) as refusal:
        await getattr(people, action)(*arguments)
    assert refusal.value.code == code


async def test_starting_over_keeps_numbers_that_a_bot_remembers(
    calls: Calls, people: SandboxClient
) -> None:
    sent = await people.send(OWNER, "/start")
    card = await calls.send("a", STAFF_CHAT)
    before = (await calls.call("getUpdates"))[-1]["update_id"]
    await people.reset()
    assert await people.messages(OWNER) == []
    assert await calls.call("getUpdates") == []
    again = await people.send(OWNER, "/start")
    assert again.message_id > sent.message_id
    assert await calls.send("a", STAFF_CHAT) > card
    assert (await calls.call("getUpdates"))[-1]["update_id"] > before


async def test_two_sandboxes_do_not_share_a_port(server: SandboxServer) -> None:
    second = SandboxServer(port=server.port)
    with pytest.raises(PortTaken, match=f"port {server.port} is taken"):
        await second.__aenter__()


async def test_a_story_says_what_did_not_come_and_who_got_no_answer(
    calls: Calls, people: SandboxClient
) -> None:
    written: list[Text] = []
    actor = Actor(people, cast.OWNER_METAL, Transcript(written.append), patience=0.1)
    sent = await actor.say("/start")
    with pytest.raises(StoryWrong, match="見本 一郎 waited for a welcome"):
        await actor.reply(sent.message_id, lambda _: True, "a welcome")
    await calls.send("ご用件は", reply_markup=buttons("x"))
    await people.send_file(OWNER, "document", "案内.pdf", b"%PDF", caption="どうぞ")
    shown = await actor.reply(sent.message_id, lambda _: True, "a question")
    with pytest.raises(StoryWrong, match="did not answer when 見本 一郎 pressed x"):
        await actor.press(shown.buttons[0][0], shown)
    assert [line.plain.strip() for line in written] == [
        "見本 一郎：/start",
        "見本 窓口ボット：ご用件は",
        "[x]",
        "見本 一郎：📎 案内.pdf",
        "どうぞ",
        "見本 一郎 ▷ [x]",
    ]


async def test_staff_in_the_channel_are_told_apart(calls: Calls, people: SandboxClient) -> None:
    member = await calls.call("getChatMember", chat_id=STAFF_CHAT, user_id=STAFF)
    assert member["status"] == "member"
    manager = await calls.call("getChatMember", chat_id=STAFF_CHAT, user_id=cast.MANAGER.id)
    assert manager["status"] == "creator"
    outsider = await calls.call("getChatMember", chat_id=STAFF_CHAT, user_id=OWNER)
    assert outsider["status"] == "left"
    administrators = await calls.call("getChatAdministrators", chat_id=STAFF_CHAT)
    assert {each["user"]["id"] for each in administrators} == {cast.MANAGER.id, cast.BOT.id}
