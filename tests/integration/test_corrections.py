"""訂正する: an outcome said by mistake, or a meeting recorded by mistake, is said anew."""

from __future__ import annotations

from collections import Counter as Counts
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.programme_file import SAMPLE, load_programme
from domain.bookings import BookingState, MoveOf
from domain.consultations import ReferenceKind
from domain.outcomes import Outcome
from domain.slots import Method
from domain.staff import Role, StaffMember
from services import bookings as booking
from services import case_meetings, corrections, outcomes
from services.bookings import Wish
from services.case_meetings import Held
from services.corrections import Unbooked
from services.occasion import Occasion
from storage import bookings, consultations, staff
from storage.database import Database
from tests.integration.case_office import CLERK, MANAGER, PLANNING, STRANGER, SUB, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import Ledger
from tests.integration.meetings import jst
from tests.integration.staff_desk import OWNER, labels
from tests.integration.test_case_meetings import figures

if TYPE_CHECKING:
    from storage.database import Transaction
    from tests.integration.conftest import Counter

OTHER = 404
BOOKED_AT, MET_ON = datetime(2026, 11, 24, 1, 0, tzinfo=UTC), date(2026, 11, 26)
FIRST_KIND = ReferenceKind.FIRST_MEETING
MEETING, FIRST = ("meetings", 1, "2026-11-26"), ("first_meetings", 1, "2026-11-26")
NOT_MEETING, NOT_FIRST = ("meetings", -1, "2026-11-26"), ("first_meetings", -1, "2026-11-26")


@pytest.fixture
def cases(counter: Counter) -> Cases:
    """CLERK's case with a meeting on Thursday 26 November, 9:30 to 10:30, which has ended."""
    office = Cases(counter)
    office.desk.book(taken_by=CLERK)
    counter.moment = counter.moment.replace(day=26, hour=2)
    return office


async def now(cases: Cases) -> tuple[str, str]:
    ((booking,),) = await cases.counter.read("select state from bookings where id = 1")
    return booking, str(cases.state(1))


async def test_a_mistake_is_corrected_in_two_taps(cases: Cases) -> None:
    counter = cases.counter
    await cases.press(CLERK, "mt:met:b1.1")
    assert await now(cases) == ("met", "met")
    assert labels(cases.shown(CLERK))[0] == "訂正する"
    counter.moment += timedelta(minutes=1)
    await counter.press(CLERK, "訂正する")
    assert labels(cases.shown(CLERK)) == ["欠席", "延期", "このままにする"]
    await counter.press(CLERK, "欠席")
    assert await now(cases) == ("no_show", "contacting")
    assert await figures(counter) == [MEETING, FIRST, NOT_MEETING, NOT_FIRST]
    await cases.desk.deliver()
    assert "お会いできませんでした" in counter.wire.asking(OWNER).text
    audited = [(who, what) for who, what, _ in await cases.desk.audited()]
    assert audited[-2:] == [(CLERK, "meeting_met"), (CLERK, "meeting_correct")]
    shown = await cases.open(CLERK)
    assert "訂正" in shown.text


async def test_an_owner_who_was_asked_for_a_new_time_is_told_that_they_need_none(
    cases: Cases,
) -> None:
    counter = cases.counter
    await cases.press(CLERK, "mt:no_show:b1.1")
    await cases.desk.deliver()
    await cases.press(OWNER, "bk:time:c1:hub:202612010930")
    assert cases.state(1) == "booked"
    await cases.press(MANAGER, "mt:be:b1.2:met")
    assert await now(cases) == ("met", "met")
    await cases.desk.deliver()
    told = [one.text for (chat, _), one in counter.wire.shown.items() if chat == OWNER]
    (sorry,) = [text for text in told if "当方の誤り" in text]
    assert "11月26日（木） 9:30" in sorry
    assert "12月1日（火） 9:30" in sorry
    assert await figures(counter) == [MEETING, FIRST]


async def test_an_owner_who_was_not_asked_yet_is_told_nothing(cases: Cases) -> None:
    await cases.press(CLERK, "mt:postponed:b1.1")
    await cases.press(CLERK, "mt:be:b1.2:met")
    await cases.desk.deliver()
    told = [one.text for (chat, _), one in cases.counter.wire.shown.items() if chat == OWNER]
    assert [text for text in told if "面談についてのお詫び" in text or "ご相談" in text] == []


