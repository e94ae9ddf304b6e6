"""Forum topics in the sandbox: of people and of the bot, closed, deleted, and a group turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox import cast
from bot.sandbox.client import SandboxClient, SandboxRefused
from bot.sandbox.server import SandboxServer
from tests.sandbox_calls import OWNER, STAFF, STAFF_CHAT, Calls, meet, telegram_bot

if TYPE_CHECKING:
    from typing import Any

MANAGER = cast.MANAGER.id


@pytest.fixture(autouse=True)
async def _forum(people: SandboxClient) -> None:
    await meet(people, OWNER)
    await people.set_forum(STAFF_CHAT, is_forum=True)


async def begin(calls: Calls, name: str = "R8-0042") -> int:
    begun = await calls.call("createForumTopic", chat_id=STAFF_CHAT, name=name)
    return int(begun["message_thread_id"])


async def test_a_chat_says_whether_it_is_a_forum(
    server: SandboxServer, people: SandboxClient
) -> None:
    async with telegram_bot(server) as bot:
        assert (await bot.get_chat(STAFF_CHAT)).is_forum
        member = await bot.get_chat_member(STAFF_CHAT, bot.id)
        assert member.status == "administrator"
        assert getattr(member, "can_manage_topics", None) is True
        await people.set_bot_rights(STAFF_CHAT, lacks=["can_manage_topics"])
        member = await bot.get_chat_member(STAFF_CHAT, bot.id)
        assert getattr(member, "can_manage_topics", None) is False
        await people.set_forum(STAFF_CHAT, is_forum=False)
        assert not (await bot.get_chat(STAFF_CHAT)).is_forum


async def test_the_bot_begins_a_topic_and_writes_in_it(
    server: SandboxServer, people: SandboxClient
) -> None:
    async with telegram_bot(server) as bot:
        topic = await bot.create_forum_topic(STAFF_CHAT, "R8-0042", icon_color=9_367_192)
        assert (topic.name, topic.icon_color) == ("R8-0042", 9_367_192)
        sent = await bot.send_message(
            STAFF_CHAT, "新しい件です", message_thread_id=topic.message_thread_id
        )
        assert sent.is_topic_message
        assert sent.message_thread_id == topic.message_thread_id
        assert sent.reply_to_message is not None
        assert sent.reply_to_message.forum_topic_created is not None
        general = await bot.send_message(STAFF_CHAT, "全体へ")
        assert general.message_thread_id is None
    begun, said, last = await people.messages(STAFF_CHAT)
    assert (begun.service, begun.text) == ("forum_topic_created", "R8-0042")
    assert (begun.topic, said.topic, last.topic) == (begun.message_id, begun.message_id, None)
    assert await people.topics(STAFF_CHAT) == {begun.message_id: "R8-0042"}


async def test_what_people_say_in_a_topic_comes_with_it(
    calls: Calls, people: SandboxClient
) -> None:
    topic = await begin(calls)
    card = await calls.send("新しい件です", STAFF_CHAT, message_thread_id=topic)
    await people.send(STAFF, "拝見しました", STAFF_CHAT, topic=topic)
    told = await calls.heard()
    assert (told["message_thread_id"], told["is_topic_message"]) == (topic, True)
    assert told["chat"]["is_forum"]
    assert told["reply_to_message"]["forum_topic_created"]["name"] == "R8-0042"
    shown = (await people.messages(STAFF_CHAT))[-2]
    assert shown.message_id == card
    await people.reply(STAFF, shown, "承知しました")
    told = await calls.heard()
    assert (told["message_thread_id"], told["reply_to_message"]["message_id"]) == (topic, card)


async def test_an_answer_of_the_bot_goes_into_the_topic_of_what_it_answers(
    calls: Calls, people: SandboxClient
) -> None:
    topic = await begin(calls)
    said = await people.send(STAFF, "一", STAFF_CHAT, topic=topic)
    reply = {"message_id": said.message_id}
    sent = await calls.call("sendMessage", chat_id=STAFF_CHAT, text="二", reply_parameters=reply)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    other = await begin(calls, "R8-0043")
    refusal = await calls.refused(
        "sendMessage",
        chat_id=STAFF_CHAT,
        text="三",
        reply_parameters=reply,
        message_thread_id=other,
    )
    assert refusal.code == 501


@pytest.mark.parametrize("topic", [1, 999])
async def test_a_topic_that_is_none_is_not_found(calls: Calls, topic: int) -> None:
    send = {"text": "a", "message_thread_id": topic}
    for chat in (STAFF_CHAT, OWNER):
        why = await calls.why("sendMessage", chat_id=chat, **send)
        assert why == "message thread not found"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": ""}, "title must be non-empty"),
        ({"name": " "}, "title must be non-empty"),
        ({"name": "字" * 129}, "TOPIC_TITLE_INVALID"),
        ({"name": "😀" * 65}, "TOPIC_TITLE_INVALID"),
        ({"name": "a", "icon_color": 1}, "invalid icon color specified"),
        ({"name": "a", "chat_id": OWNER}, "the chat is not a forum"),
    ],
)
async def test_a_topic_that_cannot_be_is_refused(
    calls: Calls, fields: dict[str, Any], why: str
) -> None:
    assert await calls.why("createForumTopic", **{"chat_id": STAFF_CHAT, **fields}) == why


async def test_a_name_holds_128_units(calls: Calls, people: SandboxClient) -> None:
    topic = await begin(calls, "😀" * 64)
    assert (await people.topics(STAFF_CHAT))[topic] == "😀" * 64


async def test_a_bot_needs_the_right_to_manage_topics(calls: Calls, people: SandboxClient) -> None:
    own = await begin(calls)
    theirs = await people.begin_topic(STAFF, STAFF_CHAT, "雑談")
    for status, lacks in (("administrator", ["can_manage_topics"]), ("member", [])):
        await people.set_bot_rights(STAFF_CHAT, status, lacks)
        why = await calls.why("createForumTopic", chat_id=STAFF_CHAT, name="a")
        assert why == "not enough rights to create a topic"
        topic = {"chat_id": STAFF_CHAT, "message_thread_id": theirs.message_id}
        why = await calls.why("editForumTopic", **topic, name="a")
        assert why == "not enough rights to edit the topic"
        why = await calls.why("closeForumTopic", **topic)
        assert why == "not enough rights to close or open the topic"
        await calls.call(
            "editForumTopic", chat_id=STAFF_CHAT, message_thread_id=own, name=f"{status} a"
        )
    why = await calls.why("deleteForumTopic", **topic)
    assert why == "not enough rights to delete the topic"


async def test_a_topic_gets_another_name(calls: Calls, people: SandboxClient) -> None:
    topic = await begin(calls)
    edit = {"chat_id": STAFF_CHAT, "message_thread_id": topic}
    await calls.call("editForumTopic", **edit, name="R8-0042 成立")
    assert await people.topics(STAFF_CHAT) == {topic: "R8-0042 成立"}
    shown = (await people.messages(STAFF_CHAT))[-1]
    assert (shown.service, shown.text, shown.topic) == ("forum_topic_edited", "R8-0042 成立", topic)
    assert await calls.call("editForumTopic", **edit) is True
    assert await calls.why("editForumTopic", **edit, name="R8-0042 成立") == "TOPIC_NOT_MODIFIED"
    assert await calls.why("editForumTopic", **edit, name="字" * 129) == "TOPIC_TITLE_INVALID"
    edit["message_thread_id"] = 0
    why = await calls.why("editForumTopic", **edit, name="a")
    assert why == "invalid message thread identifier specified"
    edit["message_thread_id"] = 999
    assert await calls.why("editForumTopic", **edit, name="a") == "TOPIC_ID_INVALID"


async def test_only_who_manages_topics_writes_in_a_closed_one(
    calls: Calls, people: SandboxClient
) -> None:
    topic = {"chat_id": STAFF_CHAT, "message_thread_id": await begin(calls)}
    number = topic["message_thread_id"]
    await calls.call("closeForumTopic", **topic)
    assert await calls.why("closeForumTopic", **topic) == "TOPIC_NOT_MODIFIED"
    with pytest.raises(SandboxRefused, match="topic_closed"):
        await people.send(STAFF, "a", STAFF_CHAT, topic=number)
    await people.send(MANAGER, "a", STAFF_CHAT, topic=number)
    await calls.call("sendMessage", **topic, text="a")
    await people.set_bot_rights(STAFF_CHAT, "member")
    assert await calls.why("sendMessage", **topic, text="a") == "TOPIC_CLOSED"
    await calls.call("reopenForumTopic", **topic)
    assert await calls.why("reopenForumTopic", **topic) == "TOPIC_NOT_MODIFIED"
    await people.send(STAFF, "a", STAFF_CHAT, topic=number)
    services = [each.service for each in await people.messages(STAFF_CHAT) if each.service]
    assert services == ["forum_topic_created", "forum_topic_closed", "forum_topic_reopened"]


async def test_a_deleted_topic_takes_its_messages_with_it(
    calls: Calls, people: SandboxClient
) -> None:
    topic = await begin(calls)
    sent = await calls.send("a", STAFF_CHAT, message_thread_id=topic)
    general = await calls.send("b", STAFF_CHAT)
    why = await calls.why("deleteMessage", chat_id=STAFF_CHAT, message_id=topic)
    assert why == "message can't be deleted"
    await calls.call("deleteForumTopic", chat_id=STAFF_CHAT, message_thread_id=topic)
    assert [each.message_id for each in await people.messages(STAFF_CHAT)] == [general]
    send = {"chat_id": STAFF_CHAT, "text": "a", "message_thread_id": topic}
    assert await calls.why("sendMessage", **send) == "message thread not found"
    why = await calls.why("editMessageText", chat_id=STAFF_CHAT, message_id=sent, text="c")
    assert why == "message to edit not found"


async def test_people_begin_close_and_delete_topics(calls: Calls, people: SandboxClient) -> None:
    begun = await people.begin_topic(STAFF, STAFF_CHAT, " 雑談 ")
    told = await calls.heard()
    assert told["forum_topic_created"] == {"name": "雑談", "icon_color": 7_322_096}
    assert told["message_thread_id"] == told["message_id"] == begun.message_id
    assert "reply_to_message" not in told
    await people.change_topic(STAFF, STAFF_CHAT, begun.message_id, "close")
    assert (await calls.heard())["forum_topic_closed"] == {}
    await people.change_topic(MANAGER, STAFF_CHAT, begun.message_id, "reopen")
    assert (await calls.heard())["forum_topic_reopened"] == {}
    newest = (await calls.call("getUpdates"))[-1]["update_id"]
    await people.change_topic(MANAGER, STAFF_CHAT, begun.message_id, "delete")
    assert await calls.call("getUpdates", offset=newest + 1) == []
    assert await people.topics(STAFF_CHAT) == {}


async def test_what_people_cannot_do_with_topics(calls: Calls, people: SandboxClient) -> None:
    topic = await begin(calls)
    with pytest.raises(SandboxRefused, match="unknown_topic"):
        await people.send(STAFF, "a", STAFF_CHAT, topic=999)
    with pytest.raises(SandboxRefused, match="read_only"):
        await people.change_topic(STAFF, STAFF_CHAT, topic, "close")
    with pytest.raises(SandboxRefused, match="nothing_to_do"):
        await people.change_topic(MANAGER, STAFF_CHAT, topic, "reopen")
    with pytest.raises(SandboxRefused, match="bad_name"):
        await people.begin_topic(STAFF, STAFF_CHAT, "字" * 129)
    await people.set_forum(STAFF_CHAT, is_forum=False)
    with pytest.raises(SandboxRefused, match="no_forum"):
        await people.begin_topic(STAFF, STAFF_CHAT, "a")
    with pytest.raises(SandboxRefused, match="unknown_topic"):
        await people.send(STAFF, "a", STAFF_CHAT, topic=topic)
    with pytest.raises(SandboxRefused, match="bad_type"):
        await people.set_forum(OWNER, is_forum=True)


async def test_a_group_that_is_no_forum_any_more_has_no_topics(
    calls: Calls, people: SandboxClient
) -> None:
    topic = await begin(calls)
    sent = await calls.send("a", STAFF_CHAT, message_thread_id=topic)
    await people.set_forum(STAFF_CHAT, is_forum=False)
    why = await calls.why("createForumTopic", chat_id=STAFF_CHAT, name="a")
    assert why == "the chat is not a forum"
    told = await calls.call("sendMessage", chat_id=STAFF_CHAT, text="b", message_thread_id=topic)
    assert "message_thread_id" not in told
    card = next(each for each in await people.messages(STAFF_CHAT) if each.message_id == sent)
    await people.reply(STAFF, card, "c")
    assert "is_topic_message" not in await calls.heard()
    await people.set_forum(STAFF_CHAT, is_forum=True)
    told = await calls.call("sendMessage", chat_id=STAFF_CHAT, text="d", message_thread_id=topic)
    assert told["message_thread_id"] == topic


async def test_a_sandbox_with_topics_keeps_them_when_it_starts_over() -> None:
    async with SandboxServer(is_forum=True) as server, SandboxClient(server.url) as people:
        for _ in range(2):
            async with telegram_bot(server) as bot:
                assert (await bot.get_chat(STAFF_CHAT)).is_forum
            await people.reset()
