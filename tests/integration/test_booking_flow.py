"""An owner books, moves and cancels a meeting in the chat, after the form is sent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from domain.bookings import NewMeeting
from domain.closures import Interval
from domain.slots import Method
from services import booking_views, bookings
from services.occasion import Occasion
from tests.integration.booking_chat import (
    OWNER,
    booked,
    close,
    days_offered,
    jst,
    labels,
    live,
    meetings,
    press_data,
    rivals,
    submit,
)
from tests.integration.ledger import Ledger
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


async def test_three_taps_after_the_sending_book_a_meeting(counter: Counter) -> None:
    await submit(counter)
    assert "R8-0001" in counter.wire.told(OWNER).text
    asked = live(counter)
    assert "（22／22）" in asked.text
    assert labels(counter) == [
        "訪問",
        "拠点で面談",
        "オンライン",
        "電話",
        "日程は電話で決めたい",
    ]
    await counter.press(OWNER, "拠点で面談")
    assert labels(counter)[:8] == ["2026年11月", "月", "火", "水", "木", "金", "土", "日"]
    assert days_offered(counter) == [26, 27, 30]
    await press_data(counter, ":20261130")
    assert "11月30日（月）" in live(counter).text
    assert labels(counter)[:4] == ["9:30〜10:30", "11:00〜12:00", "13:30〜14:30", "15:00〜16:00"]
    await counter.press(OWNER, "11:00")
    told = live(counter)
    assert told.message_id == asked.message_id
    assert "面談のご予約をお取りしました" in told.text
    assert "11月30日（月） 11:00〜12:00" in told.text
    assert "見本市見本町1-1" in told.text
    assert "受付番号：R8-0001" in told.text
    assert "11月26日（木）までは、下のボタンで変更・取消ができます。" in told.text
    assert labels(counter) == ["日時を変える", "取り消す"]
    assert await meetings(counter) == [("booked", "hub", "2026-11-30 02:00:00.000000", 1)]
    assert await counter.read("select count(*) from consultations") == [(1,)]


async def test_who_only_begins_to_think_is_told_how_the_meeting_begins(counter: Counter) -> None:
    await agree(counter, OWNER)
    steps = tuple("=これから" if step == "=計画がある" else step for step in STEPS)
    await walk(counter, OWNER, steps)
    await counter.press(OWNER, "送信する")
    assert "課題の整理から" in live(counter).text


async def test_the_earliest_three_spare_the_calendar(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "オンライン")
    await counter.press(OWNER, "早い順に3つ")
    assert labels(counter)[:4] == [
        "11月26日（木） 9:30〜10:30",
        "11月26日（木） 11:00〜12:00",
        "11月26日（木） 13:30〜14:30",
        "ほかの日",
    ]
    await counter.press(OWNER, "11:00")
    assert await meetings(counter) == [("booked", "online", "2026-11-26 02:00:00.000000", 1)]


async def test_the_earliest_three_may_lie_in_two_months(counter: Counter) -> None:
    await submit(counter)
    await close(counter, Interval(jst(2026, 11, 26), jst(2026, 11, 30, 13)))
    await counter.press(OWNER, "訪問")
    await counter.press(OWNER, "早い順に3つ")
    assert labels(counter)[:3] == [
        "11月30日（月） 13:30〜14:30",
        "11月30日（月） 15:00〜16:00",
        "12月1日（火） 9:30〜10:30",
    ]


def test_the_earliest_three_are_read_no_further_than_needed(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = counter.application.house
    case = Ledger(house.database).consult(date(2026, 11, 24), user_id=OWNER)
    at = Occasion(house.programme, house.staff_chat, counter.moment)
    asked: list[date] = []

    def noting(*arguments: Any) -> Any:
        asked.append(arguments[-1][1])
        return bookings.offer(*arguments)

    monkeypatch.setattr(booking_views, "offer", noting)
    target = NewMeeting(case)
    found = house.database.read(
        lambda tx: booking_views.earliest(tx, at, OWNER, target, Method.HUB)
    ).result()
    assert len(found.starts) == 3
    assert max(asked) == date(2026, 11, 30)


async def test_months_are_turned_only_where_there_is_something_to_book(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    assert "‹ 10月" not in labels(counter)
    await counter.press(OWNER, "12月 ›")
    assert labels(counter)[0] == "2026年12月"
    assert days_offered(counter)[-1] == 24
    assert "1月 ›" not in labels(counter)
    await counter.press(OWNER, "‹ 11月")
    assert labels(counter)[0] == "2026年11月"


async def test_the_method_can_be_changed(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await counter.press(OWNER, "方法を変える")
    await counter.press(OWNER, "電話")
    assert "電話（60分）" in live(counter).text


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("20261125", "11月25日（水）の受付は終わりました。"),
        ("20261129", "11月29日（日）は、受け付けていません。"),
    ],
)
async def test_a_day_that_cannot_be_booked_says_why(counter: Counter, day: str, why: str) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, f":{day}")
    assert counter.wire.alerts[-1] == why
    assert labels(counter)[0] == "2026年11月"


async def test_a_day_too_far_ahead_says_so(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await counter.press(OWNER, "12月 ›")
    await press_data(counter, ":20261225")
    assert counter.wire.alerts[-1] == "12月25日（金）は、まだ予約を受け付けていません。"


async def test_full_times_are_named_and_a_full_day_says_so(counter: Counter) -> None:
    await submit(counter)
    await rivals(counter, jst(2026, 11, 30, 9, 30))
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    assert "満席：9:30〜10:30" in live(counter).text
    assert labels(counter)[0] == "11:00〜12:00"
    clocks = ((11, 0), (13, 30), (15, 0))
    await rivals(counter, *(jst(2026, 11, 30, *clock) for clock in clocks))
    await counter.press(OWNER, "ほかの日")
    assert days_offered(counter) == [26, 27]
    assert labels(counter).count("×") == 1
    await press_data(counter, ":20261130")
    assert counter.wire.alerts[-1] == "11月30日（月）は満席です。"


async def test_who_loses_the_race_is_offered_the_three_nearest(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    await rivals(counter, jst(2026, 11, 30, 11, 0))
    await counter.press(OWNER, "11:00")
    assert "その時間はちょうど埋まりました" in live(counter).text
    assert labels(counter) == [
        "11月30日（月） 9:30〜10:30",
        "11月30日（月） 13:30〜14:30",
        "11月30日（月） 15:00〜16:00",
        "ほかの日",
    ]
    await counter.press(OWNER, "9:30")
    assert "面談のご予約をお取りしました" in live(counter).text


async def test_a_time_closed_meanwhile_is_replaced_by_the_nearest(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    await close(counter, Interval(jst(2026, 11, 30), jst(2026, 12, 1)))
    await counter.press(OWNER, "11:00")
    assert "予約できなくなりました" in live(counter).text
    assert labels(counter)[:3] == [
        "12月1日（火） 9:30〜10:30",
        "12月1日（火） 11:00〜12:00",
        "12月1日（火） 13:30〜14:30",
    ]


async def test_nothing_free_offers_other_ways_the_telephone_and_to_be_told(
    counter: Counter,
) -> None:
    await submit(counter)
    await close(counter, Interval(jst(2026, 11, 24), jst(2026, 12, 25)))
    await counter.press(OWNER, "拠点で面談")
    assert "拠点で面談は、12月24日（木）まで空きがありません。" in live(counter).text
    assert labels(counter) == [
        "空きが出たら知らせてほしい",
        "訪問",
        "オンライン",
        "電話",
        "日程は電話で決めたい",
    ]
    assert live(counter).buttons[0]["callback_data"] == "bk:wait:c1:hub"


async def test_a_meeting_is_moved_by_the_same_calendar(counter: Counter) -> None:
    await booked(counter)
    await counter.press(OWNER, "日時を変える")
    assert "現在：11月30日（月） 9:30〜10:30　拠点で面談" in live(counter).text
    assert "日程は電話で決めたい" not in labels(counter)
    await counter.press(OWNER, "このままにする")
    assert labels(counter) == ["日時を変える", "取り消す"]
    await counter.press(OWNER, "日時を変える")
    await press_data(counter, ":20261127")
    await counter.press(OWNER, "15:00")
    assert "面談の日時を変えました" in live(counter).text
    assert "11月27日（金） 15:00〜16:00" in live(counter).text
    assert await meetings(counter) == [("booked", "hub", "2026-11-27 06:00:00.000000", 2)]


async def test_a_move_does_not_offer_the_time_it_is_at(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "オンライン")
    await counter.press(OWNER, "早い順")
    await counter.press(OWNER, "11:00")
    await rivals(counter, jst(2026, 11, 26, 9, 30), method=Method.ONLINE)
    await counter.press(OWNER, "日時を変える")
    await press_data(counter, ":20261126")
    await rivals(counter, jst(2026, 11, 26, 13, 30), method=Method.ONLINE)
    others = [
        "11月26日（木） 15:00〜16:00",
        "11月27日（金） 9:30〜10:30",
        "11月27日（金） 11:00〜12:00",
    ]
    await counter.press(OWNER, "13:30")
    assert "ちょうど埋まりました" in live(counter).text
    assert labels(counter)[:3] == others
    await counter.press(OWNER, "ほかの日")
    await counter.press(OWNER, "早い順")
    assert labels(counter)[:3] == others
    await counter.press(OWNER, "ほかの日")
    await counter.press(OWNER, "方法を変える")
    await counter.press(OWNER, "訪問")
    await counter.press(OWNER, "早い順")
    assert labels(counter)[0] == "11月26日（木） 11:00〜12:00"


async def test_a_meeting_is_moved_to_another_method(counter: Counter) -> None:
    await booked(counter)
    await counter.press(OWNER, "日時を変える")
    await counter.press(OWNER, "方法を変える")
    assert "現在：" in live(counter).text
    await counter.press(OWNER, "訪問")
    await press_data(counter, ":20261127")
    await counter.press(OWNER, "15:00")
    assert await meetings(counter) == [("booked", "visit", "2026-11-27 06:00:00.000000", 2)]


async def test_a_meeting_is_cancelled_after_one_question(counter: Counter) -> None:
    await booked(counter)
    await counter.press(OWNER, "取り消す")
    assert "取り消しますか" in live(counter).text
    assert (await meetings(counter))[0][0] == "booked"
    await counter.press(OWNER, "取り消す")
    assert "面談の予約を取り消しました" in live(counter).text
    assert (await meetings(counter))[0][0] == "cancelled"
    await counter.press(OWNER, "別の日時を予約する")
    assert "ご希望の面談方法" in live(counter).text


async def test_after_the_notice_only_the_telephone_helps(counter: Counter) -> None:
    await booked(counter)
    # 26 November is the last day on which 30 November can be changed.
    counter.moment = jst(2026, 11, 26, 23, 59, 59)
    await counter.press(OWNER, "取り消す")
    assert "取り消しますか" in live(counter).text
    counter.moment = jst(2026, 11, 27, 0, 0, 0)
    await counter.press(OWNER, "取り消す")
    assert "お電話ください" in counter.wire.alerts[-1]
    assert "変更・取消は、お電話でお願いします。\n048-830-0000" in live(counter).text
    assert labels(counter) == ["048-830-0000 をコピー"]
    assert (await meetings(counter))[0][0] == "booked"


async def test_a_meeting_that_the_office_closed_is_changed_until_its_day(
    counter: Counter,
) -> None:
    await booked(counter)
    await close(counter, Interval(jst(2026, 11, 25), jst(2026, 12, 5)))
    await counter.say(OWNER, "/status")
    await counter.press(OWNER, "日時を変える")
    assert days_offered(counter)[0] == 8
    await counter.press(OWNER, "このままにする")
    assert "11月30日（月）まで" in live(counter).text


async def test_a_day_ends_at_midnight_in_japan(counter: Counter) -> None:
    counter.moment = jst(2026, 11, 24, 23, 59, 59)
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    assert days_offered(counter) == [26, 27, 30]
    counter.moment = jst(2026, 11, 25, 0, 0, 0)
    await press_data(counter, ":20261126")
    assert counter.wire.alerts[-1] == "11月26日（木）の受付は終わりました。"
    assert days_offered(counter) == [27, 30]


async def test_at_the_turn_of_the_year_the_calendar_opens_in_january(counter: Counter) -> None:
    counter.moment = jst(2026, 12, 28, 10, 0)
    await submit(counter)
    await counter.press(OWNER, "拠点で面談")
    assert labels(counter)[0] == "2027年1月"
    assert days_offered(counter)[:3] == [5, 6, 7]
    assert "‹ 12月" not in labels(counter)
    await press_data(counter, ":20270105")
    await counter.press(OWNER, "9:30")
    assert "1月5日（火） 9:30〜10:30" in live(counter).text
    assert await meetings(counter) == [("booked", "hub", "2027-01-05 00:30:00.000000", 1)]
