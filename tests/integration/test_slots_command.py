"""/slots: what is free and what is taken, day by day; and one day with its meetings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE
from domain.bookings import SlotTaken
from domain.slots import Method
from storage import waiting
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import (
    CLERK,
    MANAGER,
    OWNER,
    PLANNING,
    THURSDAY,
    Desk,
    at_jst,
    data_of,
    labels,
)
from tests.integration.test_figures import command_in_group

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.integration.conftest import Counter


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


def line_of(text: str, day: str) -> str:
    """Return what is said of a day."""
    start = f"<b>{day}</b>"
    (line,) = (line for line in text.split("\n") if line.startswith(start))
    return line.removeprefix(start).strip("　")


async def test_how_many_wait_for_a_free_time(desk: Desk) -> None:
    assert "空き待ち" not in (await desk.say(CLERK, "/slots")).text
    for method in (Method.HUB, Method.HUB, Method.ONLINE):
        case = desk.case()
        desk.do(lambda tx, at, case=case, method=method: waiting.add(tx, case, method, at.now))
    shown = await desk.say(CLERK, "/slots")
    assert "空き待ち：拠点で面談 2、オンライン 1" in shown.text


async def test_two_weeks_from_today_on_with_free_and_taken_seats(desk: Desk) -> None:
    desk.book(THURSDAY, "09:30")
    desk.book(THURSDAY, "11:00", Method.VISIT)
    shown = await desk.say(CLERK, "/slots")
    assert shown.text.startswith(
        "<b>面談の枠</b>　11月24日（火）〜12月6日（日）\n"
        "空いている席の数（満：空きなし）\n訪問は同時に1件まで\n"
    )
    assert line_of(shown.text, "26（木）") == (
        "9:30 空1　11:00 空1（訪問 満）　13:30 空2　15:00 空2"
    )
    assert line_of(shown.text, "24（火）").startswith("11:00 空2")
    assert line_of(shown.text, "28（土）〜29（日）") == "休み"
    assert len(shown.text.split("\n")) <= 18
    assert "11月23日" not in shown.text
    assert labels(shown)[:3] == ["24（火）", "25（水）", "26（木）"]
    assert "28（土）" not in labels(shown)
    assert not any("前の週" in label for label in labels(shown))


async def test_a_full_time_is_full_for_every_method(desk: Desk) -> None:
    for _ in range(2):
        desk.book(THURSDAY, "09:30")
    shown = await desk.say(CLERK, "/slots")
    assert line_of(shown.text, "26（木）").startswith("9:30 満　11:00 空2")
    day = await desk.press(CLERK, "26（木）")
    assert "\n　9:30　空0／2" in day.text


async def test_the_weeks_are_turned_and_never_before_this_one(desk: Desk) -> None:
    await desk.say(CLERK, "/slots")
    later = await desk.press(CLERK, "次の週")
    assert "11月30日（月）〜12月13日（日）" in later.text
    first = await desk.press(CLERK, "前の週")
    assert "11月24日（火）〜12月6日（日）" in first.text
    await desk.press_data(CLERK, "sl:week:20200101")
    assert "11月24日（火）〜12月6日（日）" in desk.counter.wire.last(CLERK).text
    await desk.press_data(CLERK, "sl:week:20991231")
    shown = desk.counter.wire.last(CLERK)
    assert "2099" not in shown.text
    assert not any("次の週" in label for label in labels(shown))


async def test_a_holiday_and_a_closure_are_told_apart(desk: Desk) -> None:
    await desk.say(MANAGER, "/close 12/25")
    await desk.press(MANAGER, "閉じる")
    await desk.say(MANAGER, "/close 12/24 13:00-15:00")
    await desk.press(MANAGER, "閉じる")
    await desk.press_data(CLERK, "sl:week:20261221")
    text = desk.counter.wire.last(CLERK).text
    assert line_of(text, "25（金）") == "閉所"
    assert line_of(text, "29（火）〜3（日）") == "休み"
    assert line_of(text, "24（木）").endswith("11:00 空2　13:30 閉所　15:00 空2")


async def test_a_day_shows_its_meetings_without_personal_data(desk: Desk) -> None:
    desk.book(THURSDAY, "09:30", taken_by=CLERK)
    desk.book(THURSDAY, "13:30", Method.ONLINE)
    await desk.say(CLERK, "/slots")
    day = await desk.press(CLERK, "26（木）")
    assert "9:30〜10:30　R8-0001　拠点で面談\n　担当：Person 401" in day.text
    assert "13:30〜14:30　R8-0002　オンライン\n　<b>担当が決まっていません</b>" in day.text
    assert "見本" not in day.text
    assert labels(day) == ["9:30　R8-0001", "13:30　R8-0002", "枠の一覧に戻る"]
    await desk.press_data(MANAGER, data_of(await desk.say(MANAGER, "/slots"), "26（木）"))
    assert {"この日を閉じる", "時間帯を閉じる"} < set(labels(desk.counter.wire.last(MANAGER)))
    back = await desk.press(CLERK, "枠の一覧")
    assert "面談の枠" in back.text


async def test_the_staff_chat_sees_figures_in_the_office_s_language(desk: Desk) -> None:
    desk.counter.application.house.languages[CLERK] = "en"
    (shown,) = await command_in_group(desk.counter, CLERK, STAFF_CHAT, "/slots")
    assert "面談の枠" in shown.text
    day = await desk.press(CLERK, "26（木）", STAFF_CHAT)
    assert "面談の予約" in day.text
    assert labels(day) == ["枠の一覧に戻る"]
    await desk.press_data(MANAGER, "sl:day:20261126", STAFF_CHAT)
    assert not any("閉じる" in label for label in labels(desk.counter.wire.last(STAFF_CHAT)))
    assert await command_in_group(desk.counter, OWNER, STAFF_CHAT, "/slots") == []
    assert await command_in_group(desk.counter, CLERK, -5, "/slots") == []
    assert await command_in_group(desk.counter, MANAGER, STAFF_CHAT, "/close 12/25") == []


async def test_only_those_who_may_read_slots_see_them(desk: Desk) -> None:
    for nobody in (OWNER, PLANNING):
        for command in ("/slots", "/today", "/close 12/25", "/open 12/25"):
            shown = await desk.say(nobody, command)
            assert "コマンドはありません" in shown.text
        for data in ("sl:week:20261123", "sl:day:20261126", "sl:times:20261126", "mt:today"):
            await desk.press_data(nobody, data)
            assert "面談" not in desk.counter.wire.last(nobody).text
    refused = {(actor, what) for actor, action, what in await desk.audited() if action == "refused"}
    assert {(PLANNING, "/close"), (PLANNING, "sl:day:20261126"), (OWNER, "/slots")} < refused


@pytest.mark.parametrize(
    "data",
    ["sl:week:", "sl:week:2026", "sl:day:20269999", "sl:day:x", "sl:times:19990101", "sl:x", "sl:"],
)
async def test_a_forged_button_shows_the_weeks_as_they_are(desk: Desk, data: str) -> None:
    await desk.press_data(CLERK, data)
    assert "面談の枠" in desk.counter.wire.last(CLERK).text


async def test_seats_lowered_below_what_is_booked_are_said_and_take_no_more(
    counter_of: Callable[[Path], Awaitable[Counter]], tmp_path: Path
) -> None:
    first = Desk(await counter_of(SAMPLE))
    for _ in range(2):
        first.book(THURSDAY, "09:30")
    lowered = tmp_path / "lowered.toml"
    text = SAMPLE.read_text(encoding="utf-8").replace("\nseats = 2\n", "\nseats = 1\n")
    text = text.replace(
        "saitama_municipalities.csv", str(SAMPLE.parent / "saitama_municipalities.csv")
    )
    lowered.write_text(text, encoding="utf-8")
    desk = Desk(await counter_of(lowered))
    shown = await desk.say(CLERK, "/slots")
    assert line_of(shown.text, "26（木）").startswith("9:30 予約2／席1　11:00 空1　")
    day = await desk.press(CLERK, "26（木）")
    assert {"9:30　R8-0001", "9:30　R8-0002"} < set(labels(day))
    desk.ledger.drafts += 2
    with pytest.raises(SlotTaken):
        desk.book(THURSDAY, "09:30")
    desk.book(THURSDAY, "11:00")


async def test_a_programme_with_too_many_times_is_shown_in_sums(
    counter_of: Callable[[Path], Awaitable[Counter]], tmp_path: Path
) -> None:
    crowded = tmp_path / "crowded.toml"
    text = SAMPLE.read_text(encoding="utf-8")
    text = text.replace("minutes = 60\nbuffer_minutes = 30", "minutes = 15\nbuffer_minutes = 0")
    text = text.replace('closes = "16:00"', 'closes = "20:00"')
    text = text.replace(
        "saitama_municipalities.csv", str(SAMPLE.parent / "saitama_municipalities.csv")
    )
    crowded.write_text(text, encoding="utf-8")
    desk = Desk(await counter_of(crowded))
    shown = await desk.say(CLERK, "/slots")
    assert line_of(shown.text, "26（木）") == "空72／72"
    assert len(shown.text) <= 4096


async def test_a_day_that_is_over_has_no_buttons_to_close(desk: Desk) -> None:
    desk.book(THURSDAY, "09:30")
    desk.counter.moment = at_jst(date(2026, 11, 27), "10:00")
    await desk.press_data(MANAGER, "sl:day:20261126")
    shown = desk.counter.wire.last(MANAGER)
    assert "11月26日（木）</b>　これからの枠はありません" in shown.text
    assert labels(shown) == ["9:30　R8-0001", "枠の一覧に戻る"]
