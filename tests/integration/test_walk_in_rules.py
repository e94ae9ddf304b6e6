"""R3, R7, R8, R9 and R12 for what staff log, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import Consultation
from domain.drafts import Consent
from domain.errors import InvalidAnswer
from domain.fiscal_year import jst_date
from domain.programme_types import OUTSIDE
from domain.return_calls import NewReturnCall, return_call_questionnaire
from domain.staff import NotPermitted, Role, RoleNotPermitted, StaffMember
from domain.walk_ins import walk_in_questionnaire
from services import needs, walk_ins
from services import return_calls as calls
from services.drafts import Forms
from services.occasion import Occasion
from services.walk_ins import AlreadyLogged, CallIsDone, Logged, OpenCase, OtherFormOpen
from storage import drafts, return_calls
from storage import staff as staff_storage
from storage.database import Database
from tests.unit.paper_form import SAMPLE_FORM, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.drafts import Draft
    from storage.database import Transaction

PROGRAMME = load_programme(SAMPLE)
WALK_IN = walk_in_questionnaire(PROGRAMME, SAMPLE_FORM)
FORMS = Forms(
    {f.name: f for f in (SAMPLE_FORM, return_call_questionnaire(SAMPLE_FORM), WALK_IN)},
    PROGRAMME.privacy.notice_version,
)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OWNER, CLERK, OTHER, PLANNING, STRANGER = 100, 401, 403, 402, 777
ROLES = {CLERK: Role.CLERK, OTHER: Role.MANAGER, PLANNING: Role.PLANNING}
FACTS = {"area": "nanbu", "city": "112038", "group": "no", "corporate_number": "_skip"}


@dataclass
class Desk:
    """Staff who log, one after another."""

    database: Database

    def do(self, unit: Callable[..., Any], *arguments: Any) -> Any:
        return self.database.write(lambda tx: unit(tx, *arguments)).result()

    def fill_in(self, user: int = CLERK, now: datetime = NOW, **answers: str) -> Draft:
        draft: Draft = self.do(walk_ins.begin, FORMS, user, at(now))
        return self.complete(draft, now, **answers)

    def complete(self, draft: Draft, now: datetime = NOW, **answers: str) -> Draft:
        chosen = {"day": "今日", **FACTS, **answers}
        progress = walk(WALK_IN, draft.progress, jst_date(now), **chosen)

        def save(tx: Transaction) -> Draft:
            filled = drafts.by_id(tx, draft.id)
            assert filled is not None
            filled = replace(filled, progress=progress)
            drafts.save(tx, filled)
            return filled

        filled: Draft = self.do(save)
        return filled

    def submit(
        self, draft: Draft, user: int = CLERK, now: datetime = NOW, how: Any = walk_ins.submit
    ) -> Any:
        return self.do(how, FORMS, user, "Person", draft.id, at(now))

    def log(self, now: datetime = NOW, user: int = CLERK, **answers: str) -> Consultation:
        logged = self.submit(self.fill_in(user, now, **answers), user, now)
        assert isinstance(logged, Logged)
        return logged.case

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.do(
            lambda tx: [tuple(row) for row in tx.connection.execute(text(statement))]
        )
        return found

    def counted(self) -> int:
        return int(self.rows("select coalesce(sum(delta), 0) from kpi_events")[0][0])


def at(now: datetime) -> Occasion:
    return Occasion(PROGRAMME, -1001, now)


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    database = Database(url)

    def register(tx: Transaction) -> None:
        for user, role in ROLES.items():
            staff_storage.register(tx, StaffMember(user, f"Person {user}", role, NOW))

    database.write(register).result()
    yield Desk(database)
    database.close()


def test_r8_a_call_counts_once_on_its_own_day(desk: Desk) -> None:
    case = desk.log(day="11/20")
    assert case.counted_on == date(2026, 11, 20)
    assert desk.counted() == 1
    assert [str(row[0]) for row in desk.rows("select effective_date from kpi_events")] == [
        "2026-11-20"
    ]


def test_r12_a_call_of_the_last_day_of_a_year_counts_in_that_year(desk: Desk) -> None:
    april = datetime(2027, 4, 2, 0, 0, tzinfo=UTC)
    last_year, this_year = desk.log(april, day="3/31"), desk.log(april, company="別社", day="4/1")
    assert (str(last_year.reference), str(this_year.reference)) == ("R8-0001", "R9-0001")


def test_r7_eligibility_is_decided_as_for_an_intake(desk: Desk) -> None:
    answers = {"company": "株式会社一", "area": OUTSIDE, "city": ""}
    assert desk.log(**answers).eligibility == "not_eligible"
    assert desk.log(company="株式会社二", employees="2001+", capital="ge1b").eligibility == (
        "not_eligible"
    )
    assert desk.log(company="株式会社三").eligibility == "eligible"
    assert desk.log(company="株式会社四", group="yes").eligibility == "to_confirm"


def test_r3_a_company_with_an_open_case_is_asked_about(desk: Desk) -> None:
    first = desk.log()
    draft = desk.fill_in()
    found = desk.submit(draft)
    assert isinstance(found, OpenCase)
    assert found.case.id == first.id
    added = desk.submit(draft, how=walk_ins.append)
    assert (added.case.id, added.is_addition, desk.counted()) == (first.id, True, 1)
    with pytest.raises(AlreadyLogged) as refused:
        desk.submit(draft, how=walk_ins.append)
    assert refused.value.params == {"reference": "R8-0001"}


def test_r3_an_intake_and_a_call_of_one_company_meet(desk: Desk) -> None:
    owners = walk(SAMPLE_FORM, **{**FACTS, "company": "㈱見本"})

    def send(tx: Transaction) -> Any:
        consent = Consent(FORMS.notice_version, NOW)
        draft = drafts.add(tx, OWNER, SAMPLE_FORM, owners, consent, NOW)
        return needs.submit(tx, FORMS, OWNER, draft.id, at(NOW))

    intake = desk.do(send)
    assert isinstance(intake, Consultation)
    found = desk.submit(desk.fill_in(company="㈱見本"))
    assert isinstance(found, OpenCase)
    assert found.case.id == intake.id


def test_r3_logged_as_new_it_is_a_suspected_duplicate_and_counts(desk: Desk) -> None:
    first = desk.log()
    new = desk.submit(desk.fill_in(), how=walk_ins.submit_as_new).case
    assert new.suspected_duplicate_of == first.reference
    assert desk.counted() == 2


@pytest.mark.parametrize(("days", "suspect"), [(29, "R8-0001"), (31, None)])
def test_r3_within_thirty_days_of_a_closed_case_it_is_a_suspected_duplicate(
    desk: Desk, days: int, suspect: str | None
) -> None:
    desk.log()
    desk.rows("update consultations set state = 'closed_done' returning id")
    again = desk.log(NOW + timedelta(days=days))
    found = again.suspected_duplicate_of
    assert (str(found) if found is not None else None) == suspect


def test_an_addition_to_a_case_that_was_closed_meanwhile_is_a_case_of_its_own(desk: Desk) -> None:
    desk.log()
    draft = desk.fill_in()
    desk.rows("update consultations set state = 'closed_done' returning id")
    logged = desk.submit(draft, how=walk_ins.append)
    assert (str(logged.case.reference), logged.is_addition) == ("R8-0002", False)


def test_a_day_that_is_too_long_ago_by_now_is_refused_at_the_last_button(desk: Desk) -> None:
    draft = desk.fill_in(day="10/25")
    with pytest.raises(InvalidAnswer):
        desk.submit(draft, now=NOW + timedelta(days=1))
    assert desk.counted() == 0


@pytest.mark.parametrize(
    ("user", "error"), [(PLANNING, RoleNotPermitted), (STRANGER, NotPermitted)]
)
def test_nobody_else_logs_not_even_by_a_button_of_a_member(
    desk: Desk, user: int, error: type[Exception]
) -> None:
    draft = desk.fill_in()
    for how in (walk_ins.submit, walk_ins.submit_as_new, walk_ins.append):
        with pytest.raises(error):
            desk.submit(draft, user, how=how)
    with pytest.raises(error):
        desk.do(walk_ins.begin, FORMS, user, at(NOW))
    with pytest.raises(error):
        desk.do(walk_ins.begin_from_call, FORMS, user, 1, at(NOW))
    assert desk.counted() == 0


def a_call(desk: Desk, number: int = 1) -> int:
    answers = {"contact": "山田 太郎", "tel": "+81488300000", "when": "any"}
    consent = Consent(FORMS.notice_version, NOW)
    call: int = desk.do(
        lambda tx: return_calls.add(
            tx, NewReturnCall(90 + number, OWNER + number, answers, consent, NOW, None)
        )
    )
    return call


def test_r9_a_call_counts_when_it_is_logged_and_is_done_by_that(desk: Desk) -> None:
    call = a_call(desk)
    assert desk.counted() == 0
    draft = desk.do(walk_ins.begin_from_call, FORMS, CLERK, call, at(NOW))
    assert draft.progress.answers["contact"] == "山田 太郎"
    logged = desk.submit(desk.complete(draft))
    assert (logged.call, desk.counted()) == (call, 1)
    assert desk.rows("select count(*) from return_calls where done_at is null") == [(0,)]
    with pytest.raises(CallIsDone):
        desk.do(walk_ins.begin_from_call, FORMS, OTHER, call, at(NOW))


@pytest.mark.parametrize("how", [walk_ins.submit, walk_ins.submit_as_new])
def test_r9_of_two_members_who_log_a_call_one_counts(desk: Desk, how: Any) -> None:
    call = a_call(desk)
    first = desk.do(walk_ins.begin_from_call, FORMS, CLERK, call, at(NOW))
    second = desk.do(walk_ins.begin_from_call, FORMS, OTHER, call, at(NOW))
    first, second = desk.complete(first), desk.complete(second, company="別の書き方の社")
    case = desk.submit(first).case
    with pytest.raises(AlreadyLogged) as refused:
        desk.submit(second, OTHER, how=how)
    assert (refused.value.params, desk.counted()) == ({"reference": str(case.reference)}, 1)


def test_r9_a_call_whose_consultation_was_a_mistake_is_logged_again(desk: Desk) -> None:
    call = a_call(desk)
    first = desk.do(walk_ins.begin_from_call, FORMS, CLERK, call, at(NOW))
    second = desk.do(walk_ins.begin_from_call, FORMS, OTHER, call, at(NOW))
    desk.submit(desk.complete(first, company="試験"))
    desk.do(lambda tx: tx.connection.execute(text("update consultations set state = 'test'")))
    assert isinstance(desk.submit(desk.complete(second), OTHER), Logged)


def test_r9_the_form_of_another_talk_is_not_lost_to_a_call(desk: Desk) -> None:
    first, second = a_call(desk, 1), a_call(desk, 2)
    draft = desk.do(walk_ins.begin_from_call, FORMS, CLERK, first, at(NOW))
    with pytest.raises(OtherFormOpen):
        desk.do(walk_ins.begin_from_call, FORMS, CLERK, second, at(NOW))
    assert desk.do(walk_ins.begin_from_call, FORMS, CLERK, first, at(NOW)).id == draft.id


def test_a_call_that_is_withdrawn_leaves_no_name_in_a_form(desk: Desk) -> None:
    first, second = a_call(desk, 1), a_call(desk, 2)
    desk.do(walk_ins.begin_from_call, FORMS, CLERK, first, at(NOW))
    desk.do(walk_ins.begin_from_call, FORMS, OTHER, second, at(NOW))
    desk.do(calls.withdraw, OWNER + 1, first, -1001, NOW)
    assert desk.rows("select user_id from drafts") == [(OTHER,)]
