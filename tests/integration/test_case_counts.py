"""However a case is excluded, restored, closed and reopened, its events add up to what counts."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.programme_file import SAMPLE, load_programme
from domain.bookings import MoveOf
from domain.case_states import Act, Why, targets
from domain.consultations import (
    CLOSED_STATES,
    EXCLUDED_STATES,
    ConsultationState,
    KpiKind,
    ReferenceKind,
)
from domain.outcomes import Outcome
from domain.slots import Method
from domain.staff import Role, StaffMember
from services import bookings, case_changes, outcomes
from services.agendas import rules_of, whole_agenda
from services.bookings import Wish
from services.case_changes import CaseMoved, OutcomeFirst, Wanted
from services.figures import kpi_tables
from services.occasion import Occasion
from storage import bookings as stored
from storage import case_events, consultations, staff
from storage.database import Database
from storage.migrate import upgrade
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.bookings import Booking
    from domain.consultations import Consultation
    from storage.database import Transaction

MANAGER, OTHER, OWNER = 400, 401, 100
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
S = ConsultationState
TRIGGERS = ("submitted", "met")


class Office:
    """Cases of one company's owner, worked on by a manager."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.programme = load_programme(SAMPLE)
        self.now = START
        self.ledger = Ledger(database)
        for user in (MANAGER, OTHER):
            member = StaffMember(user, f"職員{user}", Role.MANAGER, START)
            self.do(lambda tx, _at, member=member: staff.register(tx, member))

    def do(self, unit: Callable[[Transaction, Occasion], Any]) -> Any:
        at = Occasion(self.programme, STAFF_CHAT, self.now)
        return self.database.write(lambda tx: unit(tx, at)).result()

    def submit(self) -> int:
        return self.ledger.consult(self.now.date(), user_id=OWNER)

    def case(self, case: int) -> Consultation:
        found: Consultation = self.do(lambda tx, _at: consultations.find(tx, case))
        return found

    def change(self, case: int, to: ConsultationState, why: Why | None = None) -> Any:
        wanted = Wanted(case, self.case(case).state, to, why)
        return self.do(lambda tx, at: case_changes.change(tx, at, MANAGER, "M", wanted))

    def restore(self, case: int) -> Any:
        found = self.case(case)
        to = self.do(lambda tx, _at: case_changes.state_to_restore(tx, found))
        return self.change(case, to, Why.MISTAKE)

    def book(self, case: int) -> Booking:
        def book(tx: Transaction, at: Occasion) -> Booking:
            start = next(whole_agenda(tx, rules_of(at, Method.HUB), at).free())
            return bookings.book(tx, at, OWNER, case, Wish(Method.HUB, start))

        booking: Booking = self.do(book)
        return booking

    def meet(self, case: int) -> None:
        booking = self.book(case)
        self.now = booking.ends_at
        target = MoveOf(booking.id, booking.revision)
        answer = self.do(lambda tx, at: outcomes.record(tx, at, MANAGER, "M", target, Outcome.MET))
        assert answer.refusal is None

    def counted(self, trigger: str) -> int:
        counting = self.programme.counting.model_copy(update={"count_trigger": trigger})
        programme = self.programme.model_copy(update={"counting": counting})
        table = self.do(lambda tx, _at: kpi_tables(tx, programme, self.now.date()))[0]
        return sum(year.actual for year in table.years)

    def events(self, case: int) -> list[tuple[str, int, date]]:
        found = self.do(lambda tx, _at: consultations.events_of(tx, case))
        return [(event.kind, event.delta, event.effective_date) for event in found]


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    database = Database(url)
    yield Office(database)
    database.close()


def test_an_excluded_case_counts_nothing_and_a_restored_one_again(office: Office) -> None:
    case = office.submit()
    office.meet(case)
    met_on = office.now.date()
    assert [office.counted(trigger) for trigger in TRIGGERS] == [1, 1]
    office.now += timedelta(days=9)
    assert office.change(case, S.TEST) is None
    assert [office.counted(trigger) for trigger in TRIGGERS] == [0, 0]
    office.now += timedelta(days=9)
    assert office.restore(case) is None
    assert office.case(case).state is S.MET
    assert [office.counted(trigger) for trigger in TRIGGERS] == [1, 1]
    counted = [
        (KpiKind.CONSULTATION, date(2026, 11, 24)),
        (ReferenceKind.MEETING, met_on),
        (ReferenceKind.FIRST_MEETING, met_on),
    ]
    # Nothing is taken off the record, and every correction has the date of what it corrects.
    assert office.events(case) == [(kind, sign, on) for sign in (1, -1, 1) for kind, on in counted]


