"""From a case's card: staff book its meeting, or say that one was held without a booking."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from domain.bookings import BookingState
from domain.consultations import ConsultationState
from tests.integration.case_office import CLERK, MANAGER, PLANNING, STRANGER, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import OWNER, THURSDAY, labels
from tests.integration.test_walk_ins import log

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

_S = ConsultationState
SLOT = "202611261100"


@pytest.fixture
def cases(counter: Counter) -> Cases:
    return Cases(counter)


async def figures(counter: Counter) -> list[tuple[str, int, str]]:
    return await counter.read(
        "select kind, delta, effective_date from kpi_events"
        " where kind != 'consultations' order by id"
    )


async def test_a_walk_in_goes_on_to_a_meeting_and_is_met_without_an_owner_in_the_bot(
    cases: Cases,
) -> None:
    counter = cases.counter
    await log(counter, CLERK)
    await counter.press(CLERK, "案件を開く")
    for label in ("面談を予約", "拠点", "11月26日", "11:00"):
        await counter.press(CLERK, label)
    assert "お電話などでお伝えください" in counter.wire.asking(CLERK).text
    await counter.press(CLERK, "予約する")
    assert cases.state(1) is _S.BOOKED
    card = counter.wire.asking(CLERK)
    assert "11月26日（木） 11:00" in card.text
    assert {"面談を予約する", "面談した"}.isdisjoint(labels(card))
    await cases.desk.deliver()
    told = {chat for chat, _ in counter.wire.shown}
    assert told == {CLERK, STAFF_CHAT}
    counter.moment = counter.moment.replace(day=26, hour=4)
    await counter.press(CLERK, "面談")
    await counter.update(counter.press_body(CLERK, "mt:met:b1.1", CLERK, 5))
    assert cases.state(1) is _S.MET
    assert await figures(counter) == [
        ("meetings", 1, "2026-11-26"),
        ("first_meetings", 1, "2026-11-26"),
    ]


async def test_an_owner_is_told_of_the_meeting_that_staff_booked_for_them(cases: Cases) -> None:
    counter, case = cases.counter, cases.desk.case(taken_by=CLERK)
    await cases.press(CLERK, f"cs:sure:{case}:hub:{SLOT}")
    assert "企業にはボットからお知らせします" in cases.shown(CLERK).text
    await cases.press(CLERK, f"cs:book:{case}:hub:{SLOT}")
    assert cases.state(case) is _S.BOOKED
    await cases.desk.deliver()
    told = counter.wire.asking(OWNER)
    assert "お話しした日時で面談を予約しました" in told.text
    assert told.file is not None
    assert ("book_meeting", "R8-0001") in [row[1:] for row in await cases.desk.audited()]
    shown = await cases.open(CLERK, case)
    assert "Person 401" in shown.text
    assert "企業と調整した日時" in shown.text


async def test_two_taps_book_one_meeting(cases: Cases) -> None:
    case = cases.desk.case(taken_by=CLERK)
    for _ in range(2):
        await cases.press(CLERK, f"cs:book:{case}:hub:{SLOT}")
    assert await cases.counter.read("select state from bookings") == [("booked",)]
    assert [row[1] for row in await cases.desk.audited()].count("book_meeting") == 1


async def test_a_case_with_a_meeting_is_shown_to_who_presses_an_old_button(cases: Cases) -> None:
    booking = cases.desk.book(taken_by=CLERK)
    case = booking.consultation_id
    for data in (f"cs:how:{case}", f"cs:days:{case}:hub", f"cs:book:{case}:hub:{SLOT}"):
        await cases.press(CLERK, data)
        assert "前の手順のボタン" in cases.counter.wire.alerts[-1]
        assert "11月26日（木） 9:30" in cases.shown(CLERK).text
    assert cases.desk.found(booking.id).starts_at == booking.starts_at


async def test_a_time_that_is_taken_or_past_is_refused(cases: Cases) -> None:
    case = cases.desk.case(taken_by=CLERK)
    for slot in ("202611232359", "202611231100", "202611280930"):
        await cases.press(CLERK, f"cs:book:{case}:hub:{slot}")
        assert "予約できなくなりました" in cases.counter.wire.alerts[-1]
    assert await cases.counter.read("select count(*) from bookings") == [(0,)]
    assert cases.state(case) is _S.TRIAGED


async def test_whoever_books_for_a_case_that_nobody_has_takes_it(cases: Cases) -> None:
    case = cases.desk.case()
    await cases.press(CLERK, f"cs:book:{case}:hub:{SLOT}")
    assert cases.state(case) is _S.BOOKED
    assert await cases.counter.read("select assignee from consultations") == [(CLERK,)]


async def test_a_hold_for_the_owner_is_given_back_when_staff_book(cases: Cases) -> None:
    hold = cases.desk.hold()
    case = cases.desk.found(hold).consultation_id
    await cases.press(MANAGER, f"cs:book:{case}:hub:{SLOT}")
    assert cases.desk.found(hold).state is BookingState.LAPSED
    assert await cases.counter.read("select count(*) from bookings where state = 'booked'") == [
        (1,)
    ]


@pytest.mark.parametrize("user", [PLANNING, STRANGER])
async def test_those_who_may_not_change_meetings_neither_book_nor_record(
    cases: Cases, user: int
) -> None:
    case = cases.desk.case(taken_by=CLERK)
    for data in (
        f"cs:how:{case}", f"cs:days:{case}:hub", f"cs:times:{case}:hub:20261126",
        f"cs:sure:{case}:hub:{SLOT}", f"cs:book:{case}:hub:{SLOT}", f"cs:held:{case}",
        f"cs:met:{case}:tr:20261124",
    ):  # fmt: skip
        await cases.press(user, data)
    assert cases.state(case) is _S.TRIAGED
    assert await cases.counter.read("select count(*) from bookings") == [(0,)]
    assert await figures(cases.counter) == []
    refused = [row for row in await cases.desk.audited() if "refused" in row[1]]
    assert len(refused) == 7


@pytest.mark.parametrize(
    "data",
    [
        "cs:how:99", "cs:how:x", "cs:days:1:tea", "cs:times:1:hub:20260230", "cs:sure:1:hub:1",
        "cs:book:1:hub", "cs:book:1:hub:202611261100:9", "cs:met:1:zz:20261124",
        "cs:met:1:tr:20261301", "cs:met:99:tr:20261124", "cs:held:１", "cs:held:1:tomorrow",
    ],
)  # fmt: skip
async def test_mutated_buttons_do_nothing(cases: Cases, data: str) -> None:
    case = cases.desk.case(taken_by=CLERK)
    await cases.press(CLERK, data)
    assert cases.state(case) is _S.TRIAGED
    assert await cases.counter.read("select count(*) from bookings") == [(0,)]
    assert await figures(cases.counter) == []


async def test_nothing_of_it_is_drawn_into_a_group(cases: Cases) -> None:
    case = cases.desk.case(taken_by=CLERK)
    await cases.press(CLERK, f"cs:how:{case}", STAFF_CHAT)
    assert (STAFF_CHAT, 50) not in cases.counter.wire.shown


async def test_a_meeting_without_a_booking_counts_on_its_day_once(cases: Cases) -> None:
    counter, case = cases.counter, cases.desk.case(taken_by=CLERK)
    counter.moment = counter.moment.replace(day=27)
    await cases.press(CLERK, f"cs:held:{case}")
    shown = cases.shown(CLERK)
    assert [label for label in labels(shown) if "月" in label] == [
        "11月27日（金）", "11月26日（木）", "11月25日（水）", "11月24日（火）"
    ]  # fmt: skip
    for _ in range(2):
        await cases.press(CLERK, f"cs:met:{case}:tr:20261125")
    assert "すでに記録されています" in counter.wire.alerts[-1]
    assert cases.state(case) is _S.MET
    assert await figures(counter) == [
        ("meetings", 1, "2026-11-25"),
        ("first_meetings", 1, "2026-11-25"),
    ]
    assert "面談した（11月25日（水）、予約なし）" in cases.shown(CLERK).text
    await cases.press(CLERK, f"cs:met:{case}:me:20261126")
    assert cases.state(case) is _S.MET
    assert await figures(counter) == [
        ("meetings", 1, "2026-11-25"),
        ("first_meetings", 1, "2026-11-25"),
        ("meetings", 1, "2026-11-26"),
    ]
    assert [row[1] for row in await cases.desk.audited() if row[0] == CLERK] == [
        "meeting_met", "meeting_met_refused", "meeting_met"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "alert"),
    [("20261125", "まだ来ていない日"), ("20261123", "令和8年11月24日以降")],
)
async def test_a_day_to_come_or_before_the_case_is_refused(
    cases: Cases, day: str, alert: str
) -> None:
    case = cases.desk.case(taken_by=CLERK)
    await cases.press(CLERK, f"cs:met:{case}:tr:{day}")
    assert alert in cases.counter.wire.alerts[-1]
    assert cases.state(case) is _S.TRIAGED


async def test_a_case_with_a_booked_meeting_is_not_met_without_it(cases: Cases) -> None:
    booking = cases.desk.book(day=THURSDAY, taken_by=CLERK)
    case = booking.consultation_id
    await cases.press(CLERK, f"cs:met:{case}:bo:20261124")
    assert "予約済みの面談" in cases.counter.wire.alerts[-1]
    assert cases.state(case) is _S.BOOKED


async def test_a_press_on_a_card_that_has_changed_records_nothing(cases: Cases) -> None:
    case = cases.desk.case(taken_by=CLERK)
    cases.put(case, _S.CLOSED_DECLINED)
    await cases.press(CLERK, f"cs:met:{case}:tr:20261124")
    await cases.press(CLERK, f"cs:met:{case}:xr:20261124")
    assert cases.state(case) is _S.CLOSED_DECLINED
    assert await figures(cases.counter) == []


async def test_excluding_a_case_takes_its_unbooked_meeting_off_too(cases: Cases) -> None:
    case = cases.desk.case(taken_by=MANAGER)
    await cases.press(MANAGER, f"cs:met:{case}:tr:{date(2026, 11, 24):%Y%m%d}")
    await cases.set(MANAGER, case, _S.MET, _S.DUPLICATE)
    rows = await cases.counter.read("select kind, sum(delta) from kpi_events group by kind")
    assert {total for _, total in rows} == {0}
