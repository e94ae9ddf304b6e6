"""A staff group that is a forum has a topic for each case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.outbox import Notice, NoticeKind
from storage import outbox
from tests.integration.case_office import ADMIN
from tests.integration.relay_office import CLERK, MANAGER, OWNER, STAFF_CHAT, Relay

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


@pytest.fixture
def office(counter: Counter) -> Relay:
    counter.application.house.forum.is_forum = True
    return Relay(counter)


def owe(office: Relay, payload: dict[str, object], kind: NoticeKind) -> None:
    now = office.counter.moment
    notice = Notice(STAFF_CHAT, kind, payload, f"{kind}:{now}", now)
    office.desk.do(lambda tx, _at: outbox.add(tx, notice))


async def told(office: Relay, case: int) -> int | None:
    """Post a case's card in the staff chat; return its topic."""
    owe(office, {"consultation": case}, NoticeKind.NEW_CONSULTATION)
    await office.deliver()
    return office.newest(STAFF_CHAT).thread


async def test_each_case_has_one_topic_by_its_reference(office: Relay) -> None:
    first, second = office.case(None), office.case(None)
    assert await told(office, first) == 7001
    assert await told(office, second) == 7002
    assert await told(office, first) == 7001
    assert office.counter.wire.topics == ["R8-0001", "R8-0002"]
    owe(office, {"incident": "x"}, NoticeKind.INCIDENT)
    await office.deliver()
    assert office.newest(STAFF_CHAT).thread is None


async def test_a_meeting_is_told_in_the_topic_of_its_case(office: Relay) -> None:
    office.desk.book()
    await office.deliver()
    threads = {s.thread for s in office.counter.wire.shown.values() if s.chat == STAFF_CHAT}
    assert threads == {7001}


async def test_a_message_is_told_and_answered_in_the_topic(office: Relay) -> None:
    case = office.case(None)
    await office.send(OWNER, "質問")
    await office.deliver()
    post = office.newest(STAFF_CHAT)
    assert post.thread == 7001
    await office.send(MANAGER, "お答え", to=post, chat=STAFF_CHAT, **in_topic(7001))
    await office.deliver()
    assert office.newest(OWNER).text.endswith("お答え")
    await office.cases.press(CLERK, f"cs:take:{case}")
    await office.send(MANAGER, "もう一つ", to=post, chat=STAFF_CHAT, **in_topic(7001))
    refusal = office.newest(STAFF_CHAT)
    assert refusal.thread == 7001
    assert "Person 401" in refusal.text
    # What is said in a topic, under the message that began it, is between colleagues.
    await office.send(MANAGER, "内輪の話", to=7001, chat=STAFF_CHAT, **in_topic(7001))
    await office.deliver()
    assert not [text for text in office.texts(OWNER) if "内輪" in text or "もう一つ" in text]


def in_topic(thread: int) -> dict[str, object]:
    return {"message_thread_id": thread, "is_topic_message": True}


async def test_what_is_asked_in_a_topic_is_answered_there(office: Relay) -> None:
    case = office.case(None)
    assert await told(office, case) == 7001
    for number in ("1", "99", "x"):
        await office.send(CLERK, f"/case R8-{number}", chat=STAFF_CHAT, **in_topic(7001))
        assert office.newest(STAFF_CHAT).thread == 7001
    await office.send(OWNER, "質問")
    await office.deliver()
    post = office.newest(STAFF_CHAT)
    place = {"latitude": 35.0, "longitude": 139.0}
    await office.send(CLERK, to=post, chat=STAFF_CHAT, location=place, **in_topic(7001))
    refusal = office.newest(STAFF_CHAT)
    assert "お届けできません" in refusal.text
    assert refusal.thread == 7001
    # The general topic has no number.
    await office.send(CLERK, "/case R8-1", chat=STAFF_CHAT)
    assert office.newest(STAFF_CHAT).thread is None


async def test_without_the_right_all_goes_to_the_general_topic_and_admins_hear_once(
    office: Relay,
) -> None:
    office.counter.wire.no_topics = "not enough rights to create a topic"
    first, second = office.case(None), office.case(None)
    for case in (first, second):
        assert await told(office, case) is None
    told_admin = [text for text in office.texts(ADMIN) if "トピック" in text]
    assert len(told_admin) == 1
    # The right comes with a change of the bot's standing in the chat.
    office.counter.wire.no_topics = ""
    member = {"user": {"id": 1, "is_bot": True, "first_name": "b"}, "status": "member"}
    chat = {"id": STAFF_CHAT, "type": "supergroup", "title": "x", "is_forum": True}
    person = {"id": MANAGER, "is_bot": False, "first_name": "x"}
    change = {"chat": chat, "from": person, "date": 1}
    await office.counter.update(
        {"my_chat_member": {**change, "old_chat_member": member, "new_chat_member": member}}
    )
    assert await told(office, first) == 7001


async def test_a_chat_that_is_no_forum_any_more_is_posted_to_as_before(office: Relay) -> None:
    office.counter.wire.no_topics = "the chat is not a forum"
    assert await told(office, office.case(None)) is None
    assert not office.counter.application.house.forum.is_forum
    assert not [text for text in office.texts(ADMIN) if "トピック" in text]


async def test_a_topic_that_was_deleted_is_made_anew(office: Relay) -> None:
    case = office.case(None)
    assert await told(office, case) == 7001
    office.counter.wire.gone_topics.add(7001)
    assert await told(office, case) is None
    assert await told(office, case) == 7002
