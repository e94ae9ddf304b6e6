"""Who may change which row, and who may read what: the rules that presses are measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.case_states import TERMS, Act
from domain.staff import PERMISSIONS, Action
from tests.integration.conftest import STAFF_CHAT
from tests.integration.story import ADMIN, NOTE, OWNERS, PLANNING, REMOVED, ROLES, personal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.integration.watch import Change

CASE_WORK = Action.CHANGE_CASE
_NEEDS = {
    "staff": Action.MANAGE_STAFF,
    "invitations": Action.MANAGE_STAFF,
    "closures": Action.CLOSE_SLOTS,
    "calendar_feeds": Action.READ_SLOTS,
    "partners": Action.MANAGE_PARTNERS,
    "sharing_decisions": Action.RECORD_SHARING,
    "referrals": Action.REFER_CASE,
    "referral_news": Action.REFER_CASE,
    "missions": Action.REFER_CASE,
}
"""What a member must be allowed to change a table; any other is work on cases."""
_OF_ONES_OWN = {"drafts", "people", "return_calls", "consultations", "addenda", "prompts"}
_FOLLOWS = {"outbox", "companies", "reference_counters", "booking_seats"}
"""What is only written along with something else."""
STAFF_NAMES = tuple(f"Person {user}" for user in (*ROLES, REMOVED))


def justified(
    user: int, change: Change, along_with: Sequence[Change], cases: Mapping[int, int]
) -> bool:
    """Whether a person may bring a change about; `cases` are the owners by their cases."""
    if change.table in _FOLLOWS:
        return any(
            one.table not in _FOLLOWS and justified(user, one, along_with, cases)
            for one in along_with
        )
    if change.table in _OF_ONES_OWN and change["user_id"] == user:
        return True
    if _is_own_case(user, change, along_with, cases):
        return True
    names = {"name", "desk_name"}
    if change.table == "staff" and change.columns() <= names and change["user_id"] == user:
        return user in ROLES
    return user in ROLES and _needed(change) in PERMISSIONS[ROLES[user]]


def _is_own_case(
    user: int, change: Change, along_with: Sequence[Change], cases: Mapping[int, int]
) -> bool:
    case = change["consultation_id"]
    if change.table == "booking_events":
        bookings = [one for one in along_with if one.table == "bookings"]
        case = next((b["consultation_id"] for b in bookings if b["id"] == change["booking_id"]), 0)
    return case is not None and cases.get(case) == user


def _needed(change: Change) -> Action:
    if change.table == "case_events":
        act = Act(change["act"])
        return TERMS[act].permission if act in TERMS else Action.CHANGE_MEETING
    if change.table == "kpi_events" and (
        change["delta"] < 0 or change["reason"] in ("restored", "R7")
    ):
        return Action.CORRECT_CASE
    return _NEEDS.get(change.table, CASE_WORK)


def not_for(chat: int, references: Mapping[str, int]) -> list[str]:
    """Return the words that must not be shown in a chat: of owners, of staff, of cases."""
    personal_data = [word for owner in OWNERS if owner != chat for word in personal(owner)]
    if chat in (STAFF_CHAT, PLANNING):
        return [*personal_data, NOTE]
    if chat in ROLES:
        return [] if chat == ADMIN else ["start=staff_"]
    others = [reference for reference, owner in references.items() if owner != chat]
    return [*personal_data, *others, *STAFF_NAMES, NOTE, "start=staff_"]