async def test_a_case_that_has_its_next_meeting_is_planned_after_the_correction(
    cases: Cases,
) -> None:
    await cases.press(CLERK, "mt:met:b1.1")
    await cases.press(OWNER, "bk:time:c1:hub:202612010930")
    await cases.press(CLERK, "mt:be:b1.2:postponed")
    assert await now(cases) == ("postponed", "booked")


@pytest.mark.parametrize("user", [OTHER, PLANNING, STRANGER])
async def test_others_are_refused_and_audited(cases: Cases, user: int) -> None:
    if user == OTHER:
        member = StaffMember(OTHER, "Person 404", Role.CLERK, cases.counter.moment)
        cases.desk.do(lambda tx, _at: staff.register(tx, member))
    await cases.press(CLERK, "mt:met:b1.1")
    await cases.press(user, "mt:fix:b1.2")
    await cases.press(user, "mt:be:b1.2:no_show")
    assert await now(cases) == ("met", "met")
    assert (user, "meeting_correct_refused", "R8-0001") in await cases.desk.audited()
    assert await figures(cases.counter) == [MEETING, FIRST]


@pytest.mark.parametrize("user", [CLERK, MANAGER, SUB])
async def test_for_seven_days(cases: Cases, user: int) -> None:
    await cases.press(CLERK, "mt:met:b1.1")
    cases.counter.moment += timedelta(days=7, seconds=1)
    assert "11月26日（木）の面談を訂正" not in labels(await cases.open(user))
    await cases.press(user, "mt:be:b1.2:no_show")
    assert "記録から日がたっている" in cases.counter.wire.alerts[-1]
    cases.counter.moment -= timedelta(seconds=1)
    assert "11月26日（木）の面談を訂正" in labels(await cases.open(user))
    await cases.press(user, "mt:be:b1.2:no_show")
    assert await now(cases) == ("no_show", "contacting")


async def test_not_once_the_case_has_gone_on(cases: Cases) -> None:
    await cases.press(CLERK, "mt:met:b1.1")
    cases.counter.moment += timedelta(minutes=1)
    await cases.press(CLERK, "cs:set:1:me:de:-")
    await cases.press(CLERK, "mt:be:b1.2:no_show")
    assert "案件が進んでいる" in cases.counter.wire.alerts[-1]
    assert await now(cases) == ("met", "defined")
    assert await figures(cases.counter) == [MEETING, FIRST]


async def test_old_and_mutated_buttons_change_nothing(cases: Cases) -> None:
    await cases.press(CLERK, "mt:met:b1.1")
    for data in (
        "mt:be:b1.1:no_show", "mt:be:b1.2:met", "mt:be:b1.2:cancelled", "mt:be:b1.2",
        "mt:be:b9.1:met", "mt:be:c1:met", "mt:fix:b1.1", "mt:fix:", "mt:fix:c1", "mt:asis:b9.1",
        "cs:undo:1:20261126", "cs:wrong:1:20261126", "cs:undo:9:20261126", "cs:undo:1:2026",
    ):  # fmt: skip
        await cases.press(CLERK, data)
    assert await now(cases) == ("met", "met")
    assert await figures(cases.counter) == [MEETING, FIRST]
    assert await cases.counter.read("select count(*) from dead_letters") == [(0,)]


async def test_two_taps_on_the_right_outcome_correct_once(cases: Cases) -> None:
    await cases.press(CLERK, "mt:met:b1.1")
    for _ in range(2):
        await cases.press(CLERK, "mt:be:b1.2:no_show")
    assert await figures(cases.counter) == [MEETING, FIRST, NOT_MEETING, NOT_FIRST]


