"""What becomes of the cases of a member who works on none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.consultations import OPEN_STATES
from domain.outbox import Notice, NoticeKind
from services import meeting_notices, relay_notices
from storage import case_list, consultations, outbox, staff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.consultations import Reference
    from services.occasion import Occasion
    from storage.database import Transaction


def leave(tx: Transaction, at: Occasion, leaver: int) -> None:
    """Tell the staff chat of the open cases that a member leaves behind, once.

    Whatever would remind that member of meetings, or brings what owners wrote, goes to the staff
    chat until somebody takes the cases. The bookings' turn must have been taken.
    """
    left = case_list.open_of_assignee(tx, leaver)
    if left:
        kind = NoticeKind.CASES_LEFT
        key = f"{kind}:{leaver}:{at.now:%Y%m%d%H%M%S%f}"
        outbox.add(tx, Notice(at.staff_chat, kind, {"cases": left}, key, at.now))
    meeting_notices.hand_over_all(tx, at, leaver)
    relay_notices.left_behind(tx, at, leaver)


def still_left(tx: Transaction, cases: Iterable[int]) -> list[Reference]:
    """Return which of the cases are open and still nobody's, in the order given."""
    found = [consultations.find(tx, case) for case in cases]
    return [
        case.reference
        for case in found
        if case is not None
        and case.state in OPEN_STATES
        and staff.in_charge(tx, case.assignee) is None
    ]
