"""A match (成約): one person found for a case, from the offer to the end of the work.

The states are the counting rules' table (Match). No name of the person is known here. Who is
recorded by mistake is VOID: nothing is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.consultations import EXCLUDED_STATES, OPEN_STATES, ConsultationState
from domain.eras import japanese_date
from domain.errors import DomainError
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from domain.consultations import Reference


class MatchState(StrEnum):
    """The states of a match, as the counting rules' table has them, and VOID."""

    OFFERED = "offered"
    AGREED = "agreed"
    STARTED = "started"
    CANCELLED_BEFORE_START = "cancelled_before_start"
    ENDED = "ended"
    VOID = "void"


class Engagement(StrEnum):
    """How somebody works for the company (engage)."""

    FULL = "full"
    SIDE = "side"
    SECOND = "second"
    CONTRACT = "contract"
    TRIAL = "trial"


class MatchAct(StrEnum):
    """What is done to a match. CONTRACT is a contract that follows a trial (R6).

    FOLLOW_UP changes nothing: somebody saw how the work goes.
    """

    RECORD = "record"
    AGREE = "agree"
    START = "start"
    CONTRACT = "contract"
    CANCEL = "cancel"
    END = "end"
    VOID = "void"
    FOLLOW_UP = "follow_up"


class MatchWhy(StrEnum):
    """Why a match is cancelled before its start, or was no match."""

    PERSON = "person"
    COMPANY = "company"
    TERMS = "terms"
    OTHER = "other"
    MISTAKE = "mistake"
    TWICE = "twice"
    DETAILS = "details"


_M, _A = MatchState, MatchAct
STATE_WORDS: Final = {
    _M.OFFERED: N_("Offered"),
    _M.AGREED: N_("Agreed"),
    _M.STARTED: N_("At work"),
    _M.CANCELLED_BEFORE_START: N_("Cancelled before the start"),
    _M.ENDED: N_("Work has ended"),
    _M.VOID: N_("Recorded by mistake"),
}
ENGAGEMENT_WORDS: Final = {
    Engagement.FULL: N_("Employed full-time"),
    Engagement.SIDE: N_("Side job"),
    Engagement.SECOND: N_("Seconded"),
    Engagement.CONTRACT: N_("Service contract"),
    Engagement.TRIAL: N_("Trial"),
}
WHY_WORDS: Final = {
    MatchWhy.PERSON: N_("The person declined"),
    MatchWhy.COMPANY: N_("The company withdrew"),
    MatchWhy.TERMS: N_("They did not agree on the terms"),
    MatchWhy.OTHER: N_("Another reason"),
    MatchWhy.MISTAKE: N_("There is no such match"),
    MatchWhy.TWICE: N_("It is recorded twice"),
    MatchWhy.DETAILS: N_("Day or details are wrong (record it anew)"),
}
REASONS: Final[Mapping[MatchAct, tuple[MatchWhy, ...]]] = {
    _A.CANCEL: (MatchWhy.PERSON, MatchWhy.COMPANY, MatchWhy.TERMS, MatchWhy.OTHER),
    _A.VOID: (MatchWhy.MISTAKE, MatchWhy.TWICE, MatchWhy.DETAILS),
}
"""What needs a reason, and which it may be (R10)."""
DATED: Final = (_A.AGREE, _A.START, _A.CONTRACT, _A.END)
"""What has a day of its own, which is typed."""

_ROWS: Final[tuple[tuple[MatchAct, Iterable[MatchState], MatchState], ...]] = (
    (_A.AGREE, (_M.OFFERED,), _M.AGREED),
    (_A.START, (_M.AGREED,), _M.STARTED),
    (_A.CANCEL, (_M.OFFERED, _M.AGREED), _M.CANCELLED_BEFORE_START),
    (_A.END, (_M.STARTED,), _M.ENDED),
    (_A.CONTRACT, (_M.AGREED, _M.STARTED, _M.ENDED), _M.AGREED),
    (_A.VOID, tuple(state for state in _M if state is not _M.VOID), _M.VOID),
)
TRANSITIONS: Final[Mapping[tuple[MatchState, MatchAct], MatchState]] = {
    (before, act): after for act, befores, after in _ROWS for before in befores
}
"""Where an act leaves a match; a pair that is missing does not happen."""
GOOD: Final = frozenset({_M.AGREED, _M.STARTED, _M.ENDED})
"""A person was found, and was not lost again before the start."""
_WHILE_OPEN = frozenset({_A.AGREE, _A.CONTRACT})
RECORDED_IN: Final = (
    ConsultationState.INTERVIEW,
    ConsultationState.MATCHED,
    ConsultationState.FOLLOWUP,
)
"""The states of a case in which a match is recorded: the first one, and further persons."""