async def test_a_meeting_recorded_without_a_booking_is_taken_off(cases: Cases) -> None:
    counter, case = cases.counter, cases.desk.case(taken_by=CLERK)
    await cases.press(CLERK, f"cs:met:{case}:tr:20261126")
    assert cases.state(case) == "met"
    await counter.press(CLERK, "11月26日（木）の面談を訂正")
    assert "件数からも除きます" in cases.shown(CLERK).text
    await counter.press(CLERK, "取り消す")
    assert cases.state(case) == "triaged"
    assert await figures(counter) == [MEETING, FIRST, NOT_MEETING, NOT_FIRST]
    assert "面談の記録を取消し（11月26日（木）、予約なし）" in cases.shown(CLERK).text
    await cases.press(CLERK, f"cs:undo:{case}:20261126")
    assert "すでに取り消されています" in counter.wire.alerts[-1]
    await cases.press(CLERK, f"cs:met:{case}:tr:20261126")
    assert cases.state(case) == "met"
    assert (await figures(counter))[4:] == [MEETING, FIRST]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.sampled_from(list(Outcome))),
        st.tuples(st.just("correct"), st.sampled_from(list(Outcome))),
        st.tuples(st.just("record"), st.integers(0, 2)),
        st.tuples(st.just("undo"), st.integers(0, 2)),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_what_counts_is_what_was_held_whatever_was_said(
    cases: Cases, steps: list[tuple[str, Any]]
) -> None:
    over, cases.counter.moment = cases.counter.moment, BOOKED_AT
    booking = cases.desk.book(clock="11:00", taken_by=CLERK)
    cases.counter.moment = over
    said = Sayings(cases, booking.consultation_id, booking.id)
    for verb, what in steps:
        cases.counter.moment += timedelta(minutes=1)
        said.step(verb, what)
        counted, firsts = said.counted(ReferenceKind.MEETING), said.counted(FIRST_KIND)
        assert sum(counted.values()) == len(said.held)
        assert +counted == Counts(said.held.values())
        assert sum(firsts.values()) == min(1, len(said.held))
        assert set(+firsts) <= set(+counted)
        assert (cases.state(booking.consultation_id) == "met") is bool(said.held)
    cases.counter.moment = over
    cases.desk.do(lambda tx, at: bookings.set_state(tx, booking.id, BookingState.LAPSED, at.now))


@dataclass
class Sayings:
    """What CLERK says of the meetings of a case, and which of them were held then."""

    cases: Cases
    case: int
    booking: int
    held: dict[object, date] = field(default_factory=dict)

    def step(self, verb: str, what: Any) -> None:
        day = MET_ON - timedelta(days=what) if isinstance(what, int) else MET_ON
        key = day if isinstance(what, int) else "booking"
        refused = self.cases.desk.do(lambda tx, at: self._say(tx, at, verb, what, day))
        if refused is not None:
            return
        if verb == "record" or what is Outcome.MET:
            self.held[key] = day
        else:
            self.held.pop(key, None)

    def _say(self, tx: Transaction, at: Occasion, verb: str, what: Any, day: date) -> object:
        booking, case = bookings.find(tx, self.booking), consultations.find(tx, self.case)
        assert booking is not None
        assert case is not None
        target = MoveOf(booking.id, booking.revision)
        if verb == "answer":
            return outcomes.record(tx, at, CLERK, "x", target, what).refusal
        if verb == "correct":
            return corrections.correct(tx, at, CLERK, "x", target, what).refusal
        if verb == "record":
            return case_meetings.met(tx, at, CLERK, "x", Held(case.id, case.state, day))
        return corrections.not_met(tx, at, CLERK, "x", Unbooked(case.id, day))

    def counted(self, kind: ReferenceKind) -> Counts[date]:
        found: Counts[date] = Counts()
        events = self.cases.desk.do(lambda tx, _at: consultations.events_of(tx, self.case))
        for event in events:
            if event.kind is kind:
                found[event.effective_date] += event.delta
        return found


def test_of_racing_corrections_one_counts(url: str) -> None:
    database, programme = Database(url), load_programme(SAMPLE)
    case = Ledger(database).consult(date(2026, 11, 20), user_id=OWNER)

    def at(moment: datetime) -> Occasion:
        return Occasion(programme, STAFF_CHAT, moment.astimezone(UTC))

    start = jst(2026, 11, 26, 9, 30)
    wish, over = Wish(Method.HUB, start.astimezone(UTC)), at(start + timedelta(hours=2))
    member = StaffMember(CLERK, "x", Role.CLERK, over.now)
    database.write(lambda tx: staff.register(tx, member)).result()
    early = at(jst(2026, 11, 20, 9, 0))
    database.write(lambda tx: booking.book(tx, early, OWNER, case, wish)).result()
    first = MoveOf(1, 1)
    database.write(lambda tx: outcomes.record(tx, over, CLERK, "x", first, Outcome.MET)).result()
    racers = [Database(url) for _ in range(4)]
    racing = [
        racer.write(
            lambda tx: corrections.correct(tx, over, CLERK, "x", MoveOf(1, 2), Outcome.NO_SHOW)
        )
        for racer in racers
    ]
    assert [one.result().refusal for one in racing].count(None) == 1

    def total(tx: Transaction) -> list[int]:
        kinds = (ReferenceKind.MEETING, FIRST_KIND)
        return [consultations.sum_of(tx, case, kind) for kind in kinds]

    assert database.read(total).result() == [0, 0]
    for one in (database, *racers):
        one.close()
