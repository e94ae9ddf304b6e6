"""/cases: what is listed, in which order, narrowed and paged, for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.case_events import CaseEvent
from domain.case_list import Which
from domain.case_states import Act
from domain.consultations import ConsultationState
from domain.slots import Method
from domain.staff import Role, StaffMember
from services import case_list, cases
from services.occasion import Occasion
from storage import case_events, consultations, staff
from storage.database import Database
from tests.integration.case_office import ADMIN, CLERK, MANAGER, PLANNING, STRANGER, SUB, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import ANSWERS, Ledger
from tests.integration.staff_desk import THURSDAY, at_jst, labels
from tests.integration.test_figures import command_in_group

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

S = ConsultationState


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


def references(text: str) -> list[str]:
    return [line[3:10] for line in text.split("\n") if line.startswith("<b>R8-")]


async def test_what_needs_attention_comes_first(office: Cases) -> None:
    # Submitted on Tuesday: the rest in the order of their last change.
    for _ in range(5):
        office.desk.case()
    for case in (3, 2):
        office.counter.moment += timedelta(minutes=1)
        office.desk.do(lambda tx, at, n=case: cases.take(tx, at, CLERK, "Person 401", n))
    booking = office.desk.book(THURSDAY, "09:30", Method.HUB, taken_by=MANAGER)
    office.counter.moment = booking.ends_at
    office.put(4, S.CLOSED_DONE)
    office.put(5, S.SPAM)
    shown = await office.desk.say(CLERK, "/cases")
    assert references(shown.text) == ["R8-0006", "R8-0001", "R8-0003", "R8-0002"]
    assert "<b>面談の結果が未記録</b>" in shown.text
    assert "3開庁日超</b>" not in shown.text
    office.counter.moment = at_jst(date(2026, 12, 1), "09:00")
    shown = await office.desk.say(CLERK, "/cases")
    assert references(shown.text) == ["R8-0001", "R8-0006", "R8-0003", "R8-0002"]
    assert shown.text.split("\n")[:3] == [
        "<b>進行中の案件</b>　すべて　4件",
        "<b>R8-0001</b>　受付　a0",
        "　担当なし　11月24日（火）から　<b>3開庁日超</b>",
    ]


async def test_the_list_is_narrowed_by_buttons(office: Cases) -> None:
    for _ in range(4):
        office.desk.case()
    office.counter.moment += timedelta(minutes=1)
    office.desk.do(lambda tx, at: cases.take(tx, at, CLERK, "Person 401", 1))
    office.desk.do(lambda tx, at: cases.take(tx, at, SUB, "Person 403", 2))
    office.desk.do(lambda tx, at: staff.remove(tx, SUB, at.now))
    office.put(1, S.CONTACTING)
    await office.desk.say(CLERK, "/cases")
    shown = await office.desk.press(CLERK, "自分の担当")
    assert references(shown.text) == ["R8-0001"]
    assert "✓ 自分の担当" in labels(shown)
    # Whoever left the staff has no case any more.
    shown = await office.desk.press(CLERK, "担当なし")
    assert references(shown.text) == ["R8-0003", "R8-0004", "R8-0002"]
    shown = await office.desk.press(CLERK, "3開庁日超")
    assert "案件はありません" in shown.text
    office.counter.moment = at_jst(date(2026, 12, 1), "09:00")
    shown = await office.desk.press(CLERK, "3開庁日超")
    assert references(shown.text) == ["R8-0003", "R8-0004", "R8-0002", "R8-0001"]
    # Handing it over reaches no company; a note says that somebody did.
    at_it = office.counter.moment - timedelta(minutes=1)
    for act in (Act.HAND_OVER, Act.NOTE):
        event = CaseEvent(act, S.CONTACTING, S.CONTACTING, CLERK, at_it)
        office.desk.do(lambda tx, _at, event=event: case_events.add(tx, 1, event))
        shown = await office.desk.press(CLERK, "3開庁日超")
        assert ("R8-0001" in references(shown.text)) is (act is Act.HAND_OVER)
    asked = await office.desk.press(CLERK, "状態で絞る")
    assert labels(asked) == ["受付　2", "担当決定　1", "連絡中　1", "すべて"]
    shown = await office.desk.press(CLERK, "連絡中")
    assert references(shown.text) == ["R8-0001"]
    await office.desk.press(CLERK, "区域で絞る")
    shown = await office.desk.press(CLERK, "a0")
    assert len(references(shown.text)) == 4
    opened = await office.desk.press(CLERK, "R8-0003")
    assert opened.text.startswith("<b>R8-0003</b>　受付")
    assert "<b>進行中の案件</b>　すべて" in (await office.desk.press(CLERK, "案件の一覧")).text


async def test_eight_cases_are_a_page(office: Cases) -> None:
    for _ in range(17):
        office.desk.case()
    seen = references((await office.desk.say(CLERK, "/cases")).text)
    for page in (2, 3):
        shown = await office.desk.press(CLERK, "次へ")
        assert f"{page}／3ページ" in shown.text
        seen += references(shown.text)
    assert "次へ ›" not in labels(shown)
    assert seen == [f"R8-{number:04d}" for number in range(1, 18)]
    shown = await office.desk.press(CLERK, "前へ")
    assert "2／3ページ" in shown.text
    # A page that is not there any more is the last one.
    office.desk.do(
        lambda tx, _at: [consultations.set_state(tx, n, S.CLOSED_DONE) for n in range(1, 10)]
    )
    await office.press(CLERK, "cl:all:2")
    assert "8件" in office.shown(CLERK).text
    assert len(references(office.shown(CLERK).text)) == 8


async def test_the_staff_chat_reads_it_and_opens_a_case_in_private(office: Cases) -> None:
    office.desk.case()
    for user in (ADMIN, MANAGER, SUB, CLERK, PLANNING):
        (shown,) = await command_in_group(office.counter, user, STAFF_CHAT, "/cases")
        assert references(shown.text) == ["R8-0001"]
    await office.desk.press(CLERK, "R8-0001", STAFF_CHAT)
    assert office.counter.wire.asking(CLERK).text.startswith("<b>R8-0001</b>　受付")
    assert await command_in_group(office.counter, STRANGER, STAFF_CHAT, "/cases") == []
    assert await command_in_group(office.counter, CLERK, -2002, "/cases") == []
    shown = await office.desk.say(STRANGER, "/cases")
    assert "案件" not in shown.text


@pytest.mark.parametrize(
    "data",
    ["cl:all", "cl:all:x", "cl:all:9999999", "cl:s-zz:0", "cl:s-xd:0", "cl:a-:0", "cl:", "cl:no:0"],
)
async def test_a_button_of_no_list_does_nothing(office: Cases, data: str) -> None:
    office.desk.case()
    await office.press(CLERK, data)
    await office.press(STRANGER, data)
    assert (STRANGER, 50) not in office.counter.wire.shown
    assert await office.counter.read("select count(*) from dead_letters") == [(0,)]


async def test_the_list_of_an_unknown_area_is_empty(office: Cases) -> None:
    office.desk.case()
    await office.press(CLERK, "cl:a-nowhere:0")
    assert "案件はありません" in office.shown(CLERK).text


def test_both_databases_list_the_same(url: str) -> None:
    database = Database(url)
    ledger = Ledger(database)
    south = {**ANSWERS, "area": "south"}
    for answers in (ANSWERS, south, south):
        ledger.consult(date(2026, 11, 24), answers=answers)
    at = Occasion(load_programme(SAMPLE), STAFF_CHAT, at_jst(date(2026, 12, 1), "09:00"))
    member = StaffMember(CLERK, "", Role.CLERK, at.now)
    database.write(lambda tx: staff.register(tx, member)).result()
    database.write(lambda tx: cases.take(tx, at, CLERK, "職員", 2)).result()
    tally = database.read(lambda tx: case_list.tally(tx, CLERK)).result()
    assert (tally.states, tally.areas) == ({S.NEW: 2, S.TRIAGED: 1}, {"a0": 1, "south": 2})
    shown = database.read(lambda tx: case_list.page(tx, at, CLERK, Which.ALL, 5)).result()
    database.close()
    assert [(one.id, one.assignee, one.is_overdue) for one in shown.cases] == [
        (1, None, True),
        (3, None, True),
        (2, "職員", False),
    ]
