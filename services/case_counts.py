"""What a meeting and a match count; what excluding a case takes off and restoring gives back.

Counting rules R2, R4 and R5.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from domain.case_states import Why, corrected_on
from domain.consultations import EXCLUDED_STATES, KpiEvent, KpiKind, ReferenceKind
from domain.fiscal_year import FiscalYear, jst_date
from domain.matches import does_count
from storage import consultations

if TYPE_CHECKING:
    from datetime import date

    from domain.consultations import Consultation, ConsultationState
    from domain.matches import Match
    from services.occasion import Occasion
    from storage.database import Transaction

RESTORED = "restored"
"""The reason of what counts again; that of a correction is the state the case was excluded to."""


def take_back(
    tx: Transaction, at: Occasion, actor: int, consultation_id: int, excluded: ConsultationState
) -> None:
    """Correct all that a case counts, its meetings and matches too: it is none (R1)."""
    totals: Counter[KpiEvent] = Counter()
    for event in consultations.events_of(tx, consultation_id):
        alike = replace(event, delta=1, reason=excluded, actor=str(actor), recorded_at=at.now)
        totals[alike] += event.delta
    for event, total in totals.items():
        for _ in range(abs(total)):
            _correct(tx, at, replace(event, delta=-1 if total > 0 else 1))


def give_back(tx: Transaction, at: Occasion, actor: int, consultation_id: int) -> None:
    """Count again what the last exclusion of a case took back; both stay on record."""
    newest_first = reversed(consultations.events_of(tx, consultation_id))
    taken_back = takewhile(lambda event: event.reason in EXCLUDED_STATES, newest_first)
    for event in reversed(list(taken_back)):
        again = replace(
            event, delta=-event.delta, reason=RESTORED, actor=str(actor), recorded_at=at.now
        )
        _correct(tx, at, again)


def reclassify(tx: Transaction, at: Occasion, actor: int, case: Consultation) -> None:
    """Count all that a case counts as its eligibility has it now (R7)."""
    totals: Counter[KpiEvent] = Counter()
    for event in consultations.events_of(tx, case.id):
        if event.eligibility is not case.eligibility:
            alike = replace(event, delta=1, reason="R7", actor=str(actor), recorded_at=at.now)
            totals[alike] += event.delta
    for event, total in totals.items():
        sign = 1 if total > 0 else -1
        for _ in range(abs(total)):
            _correct(tx, at, replace(event, delta=-sign))
            _correct(tx, at, replace(event, delta=sign, eligibility=case.eligibility))


def count_match(
    tx: Transaction, at: Occasion, actor: int, case: Consultation, match: Match, reason: str
) -> None:
    """Put a match into the figures, or take it off, as its state has it now; 1 for one person.

    What was agreed in a year whose figures are published counts today (R4, R11).
    """
    trials = at.programme.counting.count_trials
    counts = does_count(match.state, match.engagement, count_trials=trials)
    if counts is (match.counted_on is not None):
        return
    if not counts:
        found = [one for one in consultations.events_of(tx, case.id) if one.match_id == match.id]
        counted = [one for one in found if one.delta > 0][-1]
        back = replace(counted, delta=-1, reason=reason, actor=str(actor), recorded_at=at.now)
        _correct(tx, at, back)
    elif match.agreed_on is not None:
        event = KpiEvent(
            kind=KpiKind.MATCH,
            delta=1,
            effective_date=match.agreed_on,
            eligibility=case.eligibility,
            channel=case.channel,
            consultation_id=case.id,
            reason=reason,
            actor=str(actor),
            recorded_at=at.now,
            match_id=match.id,
        )
        _correct(tx, at, event)


def count_meeting(tx: Transaction, at: Occasion, actor: int, case: Consultation, on: date) -> None:
    """Count a meeting held on a day (JST), and as the consultation's first if it is (R1)."""
    kinds = [ReferenceKind.MEETING]
    if consultations.sum_of(tx, case.id, ReferenceKind.FIRST_MEETING) < 1:
        kinds.append(ReferenceKind.FIRST_MEETING)
    for kind in kinds:
        event = KpiEvent(
            kind=kind,
            delta=1,
            effective_date=on,
            eligibility=case.eligibility,
            channel=case.channel,
            consultation_id=case.id,
            reason="R1",
            actor=str(actor),
            recorded_at=at.now,
        )
        consultations.record_event(tx, event)


def take_back_meeting(
    tx: Transaction, at: Occasion, actor: int, case_id: int, on: date, first: date | None
) -> None:
    """Correct a meeting on a day (JST) that was not held; it counted by mistake (R1, R5).

    Was it the consultation's first, that is now the earliest that was: on `first`, if any.
    """
    counted = [event for event in consultations.events_of(tx, case_id) if event.delta > 0]
    of_day = [one for one in counted if one.kind is ReferenceKind.MEETING]
    meeting = [one for one in of_day if one.effective_date == on][-1]
    meeting = replace(meeting, reason=Why.MISTAKE, actor=str(actor), recorded_at=at.now)
    _correct(tx, at, replace(meeting, delta=-1))
    firsts = [one for one in counted if one.kind is ReferenceKind.FIRST_MEETING]
    if firsts[-1].effective_date != on or first == on:
        return
    counted_first = replace(meeting, kind=ReferenceKind.FIRST_MEETING)
    _correct(tx, at, replace(counted_first, delta=-1))
    if first is not None:
        _correct(tx, at, replace(counted_first, effective_date=first))


def _correct(tx: Transaction, at: Occasion, event: KpiEvent) -> None:
    year = FiscalYear.of_date(event.effective_date)
    published_by = at.programme.evaluation.published_by(year)
    on = corrected_on(event.effective_date, jst_date(at.now), published_by)
    consultations.record_event(tx, replace(event, effective_date=on))
