"""Changes of a case and their history: the one place where its state is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.case_events import CaseEvent
from domain.consultations import CLOSED_STATES, ConsultationState
from storage import case_events, consultations

if TYPE_CHECKING:
    from datetime import date

    from domain.case_states import Act, Why
    from domain.consultations import Consultation
    from services.occasion import Occasion
    from storage.database import Transaction


def moved(
    tx: Transaction,
    at: Occasion,
    case: Consultation,
    to: ConsultationState,
    act: Act,
    actor: int,
    why: Why | None = None,
    held_on: date | None = None,
) -> None:
    """Set the state of a case, as the table of states allowed it, and record who did it.

    `held_on` is the day (JST) of a meeting that was not booked.
    """
    consultations.set_state(tx, case.id, to)
    if (case.state in CLOSED_STATES) is not (to in CLOSED_STATES):
        consultations.set_closed_at(tx, case.id, at.now if to in CLOSED_STATES else None)
    event = CaseEvent(act, case.state, to, actor, at.now, why, held_on=held_on)
    case_events.add(tx, case.id, event)


def record(
    tx: Transaction,
    at: Occasion,
    case: Consultation,
    act: Act,
    actor: int,
    *,
    member: int | None = None,
    note: str | None = None,
    why: Why | None = None,
) -> None:
    """Record what somebody did to a case that left its state as it was."""
    event = CaseEvent(act, case.state, case.state, actor, at.now, why, member, note)
    case_events.add(tx, case.id, event)
