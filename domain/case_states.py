"""What may become of a case: one table of its states, and who may bring a change about.

The table is the counting rules' (Consultation), row by row. Whatever changes a state, by hand, by
a booking or by an outcome, asks it; what is not in it does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.consultations import CLOSED_STATES, EXCLUDED_STATES, OPEN_STATES, ConsultationState
from domain.errors import DomainError
from domain.staff import Action, StaffMember, refusal
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

_S = ConsultationState
STATE_WORDS: Final = {
    _S.NEW: N_("Accepted"),
    _S.TRIAGED: N_("Assigned"),
    _S.CONTACTING: N_("Contacting"),
    _S.BOOKED: N_("Meeting planned"),
    _S.MET: N_("Met"),
    _S.DEFINED: N_("Issue and person defined"),
    _S.REFERRED: N_("Referred to agencies"),
    _S.CANDIDATE: N_("Candidates introduced"),
    _S.INTERVIEW: N_("Selecting"),
    _S.MATCHED: N_("Matched"),
    _S.FOLLOWUP: N_("Following up"),
    _S.CLOSED_DONE: N_("Closed (done)"),
    _S.CLOSED_DECLINED: N_("Closed (declined)"),
    _S.CLOSED_NO_CONTACT: N_("Closed (no contact)"),
    _S.CLOSED_OTHER_SUPPORT: N_("Closed (other support)"),
    _S.CLOSED_OUT_OF_SCOPE: N_("Closed (out of scope)"),
    _S.DUPLICATE: N_("Excluded (duplicate)"),
    _S.TEST: N_("Excluded (test)"),
    _S.SPAM: N_("Excluded (spam)"),
}
"""The states in the office's words (counting rules, 表示); the owner's are `STATE_NAMES`."""


class Act(StrEnum):
    """What is done to a case.

    BOOK, UNBOOK and MEET are a booking's doing: made or moved, lost (cancelled, 欠席, 延期), held
    (実施); UNMEET corrects that. REFER needs the owner's consent to sharing (Q19 ①) and a referral,
    MATCH a match, UNMATCH the loss of the only one.
    HAND_OVER, NOTE and JUDGE change no state; JUDGE says whether the case counts for the KPI (R7).
    """

    TAKE = "take"
    CHANGE = "change"
    BOOK = "book"
    UNBOOK = "unbook"
    MEET = "meet"
    UNMEET = "unmeet"
    REFER = "refer"
    MATCH = "match"
    UNMATCH = "unmatch"
    CLOSE = "close"
    REOPEN = "reopen"
    EXCLUDE = "exclude"
    RESTORE = "restore"
    HAND_OVER = "hand_over"
    NOTE = "note"
    JUDGE = "judge"


class Why(StrEnum):
    """Why a case that was over is taken up again, or does or does not count for the KPI."""

    CONTACT = "contact"
    GOES_ON = "goes_on"
    MISTAKE = "mistake"
    CHECKED = "checked"
    SMALL_ENOUGH = "small_enough"
    TOO_LARGE = "too_large"


WHY_WORDS: Final = {
    Why.CONTACT: N_("The company can be reached again"),
    Why.GOES_ON: N_("The same issue goes on"),
    Why.MISTAKE: N_("It was a mistake"),
    Why.CHECKED: N_("Checked: it is a consultation"),
    Why.SMALL_ENOUGH: N_("Small, medium or mid-cap: it counts for the KPI"),
    Why.TOO_LARGE: N_("Large, or no such company: it does not count for the KPI"),
}


@dataclass(frozen=True)
class Terms:
    """On what terms something is done to a case: who may, what it counts, and why it is done.

    `counts` is what it adds to the consultations (R1, R5). `reasons` are chosen from; where
    `state_is_reason` the state that is chosen says why (終了（理由）, 除外).
    """

    permission: Action
    counts: int = 0
    reasons: tuple[Why, ...] = ()
    state_is_reason: bool = False

    @property
    def needs_reason(self) -> bool:
        """Whether it is not done without a reason (R10)."""
        return self.state_is_reason or bool(self.reasons)


TERMS: Final[Mapping[Act, Terms]] = {
    Act.TAKE: Terms(Action.TAKE_CASE),
    Act.CHANGE: Terms(Action.CHANGE_CASE),
    Act.CLOSE: Terms(Action.CHANGE_CASE, state_is_reason=True),
    Act.HAND_OVER: Terms(Action.CHANGE_CASE),
    Act.NOTE: Terms(Action.CHANGE_CASE),
    Act.REOPEN: Terms(Action.CORRECT_CASE, reasons=(Why.CONTACT, Why.GOES_ON, Why.MISTAKE)),
    Act.EXCLUDE: Terms(Action.CORRECT_CASE, counts=-1, state_is_reason=True),
    Act.RESTORE: Terms(Action.CORRECT_CASE, counts=1, reasons=(Why.MISTAKE, Why.CHECKED)),
    Act.JUDGE: Terms(Action.CORRECT_CASE, reasons=(Why.SMALL_ENOUGH, Why.TOO_LARGE)),
}
"""What staff do by hand. The rest comes about by bookings, referrals and matches only."""

_STATES = tuple(ConsultationState)
_OPEN = tuple(state for state in _STATES if state in OPEN_STATES)
_CLOSED = tuple(state for state in _STATES if state in CLOSED_STATES - EXCLUDED_STATES)
_EXCLUDED = tuple(state for state in _STATES if state in EXCLUDED_STATES)
_BEFORE_A_MEETING = (_S.NEW, _S.TRIAGED, _S.CONTACTING, _S.BOOKED)
_ANY_TIME = (_S.CLOSED_DECLINED, _S.CLOSED_OTHER_SUPPORT, _S.CLOSED_OUT_OF_SCOPE)

_ROWS: Final[tuple[tuple[Act, Iterable[ConsultationState], Iterable[ConsultationState]], ...]] = (
    (Act.TAKE, (_S.NEW,), (_S.TRIAGED,)),
    (Act.CHANGE, (_S.TRIAGED,), (_S.CONTACTING,)),
    (Act.BOOK, (_S.TRIAGED, _S.CONTACTING), (_S.BOOKED,)),
    (Act.UNBOOK, (_S.BOOKED,), (_S.CONTACTING,)),
    (Act.MEET, _BEFORE_A_MEETING, (_S.MET,)),
    # What was said of a meeting by mistake is corrected.
    (Act.UNMEET, (_S.MET,), _BEFORE_A_MEETING),
    (Act.CHANGE, (_S.MET,), (_S.DEFINED,)),
    (Act.REFER, (_S.DEFINED, _S.CANDIDATE, _S.MATCHED), (_S.REFERRED,)),
    # Somebody may be found without an agency, and counts alike (R4).
    (Act.CHANGE, (_S.DEFINED, _S.REFERRED, _S.INTERVIEW), (_S.CANDIDATE,)),
    (Act.CHANGE, (_S.CANDIDATE,), (_S.INTERVIEW,)),
    (Act.MATCH, (_S.INTERVIEW,), (_S.MATCHED,)),
    (Act.UNMATCH, (_S.MATCHED, _S.FOLLOWUP), (_S.INTERVIEW,)),
    (Act.CHANGE, (_S.MATCHED,), (_S.FOLLOWUP,)),
    (Act.CLOSE, (_S.MET, _S.REFERRED, _S.FOLLOWUP), (_S.CLOSED_DONE,)),
    # A company may turn away at any stage, not only where the rules' table names it first.
    (Act.CLOSE, _OPEN, _ANY_TIME),
    # Of a new case nobody has tried to reach the company.
    (Act.CLOSE, _OPEN[1:], (_S.CLOSED_NO_CONTACT,)),
    (Act.REOPEN, _CLOSED, (_S.CONTACTING,)),
    # What was closed may prove to be a duplicate later, and must not count then either.
    (Act.EXCLUDE, (*_OPEN, *_CLOSED), _EXCLUDED),
    # Back to where it was; its meeting was cancelled, so not to BOOKED.
    (Act.RESTORE, _EXCLUDED, (*(s for s in _OPEN if s is not _S.BOOKED), *_CLOSED)),
)
TRANSITIONS: Final[Mapping[tuple[ConsultationState, ConsultationState], Act]] = {
    (before, after): act for act, befores, afters in _ROWS for before in befores for after in afters
}
"""By what a case gets from one state to another; a pair that is missing does not happen."""


class NotFromHere(DomainError):
    """The table has no such change of the case as it is now."""

    def __init__(self) -> None:
        super().__init__(N_("That cannot be done with the case as it is now."))


def targets(act: Act, state: ConsultationState) -> tuple[ConsultationState, ...]:
    """Return the states that an act leads to from a state, in the table's order."""
    return tuple(after for after in _STATES if TRANSITIONS.get((state, after)) is act)


