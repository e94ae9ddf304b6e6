"""Matches: staff record persons found for a case, and what becomes of them (R4 to R6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.case_states import Act, NotFromHere, after
from domain.errors import DomainError, StaleButton
from domain.match_forms import (
    MATCH,
    MATCH_CONTRACT,
    MATCH_STEP,
    engagement_of,
    new_match,
    pay_of,
    step_of,
)
from domain.matches import (
    REASONS,
    RECORDED_IN,
    TRANSITIONS,
    MatchAct,
    MatchEvent,
    MatchMoved,
    MatchState,
    MatchWhy,
    NotOfMatch,
    offered,
    possible,
    refuse_day,
    refuse_days_of,
)
from domain.questions import current_question
from domain.staff import Action, refusal
from domain.texts import N_
from services import case_counts, case_log, cases
from services.cases import permitted
from services.drafts import open_for_staff, opened
from storage import audit, bookings, drafts, matches, staff

if TYPE_CHECKING:
    from datetime import date

    from domain.consultations import Consultation
    from domain.drafts import Draft
    from domain.matches import Match
    from services.drafts import Forms
    from services.occasion import Occasion
    from storage.database import Transaction

_AUDITED = {
    MatchAct.RECORD: (AuditAction.MATCH_RECORD, AuditAction.MATCH_RECORD_REFUSED),
    MatchAct.VOID: (AuditAction.MATCH_VOID, AuditAction.MATCH_VOID_REFUSED),
}
_CHANGED = (AuditAction.MATCH_CHANGE, AuditAction.MATCH_CHANGE_REFUSED)


@dataclass(frozen=True)
class MatchCard:
    """A match for one member: `acts` are what its state, its case and their role allow."""

    match: Match
    acts: tuple[MatchAct, ...]


@dataclass(frozen=True)
class MatchPress:
    """What came of a press: the match as it is now, and why nothing was done.

    `card` is None for whoever may not see cases, and where no match came about. `draft` asks on.
    """

    card: MatchCard | None
    refusal: DomainError | None = None
    draft: Draft | None = None


@dataclass(frozen=True)
class MatchWanted:
    """What somebody wants to do to a match: its state as they saw it, and why."""

    match: int
    before: MatchState
    act: MatchAct
    why: MatchWhy | None = None


class AlreadyRecorded(DomainError):
    """The second tap of two: the first one has recorded it."""

    def __init__(self) -> None:
        super().__init__(N_("This has been recorded already."))


def card(tx: Transaction, user_id: int, match_id: int) -> MatchCard:
    """Return a match. Raises NotPermitted, or StaleButton if there is none."""
    member = permitted(tx, user_id, Action.READ_CASES)
    match, case = _found(tx, match_id)
    acts = offered(match, case.state) if member.may(Action.RECORD_MATCH) else ()
    return MatchCard(match, acts)


def begin(tx: Transaction, at: Occasion, forms: Forms, user_id: int, case_id: int) -> Draft:
    """Open the form about a person found. Raises NotPermitted, NotFromHere, StaleButton."""
    permitted(tx, user_id, Action.RECORD_MATCH)
    if cases.card(tx, case_id).consultation.state not in RECORDED_IN:
        raise NotFromHere
    return open_for_staff(tx, forms, user_id, MATCH, at.now, case_id)


def record(tx: Transaction, at: Occasion, forms: Forms, user_id: int, draft_id: int) -> MatchPress:
    """Record the person of a finished form; every attempt is audited.

    The agreement of the first one moves the case to MATCHED. Raises StaleButton, NotPermitted.
    """
    bookings.take_turns(tx)
    if (press := _again(tx, user_id, draft_id)) is not None:
        return press
    draft = _finished(tx, forms, user_id, MATCH, draft_id)
    new = new_match(draft, at.now)
    case = cases.card(tx, new.consultation_id).consultation
    error: DomainError | None = refuse_days_of(new, case.counted_on)
    if case.state not in RECORDED_IN:
        error = NotFromHere()
    _audit(tx, at, user_id, case, MatchAct.RECORD, error)
    if error is not None:
        return MatchPress(None, error)
    match, _ = _found(tx, matches.add(tx, new))
    event = MatchEvent(
        MatchAct.RECORD, None, new.state, new.engagement, user_id, at.now, new.agreed_on
    )
    _settle(tx, at, case, match, event, draft.id)
    return MatchPress(card(tx, user_id, match.id))


def begin_step(
    tx: Transaction, at: Occasion, forms: Forms, user_id: int, wanted: MatchWanted
) -> MatchPress:
    """Open the form about what has become of a match, as far as that can be.

    Raises NotPermitted, or StaleButton if there is no such match.
    """
    permitted(tx, user_id, Action.RECORD_MATCH)
    match, case = _found(tx, wanted.match)
    error = _refused(case, match, wanted)
    if error is not None:
        return MatchPress(card(tx, user_id, match.id), error)
    known = {"match": str(match.number)}
    name = MATCH_CONTRACT
    if wanted.act is not MatchAct.CONTRACT:
        name, known["step"] = MATCH_STEP, wanted.act.value
    draft = open_for_staff(tx, forms, user_id, name, at.now, case.id, known)
    return MatchPress(card(tx, user_id, match.id), draft=draft)


def record_step(
    tx: Transaction, at: Occasion, forms: Forms, user_id: int, name: str, draft_id: int
) -> MatchPress:
    """Record what has become of a match, by a finished form; every attempt is audited.

    Raises StaleButton, NotPermitted.
    """
    bookings.take_turns(tx)
    if (press := _again(tx, user_id, draft_id)) is not None:
        return press
    draft = _finished(tx, forms, user_id, name, draft_id)
    answers = draft.progress.answers
    match = _numbered(tx, draft)
    act, day = step_of(answers)
    case = cases.card(tx, match.consultation_id).consultation
    error: DomainError | None = refuse_day(match, act, day, case.counted_on)
    if not possible(act, match.state, match.engagement, case.state):
        error = NotOfMatch()
    _audit(tx, at, user_id, case, act, error)
    if error is not None:
        return MatchPress(card(tx, user_id, match.id), error, draft)
    changed = _after(match, act, day)
    if act is MatchAct.CONTRACT:
        changed = replace(changed, engagement=engagement_of(answers), pay=pay_of(answers))
    _change(tx, at, user_id, case, changed, MatchWanted(match.id, match.state, act), day, draft.id)
    return MatchPress(card(tx, user_id, match.id))


def change(
    tx: Transaction, at: Occasion, user_id: int, name: str, wanted: MatchWanted
) -> MatchPress:
    """Cancel a match before its start, or take it for a mistake, with a reason (R5, R10).

    Every attempt is audited. Raises StaleButton if there is no such match.
    """
    bookings.take_turns(tx)
    match, case = _found(tx, wanted.match)
    member = staff.find(tx, user_id)
    error: DomainError | None = refusal(member, Action.RECORD_MATCH)
    if error is None:
        error = _refused(case, match, wanted)
    if error is None and wanted.why not in REASONS.get(wanted.act, ()):
        error = NotOfMatch()
    _audit(tx, at, user_id, case, wanted.act, error)
    if error is None:
        staff.learn_name(tx, user_id, name)
        changed = replace(match, state=TRANSITIONS[match.state, wanted.act])
        _change(tx, at, user_id, case, changed, wanted, None, None)
    may_see = member is not None and member.may(Action.READ_CASES)
    return MatchPress(card(tx, user_id, match.id) if may_see else None, error)


def _found(tx: Transaction, match_id: int) -> tuple[Match, Consultation]:
    match = matches.find(tx, match_id)
    if match is None:
        raise StaleButton(N_("That match is not there."))
    return match, cases.card(tx, match.consultation_id).consultation


def _numbered(tx: Transaction, draft: Draft) -> Match:
    number = draft.progress.answers["match"]
    case = draft.case
    found = [one for one in matches.of_case(tx, case or 0) if str(one.number) == number]
    if not found:
        raise StaleButton(N_("That match is not there."))
    return found[0]


def _again(tx: Transaction, user_id: int, draft_id: int) -> MatchPress | None:
    """Answer the second of two taps; None for the first."""
    match_id = matches.of_draft(tx, draft_id)
    return MatchPress(card(tx, user_id, match_id), AlreadyRecorded()) if match_id else None


def _finished(tx: Transaction, forms: Forms, user_id: int, name: str, draft_id: int) -> Draft:
    draft = opened(tx, forms, user_id, name)
    is_open = current_question(forms.questionnaires[name], draft.progress) is not None
    if draft.id != draft_id or is_open:
        raise StaleButton(N_("Some questions are still open."))
    return draft


def _refused(case: Consultation, match: Match, wanted: MatchWanted) -> DomainError | None:
    if match.state is not wanted.before:
        return MatchMoved()
    is_possible = possible(wanted.act, match.state, match.engagement, case.state)
    return None if is_possible else NotOfMatch()


def _after(match: Match, act: MatchAct, day: date) -> Match:
    """Return a match after something of which the day is known."""
    moved = replace(match, state=TRANSITIONS[match.state, act])
    if act is MatchAct.START:
        return replace(moved, started_on=day)
    if act is MatchAct.END:
        return replace(moved, ended_on=day)
    if act is MatchAct.CONTRACT:
        # What the trial had planned and begun is told by the history.
        moved = replace(moved, starts_on=None, started_on=None, ended_on=None)
    return replace(moved, agreed_on=day)


def _change(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    case: Consultation,
    changed: Match,
    wanted: MatchWanted,
    day: date | None,
    draft_id: int | None,
) -> None:
    matches.save(tx, changed)
    event = MatchEvent(
        wanted.act,
        wanted.before,
        changed.state,
        changed.engagement,
        user_id,
        at.now,
        day,
        wanted.why,
    )
    _settle(tx, at, case, changed, event, draft_id)


def _settle(
    tx: Transaction,
    at: Occasion,
    case: Consultation,
    match: Match,
    event: MatchEvent,
    draft_id: int | None,
) -> None:
    """Keep what was done to a match, with what follows for the figures and the case."""
    matches.record(tx, match.id, event, draft_id)
    if draft_id is not None:
        drafts.remove(tx, draft_id)
    if event.act in (MatchAct.START, MatchAct.END):
        return
    case_counts.count_match(tx, at, event.actor, case, match, event.why or _RULE)
    counted = {one.id for one in matches.of_case(tx, case.id) if one.counted_on is not None}
    if event.act in (MatchAct.CANCEL, MatchAct.VOID):
        act = Act.UNMATCH if not counted else None
    else:
        # Another offer finds nobody, though somebody found before may count.
        act = Act.MATCH if match.id in counted and match.counted_on is None else None
    if act is not None and (to := after(act, case.state)) is not case.state:
        case_log.moved(tx, at, case, to, act, event.actor)


_RULE = "R4"


def _audit(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    case: Consultation,
    act: MatchAct,
    error: DomainError | None,
) -> None:
    done, not_done = _AUDITED.get(act, _CHANGED)
    action = done if error is None else not_done
    audit.append(tx, user_id, action, str(case.reference), at.now)
