"""The calendar files of a meeting: booked, moved, cancelled, each to the owner and to the staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from ical.calendar_stream import CalendarStream

from domain.bookings import BookingState, MoveOf, Reason
from domain.fiscal_year import JST
from domain.slots import Method
from services import bookings, cases
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage import consultations, people
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import Ledger
from tests.integration.test_staff import ADMIN, CLERK, hire

if TYPE_CHECKING:
    from collections.abc import Callable

    from ical.calendar import Calendar
    from ical.event import Event

    from domain.bookings import Booking
    from storage.database import Transaction

OWNER = 100
SECOND = timedelta(seconds=1)
MORNING = datetime(2026, 11, 30, 9, 30, tzinfo=JST)
NOON = datetime(2026, 11, 30, 13, 30, tzinfo=JST)
HUB = "【見本】埼玉県プロフェッショナル人材戦略拠点"


@dataclass
class Office:
    """A counter with one case, and what happens to its meeting."""

    counter: Counter
    case: int = field(init=False)
    booking: Booking = field(init=False)

    def __post_init__(self) -> None:
        self.case = Ledger(self.counter.application.house.database).consult(date(2026, 11, 24))

    def do(self, unit: Callable[[Transaction, Occasion], Any]) -> Any:
        house = self.counter.application.house
        at = Occasion(house.programme, house.staff_chat, self.counter.moment)
        return house.database.write(lambda tx: unit(tx, at)).result()

    def book(self, method: Method = Method.HUB, start: datetime = MORNING) -> None:
        wish = Wish(method, start)
        self.booking = self.do(lambda tx, at: bookings.book(tx, at, OWNER, self.case, wish))

    @property
    def target(self) -> MoveOf:
        return MoveOf(self.booking.id, self.booking.revision)

    def move(self, start: datetime) -> None:
        wish = Wish(self.booking.method, start)
        self.booking = self.do(lambda tx, at: bookings.move(tx, at, OWNER, self.target, wish))

    def cancel(self) -> None:
        self.booking = self.do(lambda tx, at: bookings.cancel(tx, at, OWNER, self.target))

    async def deliver(self) -> None:
        for _ in range(2):
            await self.counter.delivery.send_due()
            self.counter.moment += SECOND

    def file(self, chat: int) -> tuple[Calendar, Event]:
        file = self.counter.wire.last(chat).file
        assert file is not None
        assert file[0] == "R8-0001.ics"
        (calendar,) = CalendarStream.from_ics(file[1].decode()).calendars
        (event,) = calendar.events
        return calendar, event

    def text(self, chat: int) -> str:
        return self.counter.wire.last(chat).text

    def files(self) -> list[int]:
        return [shown.chat for shown in self.counter.wire.shown.values() if shown.file is not None]


async def fates(counter: Counter) -> list[str]:
    rows = await counter.read(
        "select status from outbox where kind like '%booking_file' order by status"
    )
    return [status for (status,) in rows]


@pytest.fixture
def office(counter: Counter) -> Office:
    return Office(counter)


async def test_the_owner_gets_the_meeting_as_a_file(office: Office) -> None:
    office.book()
    await office.deliver()
    calendar, event = office.file(OWNER)
    assert calendar.method == "PUBLISH"
    assert (event.uid, event.sequence, event.status) == (office.booking.uid, 1, "CONFIRMED")
    assert (event.start, event.end) == (MORNING, MORNING + timedelta(hours=1))
    assert event.summary == f"面談：{HUB}"
    assert event.location == "見本市見本町1-1"
    assert event.description == (
        "受付番号：R8-0001\n面談の方法：拠点で面談\n電話：048-830-0000（平日 9:00〜17:00）"
    )
    assert [alarm.trigger for alarm in event.alarm] == [-timedelta(minutes=60)]
    assert office.text(OWNER) == (
        "<b>11月30日（月） 9:30〜10:30　拠点で面談</b>\n"
        "ファイルを開くと、カレンダーに登録できます。"
    )


@pytest.mark.parametrize("method", [Method.VISIT, Method.ONLINE, Method.PHONE])
async def test_only_a_meeting_at_the_hub_has_its_address(office: Office, method: Method) -> None:
    office.book(method)
    await office.deliver()
    assert office.file(OWNER)[1].location is None
    assert "見本町" not in office.text(OWNER)


async def test_staff_get_it_without_personal_data_where_nobody_has_the_case(
    office: Office,
) -> None:
    office.book()
    await office.deliver()
    calendar, event = office.file(STAFF_CHAT)
    assert calendar.method == "PUBLISH"
    assert event.uid == office.booking.uid
    assert event.summary == "R8-0001 面談（拠点で面談）"
    assert (event.description, event.location) == (None, None)
    assert office.text(STAFF_CHAT) == (
        "<b>R8-0001　面談が予約されました</b>\n11月30日（月） 9:30〜10:30　拠点で面談"
    )


async def test_the_assignee_gets_it_instead_of_the_staff_chat(
    office: Office, counter: Counter
) -> None:
    await hire(counter, CLERK)
    office.do(lambda tx, _at: consultations.take(tx, office.case, CLERK))
    office.book()
    await office.deliver()
    assert sorted(office.files()) == [OWNER, CLERK]
    office.do(lambda tx, at: people.mark_unreachable(tx, CLERK, at.now))
    office.move(NOON)
    await office.deliver()
    assert sorted(office.files()[-2:]) == [STAFF_CHAT, OWNER]


async def test_a_moved_meeting_is_the_same_with_a_higher_sequence(office: Office) -> None:
    office.book()
    await office.deliver()
    uid = office.booking.uid
    office.move(NOON)
    await office.deliver()
    for chat in (OWNER, STAFF_CHAT):
        calendar, event = office.file(chat)
        assert calendar.method == "PUBLISH"
        assert (event.uid, event.sequence, event.start) == (uid, 2, NOON)
    assert office.text(OWNER).startswith("<b>11月30日（月） 13:30")
    assert office.text(STAFF_CHAT).endswith("理由：お客様のご都合")


async def test_a_cancelled_meeting_is_taken_out(office: Office) -> None:
    office.book()
    await office.deliver()
    office.cancel()
    await office.deliver()
    for chat in (OWNER, STAFF_CHAT):
        calendar, event = office.file(chat)
        assert calendar.method == "CANCEL"
        assert (event.uid, event.sequence) == (office.booking.uid, 2)
        assert event.status == "CANCELLED"
        assert event.alarm == []
    assert "カレンダーからも消せます" in office.text(OWNER)
    assert office.text(OWNER).startswith("<s>11月30日（月） 9:30〜10:30　拠点で面談</s>\n")


async def test_the_owner_is_told_why_the_office_moves_or_cancels(office: Office) -> None:
    office.book()
    await office.deliver()
    wish = Wish(Method.HUB, NOON)
    office.booking = office.do(
        lambda tx, at: bookings.move_by_staff(tx, at, ADMIN, office.target, wish, Reason.WEATHER)
    )
    await office.deliver()
    text = office.text(OWNER)
    assert text.startswith("<b>面談の日時が変わりました</b>")
    assert "\n理由：天候・交通の事情\n" in text
    assert "048-830-0000（平日 9:00〜17:00）" in text
    office.do(lambda tx, at: bookings.cancel_by_staff(tx, at, ADMIN, office.target, Reason.OFFICE))
    await office.deliver()
    assert office.text(OWNER).startswith(
        "申し訳ございません。次の面談を、取り消すことになりました。"
    )
    assert office.file(OWNER)[0].method == "CANCEL"
    assert "\n理由：" in office.text(STAFF_CHAT)


async def test_a_change_before_the_sending_makes_the_older_file_moot(
    office: Office, counter: Counter
) -> None:
    office.book()
    office.move(NOON)
    for _ in range(2):
        await office.deliver()
    assert sorted(office.files()) == [STAFF_CHAT, OWNER]
    assert office.file(OWNER)[1].start == NOON
    assert await fates(counter) == ["moot", "moot", "sent", "sent"]


async def test_a_bot_that_was_down_past_the_meeting_misses_the_files(
    office: Office, counter: Counter
) -> None:
    office.book()
    counter.moment = MORNING
    await office.deliver()
    assert office.files() == []
    assert await fates(counter) == ["missed", "missed"]


async def test_what_comes_after_the_meeting_sends_no_file(office: Office, counter: Counter) -> None:
    office.book()
    await office.deliver()
    counter.moment = MORNING + timedelta(hours=2)
    office.do(
        lambda tx, at: stored.set_state(tx, office.booking.id, BookingState.MET, counter.moment)
    )
    await office.deliver()
    assert len(office.files()) == 2


async def test_an_owner_who_reads_english_gets_it_in_english(
    office: Office, counter: Counter
) -> None:
    counter.application.house.languages[OWNER] = "en"
    office.book()
    await office.deliver()
    assert office.text(OWNER).endswith("Open the file to put the meeting into your calendar.")
    assert str(office.file(OWNER)[1].summary).startswith("Meeting: ")
    assert office.file(STAFF_CHAT)[1].summary == "R8-0001 面談（拠点で面談）"


async def test_captions_fit_with_room_to_spare(office: Office) -> None:
    office.book()
    office.booking = office.do(
        lambda tx, at: bookings.move_by_staff(
            tx, at, ADMIN, office.target, Wish(Method.HUB, NOON), Reason.OFFICE
        )
    )
    for _ in range(2):
        await office.deliver()
    assert 0 < len(office.text(OWNER)) < 512


async def test_who_takes_the_case_of_a_meeting_that_has_begun_gets_no_file(
    office: Office, counter: Counter
) -> None:
    await hire(counter, CLERK)
    office.book()
    await office.deliver()
    counter.moment = MORNING
    office.do(lambda tx, at: cases.take(tx, at, CLERK, "Person 301", office.case))
    files = await counter.read("select recipient from outbox where kind = 'staff_booking_file'")
    assert files == [(STAFF_CHAT,)]


async def test_whoever_takes_a_case_twice_gets_the_file_once(
    office: Office, counter: Counter
) -> None:
    await hire(counter, CLERK)
    office.book()
    for _ in range(2):
        office.do(lambda tx, at: cases.take(tx, at, CLERK, "Person 301", office.case))
        await office.deliver()
    calendar, event = office.file(CLERK)
    assert (calendar.method, event.uid, event.sequence) == ("PUBLISH", office.booking.uid, 1)
    assert office.files().count(CLERK) == 1


async def test_whoever_takes_over_from_a_member_who_left_gets_the_file(
    office: Office, counter: Counter
) -> None:
    await hire(counter, CLERK)
    office.do(lambda tx, _at: consultations.take(tx, office.case, 555))
    office.book()
    office.do(lambda tx, at: cases.take(tx, at, CLERK, "Person 301", office.case))
    await office.deliver()
    assert CLERK in office.files()
