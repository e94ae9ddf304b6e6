"""What owner and staff are told when a meeting changes, and when a message cannot reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.schedule import tick
from domain.bookings import Reason
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.meetings import ADMIN, CLERK, OTHER, OWNER, Meetings, jst

if TYPE_CHECKING:
    from tests.integration.wire import Shown

BLOCKED = (
    403,
    {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
)
UNREACHABLE = "<b>R8-0001</b>　ボットから企業の方に送れなくなりました。電話でご連絡ください。"


@pytest.fixture
async def meetings(counter: Counter) -> Meetings:
    """OWNER's case with a meeting on Thursday 26 November, of which everybody was told."""
    opened = Meetings(counter)
    await opened.hire(CLERK, OTHER)
    await opened.consult()
    await opened.book(2026, 11, 26, 9, 30)
    await opened.told()
    return opened


def to(chat: int, shown: list[Shown]) -> list[str]:
    return [one.text for one in shown if one.chat == chat]


def membership(counter: Counter, status: str) -> dict[str, Any]:
    bot = {"id": 1, "is_bot": True, "first_name": "x"}
    until = {"until_date": 0} if status == "kicked" else {}
    return {
        "my_chat_member": {
            "chat": {"id": OWNER, "type": "private", "first_name": "x"},
            "from": {"id": OWNER, "is_bot": False, "first_name": "x"},
            "date": 1,
            "old_chat_member": {"user": bot, "status": "left"},
            "new_chat_member": {"user": bot, "status": status, **until},
        }
    }


# Whom the bot cannot write to.


async def test_staff_telephone_an_owner_whose_reminder_does_not_arrive(meetings: Meetings) -> None:
    meetings.counter.wire.refusing[OWNER] = BLOCKED
    told = to(STAFF_CHAT, await meetings.told(2026, 11, 25, 10, 0))
    assert [text for text in told if "送れなく" in text] == [
        f"{UNREACHABLE}\n面談の予定：11月26日（木） 9:30〜10:30　拠点で面談"
    ]
    # The second reminder of the same meeting fails too: they know.
    told = to(STAFF_CHAT, await meetings.told(2026, 11, 26, 8, 30))
    assert [text for text in told if "送れなく" in text] == []


async def test_they_are_told_again_when_the_meeting_has_changed(meetings: Meetings) -> None:
    counter = meetings.counter
    counter.wire.refusing[OWNER] = BLOCKED
    await meetings.told(2026, 11, 25, 10, 0)
    await meetings.move(2026, 11, 30, 11, 0, by=CLERK)
    told = to(STAFF_CHAT, await meetings.told())
    assert [text for text in told if "送れなく" in text] == [
        f"{UNREACHABLE}\n面談の予定：11月30日（月） 11:00〜12:00　拠点で面談"
    ]
    await meetings.cancel(by=CLERK)
    told = to(STAFF_CHAT, await meetings.told())
    assert [text for text in told if "送れなく" in text] == [
        f"{UNREACHABLE}\n取り消した面談：11月30日（月） 11:00〜12:00　拠点で面談"
    ]
    await meetings.book(2026, 12, 2, 9, 30)
    told = to(STAFF_CHAT, await meetings.told(2026, 12, 1, 10, 0))
    assert [text for text in told if "送れなく" in text] == [
        f"{UNREACHABLE}\n面談の予定：12月2日（水） 9:30〜10:30　拠点で面談"
    ]


async def test_who_blocks_the_bot_again_another_day_is_told_of_again(meetings: Meetings) -> None:
    counter = meetings.counter
    for moment, count in (((2026, 11, 24, 12, 0), 1), ((2026, 11, 25, 12, 0), 1)):
        counter.moment = jst(*moment)
        await counter.update(membership(counter, "kicked"))
        told = to(STAFF_CHAT, await meetings.told())
        assert len([text for text in told if "送れなく" in text]) == count
        await counter.update(membership(counter, "member"))


