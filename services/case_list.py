"""The list of open cases as a staff member reads it; it holds no personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.case_list import PAGE, Asked, CaseList, Tally
from domain.chasers import waiting_since_before
from domain.staff import Action
from services.cases import permitted
from services.working_days import working_days
from storage import case_list

if TYPE_CHECKING:
    from domain.case_list import Narrowing
    from services.occasion import Occasion
    from storage.database import Transaction


def page(
    tx: Transaction, at: Occasion, user_id: int, narrowing: Narrowing, number: int
) -> CaseList:
    """Return a page of the open cases; the last one if there are not so many by now.

    Raises NotPermitted.
    """
    permitted(tx, user_id, Action.READ_CASES)
    days = at.programme.chasers.no_contact_after_working_days
    before = waiting_since_before(working_days(tx, at), at.now, days)
    count = case_list.count(tx, Asked(narrowing, 0, user_id, before, at.now))
    shown = min(number, max(0, count - 1) // PAGE)
    found = case_list.page(tx, Asked(narrowing, shown, user_id, before, at.now))
    return CaseList(narrowing, found, count, shown)


def tally(tx: Transaction, user_id: int) -> Tally:
    """Return what the list can be narrowed to by state and area. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_CASES)
    return Tally(case_list.by_state(tx), case_list.by_area(tx))
