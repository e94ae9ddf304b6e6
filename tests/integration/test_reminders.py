"""Reminders of meetings: to whom, when, what they say; each exactly once, or missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE
from services import staff as staff_service
from storage import staff
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.meetings import ADMIN, CLERK, OTHER, OWNER, Meetings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.integration.wire import Shown


@pytest.fixture
async def meetings(counter: Counter) -> Meetings:
    """OWNER's case, and two members of the staff besides ADMIN."""
    opened = Meetings(counter)
    await opened.hire(CLERK, OTHER)
    await opened.consult()
    return opened


def reminders(shown: list[Shown]) -> list[tuple[int, str]]:
    """Return to which chats a reminder went, and of which day it speaks; by chat."""
    titles = [(one.chat, one.text.split("\n")[0]) for one in shown]
    return sorted((chat, day) for chat, title in titles for day in ("明日", "本日") if day in title)


async def fates(counter: Counter) -> list[tuple[str, str]]:
    rows = await counter.read(
        "select dedupe_key, status from outbox where kind like '%reminder' order by id"
    )
    return [(key.split(":", 1)[1], status) for key, status in rows]


async def test_owner_and_assignee_are_reminded_twice_each(meetings: Meetings) -> None:
    await meetings.take(CLERK)
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    assert await meetings.told(2026, 11, 25, 9, 59) == []
    day_before = await meetings.told(2026, 11, 25, 10, 0)
    assert {one.chat: one.text for one in day_before} == {
        CLERK: "<b>R8-0001　明日の面談</b>\n11月26日（木） 9:30〜10:30　拠点で面談",
        OWNER: (
            "<b>明日の面談のご案内</b>\n\n"
            "<b>11月26日（木） 9:30〜10:30</b>\n拠点で面談\n見本市見本町1-1\n\n"
            "受付番号：R8-0001\n\n当日は、上の住所へお越しください。\n\n"
            "変更・取消は、お電話でお願いします。\n048-830-0000（平日 9:00〜17:00）"
        ),
    }
    (of_owner,) = (one for one in day_before if one.chat == OWNER)
    assert [button["text"] for button in of_owner.buttons] == ["048-830-0000 をコピー"]
    assert await meetings.told(2026, 11, 26, 8, 29) == []
    shortly = await meetings.told(2026, 11, 26, 8, 30)
    assert reminders(shortly) == [(OWNER, "本日"), (CLERK, "本日")]
    assert reminders(await meetings.told(2026, 11, 26, 9, 30)) == []


async def test_what_can_still_be_changed_is_offered_to_be_changed(
    counter_of: Callable[[Path], Awaitable[Counter]], tmp_path: Path
) -> None:
    file = tmp_path / "sample.toml"
    lenient = SAMPLE.read_text().replace("notice_working_days = 2", "notice_working_days = 1")
    file.write_text(lenient)
    cities = SAMPLE.with_name("saitama_municipalities.csv")
    (tmp_path / cities.name).write_bytes(cities.read_bytes())
    meetings = Meetings(await counter_of(file))
    await meetings.consult()
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    (shown,) = (one for one in await meetings.told(2026, 11, 25, 10) if one.chat == OWNER)
    assert shown.text.endswith("11月25日（水）までは、下のボタンで変更・取消ができます。")
    assert [button["callback_data"] for button in shown.buttons] == [
        "bk:cal:b1.1:hub",
        "bk:drop:b1.1",
    ]


async def test_a_meeting_of_4_january_is_told_of_on_the_3rd(meetings: Meetings) -> None:
    meetings.counter.moment = meetings.counter.moment.replace(month=12, day=25)
    await meetings.book(2027, 1, 4, 9, 30)
    await meetings.told()
    assert await meetings.told(2027, 1, 3, 9, 59) == []
    assert reminders(await meetings.told(2027, 1, 3, 10)) == [(STAFF_CHAT, "明日"), (OWNER, "明日")]


