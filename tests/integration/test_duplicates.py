"""R3: a further submission of the same company is noticed while its case is open, and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import Consultation
from domain.drafts import Consent
from domain.questions import SKIP
from services import needs
from services.drafts import Forms
from services.needs import OpenCase, Submission
from storage import drafts
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
            return service(tx, FORMS, user, draft.id, Submission(PROGRAMME, -1, at))

        return self.database.write(unit).result()

    def log(
        self, user: int = 1, at: datetime = NOW, new: bool = False, **answers: str
    ) -> Consultation:
        logged = self.submit(user, at, new, **answers)
        assert isinstance(logged, Consultation)
        return logged

    def close_case(self, case: Consultation) -> None:
        # No state that closes a case exists in code yet; any that is not open is one.
        statement = text("update consultations set state = 'closed_done' where id = :case")
        self.database.write(
            lambda tx: tx.connection.execute(statement, {"case": case.id}).rowcount
        ).result()


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