def after(act: Act, state: ConsultationState) -> ConsultationState:
    """Return where an act with one possible end leaves a case; where it was if there is none."""
    return next(iter(targets(act, state)), state)


def restored(before: ConsultationState) -> ConsultationState:
    """Return the state to restore an excluded case to, from the one it had `before`.

    Its meeting was cancelled: a BOOKED case is contacted anew.
    """
    return after(Act.UNBOOK, before)


def offered(member: StaffMember, state: ConsultationState) -> frozenset[Act]:
    """Return what a member may do by hand with a case in a state."""
    allowed = {act for act, terms in TERMS.items() if member.may(terms.permission)}
    possible = {act for act in TERMS if targets(act, state)} | {Act.NOTE}
    if state in OPEN_STATES:
        possible.add(Act.HAND_OVER)
    return frozenset(allowed & possible)


def refused(
    member: StaffMember | None, before: ConsultationState, to: ConsultationState, why: Why | None
) -> DomainError | None:
    """Return why a member may not change a state by hand; None if they may."""
    act = TRANSITIONS.get((before, to))
    if member is None:
        return refusal(member, Action.CHANGE_CASE)
    if act is None or act not in TERMS:
        return refusal(member, Action.CHANGE_CASE) or NotFromHere()
    if error := refusal(member, TERMS[act].permission):
        return error
    is_known = why in TERMS[act].reasons if TERMS[act].reasons else why is None
    return None if is_known else NotFromHere()


def corrected_on(counted_on: date, today: date, published_by: date) -> date:
    """Return the day (JST) on which a correction of what counted on another day counts.

    Until its fiscal year's figures are published, `published_by`, the same day; after that today,
    so that what was published stays and the next report shows the correction (R5, R11).
    """
    return counted_on if today <= published_by else today