@dataclass(frozen=True)
class NewMatch:
    """A match as it is recorded. Days are JST; `agreed_on` None while it is only offered.

    `talent` is a code of Q15, `pay` of Q17a (yearly) or Q17b (monthly), `from_prefecture` whether
    the person lived in the prefecture before; None for what nobody said.
    """

    consultation_id: int
    engagement: Engagement
    talent: str
    agreed_on: date | None
    starts_on: date | None
    pay: str | None
    from_prefecture: bool | None
    recorded_at: datetime

    @property
    def state(self) -> MatchState:
        """The state that it is recorded in."""
        return MatchState.OFFERED if self.agreed_on is None else MatchState.AGREED


@dataclass(frozen=True)
class Match:
    """One person found for a case; `number` counts the matches of a case from 1.

    `started_on` and `ended_on` are the days (JST) on which work began and ended. `counted_on` is
    the day it is in the figures for, None while it does not count.
    """

    id: int
    consultation_id: int
    reference: Reference
    number: int
    state: MatchState
    engagement: Engagement
    talent: str
    agreed_on: date | None
    starts_on: date | None
    started_on: date | None
    ended_on: date | None
    pay: str | None
    from_prefecture: bool | None
    counted_on: date | None


@dataclass(frozen=True)
class MatchEvent:
    """One thing done to a match by somebody (Telegram user id) at a moment (UTC).

    `day` (JST) is the typed one; `number` and `engagement` are the match's, as it was then.
    """

    act: MatchAct
    before: MatchState | None
    after: MatchState
    engagement: Engagement
    actor: int
    at: datetime
    day: date | None = None
    why: MatchWhy | None = None
    number: int = 0


class NotOfMatch(DomainError):
    """The table has no such change of the match, or none while its case is as it is."""

    def __init__(self) -> None:
        super().__init__(N_("That cannot be done with the match as it is now."))


class MatchMoved(DomainError):
    """Somebody else changed the match first."""

    def __init__(self) -> None:
        super().__init__(N_("The match has changed meanwhile. This is how it stands now."))


class DayTooEarly(DomainError):
    """The day is before something that must have come first."""

    def __init__(self, what: str, first: date) -> None:
        super().__init__(what, first=japanese_date(first))


_BEFORE_THE_CASE = N_(
    "That is before the case was accepted (%(first)s). Please correct the day and record again."
)
_BEFORE_THE_AGREEMENT = N_(
    "That is before the day of agreement (%(first)s). Please correct the day and record again."
)
_BEFORE_THE_START = N_(
    "That is before the first day of work (%(first)s). Please correct the day and record again."
)


def does_count(state: MatchState, engagement: Engagement, *, count_trials: bool) -> bool:
    """Whether a person counts: from the agreement on, cancelled before the start no more (R4, R5).

    A later end takes nothing off. A trial alone does not count, unless the programme says so (R6).
    """
    return state in GOOD and (engagement is not Engagement.TRIAL or count_trials)


def possible(
    act: MatchAct, state: MatchState, engagement: Engagement, case: ConsultationState
) -> bool:
    """Whether an act can be done to a match while its case is in a state.

    What is agreed, or agreed anew, belongs to an open case; what becomes of the person and what was
    a mistake is recorded later, too. Of an excluded case nothing counts and nothing is done.
    """
    if case in EXCLUDED_STATES or (state, act) not in TRANSITIONS:
        return False
    if act is MatchAct.CONTRACT and engagement is not Engagement.TRIAL:
        return False
    return case in OPEN_STATES or act not in _WHILE_OPEN


def offered(match: Match, case: ConsultationState) -> tuple[MatchAct, ...]:
    """Return what can be done to a match, in the order of the acts."""
    return tuple(act for act in MatchAct if possible(act, match.state, match.engagement, case))


def refuse_days_of(new: NewMatch, accepted_on: date) -> DayTooEarly | None:
    """Return what is wrong with the days of a new match of a case accepted on a day (JST)."""
    if new.agreed_on is not None and new.agreed_on < accepted_on:
        return DayTooEarly(_BEFORE_THE_CASE, accepted_on)
    if new.starts_on is None:
        return None
    if new.agreed_on is not None and new.starts_on < new.agreed_on:
        return DayTooEarly(_BEFORE_THE_AGREEMENT, new.agreed_on)
    return DayTooEarly(_BEFORE_THE_CASE, accepted_on) if new.starts_on < accepted_on else None


def refuse_day(match: Match, act: MatchAct, day: date, accepted_on: date) -> DayTooEarly | None:
    """Return what is wrong with the day on which something was done to a match."""
    if act is MatchAct.START and match.agreed_on is not None and day < match.agreed_on:
        return DayTooEarly(_BEFORE_THE_AGREEMENT, match.agreed_on)
    if act is MatchAct.END and match.started_on is not None and day < match.started_on:
        return DayTooEarly(_BEFORE_THE_START, match.started_on)
    if act is MatchAct.CONTRACT and match.agreed_on is not None and day < match.agreed_on:
        return DayTooEarly(_BEFORE_THE_AGREEMENT, match.agreed_on)
    return DayTooEarly(_BEFORE_THE_CASE, accepted_on) if day < accepted_on else None
