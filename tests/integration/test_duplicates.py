"""R3: a further submission of the same company is noticed while its case is open, and after."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import STATE_NAMES, Consultation, ConsultationState
from domain.drafts import Consent
from domain.questions import SKIP
from services import needs
from services.drafts import Forms
from services.needs import OpenCase
from services.occasion import Occasion
from storage import consultations, drafts
from storage.database import Database, Transaction
from tests.unit.paper_form import SAMPLE_FORM, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMME = load_programme(SAMPLE)
FORMS = Forms({SAMPLE_FORM.name: SAMPLE_FORM}, PROGRAMME.privacy.notice_version)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WINDOW = timedelta(days=PROGRAMME.counting.duplicate_window_days)
KAWAGUCHI, TODA = "112038", "112241"


class Desk:
    """Submissions, one after another."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def submit(
        self, user: int = 1, at: datetime = NOW, new: bool = False, **answers: str
    ) -> Consultation | OpenCase:
        progress = walk(SAMPLE_FORM, **{"area": "nanbu", "city": KAWAGUCHI, **answers})

        def unit(tx: Transaction) -> Consultation | OpenCase:
            consent = Consent(FORMS.notice_version, at)
            draft = drafts.find(tx, user, SAMPLE_FORM.name) or drafts.add(
                tx, user, SAMPLE_FORM, progress, consent, at
            )
            service = needs.submit_as_new if new else needs.submit
            return service(tx, FORMS, user, draft.id, Occasion(PROGRAMME, -1, at))

        return self.database.write(unit).result()

    def log(
        self, user: int = 1, at: datetime = NOW, new: bool = False, **answers: str
    ) -> Consultation:
        logged = self.submit(user, at, new, **answers)
        assert isinstance(logged, Consultation)
        return logged

    def close_case(self, case: Consultation, state: str = "closed_done") -> None:
        # No service closes a case yet.
        statement = text("update consultations set state = :state where id = :case")
        values = {"case": case.id, "state": state}
        self.database.write(lambda tx: tx.connection.execute(statement, values).rowcount).result()


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    desk = Desk(url)
    yield desk
    desk.database.close()


def test_a_first_consultation_is_nobody_s_duplicate(desk: Desk) -> None:
    assert desk.log().suspected_duplicate_of is None


def test_an_open_case_is_asked_about_and_flagged_however_old_it_is(desk: Desk) -> None:
    first = desk.log(user=1)
    later = NOW + 3 * WINDOW
    asked = desk.submit(user=2, at=later)
    assert isinstance(asked, OpenCase)
    assert (asked.consultation.id, asked.own) == (first.id, False)
    assert desk.log(user=2, at=later, new=True).suspected_duplicate_of == first.reference


def test_a_closed_case_is_flagged_to_the_last_day_of_the_window(desk: Desk) -> None:
    first = desk.log(user=1)
    desk.close_case(first)
    second = desk.log(user=2, at=NOW + WINDOW)
    assert second.suspected_duplicate_of == first.reference
    desk.close_case(second)
    third = desk.log(user=3, at=NOW + 2 * WINDOW + timedelta(seconds=1))
    assert third.suspected_duplicate_of is None


@pytest.mark.parametrize("state", ["duplicate", "test", "spam"])
def test_nothing_is_a_duplicate_of_what_is_excluded(desk: Desk, state: str) -> None:
    counts = desk.log(user=1)
    desk.close_case(counts)
    excluded = desk.log(user=2)
    desk.close_case(excluded, state)
    assert desk.log(user=3).suspected_duplicate_of == counts.reference


OPEN = "new triaged contacting booked met defined referred candidate interview matched followup"
CLOSED = (
    "closed_done closed_declined closed_no_contact closed_other_support closed_out_of_scope "
    "duplicate test spam"
)


@pytest.mark.parametrize("state", [*OPEN.split(), *CLOSED.split()])
def test_in_every_state_but_those_that_end_it_a_case_is_open(desk: Desk, state: str) -> None:
    first = desk.log(user=1)
    desk.close_case(first, state)
    assert isinstance(desk.submit(user=2), OpenCase) == (state in OPEN.split())
    (shown,) = desk.database.read(lambda tx: consultations.of_person(tx, 1)).result()
    assert STATE_NAMES[shown.state]
    still_open = desk.database.read(lambda tx: consultations.open_of_person(tx, 1)).result()
    assert still_open == ([first.id] if state in OPEN.split() else [])


def test_every_state_is_known() -> None:
    assert sorted(ConsultationState) == sorted([*OPEN.split(), *CLOSED.split()])


def test_two_first_submissions_at_once_make_one_company(url: str) -> None:
    desks = [Desk(url), Desk(url)]
    meeting = threading.Barrier(2)

    def submit(user: int) -> Consultation | OpenCase:
        meeting.wait()
        return desks[user].submit(user=user, corporate_number=SKIP)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(10):
            found = list(threads.map(submit, (0, 1)))
            assert sorted(isinstance(each, OpenCase) for each in found) == [False, True]
            for each in found:
                if isinstance(each, Consultation):
                    desks[0].close_case(each)
            desks[0].database.write(_no_drafts).result()
            desks[0].database.write(_no_cases).result()
    for desk in desks:
        desk.database.close()


def _no_drafts(tx: Transaction) -> None:
    tx.connection.execute(text("delete from drafts"))


def _no_cases(tx: Transaction) -> None:
    assert tx.connection.execute(text("select count(*) from companies")).scalar() == 1
    for table in ("kpi_events", "consultations", "companies"):
        tx.connection.execute(text(f"delete from {table}"))


def test_without_a_number_a_company_is_known_by_name_and_municipality(desk: Desk) -> None:
    first = desk.log(user=1, corporate_number=SKIP, company="㈱見本製作所")
    desk.close_case(first)
    same = desk.log(user=2, corporate_number=SKIP, company="見本製作所")
    assert same.suspected_duplicate_of == first.reference
    elsewhere = desk.log(user=3, corporate_number=SKIP, company="㈱見本製作所", city=TODA)
    assert elsewhere.suspected_duplicate_of is None
    other = desk.log(user=4, corporate_number=SKIP, company="㈱別の製作所")
    assert other.suspected_duplicate_of is None


def test_a_company_that_first_left_its_number_out_is_known_again(desk: Desk) -> None:
    first = desk.log(user=1, corporate_number=SKIP)
    desk.close_case(first)
    numbered = desk.log(user=2)
    assert numbered.suspected_duplicate_of == first.reference
    desk.close_case(numbered)
    moved = desk.log(user=3, company="株式会社新見本", city=TODA)
    assert moved.suspected_duplicate_of == numbered.reference


def test_namesakes_with_different_numbers_are_different_companies(desk: Desk) -> None:
    desk.log(user=1)
    namesake = desk.log(user=2, corporate_number="4011001098993")
    assert namesake.suspected_duplicate_of is None


def test_an_institution_consults_for_many_companies(desk: Desk) -> None:
    desk.log(user=1, role="agent")
    second = desk.log(
        user=1, role="agent", company="株式会社別会社", corporate_number="4011001098993"
    )
    assert second.suspected_duplicate_of is None
