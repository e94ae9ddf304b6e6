"""Follow-ups one, three and six months after somebody began to work."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from domain.consultations import ConsultationState
from domain.matches import MatchState
from tests.integration.case_office import CLERK, MANAGER, PLANNING, STRANGER, SUB
from tests.integration.chaser_rounds import Rounds
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import at_jst, data_of, labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

S = ConsultationState
STARTED = date(2026, 10, 30)


@pytest.fixture
def rounds(counter: Counter) -> Rounds:
    """A matched case of CLERK's whose person began to work on Friday 30 October."""
    opened = Rounds.at(counter)
    opened.office.desk.case(taken_by=CLERK)
    opened.office.put(1, S.MATCHED)
    opened.match(STARTED)
    return opened


async def press(rounds: Rounds, user: int, shown: Shown, label: str) -> Shown:
    await rounds.office.desk.press_data(user, data_of(shown, label), shown.chat, shown.message_id)
    return rounds.counter.wire.shown[shown.chat, shown.message_id]


async def test_the_assignee_is_asked_and_the_answer_is_in_the_history(rounds: Rounds) -> None:
    assert await rounds.days(date(2026, 11, 27), date(2026, 11, 29)) == {}
    (shown,) = await rounds.tick(date(2026, 11, 30), "09:00")
    assert shown.chat == CLERK
    assert shown.text == (
        "<b>R8-0001</b>　成約1の就業から1か月です。\n"
        "状況を確認し、「確認した」を押してください。\n成約あり　a0"
    )
    assert labels(shown)[:3] == ["確認した", "終了・変更", "案件を開く"]
    done = await press(rounds, CLERK, shown, "確認した")
    assert done.text.split("\n")[0] == "<b>R8-0001</b>　対応済みです。"
    assert rounds.counter.wire.alerts[-1] == "確認を記録しました。"
    assert await rounds.counter.read("select act, day, actor from match_events") == [
        ("follow_up", "2026-11-30", CLERK)
    ]
    await rounds.office.press(CLERK, "cs:past:1")
    assert "成約1：状況を確認　2026年11月30日" in rounds.office.shown(CLERK).text
    # A second tap, by anybody, records nothing.
    await press(rounds, CLERK, shown, "確認した")
    assert rounds.counter.wire.alerts[-1] == "この件は対応済みです。"
    assert await rounds.counter.read("select count(*) from match_events") == [(1,)]
    actions = await rounds.counter.read(
        "select action from audit_log where action like 'follow%' order by id"
    )
    assert actions == [("follow_up",), ("follow_up_refused",)]


async def test_what_nobody_follows_up_goes_to_managers_and_the_next_takes_its_place(
    rounds: Rounds,
) -> None:
    assert await rounds.days(date(2026, 11, 30), date(2026, 12, 9)) == {
        "11-30 09:00": [CLERK],
        "12-02 09:00": [MANAGER, CLERK],
        "12-09 09:00": [MANAGER, CLERK],
    }
    boss = rounds.counter.wire.asking(MANAGER)
    assert boss.text.split("\n")[1] == "担当の方に状況をご確認ください。"
    (shown,) = await rounds.tick(date(2027, 2, 1), "09:00")
    assert (shown.chat, "3か月" in shown.text) == (CLERK, True)
    # The old question is settled by the new one.
    old = await press(rounds, MANAGER, boss, "確認した")
    assert "対応済み" in old.text
    assert await rounds.counter.read("select count(*) from match_events") == [(0,)]


async def test_one_three_and_six_months_and_then_no_more(rounds: Rounds) -> None:
    asked = []
    for day in (
        date(2026, 11, 30),
        date(2026, 12, 28),
        date(2027, 1, 29),
        date(2027, 2, 1),
        date(2027, 4, 28),
        date(2027, 4, 30),
        date(2027, 10, 29),
    ):
        for shown in await rounds.tick(day, "09:00"):
            asked.append((day.strftime("%m-%d"), shown.chat))
            await press(rounds, CLERK, shown, "確認した")
    # 30 January is a Saturday.
    assert asked == [("11-30", CLERK), ("02-01", CLERK), ("04-30", CLERK)]


@pytest.mark.parametrize(
    "state", [MatchState.ENDED, MatchState.CANCELLED_BEFORE_START, MatchState.VOID]
)
async def test_who_does_not_work_there_is_not_asked_about(
    counter: Counter, state: MatchState
) -> None:
    rounds = Rounds.at(counter)
    rounds.office.desk.case(taken_by=CLERK)
    rounds.office.put(1, S.MATCHED)
    rounds.match(STARTED, state=state)
    assert await rounds.days(date(2026, 11, 30), date(2026, 12, 2)) == {}


async def test_nor_is_a_case_that_is_closed(rounds: Rounds) -> None:
    (shown,) = await rounds.tick(date(2026, 11, 30), "09:00")
    rounds.office.put(1, S.CLOSED_DONE)
    assert await rounds.days(date(2026, 12, 1), date(2026, 12, 4)) == {}
    assert "対応済み" in (await press(rounds, CLERK, shown, "確認した")).text
    assert await rounds.counter.read("select count(*) from match_events") == [(0,)]


async def test_the_planned_start_is_asked_about_and_a_case_of_nobody_in_the_staff_chat(
    counter: Counter,
) -> None:
    rounds = Rounds.at(counter)
    rounds.office.desk.case()
    rounds.office.put(1, S.MATCHED)
    rounds.match(STARTED, state=MatchState.AGREED)
    shown = await rounds.tick(date(2026, 11, 30), "09:00")
    (asked,) = [one for one in shown if "確認した" in labels(one)]
    assert asked.chat == STAFF_CHAT
    assert "成約1の就業予定日から1か月です。" in asked.text
    assert "終了・変更" not in labels(asked)
    after = await press(rounds, SUB, asked, "1週間保留")
    assert "<b>12月7日（月）まで保留</b>　Person 403" in after.text
    done = await press(rounds, SUB, after, "確認した")
    assert "対応済み" in done.text


async def test_only_those_it_is_for_answer(rounds: Rounds) -> None:
    (shown,) = await rounds.tick(date(2026, 11, 30), "09:00")
    data = data_of(shown, "確認した")
    for user in (SUB, PLANNING, STRANGER):
        await rounds.office.desk.press_data(user, data, user, 50)
    assert (STRANGER, 50) not in rounds.counter.wire.shown
    assert await rounds.counter.read("select count(*) from match_events") == [(0,)]
    refused = await rounds.counter.read(
        "select actor from audit_log where action = 'follow_up_refused' order by id"
    )
    assert refused == [(SUB,), (PLANNING,), (STRANGER,)]


async def test_the_end_of_the_work_is_recorded_with_the_match(rounds: Rounds) -> None:
    rounds.counter.moment = at_jst(date(2026, 11, 30), "09:00")
    (shown,) = await rounds.tick(date(2026, 11, 30), "09:00")
    card = await press(rounds, CLERK, shown, "終了・変更")
    assert card.text.startswith("<b>R8-0001</b>　成約1")


async def test_done_is_for_a_follow_up_only(counter: Counter) -> None:
    rounds = Rounds.at(counter)
    rounds.office.desk.case()
    (shown,) = await rounds.tick(date(2026, 11, 26), "09:00")
    chaser = data_of(shown, "1週間保留").split(":")[-1]
    await rounds.office.desk.press_data(CLERK, f"ch:done:{chaser}", STAFF_CHAT, shown.message_id)
    assert await counter.read("select count(*) from match_events") == [(0,)]
    assert await counter.read("select count(*) from dead_letters") == [(0,)]
