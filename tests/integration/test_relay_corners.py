"""Owner and staff write to each other while something else happens in between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domain.consultations import ConsultationState
from services import staff as staff_service
from tests.integration.case_office import ADMIN
from tests.integration.relay_office import CLERK, MANAGER, OWNER, STAFF_CHAT, Relay, photo
from tests.integration.staff_desk import data_of, labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

FLOODED = {
    "ok": False,
    "error_code": 429,
    "description": "Too Many Requests: retry after 3",
    "parameters": {"retry_after": 3},
}
NO_VOICE = {
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: VOICE_MESSAGES_FORBIDDEN",
}


@pytest.fixture
def office(counter: Counter) -> Relay:
    return Relay(counter)


async def to_owner(office: Relay) -> list[tuple[str, int]]:
    """What members wrote to owners, and about which case."""
    return await office.counter.read(
        "select text, consultation_id from relay_messages where direction = 'to_owner' order by id"
    )


async def test_an_edit_reaches_all_who_read_what_nobody_has(office: Relay) -> None:
    office.case(taken_by=None)
    number = await office.send(OWNER, "10時です")
    for user in (CLERK, MANAGER):
        await office.send(user, "/start msgs_1")
    await office.deliver()
    await office.edit(OWNER, number, text="11時です")
    await office.deliver()
    for user in (CLERK, MANAGER):
        assert office.newest(user).text.endswith("\n\n11時です")
        assert "10時" not in str(office.texts(user))


async def test_what_was_not_told_yet_is_told_although_staff_wrote_meanwhile(office: Relay) -> None:
    case = office.case(taken_by=None)
    await office.send(OWNER, "急ぎの質問")
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    await office.send(CLERK, "こちらから失礼します")
    await office.deliver()
    assert "企業からのメッセージ 1件" in office.newest(STAFF_CHAT).text
    # Of what is told and answered the next post says nothing.
    await office.send(CLERK, "承りました", to=office.newest(STAFF_CHAT), chat=STAFF_CHAT)
    await office.send(OWNER, "次の質問")
    await office.deliver()
    assert "企業からのメッセージ 1件" in office.newest(STAFF_CHAT).text


async def test_somebody_removed_leaves_also_what_they_never_got(office: Relay) -> None:
    case = office.case()
    await office.send(OWNER, "届く前の質問")
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    await office.send(CLERK, "こちらから失礼します")
    remove(office, CLERK)
    await office.deliver()
    assert "企業からのメッセージ 1件" in office.newest(STAFF_CHAT).text


def remove(office: Relay, user: int) -> None:
    def unit(tx: Any, at: Any) -> None:
        member = staff_service.member(tx, user)
        assert member is not None
        staff_service.remove(tx, at, ADMIN, user, int(member.since.timestamp()))

    office.desk.do(unit)


async def test_an_old_button_does_not_say_that_nothing_is_sent(office: Relay) -> None:
    case = office.case()
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    asking = office.counter.wire.asking(CLERK)
    await office.send(CLERK, "答え")
    await office.press(CLERK, asking, "送らない")
    assert "取り消せません" in office.counter.wire.alerts[-1]
    shown = office.counter.wire.shown[CLERK, asking.message_id]
    assert "送られません" not in shown.text
    assert not shown.buttons
    # Nor does it end what was asked for since about another case.
    other = office.case()
    await office.desk.press_data(CLERK, f"rl:write:{other}")
    await office.desk.press_data(CLERK, f"rl:stop:{case}")
    await office.send(CLERK, "別の件")
    assert await to_owner(office) == [("答え", case), ("別の件", other)]


@pytest.mark.parametrize("command", ["/cancel", "/cases", "/today", "/start", "/help", "/nothing"])
async def test_a_command_ends_what_was_asked_for(office: Relay, command: str) -> None:
    case = office.case()
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    await office.send(CLERK, command)
    await office.send(CLERK, "独り言")
    assert await to_owner(office) == []


async def test_a_form_ends_what_was_asked_for(office: Relay) -> None:
    case = office.case(taken_by=MANAGER)
    other = office.case(taken_by=MANAGER)
    office.cases.put(other, ConsultationState.INTERVIEW)
    await office.desk.press_data(MANAGER, f"rl:write:{case}")
    await office.desk.press_data(MANAGER, f"ma:begin:{other}")
    await office.desk.press_data(MANAGER, "ma:cancel_yes")
    await office.send(MANAGER, "独り言")
    assert await to_owner(office) == []


async def test_the_time_to_write_ends(office: Relay) -> None:
    case = office.case()
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    office.counter.moment += timedelta(minutes=31)
    await office.send(CLERK, "遅すぎた")
    assert await to_owner(office) == []
    # It is not taken in silence.
    assert office.counter.wire.told(CLERK).text


async def test_the_newest_button_says_to_whom(office: Relay) -> None:
    first, second = office.case(), office.case()
    for case in (first, second):
        await office.desk.press_data(CLERK, f"rl:write:{case}")
    await office.send(CLERK, "二つ目の件です")
    await office.send(CLERK, "だれにも")
    assert await to_owner(office) == [("二つ目の件です", second)]


async def test_handed_over_while_being_written_to_nothing_is_sent(office: Relay) -> None:
    case = office.case()
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    await office.cases.press(MANAGER, f"cs:give:{case}:{CLERK}:{MANAGER}")
    await office.send(CLERK, "もう私ではない")
    assert "Person 400" in office.newest(CLERK).text
    assert await to_owner(office) == []


async def test_whoever_is_removed_is_not_asked_for_anything_more(office: Relay) -> None:
    office.case(taken_by=MANAGER, user=CLERK)
    case = office.case()
    await office.desk.press_data(CLERK, f"rl:write:{case}")
    remove(office, CLERK)
    # Who was a colleague may be an owner still.
    await office.send(CLERK, "自分の件です")
    await office.deliver()
    assert await to_owner(office) == []
    assert office.newest(MANAGER).text.endswith("自分の件です")


async def test_an_edit_about_a_closed_case_is_not_taken(office: Relay) -> None:
    case = office.case()
    number = await office.send(OWNER, "前の文")
    await office.deliver()
    office.cases.put(case, ConsultationState.CLOSED_DONE)
    await office.edit(OWNER, number, text="後の文")
    await office.deliver()
    assert "R8-0001 は終了" in office.newest(OWNER).text
    assert "後の文" not in str(office.texts(CLERK))
    assert await office.counter.read("select text from relay_messages") == [("前の文",)]


async def test_what_telegram_does_not_show_a_member_they_are_told_of(office: Relay) -> None:
    office.case()
    await office.send(OWNER, voice={"file_id": "v", "file_unique_id": "u", "duration": 1})
    wire = office.counter.wire
    for _ in range(5):
        wire.fail_next.append((400, NO_VOICE))
        await office.deliver()
        office.counter.moment += timedelta(hours=1)
    await office.deliver()
    (told,) = office.texts(CLERK)
    assert told.startswith("<b>R8-0001</b>：")
    assert "Telegramで表示できませんでした" in told


async def test_what_is_said_below_ones_own_answer_in_the_staff_chat_stays_there(
    office: Relay,
) -> None:
    office.case(taken_by=None)
    await office.send(OWNER, "質問")
    await office.deliver()
    post = office.newest(STAFF_CHAT)
    number = await office.send(MANAGER, "お答え", to=post, chat=STAFF_CHAT)
    await office.send(MANAGER, "内輪の補足", to=number, chat=STAFF_CHAT)
    assert [text for text, _ in await to_owner(office)] == ["お答え"]


async def test_the_owner_is_told_when_a_message_goes_to_another_case(office: Relay) -> None:
    first, second = office.case(), office.case(taken_by=MANAGER)
    await office.send(OWNER, "二つ目の件")
    await office.desk.press_data(CLERK, f"rl:write:{first}")
    await office.send(CLERK, "一つ目の件で")
    await office.send(OWNER, "はい")
    assert office.newest(OWNER).text.startswith("R8-0001 の担当者にお伝えします。\n\n")
    await office.desk.press_data(MANAGER, f"rl:write:{second}")
    await office.send(MANAGER, "二つ目の件で")
    await office.send(OWNER, "いいえ")
    assert office.newest(OWNER).text == "R8-0002 の担当者にお伝えします。"
    told = office.texts(OWNER)
    await office.send(OWNER, "まだあります")
    assert office.texts(OWNER) == told


async def test_a_long_caption_changed_before_its_picture_is_sent_is_sent_as_it_is(
    office: Relay,
) -> None:
    office.case()
    number = await office.send(OWNER, **photo("p1", "う" * 2000))
    # The text goes ahead; then Telegram asks to wait.
    ahead = {"ok": True, "result": {"message_id": 900}}
    office.counter.wire.fail_next += [(200, ahead), (429, FLOODED)]
    await office.counter.delivery.send_due()
    await office.edit(OWNER, number, **photo("p1", "え" * 2000))
    await office.deliver()
    assert office.texts(CLERK)[0] == "え" * 2000
    assert office.newest(CLERK).file_id == "p1"


async def test_after_a_flood_the_order_of_a_case_is_kept(office: Relay) -> None:
    office.case()
    number = await office.send(OWNER, "一")
    office.counter.wire.fail_next.append((429, FLOODED))
    await office.counter.delivery.send_due()
    await office.send(OWNER, "二")
    await office.edit(OWNER, number, text="一の一")
    for _ in range(2):
        await office.deliver()
    assert [text.split("\n\n")[1] for text in office.texts(CLERK)] == ["一の一", "二"]
    assert labels(office.newest(CLERK)) == ["返信する"]
    assert data_of(office.newest(CLERK), "返信する") == "rl:write:1"