def test_what_was_published_stays_and_the_correction_counts_when_it_is_made(
    office: Office,
) -> None:
    case = office.submit()
    office.now = datetime(2027, 8, 31, 14, 59, tzinfo=UTC)
    office.change(case, S.DUPLICATE)
    assert office.events(case)[-1][2] == date(2026, 11, 24)
    office.restore(case)
    office.now += timedelta(minutes=1)
    office.change(case, S.DUPLICATE)
    office.restore(case)
    assert [on for _, _, on in office.events(case)[-2:]] == [date(2027, 9, 1)] * 2
    assert [delta for _, delta, _ in office.events(case)] == [1, -1, 1, -1, 1]


def test_a_case_that_ends_loses_its_meeting_and_keeps_its_history(office: Office) -> None:
    case = office.submit()
    booking = office.book(case)
    assert office.change(case, S.SPAM) is None
    found = office.do(lambda tx, _at: stored.find(tx, booking.id))
    assert found.state == "cancelled"
    # A case that nobody had taken is restored to where it was.
    office.restore(case)
    assert office.case(case).state is S.NEW
    office.change(case, S.TRIAGED)
    office.book(case)
    office.change(case, S.CLOSED_DECLINED)
    office.change(case, S.CONTACTING, Why.GOES_ON)
    events = office.do(lambda tx, _at: case_events.of_consultation(tx, case))
    assert [(e.act, e.before, e.after, e.actor, e.why) for e in events] == [
        (Act.EXCLUDE, S.NEW, S.SPAM, MANAGER, None),
        (Act.RESTORE, S.SPAM, S.NEW, MANAGER, Why.MISTAKE),
        (Act.TAKE, S.NEW, S.TRIAGED, MANAGER, None),
        (Act.BOOK, S.TRIAGED, S.BOOKED, OWNER, None),
        (Act.UNBOOK, S.BOOKED, S.CONTACTING, MANAGER, None),
        (Act.CLOSE, S.CONTACTING, S.CLOSED_DECLINED, MANAGER, None),
        (Act.REOPEN, S.CLOSED_DECLINED, S.CONTACTING, MANAGER, Why.GOES_ON),
    ]


def test_a_case_whose_meeting_has_begun_ends_only_after_its_outcome(office: Office) -> None:
    case = office.submit()
    office.now = office.book(case).starts_at
    for to in (S.TEST, S.CLOSED_DECLINED):
        assert isinstance(office.change(case, to), OutcomeFirst)
    assert office.case(case).state is S.NEW
    assert len(office.events(case)) == 1


def test_whoever_reopens_a_case_that_nobody_has_takes_it(office: Office) -> None:
    case = office.submit()
    office.change(case, S.CLOSED_OUT_OF_SCOPE)
    assert office.case(case).assignee is None
    office.change(case, S.CONTACTING, Why.MISTAKE)
    assert office.case(case).assignee == MANAGER


def test_of_two_who_exclude_a_case_one_does_and_it_counts_once(office: Office) -> None:
    case = office.submit()
    wanted = Wanted(case, S.NEW, S.DUPLICATE)
    at = Occasion(office.programme, STAFF_CHAT, office.now)
    pressing = [
        office.database.write(lambda tx, u=user: case_changes.change(tx, at, u, "M", wanted))
        for user in (MANAGER, OTHER) * 4
    ]
    refusals = [type(one.result()) for one in pressing]
    assert refusals.count(type(None)) == 1
    assert refusals.count(CaseMoved) == 7
    assert [delta for _, delta, _ in office.events(case)] == [1, -1]


_STEP = st.tuples(
    st.sampled_from(["submit", "exclude", "restore", "close", "reopen", "meet", "wait"]),
    st.integers(0, 3),
    st.integers(0, 400),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_STEP, min_size=8, max_size=25))
def test_the_sum_of_the_events_is_the_number_of_cases_that_count(
    steps: list[tuple[str, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'x.db'}"
        upgrade(url)
        database = Database(url)
        try:
            _follow(Office(database), steps)
        finally:
            database.close()


def _follow(office: Office, steps: list[tuple[str, int, int]]) -> None:
    cases, met = [office.submit()], set()
    for step, which, number in steps:
        case = cases[which % len(cases)]
        state = office.case(case).state
        if step == "submit":
            cases.append(office.submit())
        elif step == "wait":
            office.now += timedelta(days=number)
        elif step == "meet" and state not in CLOSED_STATES:
            office.meet(case)
            met.add(case)
        else:
            _change(office, case, step, number)
        counting = {one for one in cases if office.case(one).state not in EXCLUDED_STATES}
        assert office.counted("submitted") == len(counting)
        assert office.counted("met") == len(counting & met)


def _change(office: Office, case: int, step: str, number: int) -> None:
    state = office.case(case).state
    if step == "restore":
        if state in EXCLUDED_STATES:
            assert office.restore(case) is None
        return
    to = targets(Act(step), state) if step in set(Act) else ()
    if to:
        why = Why.MISTAKE if step == "reopen" else None
        assert office.change(case, to[number % len(to)], why) is None
