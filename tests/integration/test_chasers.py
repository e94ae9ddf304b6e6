"""Chasers: what is undone is said on working days, to whom, until when, and put off by a button."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from domain.closures import Interval
from domain.consultations import ConsultationState
from domain.fiscal_year import jst_midnight
from domain.slots import Method
from domain.staff import Role, StaffMember
from services import cases, chasers
from services.occasion import Occasion
from storage import closures, staff
from storage.database import Database
from tests.integration.case_office import ADMIN, CLERK, MANAGER, PLANNING, STRANGER, SUB
from tests.integration.chaser_rounds import Rounds
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import Ledger
from tests.integration.relay_office import OWNER, Relay
from tests.integration.staff_desk import THURSDAY, at_jst, data_of, labels

if TYPE_CHECKING:
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

S = ConsultationState
TUESDAY, WEDNESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 27)
MONDAY = date(2026, 11, 30)


@pytest.fixture
def rounds(counter: Counter) -> Rounds:
    """A counter with every role at it on Tuesday 24 November, 10:00."""
    return Rounds.at(counter)


def take(rounds: Rounds, user: int, case: int = 1) -> None:
    rounds.office.desk.do(lambda tx, at: cases.take(tx, at, user, f"Person {user}", case))


async def press(rounds: Rounds, user: int, shown: Shown, label: str) -> Shown:
    """Press a button of a message; return the message as it is then."""
    await rounds.office.desk.press_data(user, data_of(shown, label), shown.chat, shown.message_id)
    return rounds.counter.wire.shown[shown.chat, shown.message_id]


async def statuses(rounds: Rounds) -> list[tuple[int, str]]:
    return await rounds.counter.read(
        "select recipient, status from outbox where kind like 'chaser%' order by id"
    )


async def test_what_nobody_takes_goes_to_the_staff_chat_and_then_to_managers_too(
    rounds: Rounds,
) -> None:
    rounds.office.desk.case()
    assert await rounds.days(TUESDAY, date(2026, 12, 8)) == {
        "11-26 09:00": [STAFF_CHAT],
        "11-30 09:00": [STAFF_CHAT, MANAGER],
        "12-07 09:00": [STAFF_CHAT, MANAGER],
    }


async def test_what_it_says_without_personal_data(rounds: Rounds) -> None:
    rounds.office.desk.case()
    (shown,) = await rounds.tick(THURSDAY, "09:00")
    assert shown.text == (
        "<b>R8-0001</b>　11月24日（火）から、担当が決まっていません。\n"
        "担当できる方は「担当する」を押してください。\n受付　a0"
    )
    assert labels(shown) == [
        "担当する",
        "案件を開く（個別チャット）",
        "翌開庁日まで",
        "3開庁日保留",
        "1週間保留",
    ]
    by_chat = {one.chat: one for one in await rounds.tick(MONDAY, "09:00")}
    to_manager = by_chat[MANAGER]
    assert to_manager.text.split("\n")[1] == "担当を決めてください。"
    taken = await press(rounds, CLERK, shown, "担当する")
    assert taken.text.startswith("<b>R8-0001</b>　担当決定")
    assert taken.text.endswith("担当：Person 401")


async def test_who_has_a_case_is_told_that_nobody_was_contacted_and_then_managers(
    rounds: Rounds,
) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    rounds.office.put(1, S.CONTACTING)
    assert await rounds.days(TUESDAY, date(2026, 12, 9)) == {
        "11-30 09:00": [CLERK],
        "12-02 09:00": [MANAGER, CLERK],
        "12-09 09:00": [MANAGER, CLERK],
    }
    (told,) = [one for one in rounds.counter.wire.shown.values() if one.chat == CLERK][:1]
    assert told.text == (
        "<b>R8-0001</b>　11月24日（火）から、企業への連絡の記録がありません。\n"
        "ご連絡のうえ、状態の変更かメモで記録してください。\n連絡中　a0"
    )
    (boss, *_) = [one for one in rounds.counter.wire.shown.values() if one.chat == MANAGER]
    assert boss.text.split("\n")[1:] == [
        "担当の方に状況をご確認ください。",
        "連絡中　a0",
        "担当：Person 401",
    ]
    opened = await press(rounds, MANAGER, boss, "案件を開く")
    assert opened.text.startswith("<b>R8-0001</b>　連絡中")


async def test_a_note_or_a_booking_is_a_contact(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    rounds.counter.moment = at_jst(FRIDAY, "16:00")
    await rounds.office.press(CLERK, "cs:note:1")
    await rounds.counter.say(CLERK, "お電話しました。")
    assert await rounds.days(MONDAY, date(2026, 12, 3)) == {"12-03 09:00": [CLERK]}
    rounds.counter.moment = at_jst(date(2026, 12, 3), "11:00")
    booked = rounds.office.desk.book(date(2026, 12, 8), "09:30", Method.HUB, taken_by=CLERK)
    assert booked.consultation_id == 2
    assert "12-09 09:00" not in await rounds.days(date(2026, 12, 4), date(2026, 12, 9))


@pytest.mark.parametrize(("writer", "told"), [(CLERK, "12-03 09:00"), (OWNER, "11-30 09:00")])
async def test_a_message_to_the_owner_is_a_contact_and_one_from_them_is_not(
    counter: Counter, writer: int, told: str
) -> None:
    relay = Relay(counter)
    rounds = Rounds(relay.cases)
    relay.case()
    rounds.counter.moment = at_jst(TUESDAY, "11:00")
    await relay.send(OWNER, "お願いします。")
    await relay.deliver()
    rounds.counter.moment = at_jst(FRIDAY, "11:00")
    if writer == CLERK:
        await relay.send(CLERK, "承知しました。", to=relay.newest(CLERK))
    else:
        await relay.send(OWNER, "いかがでしょうか。")
    await relay.deliver()
    assert await counter.read("select count(*) from relay_messages") == [(2,)]
    found = await rounds.days(FRIDAY, date(2026, 12, 3))
    assert next(iter(found)) == told


async def test_golden_week_the_turn_of_the_year_and_of_the_fiscal_year(rounds: Rounds) -> None:
    for first, last, when in (
        (date(2026, 12, 28), date(2027, 1, 6), "01-05 09:00"),
        (date(2027, 3, 30), date(2027, 4, 2), "04-01 09:00"),
        (date(2027, 4, 30), date(2027, 5, 7), "05-07 09:00"),
    ):
        rounds.counter.moment = at_jst(first, "00:00")
        (case,) = [rounds.office.desk.ledger.consult(first)]
        found = await rounds.days(first, last)
        assert found[when] == [STAFF_CHAT]
        assert list(found) == [when]
        take(rounds, CLERK, case)
        rounds.office.put(case, S.MET)


async def test_a_day_that_staff_closed_does_not_count_and_nothing_is_said_on_it(
    rounds: Rounds,
) -> None:
    rounds.office.desk.case()
    thursday = jst_midnight(THURSDAY)
    closed = Interval(thursday, thursday + timedelta(days=1))
    rounds.office.desk.do(lambda tx, _at: closures.replace(tx, [], [closed]))
    assert await rounds.days(TUESDAY, FRIDAY) == {"11-27 09:00": [STAFF_CHAT]}


async def test_nothing_is_said_outside_office_hours(rounds: Rounds) -> None:
    rounds.office.desk.case()
    assert await rounds.tick(THURSDAY, "08:59") == []
    assert await rounds.tick(THURSDAY, "17:00") == []
    assert [one.chat for one in await rounds.tick(FRIDAY, "09:00")] == [STAFF_CHAT]


async def test_a_bot_that_was_down_says_the_latest_once(rounds: Rounds) -> None:
    rounds.office.desk.case()
    shown = await rounds.tick(date(2026, 12, 16), "14:00")
    assert sorted(one.chat for one in shown) == [STAFF_CHAT, MANAGER]
    await rounds.counter.close()
    await rounds.counter.open()
    assert await rounds.tick(date(2026, 12, 16), "14:30") == []
    assert await rounds.tick(date(2026, 12, 22), "17:30") == []


async def test_a_moment_before_midnight_is_another_day_in_japan(rounds: Rounds) -> None:
    rounds.counter.moment = at_jst(TUESDAY, "23:59")
    rounds.office.desk.case()
    rounds.office.desk.case()
    late, early = at_jst(TUESDAY, "23:59"), at_jst(WEDNESDAY, "00:00")
    rounds.office.desk.do(
        lambda tx, _at: [
            tx.connection.execute(
                text("update consultations set submitted_at = :at where id = :id"),
                {"at": moment.replace(tzinfo=None), "id": case},
            )
            for case, moment in ((1, late), (2, early))
        ]
    )
    assert [one.text[3:10] for one in await rounds.tick(THURSDAY, "09:00")] == ["R8-0001"]
    assert [one.text[3:10] for one in await rounds.tick(FRIDAY, "09:00")] == ["R8-0002"]


async def test_without_a_manager_the_sub_manager_and_else_administrators_are_told(
    rounds: Rounds,
) -> None:
    rounds.office.desk.case()
    await rounds.tick(THURSDAY, "09:00")
    rounds.office.desk.do(lambda tx, at: staff.remove(tx, MANAGER, at.now))
    assert sorted(one.chat for one in await rounds.tick(MONDAY, "09:00")) == [STAFF_CHAT, SUB]
    rounds.office.desk.do(lambda tx, at: staff.remove(tx, SUB, at.now))
    told = await rounds.tick(date(2026, 12, 7), "09:00")
    assert sorted(one.chat for one in told) == [STAFF_CHAT, ADMIN]


async def test_a_manager_who_has_the_case_is_told_once(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, MANAGER)
    assert await rounds.days(MONDAY, date(2026, 12, 2)) == {
        "11-30 09:00": [MANAGER],
        "12-02 09:00": [MANAGER],
    }


async def test_managers_are_told_of_a_meeting_without_outcome(rounds: Rounds) -> None:
    rounds.office.desk.book(THURSDAY, "09:30", Method.HUB, taken_by=CLERK)
    found = await rounds.days(THURSDAY, date(2026, 12, 8))
    assert found == {"12-01 09:00": [MANAGER], "12-08 09:00": [MANAGER]}
    (boss, *_) = [one for one in rounds.counter.wire.shown.values() if one.chat == MANAGER]
    assert boss.text.split("\n")[:2] == [
        "<b>R8-0001</b>　11月26日（木）の面談の結果が、記録されていません。",
        "担当の方とご確認のうえ、記録してください。",
    ]
    await rounds.office.desk.press_data(CLERK, "mt:met:b1.1", CLERK, 7)
    settled = await press(rounds, MANAGER, boss, "1週間保留")
    assert settled.text.startswith("<b>R8-0001</b>　対応済みです。\n面談済　a0")
    assert rounds.counter.wire.alerts[-1] == "この件は対応済みです。"
    assert "1週間保留" not in labels(settled)


async def test_whoever_left_has_no_case_any_more(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    rounds.counter.moment = at_jst(FRIDAY, "10:00")
    rounds.office.desk.do(lambda tx, at: staff.remove(tx, CLERK, at.now))
    assert await rounds.days(MONDAY, date(2026, 12, 1)) == {"12-01 09:00": [STAFF_CHAT]}
    shown = rounds.counter.wire.asking(STAFF_CHAT)
    assert shown.text.split("\n")[0] == (
        "<b>R8-0001</b>　11月27日（金）から、担当が決まっていません。"
    )


# Decided, but not sent yet.


async def decided(rounds: Rounds, day: date) -> None:
    """Decide what is due at the opening of a day, and send nothing."""
    rounds.counter.moment = at_jst(day, "09:00")
    rounds.office.desk.do(chasers.decide)


async def test_what_is_settled_before_it_is_sent_is_not_sent(rounds: Rounds) -> None:
    rounds.office.desk.case()
    await decided(rounds, THURSDAY)
    take(rounds, CLERK)
    assert await rounds.sent() == []
    assert await statuses(rounds) == [(STAFF_CHAT, "moot")]


async def test_what_is_handed_over_before_it_is_sent_goes_to_who_has_it_now(
    rounds: Rounds,
) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    await decided(rounds, MONDAY)
    await rounds.office.press(CLERK, f"cs:give:1:{CLERK}:{SUB}")
    assert [one.chat for one in await rounds.sent()] == [SUB]
    assert await statuses(rounds) == [(CLERK, "moot"), (SUB, "sent")]
    assert await rounds.days(MONDAY, date(2026, 12, 2)) == {"12-02 09:00": [MANAGER, SUB]}


async def test_what_is_decided_but_not_sent_waits_for_the_office_to_open(rounds: Rounds) -> None:
    rounds.office.desk.case()
    await decided(rounds, THURSDAY)
    for moment in (at_jst(THURSDAY, "17:00"), at_jst(FRIDAY, "08:59")):
        rounds.counter.moment = moment
        assert await rounds.sent() == []
    due = await rounds.counter.read("select due_at from outbox where kind = 'chaser'")
    assert due == [("2026-11-27 00:00:00.000000",)]
    rounds.counter.moment = at_jst(FRIDAY, "09:00")
    assert [one.chat for one in await rounds.sent()] == [STAFF_CHAT]


async def test_a_manager_who_left_before_it_is_sent_is_not_told(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    await decided(rounds, date(2026, 12, 2))
    rounds.office.desk.do(lambda tx, at: staff.remove(tx, MANAGER, at.now))
    assert [one.chat for one in await rounds.sent()] == [CLERK]
    assert await statuses(rounds) == [(CLERK, "sent"), (MANAGER, "moot")]


async def test_an_assignee_whom_the_bot_cannot_write_to_is_named_in_the_staff_chat(
    rounds: Rounds,
) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    refused = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked"}
    rounds.counter.wire.refusing[CLERK] = (403, refused)
    (shown,) = await rounds.tick(MONDAY, "09:00")
    assert shown.chat == STAFF_CHAT
    assert shown.text.split("\n")[-1] == "担当：Person 401"


# Putting off.


@pytest.mark.parametrize(
    ("label", "until", "then"),
    [
        ("翌開庁日まで", "12月1日（火）", {"12-01": [CLERK], "12-02": [MANAGER, CLERK]}),
        ("3開庁日保留", "12月3日（木）", {"12-03": [MANAGER, CLERK]}),
        ("1週間保留", "12月7日（月）", {"12-07": [MANAGER, CLERK]}),
    ],
)
async def test_a_chaser_is_put_off_by_a_button_and_says_until_when(
    rounds: Rounds, label: str, until: str, then: dict[str, list[int]]
) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    (shown,) = await rounds.tick(MONDAY, "09:00")
    after = await press(rounds, CLERK, shown, label)
    assert after.text.split("\n")[-1] == f"<b>{until}まで保留</b>　Person 401"
    assert rounds.counter.wire.alerts[-1] == f"{until}まで保留"
    found = await rounds.days(MONDAY, date(2026, 12, 7))
    assert found == {f"{day} 09:00": chats for day, chats in then.items()}
    audit = await rounds.counter.read(
        "select actor, subject from audit_log where action = 'chaser_snooze'"
    )
    assert audit == [(CLERK, "R8-0001")]


async def test_pressed_twice_it_is_put_off_once(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    (shown,) = await rounds.tick(MONDAY, "09:00")
    first = await press(rounds, CLERK, shown, "翌開庁日まで")
    assert await press(rounds, CLERK, first, "翌開庁日まで") == first
    assert await rounds.counter.read("select until, by from snoozes") == [("2026-12-01", CLERK)]


async def test_an_old_button_shows_how_it_stands(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    (shown,) = await rounds.tick(MONDAY, "09:00")
    rounds.counter.moment = at_jst(MONDAY, "11:00")
    await rounds.office.set(CLERK, 1, S.TRIAGED, S.CONTACTING)
    settled = await press(rounds, CLERK, shown, "1週間保留")
    assert settled.text == "<b>R8-0001</b>　対応済みです。\n連絡中　a0"
    assert labels(settled) == ["案件を開く"]
    # The next one of the same kind is another matter, and was not put off by it.
    (again, *_) = await rounds.tick(date(2026, 12, 4), "09:00")
    assert "11月30日（月）から" in again.text
    # The message that was settled is redrawn from any of its buttons.
    data = data_of(shown, "1週間保留")
    await rounds.office.desk.press_data(CLERK, data, CLERK, shown.message_id)
    assert await rounds.counter.read("select count(*) from snoozes") == [(0,)]


async def test_only_those_it_is_for_put_it_off(rounds: Rounds) -> None:
    rounds.office.desk.case()
    take(rounds, CLERK)
    (shown,) = await rounds.tick(MONDAY, "09:00")
    data = data_of(shown, "1週間保留")
    for user, alert in (
        (SUB, "この件を保留できるのは、担当者とマネージャーです。"),
        (PLANNING, "恐れ入ります。ご自身の役割では"),
        (STRANGER, "登録された職員だけ"),
    ):
        await rounds.office.desk.press_data(user, data, user, 50)
        assert alert[:12] in rounds.counter.wire.alerts[-1]
    assert (STRANGER, 50) not in rounds.counter.wire.shown
    assert (PLANNING, 50) not in rounds.counter.wire.shown
    assert await rounds.counter.read("select count(*) from snoozes") == [(0,)]
    refused = await rounds.counter.read(
        "select actor from audit_log where action = 'chaser_snooze_refused' order by id"
    )
    assert refused == [(SUB,), (PLANNING,), (STRANGER,)]
    # A manager may, before they are told too.
    after = await press(rounds, MANAGER, shown, "翌開庁日まで")
    assert "Person 400" in after.text


async def test_in_the_staff_chat_anybody_who_works_on_cases_puts_it_off(rounds: Rounds) -> None:
    rounds.office.desk.case()
    (shown,) = await rounds.tick(THURSDAY, "09:00")
    after = await press(rounds, SUB, shown, "翌開庁日まで")
    assert after.text.split("\n")[-1] == "<b>11月27日（金）まで保留</b>　Person 403"
    assert await rounds.days(THURSDAY, MONDAY) == {
        "11-27 09:00": [STAFF_CHAT],
        "11-30 09:00": [STAFF_CHAT, MANAGER],
    }


@pytest.mark.parametrize(
    "data", ["ch:", "ch:day", "ch:day:", "ch:day:99", "ch:day:x", "ch:year:1", "ch:day:1:2"]
)
async def test_a_button_of_no_chaser_does_nothing(rounds: Rounds, data: str) -> None:
    rounds.office.desk.case()
    await rounds.tick(THURSDAY, "09:00")
    await rounds.office.press(CLERK, data)
    await rounds.office.press(STRANGER, data)
    assert (STRANGER, 50) not in rounds.counter.wire.shown
    assert await rounds.counter.read("select count(*) from snoozes") == [(0,)]
    assert await rounds.counter.read("select count(*) from dead_letters") == [(0,)]


# Several processes.

RACERS = 4


def test_racing_processes_decide_once(url: str) -> None:
    programme = load_programme(SAMPLE)
    racers = [Database(url) for _ in range(RACERS)]
    ledger = Ledger(racers[0])
    for _ in range(3):
        ledger.consult(TUESDAY)
    boss = StaffMember(MANAGER, "", Role.MANAGER, datetime(2026, 4, 1).astimezone())
    racers[0].write(lambda tx: staff.register(tx, boss)).result()
    for number in range(10):
        at = Occasion(programme, STAFF_CHAT, at_jst(WEDNESDAY + timedelta(days=number), "09:00"))
        futures = [racer.write(lambda tx, at=at: chasers.decide(tx, at)) for racer in racers]  # type: ignore[misc]
        wait(futures)
        for future in futures:
            future.result()

    def read(statement: str) -> list[tuple[object, ...]]:
        unit = lambda tx: [tuple(row) for row in tx.connection.execute(text(statement))]  # noqa: E731
        return racers[0].read(unit).result()

    outbox = read("select recipient, count(*) from outbox group by recipient order by recipient")
    rows = read("select number, stage, count(*) from chasers group by number, stage order by 1")
    for racer in racers:
        racer.close()
    assert outbox == [(STAFF_CHAT, 6), (MANAGER, 3)]
    assert rows == [(1, 1, 3), (2, 2, 3)]
