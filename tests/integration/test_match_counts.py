"""Whatever is recorded of matches, in whatever order, the figures are the persons that count."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.programme_file import SAMPLE, load_programme
from domain.case_states import Why
from domain.consultations import EXCLUDED_STATES, ConsultationState, KpiKind
from domain.fiscal_year import FiscalYear, jst_date
from domain.match_forms import (
    MATCH,
    MATCH_CONTRACT,
    MATCH_STEP,
    contract_questionnaire,
    match_questionnaire,
    step_questionnaire,
)
from domain.matches import DATED, REASONS, Engagement, MatchAct, MatchState, does_count, possible
from domain.needs import needs_questionnaire
from domain.staff import Role, StaffMember
from services import case_changes, figures, matches
from services.case_changes import Wanted
from services.drafts import Forms, Spot, answer, press
from services.matches import AlreadyRecorded, MatchMoved, MatchWanted
from services.occasion import Occasion
from storage import consultations, staff
from storage import matches as stored
from storage.database import Database
from storage.migrate import upgrade
from tests.integration.conftest import STAFF_CHAT
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.matches import Match
    from storage.database import Transaction

MANAGER, OTHER = 400, 401
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
S = ConsultationState
NEEDS = needs_questionnaire(load_programme(SAMPLE))
FORMS = Forms(
    {
        form.name: form
        for form in (
            match_questionnaire(NEEDS),
            step_questionnaire(),
            contract_questionnaire(NEEDS),
        )
    },
    "notice",
)


class Office:
    """Cases in which persons are found, by services as the handlers call them."""

    def __init__(self, database: Database, *, count_trials: bool = False) -> None:
        self.database = database
        programme = load_programme(SAMPLE)
        counting = programme.counting.model_copy(update={"count_trials": count_trials})
        self.programme = programme.model_copy(update={"counting": counting})
        self.now = START
        self.ledger = Ledger(database)
        for user in (MANAGER, OTHER):
            member = StaffMember(user, f"職員{user}", Role.MANAGER, START)
            self.do(lambda tx, _at, member=member: staff.register(tx, member))

    def do(self, unit: Callable[[Transaction, Occasion], Any]) -> Any:
        at = Occasion(self.programme, STAFF_CHAT, self.now)
        return self.database.write(lambda tx: unit(tx, at)).result()

    def case(self, state: ConsultationState = S.INTERVIEW) -> int:
        case: int = self.ledger.consult(jst_date(self.now))
        self.do(lambda tx, _at: consultations.set_state(tx, case, state))
        return case

    def state(self, case: int) -> ConsultationState:
        found: ConsultationState = self.do(lambda tx, _at: consultations.find(tx, case)).state
        return found

    def fill_in(self, draft: Any, answers: dict[str, str], user: int = MANAGER) -> None:
        """Answer what is asked: days are typed, all else is pressed."""
        for key, said in answers.items():
            if key in {"agreed", "starts", "started", "ended"} and said != "_skip":
                self.do(lambda tx, at, said=said: answer(tx, FORMS, user, said, at.now))
            else:
                spot = Spot(draft.questionnaire, key, draft.id)
                self.do(lambda tx, at, a=(spot, said): press(tx, FORMS, user, *a, at.now))

    def filled(self, case: int, agreed: str, engagement: Engagement = Engagement.FULL) -> int:
        draft = self.do(lambda tx, at: matches.begin(tx, at, FORMS, MANAGER, case))
        answers = {"engage": engagement.value, "talent": "it", "agreed": agreed, "starts": "_skip"}
        is_yearly = engagement in (Engagement.FULL, Engagement.SECOND)
        if engagement is not Engagement.TRIAL:
            answers["salary" if is_yearly else "fee"] = "_skip"
        self.fill_in(draft, answers | {"home": "_skip"})
        found: int = draft.id
        return found

    def record(
        self, case: int, agreed: str = "今日", engagement: Engagement = Engagement.FULL
    ) -> Match:
        draft = self.filled(case, agreed, engagement)
        done = self.do(lambda tx, at: matches.record(tx, at, FORMS, MANAGER, draft))
        assert done.refusal is None
        found: Match = done.card.match
        return found

    def step(self, match: Match, act: MatchAct, day: str = "今日") -> Any:
        wanted = MatchWanted(match.id, match.state, act)
        draft = self.do(lambda tx, at: matches.begin_step(tx, at, FORMS, MANAGER, wanted)).draft
        name = MATCH_CONTRACT if act is MatchAct.CONTRACT else MATCH_STEP
        key = {MatchAct.START: "started", MatchAct.END: "ended"}.get(act, "agreed")
        if act is MatchAct.CONTRACT:
            self.fill_in(draft, {"engage": "side", key: day, "fee": "_skip"})
        else:
            self.fill_in(draft, {key: day})
        return self.do(lambda tx, at: matches.record_step(tx, at, FORMS, MANAGER, name, draft.id))

    def change(self, match: Match, act: MatchAct) -> Any:
        wanted = MatchWanted(match.id, match.state, act, REASONS[act][0])
        return self.do(lambda tx, at: matches.change(tx, at, MANAGER, "M", wanted))

    def exclude(self, case: int) -> None:
        wanted = Wanted(case, self.state(case), S.DUPLICATE)
        assert self.do(lambda tx, at: case_changes.change(tx, at, MANAGER, "M", wanted)) is None

    def restore(self, case: int) -> None:
        found = self.do(lambda tx, _at: consultations.find(tx, case))
        to = self.do(lambda tx, _at: case_changes.state_to_restore(tx, found))
        wanted = Wanted(case, found.state, to, Why.MISTAKE)
        assert self.do(lambda tx, at: case_changes.change(tx, at, MANAGER, "M", wanted)) is None

    def events(self, case: int) -> list[tuple[int, date]]:
        found = self.do(lambda tx, _at: consultations.events_of(tx, case))
        return [(one.delta, one.effective_date) for one in found if one.kind is KpiKind.MATCH]

    def counted(self) -> dict[int, int]:
        """What the tables of the KPIs say of the matches, by year."""
        today = jst_date(self.now)
        tables = self.do(lambda tx, _at: figures.kpi_tables(tx, self.programme, today))
        (table,) = [one for one in tables if one.kpi.key == KpiKind.MATCH]
        return {year.fiscal_year.year: year.actual for year in table.years if year.actual}


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    database = Database(url)
    yield Office(database)
    database.close()


def at(year: int, month: int, day: int, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_the_day_of_agreement_decides_the_year_whenever_work_begins(office: Office) -> None:
    case = office.case()
    office.now = at(2027, 4, 20)
    last = office.record(case, "令和9年3月31日")
    office.record(case, "R9.4.1")
    assert office.counted() == {2026: 1, 2027: 1}
    office.step(last, MatchAct.START, "4/10")
    assert office.counted() == {2026: 1, 2027: 1}
    assert office.events(case) == [(1, date(2027, 3, 31)), (1, date(2027, 4, 1))]


def test_today_is_the_day_in_japan(office: Office) -> None:
    case = office.case()
    office.now = at(2027, 3, 31, 15)
    office.record(case)
    assert office.counted() == {2027: 1}


def test_a_cancellation_is_dated_as_what_it_takes_back_until_that_is_published(
    office: Office,
) -> None:
    case = office.case()
    first, second = office.record(case), office.record(case)
    office.now = at(2027, 8, 31, 14)
    office.change(first, MatchAct.CANCEL)
    assert office.counted() == {2026: 1}
    office.now = at(2027, 8, 31, 15)
    office.change(second, MatchAct.CANCEL)
    # What was published stays; the next year shows the correction.
    assert office.counted() == {2026: 1, 2027: -1}
    day = date(2026, 11, 24)
    assert office.events(case) == [(1, day), (1, day), (-1, day), (-1, date(2027, 9, 1))]


def test_what_is_recorded_after_its_year_was_published_counts_today(office: Office) -> None:
    case = office.case()
    office.now = at(2027, 9, 1)
    found = office.record(case, "R8.11.24")
    assert (found.agreed_on, found.counted_on) == (date(2026, 11, 24), date(2027, 9, 1))
    assert office.counted() == {2027: 1}
    office.change(found, MatchAct.VOID)
    assert office.counted() == {}


def test_an_end_after_the_start_takes_nothing_off(office: Office) -> None:
    case = office.case()
    found = office.record(case)
    started = office.step(found, MatchAct.START).card.match
    ended = office.step(started, MatchAct.END).card.match
    assert (ended.state, office.counted()) == (MatchState.ENDED, {2026: 1})
    # A closed case: its person goes on, and a mistake may still be found.
    office.do(lambda tx, _at: consultations.set_state(tx, case, S.CLOSED_DONE))
    assert office.change(ended, MatchAct.VOID).refusal is None
    assert office.counted() == {}


@pytest.mark.parametrize("count_trials", [False, True])
def test_a_trial_and_its_contract_are_one_person(url: str, *, count_trials: bool) -> None:
    database = Database(url)
    office = Office(database, count_trials=count_trials)
    case = office.case()
    trial = office.record(case, engagement=Engagement.TRIAL)
    assert office.counted() == ({2026: 1} if count_trials else {})
    office.now = at(2027, 4, 5)
    contract = office.step(trial, MatchAct.CONTRACT).card.match
    assert office.counted() == ({2026: 1} if count_trials else {2027: 1})
    assert office.state(case) is S.MATCHED
    assert (contract.state, contract.engagement) == (MatchState.AGREED, Engagement.SIDE)
    office.change(contract, MatchAct.CANCEL)
    assert office.counted() == {}
    database.close()


def test_an_excluded_case_takes_its_persons_off_and_a_restored_one_brings_them_back(
    office: Office,
) -> None:
    case = office.case()
    office.record(case)
    lost = office.record(case)
    office.change(lost, MatchAct.CANCEL)
    office.exclude(case)
    assert office.counted() == {}
    office.restore(case)
    assert office.counted() == {2026: 1}


def test_of_two_taps_one_records(office: Office) -> None:
    case = office.case()
    draft = office.filled(case, "今日")
    now = Occasion(office.programme, STAFF_CHAT, office.now)
    taps = [
        office.database.write(lambda tx: matches.record(tx, now, FORMS, MANAGER, draft))
        for _ in range(6)
    ]
    refused = [type(tap.result().refusal) for tap in taps]
    assert sorted(one.__name__ for one in refused) == ["AlreadyRecorded"] * 5 + ["NoneType"]
    assert AlreadyRecorded in refused
    assert office.counted() == {2026: 1}


def test_of_two_members_who_cancel_one_does(office: Office) -> None:
    found = office.record(office.case())
    wanted = MatchWanted(found.id, found.state, MatchAct.CANCEL, REASONS[MatchAct.CANCEL][0])
    now = Occasion(office.programme, STAFF_CHAT, office.now)
    presses = [
        office.database.write(lambda tx, u=user: matches.change(tx, now, u, "M", wanted))
        for user in (MANAGER, OTHER) * 3
    ]
    refused = [press.result().refusal for press in presses]
    assert sum(one is None for one in refused) == 1
    assert sum(isinstance(one, MatchMoved) for one in refused) == 5
    assert office.counted() == {}


def test_persons_recorded_at_once_have_numbers_of_their_own(office: Office) -> None:
    case = office.case(S.MATCHED)
    first = office.filled(case, "今日")
    draft = office.do(lambda tx, at: matches.begin(tx, at, FORMS, OTHER, case))
    answers = {"engage": "trial", "talent": "hr", "agreed": "今日", "starts": "_skip"}
    office.fill_in(draft, answers | {"home": "_skip"}, OTHER)
    now = Occasion(office.programme, STAFF_CHAT, office.now)
    for recording in [
        office.database.write(lambda tx: matches.record(tx, now, FORMS, MANAGER, first)),
        office.database.write(lambda tx: matches.record(tx, now, FORMS, OTHER, draft.id)),
    ]:
        assert recording.result().refusal is None
    found = office.do(lambda tx, _at: stored.of_case(tx, case))
    assert [one.number for one in found] == [1, 2]


_STEP = st.tuples(
    st.sampled_from(["record", "act", "act", "act", "exclude", "restore", "wait", "offer"]),
    st.integers(0, 7),
    st.integers(0, 300),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.booleans(), st.lists(_STEP, min_size=8, max_size=25))
def test_the_sum_of_the_events_is_the_number_of_persons_that_count(
    count_trials: bool, steps: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'x.db'}"
        upgrade(url)
        database = Database(url)
        try:
            _follow(Office(database, count_trials=count_trials), steps, count_trials)
        finally:
            database.close()


def _follow(office: Office, steps: list[tuple[str, int, int]], count_trials: bool) -> None:
    cases = [office.case(), office.case(S.FOLLOWUP)]
    published: dict[int, int] = {}
    for step, which, number in steps:
        case = cases[which % 2]
        state = office.state(case)
        if step == "wait":
            office.now += timedelta(days=number)
        elif step in {"record", "offer"} and state in {S.INTERVIEW, S.MATCHED, S.FOLLOWUP}:
            engagement = list(Engagement)[number % 5]
            office.record(case, "今日" if step == "record" else "_skip", engagement)
        elif step == "exclude" and state not in EXCLUDED_STATES:
            office.exclude(case)
        elif step == "restore" and state in EXCLUDED_STATES:
            office.restore(case)
        elif step == "act":
            _act(office, case, number)
        persons = [
            one
            for of in cases
            if office.state(of) not in EXCLUDED_STATES
            for one in office.do(lambda tx, _at, of=of: stored.of_case(tx, of))
            if does_count(one.state, one.engagement, count_trials=count_trials)
        ]
        counted = office.counted()
        assert sum(counted.values()) == len(persons)
        today = jst_date(office.now)
        for year in range(2026, FiscalYear.of_date(today).year):
            if today > date(year + 1, 8, 31):
                # Published figures never change again.
                assert counted.get(year, 0) == published.setdefault(year, counted.get(year, 0))


def _act(office: Office, case: int, number: int) -> None:
    found = office.do(lambda tx, _at: stored.of_case(tx, case))
    state = office.state(case)
    able = [
        (one, act)
        for one in found
        for act in MatchAct
        if possible(act, one.state, one.engagement, state)
    ]
    if not able:
        return
    match, act = able[number % len(able)]
    done = office.step(match, act) if act in DATED else office.change(match, act)
    assert done.refusal is None


def test_the_forms_are_the_ones_that_are_served() -> None:
    assert set(FORMS.questionnaires) == {MATCH, MATCH_STEP, MATCH_CONTRACT}