async def test_the_old_time_is_told_of_no_more(meetings: Meetings) -> None:
    await meetings.take(CLERK)
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.move(2026, 11, 30, 11, 0)
    await meetings.told()
    for moment in ((2026, 11, 25, 10), (2026, 11, 26, 8, 30)):
        assert await meetings.told(*moment) == []
    told = await meetings.told(2026, 11, 29, 10)
    assert reminders(told) == [(OWNER, "明日"), (CLERK, "明日")]
    await meetings.cancel(by=CLERK)
    assert reminders(await meetings.told(2026, 11, 30, 10)) == []
    assert [status for _, status in await fates(meetings.counter)].count("sent") == 2


async def test_a_meeting_booked_after_a_reminders_time_owes_no_such_reminder(
    meetings: Meetings,
) -> None:
    await meetings.book(2026, 11, 26, 9, 30)
    meetings.counter.moment = meetings.counter.moment.replace(day=25)
    await meetings.move(2026, 11, 26, 11, 0, by=ADMIN)
    assert [key for key, _ in await fates(meetings.counter) if key.startswith("1.2")] == [
        "1.2:shortly_before:staff",
        "1.2:shortly_before:100",
    ]


async def test_a_bot_that_was_down_sends_what_is_useful_and_misses_the_rest(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    await counter.close()
    await counter.open()
    # Of use until the next reminder is due: the day has come, and it says so.
    assert reminders(await meetings.told(2026, 11, 26, 8, 29)) == [
        (STAFF_CHAT, "本日"),
        (OWNER, "本日"),
    ]
    await counter.close()
    await counter.open()
    assert reminders(await meetings.told(2026, 11, 26, 9, 30)) == []
    assert await fates(counter) == [
        ("1.1:day_before:staff", "sent"),
        ("1.1:day_before:100", "sent"),
        ("1.1:shortly_before:staff", "missed"),
        ("1.1:shortly_before:100", "missed"),
    ]


async def test_of_two_reminders_that_wait_only_the_later_goes_out(meetings: Meetings) -> None:
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    told = await meetings.told(2026, 11, 26, 8, 45)
    assert reminders(told) == [(STAFF_CHAT, "本日"), (OWNER, "本日")]
    assert [status for _, status in await fates(meetings.counter)] == [
        "missed",
        "missed",
        "sent",
        "sent",
    ]


async def test_whoever_takes_the_case_is_reminded_instead_of_the_staff_chat(
    meetings: Meetings,
) -> None:
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    told = await meetings.told(2026, 11, 25, 10)
    assert reminders(told) == [(STAFF_CHAT, "明日"), (OWNER, "明日")]
    await meetings.take(CLERK)
    told = await meetings.told(2026, 11, 26, 8, 30)
    assert reminders(told) == [(OWNER, "本日"), (CLERK, "本日")]
    # What the staff chat was told of already, nobody is told of again.
    assert "1.1:day_before:301" not in dict(await fates(meetings.counter))
    assert dict(await fates(meetings.counter))["1.1:shortly_before:staff"] == "moot"


async def test_a_case_taken_between_due_and_sent_is_told_to_who_took_it(
    meetings: Meetings,
) -> None:
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    meetings.counter.moment = meetings.counter.moment.replace(day=25, hour=1, minute=5)
    await meetings.take(CLERK)
    assert reminders(await meetings.told()) == [(OWNER, "明日"), (CLERK, "明日")]


async def test_when_the_assignee_leaves_the_staff_chat_is_reminded(meetings: Meetings) -> None:
    await meetings.take(CLERK)
    await meetings.book(2026, 11, 26, 9, 30)
    await meetings.told()
    at = meetings.at
    member = await meetings.counter.application.house.read(lambda tx: staff.find(tx, CLERK))
    assert member is not None
    since = int(member.since.timestamp())
    await meetings.do(lambda tx: staff_service.remove(tx, at, ADMIN, CLERK, since))
    told = await meetings.told(2026, 11, 25, 10)
    assert reminders(told) == [(STAFF_CHAT, "明日"), (OWNER, "明日")]
    await meetings.take(OTHER)
    told = await meetings.told(2026, 11, 26, 8, 30)
    assert reminders(told) == [(OWNER, "本日"), (OTHER, "本日")]
