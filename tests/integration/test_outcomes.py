"""After the meeting: who is asked and when, and what an answer does."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from bot.schedule import tick
from domain.closures import Interval
from domain.consultations import KpiKind, ReferenceKind
from domain.fiscal_year import jst_midnight
from domain.slots import Method
from services import bookings, outcomes
from services.bookings import Wish
from services.figures import kpi_tables
from services.occasion import Occasion
from storage import closures
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import Ledger
from tests.integration.meetings import CLERK, OTHER, OWNER, Meetings, jst
from tests.integration.staff_desk import data_of, labels

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.integration.wire import Shown

STRANGER = 777
QUESTION = "<b>R8-0001</b> の面談はいかがでしたか。\n11月26日（木） 9:30〜10:30　拠点で面談"


@pytest.fixture
async def meetings(counter: Counter) -> Meetings:
    """OWNER's case with a meeting on Thursday 26 November, 9:30 to 10:30."""
    opened = Meetings(counter)
    await opened.hire(CLERK, OTHER)
    await opened.consult()
    await opened.book(2026, 11, 26, 9, 30)
    await opened.told()
    return opened


async def asked(meetings: Meetings, *moment: int) -> list[tuple[int, str]]:
    """Tick and send at a moment; return who was asked, and what."""
    meetings.counter.moment = jst(*moment)
    await tick(meetings.counter.application.house)
    shown = await meetings.told()
    return [(one.chat, one.text) for one in shown if "いかがでしたか" in one.text]


async def events(counter: Counter) -> list[tuple[Any, ...]]:
    return await counter.read(
        "select kind, delta, effective_date, eligibility, channel from kpi_events"
        " where kind like '%meetings' order by id"
    )


async def audit(counter: Counter) -> list[tuple[int, str]]:
    statement = "select actor, action from audit_log where action like '%meeting%' order by id"
    return [(actor, action) for actor, action in await counter.read(statement)]


async def answer(counter: Counter, user: int, label: str, chat: int) -> Shown:
    """Press a button of the question; return what its message shows then."""
    shown = counter.wire.shown.values()
    questions = [one for one in shown if one.chat == chat and label in labels(one)]
    data = data_of(questions[-1], label)
    message = questions[-1].message_id
    await counter.update(counter.press_body(user, data, chat, message))
    return counter.wire.shown[chat, message]