async def test_what_an_assignee_cannot_be_told_is_told_to_the_staff_chat(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    await meetings.told()
    counter.wire.refusing[CLERK] = BLOCKED
    assert to(STAFF_CHAT, await meetings.told(2026, 11, 25, 10, 0)) == [
        "<b>R8-0001　明日の面談</b>\n11月26日（木） 9:30〜10:30　拠点で面談\n担当：職員301"
    ]
    counter.moment = jst(2026, 11, 26, 10, 30)
    await tick(counter.application.house)
    assert to(STAFF_CHAT, await meetings.told()) == [
        "<b>R8-0001</b> の面談はいかがでしたか。\n"
        "11月26日（木） 9:30〜10:30　拠点で面談\n担当：職員301"
    ]
    await counter.press(OTHER, "実施", STAFF_CHAT)
    assert await counter.read("select state from bookings") == [("met",)]


# What changes.


async def test_staff_are_told_what_an_owner_does(meetings: Meetings) -> None:
    await meetings.take(CLERK)
    await meetings.move(2026, 11, 30, 11, 0)
    (told,) = to(CLERK, await meetings.told())
    assert told == (
        "<b>R8-0001　面談の日時が変わりました</b>\n11月30日（月） 11:00〜12:00　拠点で面談\n"
        "変更前：11月26日（木） 9:30　拠点で面談\n理由：お客様のご都合"
    )
    await meetings.cancel()
    (told,) = to(CLERK, await meetings.told())
    assert told == (
        "<b>R8-0001　面談の予約が取り消されました</b>\n11月30日（月） 11:00〜12:00　拠点で面談\n"
        "理由：お客様のご都合"
    )


async def test_the_staff_chat_is_told_while_nobody_has_the_case(meetings: Meetings) -> None:
    counter = meetings.counter
    await meetings.move(2026, 11, 30, 11, 0, by=CLERK, reason=Reason.WEATHER)
    shown = await meetings.told()
    (told,) = (one for one in shown if one.chat == STAFF_CHAT)
    assert told.text == (
        "<b>R8-0001　面談の日時が変わりました</b>\n11月30日（月） 11:00〜12:00　拠点で面談\n"
        "変更前：11月26日（木） 9:30　拠点で面談\n"
        "理由：天候・交通の事情\n手続きした職員：職員301"
    )
    await counter.press(CLERK, "担当する", STAFF_CHAT)
    assert await counter.read("select assignee from consultations") == [(CLERK,)]


async def test_whoever_changes_it_gets_the_file_and_is_told_nothing_else(
    meetings: Meetings,
) -> None:
    await meetings.take(CLERK)
    await meetings.move(2026, 11, 30, 11, 0, by=CLERK)
    (shown,) = (one for one in await meetings.told() if one.chat == CLERK)
    assert shown.text == (
        "<b>R8-0001　面談の日時が変わりました</b>\n11月30日（月） 11:00〜12:00　拠点で面談"
    )
    assert shown.file is not None
    assert shown.buttons == []
    await meetings.move(2026, 12, 1, 11, 0, by=OTHER)
    (told,) = to(CLERK, await meetings.told())
    assert told.endswith("理由：担当者の都合\n手続きした職員：職員302")


async def test_an_owner_is_told_why_the_office_moved_and_can_move_it_again(
    meetings: Meetings,
) -> None:
    await meetings.move(2026, 11, 30, 11, 0, by=CLERK, reason=Reason.OFFICE)
    (shown,) = (one for one in await meetings.told() if one.chat == OWNER)
    assert shown.text == (
        "<b>面談の日時が変わりました</b>\n<b>11月30日（月） 11:00〜12:00</b>\n拠点で面談\n"
        "見本市見本町1-1\n受付番号：R8-0001\n変更前：11月26日（木） 9:30　拠点で面談\n"
        "理由：担当者の都合\n\n11月26日（木）までは、下のボタンで変更・取消ができます。\n"
        "ご不明な点は、お電話ください。\n048-830-0000（平日 9:00〜17:00）\n\n"
        "ファイルを開くと、カレンダーの予定も変わります。"
    )
    codes = [button["callback_data"] for button in shown.buttons]
    assert codes == ["bk:cal:b1.2:hub", "bk:drop:b1.2"]


async def test_an_owner_whose_meeting_is_cancelled_books_one_of_three_others_in_one_tap(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    await meetings.cancel(by=ADMIN, reason=Reason.WEATHER)
    (shown,) = (one for one in await meetings.told() if one.chat == OWNER)
    assert shown.text.startswith(
        "申し訳ございません。次の面談を、取り消すことになりました。\n\n"
        "<s>11月26日（木） 9:30〜10:30　拠点で面談</s>\n受付番号：R8-0001\n"
        "理由：天候・交通の事情\n\n"
    )
    assert [button["text"] for button in shown.buttons[:3]] == [
        "11月26日（木） 9:30〜10:30",
        "11月26日（木） 11:00〜12:00",
        "11月26日（木） 13:30〜14:30",
    ]
    await counter.press(OWNER, "11:00", OWNER)
    assert await counter.read("select state from bookings order by id") == [
        ("cancelled",),
        ("booked",),
    ]


async def test_what_an_owner_asked_for_is_not_apologised_for(meetings: Meetings) -> None:
    await meetings.cancel(by=ADMIN, reason=Reason.AT_REQUEST)
    (told,) = to(OWNER, await meetings.told())
    assert told.startswith("お申し出により、次の面談を取り消しました。")
    assert "申し訳" not in told
