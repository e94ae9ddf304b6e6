"""Nothing is passed on to or from somebody who is not party to a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.consultations import ConsultationState
from services import staff as staff_service
from tests.integration.case_office import ADMIN, PLANNING, STRANGER
from tests.integration.relay_office import (
    CLERK,
    MANAGER,
    OTHER_OWNER,
    OWNER,
    STAFF_CHAT,
    Relay,
    photo,
)
from tests.integration.staff_desk import data_of

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

FORBIDDEN = {
    "ok": False,
    "error_code": 403,
    "description": "Forbidden: bot was blocked by the user",
}


@pytest.fixture
def office(counter: Counter) -> Relay:
    return Relay(counter)


async def reads(office: Relay, user: int, case: int) -> None:
    await office.send(user, f"/start msgs_{case}")
    for _ in range(2):
        await office.deliver()


def start_link(buttons: list[dict[str, Any]]) -> str:
    (url,) = [button["url"] for button in buttons]
    return str(url).split("?start=")[1]


async def test_the_staff_chat_hears_of_a_message_without_a_word_of_it(office: Relay) -> None:
    office.case(taken_by=None)
    await office.send(OWNER, "社外秘の相談です")
    await office.send(OWNER, **photo("p1", "社外秘の図面"))
    await office.deliver()
    (post,) = [one for one in office.counter.wire.shown.values() if one.chat == STAFF_CHAT]
    assert post.text.startswith("<b>R8-0001</b>：企業からのメッセージ 2件")
    assert "業種：製造業" in post.text
    assert post.file_id == ""
    assert "社外秘" not in str(office.counter.wire.shown)
    assert start_link(post.buttons) == "msgs_1"

    await reads(office, CLERK, 1)
    read = [one for one in office.counter.wire.shown.values() if one.chat == CLERK]
    assert "社外秘の相談です" in str([one.text for one in read])
    assert [one.file_id for one in read if one.file_id] == ["p1"]
    audited = [(who, what) for who, what, _ in await office.desk.audited()]
    assert audited.count((CLERK, "read_messages")) == 2

    # A reply to the post goes to the owner, as does one to what was read in private.
    await office.send(MANAGER, "すぐお答えします", to=post, chat=STAFF_CHAT)
    await office.send(CLERK, "私からも", to=office.newest(CLERK))
    await office.deliver()
    assert [text.split("\n\n")[1] for text in office.texts(OWNER)[1:]] == [
        "すぐお答えします",
        "私からも",
    ]


async def test_what_colleagues_say_to_each_other_reaches_nobody(office: Relay) -> None:
    office.case(taken_by=None)
    await office.send(OWNER, "質問")
    await office.deliver()
    await office.send(MANAGER, "誰か頼む", chat=STAFF_CHAT)
    await office.send(MANAGER, "これ誰の？", to=77, chat=STAFF_CHAT)
    other_group = -500
    post = office.newest(STAFF_CHAT)
    await office.send(MANAGER, "よその部屋", to=post, chat=other_group)
    await office.deliver()
    assert len(office.texts(OWNER)) == 1
    assert await office.counter.read(
        "select count(*) from relay_messages where direction = 'to_owner'"
    ) == [(0,)]


async def test_who_takes_the_case_gets_what_nobody_answered(office: Relay) -> None:
    case = office.case(taken_by=None)
    for text in ("一", "二"):
        await office.send(OWNER, text)
    await office.deliver()
    await office.cases.press(CLERK, f"cs:take:{case}")
    await office.deliver()
    got = [text.split("\n\n")[1] for text in office.texts(CLERK) if "　企業　" in text]
    assert got == ["一", "二"]
    await office.send(CLERK, "お答え", to=office.newest(CLERK))
    await office.deliver()
    await office.cases.press(CLERK, f"cs:give:{case}:{CLERK}:{MANAGER}")
    await office.deliver()
    assert not [text for text in office.texts(MANAGER) if "　企業　" in text]


async def test_what_reached_nobody_goes_to_who_has_the_case_next(office: Relay) -> None:
    case = office.case()
    await office.send(OWNER, "届く前の質問")
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    await office.send(CLERK, "こちらから失礼します")
    await office.cases.press(CLERK, f"cs:give:{case}:{CLERK}:{MANAGER}")
    for _ in range(2):
        await office.deliver()
    assert "届く前の質問" in str(office.texts(MANAGER))
    assert "届く前の質問" not in str(office.texts(CLERK))


async def test_after_handing_over_only_the_new_assignee_is_party(office: Relay) -> None:
    case = office.case()
    number = await office.send(OWNER, "質問")
    await office.deliver()
    old = office.newest(CLERK)
    own = await office.send(CLERK, "一つ目の答え", to=old)
    await office.deliver()
    told = len(office.texts(OWNER))
    await office.cases.press(CLERK, f"cs:give:{case}:{CLERK}:{MANAGER}")
    await office.send(CLERK, "まだ私が", to=old)
    assert "R8-0001 の担当は、いま Person 400 です" in office.newest(CLERK).text
    await office.edit(CLERK, own, text="直した答え")
    assert "Person 400" in office.newest(CLERK).text
    await office.desk.press_data(CLERK, data_of(old, "返信する"), CLERK, old.message_id)
    assert "Person 400" in office.counter.wire.alerts[-1]
    await office.desk.press_data(CLERK, f"rl:read:{case}")
    assert "Person 400" in office.counter.wire.alerts[-1]
    await office.edit(OWNER, number, text="直した質問")
    await office.send(OWNER, "次の質問")
    await office.deliver()
    assert len(office.texts(OWNER)) == told
    assert not [text for text in office.texts(CLERK) if "直した" in text or "次の質問" in text]
    assert office.newest(MANAGER).text.endswith("次の質問")
    refused = [what for who, what, _ in await office.desk.audited() if who == CLERK]
    assert refused.count("write_to_owner_refused") == 3
    assert refused.count("read_messages_refused") == 1


async def test_somebody_removed_is_refused_and_learns_nothing(office: Relay) -> None:
    office.case()
    await office.send(OWNER, "質問")
    await office.deliver()
    old = office.newest(CLERK)
    await office.send(OWNER, "二つ目")

    def remove(tx: Any, at: Any) -> None:
        member = staff_service.member(tx, CLERK)
        assert member is not None
        since = int(member.since.timestamp())
        staff_service.remove(tx, at, ADMIN, CLERK, since)

    office.desk.do(remove)
    await office.deliver()
    # What was on its way to them is not lost: the staff chat hears of it.
    assert "企業からのメッセージ 2件" in office.newest(STAFF_CHAT).text
    assert not [text for text in office.texts(CLERK) if "二つ目" in text]
    before = len(office.texts(OWNER))
    await office.send(CLERK, "私です", to=old)
    assert "登録された職員" in office.newest(CLERK).text
    await office.desk.press_data(CLERK, data_of(old, "返信する"), CLERK, old.message_id)
    assert "登録された職員" in office.counter.wire.alerts[-1]
    await reads(office, CLERK, 1)
    await office.send(OWNER, "三つ目")
    await office.deliver()
    assert len(office.texts(OWNER)) == before
    assert not [text for text in office.texts(CLERK) if "三つ目" in text]


@pytest.mark.parametrize("user", [STRANGER, PLANNING, OTHER_OWNER])
async def test_nobody_else_can_write_or_read(office: Relay, user: int) -> None:
    office.case(taken_by=None)
    office.case(taken_by=None, user=OTHER_OWNER)
    await office.send(OWNER, "秘密の質問")
    await office.deliver()
    post = office.newest(STAFF_CHAT)
    for data in ("rl:write:1", "rl:read:1", "rl:stop:1", "rl:write:x", "rl:nothing:1", "rl:read"):
        await office.desk.press_data(user, data)
        await office.desk.press_data(user, data, STAFF_CHAT, post.message_id)
    await office.send(user, "わたしが答えます", to=post, chat=STAFF_CHAT)
    # The number of another chat's message means nothing in this one.
    await office.send(user, "ここから", to=post)
    await reads(office, user, 1)
    await office.deliver()
    assert len(office.texts(OWNER)) == 1
    assert "秘密の質問" not in str(office.texts(user))
    assert "秘密の質問" not in str(office.counter.wire.alerts)
    written = await office.counter.read(
        "select author, consultation_id from relay_messages where direction = 'to_owner'"
    )
    assert written == []


async def test_an_owner_who_blocked_the_bot_is_telephoned_and_the_author_learns_it(
    office: Relay,
) -> None:
    office.case()
    await office.send(OWNER, "質問")
    await office.deliver()
    got = office.newest(CLERK)
    office.counter.wire.refusing[OWNER] = (403, FORBIDDEN)
    await office.send(CLERK, "答え", to=got)
    await office.deliver()
    assert "企業に届きませんでした" in office.newest(CLERK).text
    assert "電話" in office.newest(STAFF_CHAT).text
    await office.send(CLERK, "もう一度", to=got)
    assert "企業に送れません" in office.newest(CLERK).text
    assert await office.counter.read("select count(*) from relay_messages") == [(2,)]


async def test_an_assignee_who_cannot_be_written_to_leaves_it_to_the_staff_chat(
    office: Relay,
) -> None:
    office.case()
    office.counter.wire.refusing[CLERK] = (403, FORBIDDEN)
    await office.send(OWNER, "秘密の質問")
    await office.deliver()
    post = office.newest(STAFF_CHAT)
    assert "担当者に送れません" in post.text
    assert "Person 401" in post.text
    assert "秘密" not in post.text


async def test_a_case_of_no_chat_is_answered_by_telephone(office: Relay) -> None:
    case = office.case()
    office.desk.do(
        lambda tx, _at: tx.connection.exec_driver_sql("update consultations set user_id = null")
    )
    card = await office.cases.open(CLERK, case)
    assert "企業に連絡する" not in str(card.buttons)
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    assert "企業に送れません" in office.counter.wire.alerts[-1]


async def test_which_case_a_message_belongs_to(office: Relay) -> None:
    first, second = office.case(), office.case(taken_by=MANAGER)
    await office.send(OWNER, "新しい方へ")
    await office.deliver()
    got = office.newest(MANAGER)
    assert got.text.endswith("新しい方へ")
    # Whoever answers a message of a case writes about that case.
    office.counter.wire.shown.clear()
    await office.desk.press_data(CLERK, f"rl:write:{first}")
    await office.send(CLERK, "前の件です")
    await office.deliver()
    await office.send(OWNER, "前の件の返事", to=office.newest(OWNER))
    await office.send(OWNER, "その続き")
    await office.deliver()
    assert office.texts(CLERK)[-1].endswith("その続き")
    number = await office.send(OWNER, "新しい件に", to=office.newest(OWNER))
    await office.deliver()
    assert office.newest(CLERK).text.endswith("新しい件に")
    office.cases.put(first, ConsultationState.CLOSED_DONE)
    await office.send(OWNER, "残りの件へ")
    await office.send(OWNER, "終わった件へ", to=number)
    assert "R8-0001 は終了" in office.newest(OWNER).text
    await office.deliver()
    assert office.newest(MANAGER).text.endswith("残りの件へ")
    assert second == 2


async def test_a_form_goes_first_and_people_without_a_case_are_asked_as_ever(
    office: Relay,
) -> None:
    await office.send(STRANGER, "こんにちは")
    assert "相談受付" in office.newest(STRANGER).text
    office.case()
    await office.send(OWNER, "/start")
    await office.counter.press(OWNER, "始める")
    await office.counter.press(OWNER, "同意")
    await office.send(OWNER, **photo("p1"))
    assert "ここではお預かりできません" in str(office.texts(OWNER))
    await office.send(OWNER, "株式会社みほん")
    await office.deliver()
    assert await office.counter.read("select count(*) from relay_messages") == [(0,)]


async def test_a_my_number_is_neither_kept_nor_passed_on(office: Relay) -> None:
    office.case()
    await office.send(OWNER, "番号は 123456789018 です")
    assert "個人番号" in office.newest(OWNER).text or "マイナンバー" in office.newest(OWNER).text
    number = await office.send(OWNER, "番号は後で")
    await office.edit(OWNER, number, text="123456789018")
    await office.deliver()
    assert "12345" not in str(office.counter.wire.shown)
    assert await office.counter.read("select text from relay_messages") == [("番号は後で",)]
