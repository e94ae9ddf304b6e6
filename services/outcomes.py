"""After the meeting: asking what became of it, and keeping what staff answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import ASKED_STATES, BookingGone
from domain.closures import without_closed
from domain.fiscal_year import jst_date, jst_midnight
from domain.outbox import Notice, NoticeKind
from domain.outcomes import ENDS, AlreadyAnswered, NotBegun, Outcome, last_asking
from domain.staff import Action, refusal
from domain.texts import N_
from services import case_counts, cases, meeting_notices
from services.changes import changed, take_turns
from services.consultations import found
from storage import audit, bookings, closures, outbox, staff

if TYPE_CHECKING:
    from domain.bookings import Booking, BookingEvent, MoveOf
    from domain.errors import DomainError
    from domain.working_days import WorkingDays
    from services.occasion import Occasion
    from storage.database import Transaction


_SAID = {
    Outcome.MET: AuditAction.MEETING_MET,
    Outcome.NO_SHOW: AuditAction.MEETING_NO_SHOW,
    Outcome.POSTPONED: AuditAction.MEETING_POSTPONED,
}
_REFUSED = {
    Outcome.MET: AuditAction.MEETING_MET_REFUSED,
    Outcome.NO_SHOW: AuditAction.MEETING_NO_SHOW_REFUSED,
    Outcome.POSTPONED: AuditAction.MEETING_POSTPONED_REFUSED,
}


@dataclass(frozen=True)
class Answer:
    """A meeting as it is now, with what became of it and who said so.

    `refusal` says why a press changed nothing.
    """

    booking: Booking
    outcome: Outcome | None
    said_by: str | None
    refusal: DomainError | None = None


def decide_questions(tx: Transaction, at: Occasion) -> None:
    """Owe the question to whoever has the case of a meeting that is over: exactly once each time.

    Of the times that passed while the bot was down only the last is made up for.
    """
    over = bookings.over(tx, at.now)
    if not over:
        return
    calendar = _calendar(tx, at, over)
    for booking in over:
        moment = last_asking(booking.ends_at, at.now, calendar, at.programme.office.opens)
        member = meeting_notices.in_charge(tx, booking)
        of_which = f"{booking.id}.{booking.revision}"
        outbox.add(
            tx,
            Notice(
                recipient=at.staff_chat if member is None else member,
                kind=NoticeKind.OUTCOME_ASKED,
                payload={"booking": booking.id, "revision": booking.revision, "member": member},
                dedupe_key=(
                    f"{NoticeKind.OUTCOME_ASKED}:{of_which}:{moment:%Y%m%d%H%M}:{member or 'staff'}"
                ),
                due_at=at.now,
            ),
        )


def record(
    tx: Transaction, at: Occasion, user_id: int, name: str, target: MoveOf, outcome: Outcome
) -> Answer:
    """Keep what became of a meeting; the first answer stands.

    Whoever answers for a case that nobody has takes it. Every attempt is audited, also one that is
    refused; `name` is what the member goes by now. Raises BookingGone if there never was such a
    booking.
    """
    take_turns(tx, at)
    booking = bookings.find(tx, target.booking_id)
    if booking is None:
        raise BookingGone
    reference = str(booking.reference)
    refused: DomainError | None = refusal(staff.find(tx, user_id), Action.CHANGE_MEETING)
    if refused is None:
        staff.learn_name(tx, user_id, name)
        refused = _refused(tx, at, booking, target)
    if refused is not None:
        audit.append(tx, user_id, _REFUSED[outcome], reference, at.now)
        return answer(tx, booking.id, refused)
    if meeting_notices.in_charge(tx, booking) is None:
        cases.take(tx, at, user_id, name, booking.consultation_id)
    audit.append(tx, user_id, _SAID[outcome], reference, at.now)
    bookings.set_state(tx, booking.id, outcome.state, at.now)
    changed(tx, at, booking.id, outcome.change, user_id, None)
    if outcome is Outcome.MET:
        case = found(tx, booking.consultation_id)
        case_counts.count_meeting(tx, at, user_id, case, jst_date(booking.starts_at))
    return answer(tx, booking.id)


def shown_to(tx: Transaction, user_id: int, booking_id: int) -> Answer:
    """Return what became of a meeting, to staff. Raises NotPermitted, or BookingGone."""
    cases.permitted(tx, user_id, Action.CHANGE_MEETING)
    return answer(tx, booking_id)


def answer(tx: Transaction, booking_id: int, refused: DomainError | None = None) -> Answer:
    """Return what became of a meeting. Raises BookingGone if there never was such a booking."""
    booking = bookings.find(tx, booking_id)
    if booking is None:
        raise BookingGone
    outcome = ENDS.get(booking.state)
    return Answer(booking, outcome, None if outcome is None else _name_of(tx, booking), refused)


def _calendar(tx: Transaction, at: Occasion, over: list[Booking]) -> WorkingDays:
    since = min(booking.ends_at for booking in over)
    closed = closures.between(tx, jst_midnight(jst_date(since)), at.now)
    return without_closed(at.programme.working_days, closed)


def _refused(tx: Transaction, at: Occasion, booking: Booking, target: MoveOf) -> DomainError | None:
    if booking.state in ENDS:
        text = N_("%(name)s has answered already.")
        return AlreadyAnswered(text, name=_name_of(tx, booking))
    if booking.state not in ASKED_STATES or booking.revision != target.revision:
        return BookingGone()
    return NotBegun() if at.now < booking.starts_at else None


def said_of(tx: Transaction, booking: Booking) -> BookingEvent:
    """Return who said what became of a meeting that was answered for, and when."""
    return [
        event
        for event in bookings.history(tx, booking.consultation_id)
        # The case may have had other meetings, which ended alike.
        if event.change == ENDS[booking.state].change
        and (event.starts_at, event.revision) == (booking.starts_at, booking.revision)
    ][-1]


def _name_of(tx: Transaction, booking: Booking) -> str:
    return staff.names(tx, said_of(tx, booking).actor) or "–"
