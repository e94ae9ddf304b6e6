"""Logging a consultation, whichever door it came by: the bot's form or a member of the staff."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.consultations import KpiEvent, KpiKind
from domain.fiscal_year import FiscalYear
from domain.needs import company_identity
from domain.outbox import Notice, NoticeKind
from storage import addenda, consultations, drafts, outbox

if TYPE_CHECKING:
    from domain.addenda import NewAddendum
    from domain.consultations import Consultation, NewConsultation
    from domain.form import Answers
    from services.occasion import Occasion
    from storage.database import Transaction


def open_case(tx: Transaction, answers: Answers, person: int | None) -> Consultation | None:
    """Return the open case of the company, or of the person, that answers may belong to (R3).

    The caller has taken its turn (`consultations.take_turns`), so that no other comes between.
    """
    company = consultations.find_company(tx, company_identity(answers))
    return consultations.latest_open(tx, company, person)


def log(
    tx: Transaction, to: Occasion, new: NewConsultation, beside: Consultation | None = None
) -> Consultation:
    """Log a consultation and return it: reference, company, +1 on its day, the staff notice.

    It is flagged as a suspected duplicate of the open case it is logged `beside`, else of what the
    company submitted within the programme's window (R3). The draft it was written in is gone.
    """
    company = consultations.match_company(tx, company_identity(new.answers))
    window = timedelta(days=to.programme.counting.duplicate_window_days)
    suspect = (
        beside.id
        if beside is not None
        else consultations.latest_of_company(tx, company, to.now - window)
    )
    reference = consultations.next_reference(tx, FiscalYear.of_date(new.counted_on))
    consultation_id = consultations.add(tx, new, reference, company, suspect)
    consultations.record_event(
        tx,
        KpiEvent(
            kind=KpiKind.CONSULTATION,
            delta=1,
            effective_date=new.counted_on,
            eligibility=new.eligibility,
            channel=new.channel,
            consultation_id=consultation_id,
            reason="R1" if new.logged_by is None else "R8",
            actor="intake" if new.logged_by is None else str(new.logged_by),
            recorded_at=to.now,
        ),
    )
    _tell_staff(tx, to, NoticeKind.NEW_CONSULTATION, "consultation", consultation_id)
    drafts.remove(tx, new.draft_id)
    return found(tx, consultation_id)


def add_to(tx: Transaction, to: Occasion, case: Consultation, new: NewAddendum) -> None:
    """Append to an open case (R3): staff are told, nothing is counted, the draft is gone."""
    addendum_id = addenda.add(tx, case.id, new)
    _tell_staff(tx, to, NoticeKind.ADDENDUM, "addendum", addendum_id)
    drafts.remove(tx, new.draft_id)


def _tell_staff(tx: Transaction, to: Occasion, kind: NoticeKind, what: str, row: int) -> None:
    notice = Notice(
        recipient=to.staff_chat,
        kind=kind,
        payload={what: row},
        dedupe_key=f"{kind}:{row}",
        due_at=to.now,
    )
    outbox.add(tx, notice)


def found(tx: Transaction, consultation_id: int) -> Consultation:
    """Return a consultation that this transaction has written or read."""
    consultation = consultations.find(tx, consultation_id)
    if consultation is None:
        message = f"consultation {consultation_id} vanished inside its own transaction"
        raise RuntimeError(message)
    return consultation
