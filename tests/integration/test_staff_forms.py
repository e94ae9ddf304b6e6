"""Forms that staff fill in, on both databases: permission at each step, one case at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.errors import StaleButton
from domain.form import Known, OneOf, Parsed, Questionnaire, Typed, choices
from domain.needs import needs_questionnaire
from domain.questions import correctable_questions, current_question
from domain.staff import Action, NotPermitted, Role, RoleNotPermitted, StaffMember
from services import drafts, staff
from services.drafts import Forms, Spot
from services.occasion import Occasion
from storage import staff as staff_storage
from storage.database import Database
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.database import Transaction

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
AT = Occasion(load_programme(SAMPLE), -1001, NOW)
ADMIN, MANAGER, CLERK, STRANGER = 900, 400, 401, 777
ROLES = {ADMIN: Role.ADMIN, MANAGER: Role.MANAGER, CLERK: Role.CLERK}
FORM = Questionnaire(
    "sample",
    1,
    (
        OneOf(
            key="kind",
            number=1,
            title="Kind",
            text="Kind?",
            choices=choices(("a", "A"), ("b", "B")),
        ),
        Typed(key="word", number=2, title="Word", text="Word?", parse=Parsed),
    ),
    steps=2,
    permitted=Action.RECORD_MATCH,
)
KNOWING = Questionnaire(
    "knowing",
    1,
    (Known(key="about", title="About"), *FORM.questions),
    steps=2,
    permitted=Action.RECORD_MATCH,
)
FORMS = Forms({form.name: form for form in (FORM, KNOWING)}, "notice")


@dataclass
class Office:
    """A database with staff and two cases."""

    database: Database
    first: int
    second: int

    def do(self, unit: Callable[..., Any], *arguments: Any) -> Any:
        return self.database.write(lambda tx: unit(tx, *arguments)).result()

    def open(self, user: int, case: int | None, later: int = 0) -> Any:
        moment = NOW + timedelta(seconds=later)
        return self.do(drafts.open_for_staff, FORMS, user, FORM.name, moment, case)

    def press(self, user: int, key: str, code: str, draft: int | None = None) -> Any:
        open_now = self.latest(user)
        spot = Spot(FORM.name, key, draft or (open_now.id if open_now else 1))
        return self.do(drafts.press, FORMS, user, spot, code, NOW)

    def latest(self, user: int) -> Any:
        return self.do(drafts.latest, FORMS, user)


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    database = Database(url)

    def register(tx: Transaction) -> None:
        for user, role in ROLES.items():
            staff_storage.register(tx, StaffMember(user, f"Person {user}", role, NOW))

    database.write(register).result()
    ledger = Ledger(database)
    day = date(2026, 11, 24)
    yield Office(database, ledger.consult(day), ledger.consult(day))
    database.close()


def test_a_form_about_a_case_asks_without_consent_and_knows_its_reference(office: Office) -> None:
    draft = office.open(MANAGER, office.second)
    assert (draft.consent, draft.case, str(draft.reference)) == (None, office.second, "R8-0002")
    step = office.press(MANAGER, "kind", "a")
    assert str(step.draft.reference) == "R8-0002"
    step = office.do(drafts.answer, FORMS, MANAGER, "word", NOW)
    assert step.draft.progress.answers == {"kind": "a", "word": "word"}
    assert current_question(FORM, step.draft.progress) is None
    found = office.do(drafts.opened, FORMS, MANAGER, FORM.name)
    assert (found, str(found.reference)) == (step.draft, "R8-0002")


def test_a_form_may_be_about_no_case(office: Office) -> None:
    office.open(MANAGER, None)
    step = office.press(MANAGER, "kind", "b")
    assert (step.draft.case, step.draft.reference) == (None, None)


def test_the_same_case_goes_on_and_another_one_begins_anew_in_the_same_message(
    office: Office,
) -> None:
    first = office.open(MANAGER, office.first)
    office.press(MANAGER, "kind", "a")
    office.do(drafts.remember_live_message, first.id, 33)
    again = office.open(MANAGER, office.first, later=1)
    assert (again.id, again.progress.answers) == (first.id, {"kind": "a"})
    other = office.open(MANAGER, office.second, later=2)
    assert other.id != first.id
    assert (other.case, other.progress.answers, other.live_message_id) == (office.second, {}, 33)


def test_a_button_of_another_draft_answers_nothing(office: Office) -> None:
    first = office.open(MANAGER, office.first)
    office.open(MANAGER, office.second)
    for draft in (first.id, None):
        spot = Spot(FORM.name, "kind", draft)
        with pytest.raises(StaleButton):
            office.do(drafts.press, FORMS, MANAGER, spot, "a", NOW)
    office.press(MANAGER, "kind", "a")
    with pytest.raises(StaleButton):
        office.do(drafts.reopen_question, FORMS, MANAGER, Spot(FORM.name, "kind", first.id), NOW)
    assert office.latest(MANAGER).progress.answers == {"kind": "a"}


def test_what_is_known_is_not_asked_and_something_else_known_begins_anew(office: Office) -> None:
    def about(match: str) -> Any:
        known = {"about": match}
        name = KNOWING.name
        return office.do(drafts.open_for_staff, FORMS, MANAGER, name, NOW, office.first, known)

    first = about("3")
    spot = Spot(KNOWING.name, "kind", first.id)
    answered = office.do(drafts.press, FORMS, MANAGER, spot, "a", NOW).draft.progress.answers
    assert answered == {"about": "3", "kind": "a"}
    assert [question.key for question in correctable_questions(KNOWING, answered)] == ["kind"]
    assert about("3").id == first.id
    other = about("4")
    assert (other.id != first.id, other.progress.answers) == (True, {"about": "4"})


@pytest.mark.parametrize(("user", "error"), [(CLERK, RoleNotPermitted), (STRANGER, NotPermitted)])
def test_who_may_not_is_refused_by_opening_and_by_every_button(
    office: Office, user: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        office.open(user, office.first)
    with pytest.raises(error):
        office.press(user, "kind", "a")
    with pytest.raises(error):
        office.do(drafts.opened, FORMS, user, FORM.name)
    assert office.latest(user) is None


def test_somebody_removed_loses_the_form_at_once(office: Office) -> None:
    office.open(MANAGER, office.first)
    office.do(staff.remove, AT, ADMIN, MANAGER, int(NOW.timestamp()))
    with pytest.raises(NotPermitted):
        office.press(MANAGER, "kind", "a")
    assert office.do(drafts.answer, FORMS, MANAGER, "word", NOW) is None
    # Invited again, they begin anew.
    member = StaffMember(MANAGER, "Person", Role.MANAGER, NOW)
    office.do(staff_storage.register, member)
    assert office.latest(MANAGER) is None


def test_another_role_ends_the_form(office: Office) -> None:
    office.open(MANAGER, office.first)
    office.do(staff.invite, ADMIN, Role.CLERK, "token", NOW, timedelta(days=1))
    office.do(staff.join, AT, MANAGER, "Person", "token")
    assert office.latest(MANAGER) is None
    office.do(staff.invite, ADMIN, Role.MANAGER, "another", NOW, timedelta(days=1))
    office.do(staff.join, AT, MANAGER, "Person", "another")
    assert office.latest(MANAGER) is None


def test_a_form_whose_permission_is_gone_otherwise_takes_no_answer(office: Office) -> None:
    office.open(MANAGER, office.first)
    clerk = StaffMember(MANAGER, "Person", Role.CLERK, NOW)
    office.do(staff_storage.register, clerk)
    assert office.do(drafts.answer, FORMS, MANAGER, "word", NOW) is None
    with pytest.raises(RoleNotPermitted):
        office.press(MANAGER, "kind", "a")


def test_an_owners_form_is_not_opened_for_staff(office: Office) -> None:
    form = needs_questionnaire(load_programme(SAMPLE))
    with pytest.raises(ValueError, match="owners"):
        office.do(
            drafts.open_for_staff, Forms({form.name: form}, "x"), MANAGER, form.name, NOW, None
        )