async def test_the_assignee_is_asked_when_it_ends_and_answers_in_one_tap(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    assert await asked(meetings, 2026, 11, 26, 10, 29) == []
    assert await asked(meetings, 2026, 11, 26, 10, 30) == [(CLERK, QUESTION)]
    labels = [button["text"] for button in counter.wire.asking(CLERK).buttons]
    assert labels == ["実施", "欠席", "延期"]
    shown = await answer(counter, CLERK, "実施", CLERK)
    assert shown.text == (
        "<b>R8-0001</b> の面談：実施（回答：Person 301）\n11月26日（木） 9:30〜10:30　拠点で面談"
    )
    assert await counter.read("select state from consultations") == [("met",)]
    await counter.press(CLERK, "案件を開く")
    assert counter.wire.asking(CLERK).text.startswith("<b>R8-0001</b>　面談済")
    assert await events(counter) == [
        ("meetings", 1, "2026-11-26", "eligible", "bank"),
        ("first_meetings", 1, "2026-11-26", "eligible", "bank"),
    ]
    assert await audit(counter) == [(CLERK, "meeting_met")]
    assert await asked(meetings, 2026, 11, 27, 9, 0) == []
    assert [one.chat for one in await meetings.told()] == []


async def test_what_is_not_answered_is_asked_each_working_day_once(meetings: Meetings) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    friday = jst_midnight(date(2026, 11, 27))
    closed = Interval(friday, friday + timedelta(days=1))
    await meetings.do(lambda tx: closures.replace(tx, [], [closed]))
    times = []
    moment = jst(2026, 11, 26, 10, 0)
    while moment < jst(2026, 12, 1, 12, 0):
        if moment.day == 30 and moment.hour == 9:
            await counter.close()
            await counter.open()
        if await asked(meetings, *moment.timetuple()[:5]):
            times.append(moment)
        moment += timedelta(minutes=30)
    # Friday is closed by the staff, then comes the weekend.
    assert times == [
        jst(2026, 11, 26, 10, 30),
        jst(2026, 11, 30, 9, 0),
        jst(2026, 12, 1, 9, 0),
    ]


async def test_a_bot_that_was_down_asks_once(meetings: Meetings) -> None:
    await meetings.take(CLERK)
    assert await asked(meetings, 2026, 12, 2, 15, 0) == [(CLERK, QUESTION)]


async def test_whoever_answers_for_a_case_that_nobody_has_takes_it(meetings: Meetings) -> None:
    counter = meetings.counter
    assert await asked(meetings, 2026, 11, 26, 10, 30) == [(STAFF_CHAT, QUESTION)]
    await answer(counter, OTHER, "欠席", STAFF_CHAT)
    assert await counter.read("select assignee, state from consultations") == [
        (OTHER, "contacting")
    ]
    assert await events(counter) == []
    actions = await counter.read(f"select action from audit_log where actor = {OTHER} order by id")
    assert actions == [("take",), ("meeting_no_show",)]


async def test_whoever_takes_the_case_after_the_meeting_is_asked_too(meetings: Meetings) -> None:
    assert await asked(meetings, 2026, 11, 26, 10, 30) == [(STAFF_CHAT, QUESTION)]
    await meetings.take(CLERK)
    assert await asked(meetings, 2026, 11, 26, 10, 31) == [(CLERK, QUESTION)]


async def test_the_first_answer_stands_and_the_second_sees_whose_it_was(
    meetings: Meetings,
) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    await asked(meetings, 2026, 11, 26, 10, 30)
    question = counter.wire.asking(CLERK)
    await answer(counter, CLERK, "実施", CLERK)
    for user, data in ((CLERK, "mt:met:b1.1"), (OTHER, "mt:postponed:b1.1")):
        await counter.update(counter.press_body(user, data, user, question.message_id))
        assert counter.wire.alerts[-1] == "Person 301 さんが回答済みです。"
    assert await counter.read("select state from bookings") == [("met",)]
    assert len(await events(counter)) == 2
    assert await audit(counter) == [
        (CLERK, "meeting_met"),
        (CLERK, "meeting_met_refused"),
        (OTHER, "meeting_postponed_refused"),
    ]


async def test_each_meeting_of_a_case_keeps_who_answered_for_it(meetings: Meetings) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    await asked(meetings, 2026, 11, 26, 10, 30)
    await answer(counter, CLERK, "実施", CLERK)
    await meetings.book(2026, 11, 30, 9, 30)
    await asked(meetings, 2026, 11, 30, 10, 30)
    await counter.update(counter.press_body(OTHER, "mt:met:b2.1", OTHER, 7))
    for booking, name in ((1, "Person 301"), (2, "Person 302")):
        await counter.update(counter.press_body(CLERK, f"mt:met:b{booking}.1", CLERK, 8))
        assert counter.wire.alerts[-1] == f"{name} さんが回答済みです。"


async def test_nobody_answers_before_it_began_nor_without_being_staff(meetings: Meetings) -> None:
    counter = meetings.counter
    counter.moment = jst(2026, 11, 26, 9, 29)
    await counter.update(counter.press_body(CLERK, "mt:met:b1.1", CLERK, 7))
    assert counter.wire.alerts[-1] == "面談はまだ始まっていません。"
    await asked(meetings, 2026, 11, 26, 10, 30)
    shown = [one for (chat, _), one in counter.wire.shown.items() if chat == STAFF_CHAT]
    question = next(one for one in shown if one.text == QUESTION)
    await counter.update(
        counter.press_body(STRANGER, "mt:met:b1.1", STAFF_CHAT, question.message_id)
    )
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    assert counter.wire.shown[STAFF_CHAT, question.message_id].text == QUESTION
    await counter.update(counter.press_body(STRANGER, "mt:met:b1.1", STRANGER, 8))
    assert (STRANGER, 8) not in counter.wire.shown
    assert await audit(counter) == [
        (CLERK, "meeting_met_refused"),
        (STRANGER, "meeting_met_refused"),
        (STRANGER, "meeting_met_refused"),
    ]
    assert await counter.read("select state from bookings") == [("booked",)]


@pytest.mark.parametrize("data", ["mt:met:b99.1", "mt:met:c1", "mt:met:b1", "mt:met:", "mt:met"])
async def test_a_button_of_no_booking_does_nothing(meetings: Meetings, data: str) -> None:
    await meetings.counter.update(meetings.counter.press_body(CLERK, data, CLERK, 7))
    assert await meetings.counter.read("select state from bookings") == [("booked",)]
    assert await meetings.counter.read("select count(*) from dead_letters") == [(0,)]


async def test_the_question_of_a_meeting_that_was_moved_says_so(meetings: Meetings) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    await asked(meetings, 2026, 11, 26, 10, 30)
    await meetings.move(2026, 11, 30, 11, 0, by=CLERK)
    shown = await answer(counter, CLERK, "実施", CLERK)
    assert shown.text == (
        "<b>R8-0001</b> の面談は、日時が変わりました。\n11月30日（月） 11:00〜12:00　拠点で面談"
    )
    assert [button["text"] for button in shown.buttons] == ["案件を開く"]
    assert await events(counter) == []
    assert await asked(meetings, 2026, 11, 27, 9, 0) == []


@pytest.mark.parametrize(
    ("label", "what"),
    [
        ("欠席", "下記の面談では、お会いできませんでした。"),
        ("延期", "下記の面談は、延期となりました。"),
    ],
)
async def test_the_owner_is_offered_a_new_time(meetings: Meetings, label: str, what: str) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    await asked(meetings, 2026, 11, 26, 10, 30)
    await answer(counter, CLERK, label, CLERK)
    assert await counter.read("select state from consultations") == [("contacting",)]
    (shown,) = await meetings.told()
    assert (shown.chat, shown.text) == (
        OWNER,
        f"<b>面談の日時のご相談</b>\n{what}\n11月26日（木） 9:30〜10:30　拠点で面談\n"
        "受付番号：R8-0001\n\n"
        "ご都合のよい日時をあらためてお選びください。お電話でも承ります。\n"
        "048-830-0000（平日 9:00〜17:00）",
    )
    assert shown.buttons[0]["callback_data"] == "bk:how:c1"


async def test_who_has_booked_again_is_not_offered_a_new_time(meetings: Meetings) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    await asked(meetings, 2026, 11, 26, 10, 30)
    await answer(counter, CLERK, "延期", CLERK)
    await meetings.book(2026, 12, 1, 9, 30)
    shown = await meetings.told()
    assert [one.text for one in shown if "ご相談" in one.text] == []
    assert await counter.read("select status from outbox where kind = 'new_time_offered'") == [
        ("moot",)
    ]


async def test_the_second_meeting_is_a_meeting_and_not_the_first(meetings: Meetings) -> None:
    counter = meetings.counter
    await meetings.take(CLERK)
    for day in (26, 30):
        if day == 30:
            await meetings.book(2026, 11, 30, 9, 30)
        await asked(meetings, 2026, 11, day, 10, 30)
        await answer(counter, CLERK, "実施", CLERK)
    assert [(kind, on) for kind, _, on, _, _ in await events(counter)] == [
        ("meetings", "2026-11-26"),
        ("first_meetings", "2026-11-26"),
        ("meetings", "2026-11-30"),
    ]
    (weekly,) = (one.text for one in counter.wire.shown.values() if "【週次】" in one.text)
    assert "受付　1件\n面談　1件\n取次　0件\n" in weekly
    await counter.say(900, "/stats")
    shown = counter.wire.last(900).text
    assert "<b>今月</b>\n相談　1件\n面談　2件\n取次　0件\nマッチング　0件" in shown


async def test_where_meetings_count_a_consultation_counts_when_first_met(
    counter_of: Callable[[Path], Awaitable[Counter]], tmp_path: Path
) -> None:
    file = tmp_path / "sample.toml"
    file.write_text(
        SAMPLE.read_text().replace('count_trigger = "submitted"', 'count_trigger = "met"')
    )
    cities = SAMPLE.with_name("saitama_municipalities.csv")
    (tmp_path / cities.name).write_bytes(cities.read_bytes())
    counter = await counter_of(file)
    meetings = Meetings(counter)
    await meetings.hire(CLERK)
    counter.moment = jst(2027, 3, 25, 10, 0)
    await meetings.consult()
    await meetings.book(2027, 4, 2, 9, 30)
    await meetings.take(CLERK)
    programme, database = counter.application.house.programme, counter.application.house.database

    def counted(on: date) -> list[int]:
        tables = database.read(lambda tx: kpi_tables(tx, programme, on)).result()
        return [year.actual for year in tables[0].years[-2:]]

    await asked(meetings, 2027, 4, 2, 10, 30)
    assert counted(date(2027, 4, 2)) == [0, 0]
    await answer(counter, CLERK, "実施", CLERK)
    # Submitted in one fiscal year, met in the next: it counts where it was met.
    assert counted(date(2027, 4, 2)) == [0, 1]
    await counter.say(900, "/stats")
    assert "<b>本日</b>\n受付　0件\n相談　1件\n面談　1件" in counter.wire.last(900).text
    ledger = Ledger(database)
    for kind in (KpiKind.CONSULTATION, ReferenceKind.FIRST_MEETING):
        ledger.count(meetings.case, kind, date(2027, 4, 5), delta=-1)
    assert counted(date(2027, 4, 5)) == [0, 0]


RACERS = 4


def test_racing_processes_ask_once(url: str) -> None:
    programme = load_programme(SAMPLE)
    racers = [Database(url) for _ in range(RACERS)]
    start = jst(2026, 11, 26, 9, 30).astimezone(UTC)
    at = Occasion(programme, STAFF_CHAT, datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    case = Ledger(racers[0]).consult(date(2026, 11, 24))
    racers[0].write(lambda tx: bookings.book(tx, at, OWNER, case, Wish(Method.HUB, start))).result()
    for hours in range(1, 80):
        later = Occasion(programme, STAFF_CHAT, start + timedelta(hours=hours))
        futures = [
            racer.write(lambda tx, later=later: outcomes.decide_questions(tx, later))  # type: ignore[misc]
            for racer in racers
        ]
        wait(futures)
        for future in futures:
            future.result()
    statement = text("select count(*) from outbox where kind = 'outcome_asked'")
    (count,) = racers[0].read(lambda tx: tx.connection.execute(statement).scalars().all()).result()
    for racer in racers:
        racer.close()
    # When it ended on Thursday, and on Friday morning; then comes the weekend.
    assert count == 2
