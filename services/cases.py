"""Staff at work on a consultation: the card, taking it, reading the full record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import BookingState, Change, case_state_after
from domain.case_states import Act, NotFromHere, after
from domain.consultations import CLOSED_STATES, ConsultationState
from domain.errors import DomainError, StaleButton
from domain.matches import GOOD
from domain.staff import Action, StaffMember, refusal
from domain.texts import N_
from services import booking_files, case_log, meeting_notices, relay_notices
from storage import addenda, audit, bookings, consultations, matches, partners, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.addenda import Addendum
    from domain.bookings import Booking
    from domain.consultations import Consultation
    from domain.partners import Partner
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Card:
    """A consultation with the name of who has it; `is_free` if nobody has it now.

    `meeting` is the one that is booked, `partner` the one that sent the company, `matches` how many
    persons were found and not lost again, `logger_name` is of who logged what came to staff.
    """

    consultation: Consultation
    assignee_name: str | None
    is_free: bool
    meeting: Booking | None
    partner: Partner | None
    matches: int
    logger_name: str | None


@dataclass(frozen=True)
class Press:
    """What came of a press on a card: the case as it is now, and why it was refused.

    `addenda` are what was added to the case, oldest first, where its full record was asked for.
    """

    card: Card
    refusal: DomainError | None = None
    addenda: tuple[Addendum, ...] = ()


class AlreadyTaken(DomainError):
    """Somebody else took the case first."""


def card(tx: Transaction, consultation_id: int) -> Card:
    """Return the card of a consultation. Raises StaleButton if there is none."""
    consultation = consultations.find(tx, consultation_id)
    if consultation is None:
        raise StaleButton(N_("That case is not there any more."))
    live = bookings.live_of(tx, consultation_id)
    if live is not None and live.state is BookingState.BOOKED:
        meeting: Booking | None = live
    else:
        meeting = next(iter(bookings.unanswered_of(tx, consultation_id)), None)
    partner = partners.find(tx, consultation.partner)
    taken_by, logged_by = consultation.assignee, consultation.logged_by
    return Card(
        consultation,
        staff.names(tx, taken_by) if taken_by is not None else None,
        is_free=staff.in_charge(tx, taken_by) is None,
        meeting=meeting,
        partner=partner,
        matches=matches.count(tx, consultation_id, GOOD),
        logger_name=staff.names(tx, logged_by) if logged_by is not None else None,
    )


def permitted(tx: Transaction, user_id: int, action: Action) -> StaffMember:
    """Return the staff member. Raises NotPermitted unless their role allows `action`."""
    member = staff.find(tx, user_id)
    refused = refusal(member, action)
    if refused is not None or member is None:
        raise refused or DomainError("")
    return member


def take(tx: Transaction, at: Occasion, user_id: int, name: str, consultation_id: int) -> Press:
    """Take a case: the first tap wins. Raises StaleButton if there is no such case.

    A case whose assignee works on cases no more can be taken again. Every attempt is audited,
    also one that is refused; `name` is what the member goes by now.
    """
    # A booking made meanwhile would not see who took the case, nor be seen here. No seat changes
    # hands, so that nobody who waits has to be served first.
    bookings.take_turns(tx)
    shown = card(tx, consultation_id)
    reference = str(shown.consultation.reference)
    refused = refusal(staff.find(tx, user_id), Action.TAKE_CASE)
    if refused is not None:
        audit.append(tx, user_id, AuditAction.TAKE_REFUSED, reference, at.now)
        return Press(shown, refused)
    staff.learn_name(tx, user_id, name)
    if shown.consultation.assignee == user_id:
        return Press(card(tx, consultation_id))
    if shown.consultation.state in CLOSED_STATES:
        audit.append(tx, user_id, AuditAction.TAKE_REFUSED, reference, at.now)
        return Press(shown, NotFromHere())
    if consultations.take(tx, consultation_id, user_id):
        _record_taking(tx, at, shown.consultation, user_id)
        take_up(tx, at, consultation_id, user_id, None)
        audit.append(tx, user_id, AuditAction.TAKE, reference, at.now)
        return Press(card(tx, consultation_id))
    shown = card(tx, consultation_id)
    audit.append(tx, user_id, AuditAction.TAKE_TOO_LATE, reference, at.now)
    text = N_("%(name)s already has this case.")
    return Press(shown, AlreadyTaken(text, name=shown.assignee_name or "–"))


def _record_taking(tx: Transaction, at: Occasion, before: Consultation, user_id: int) -> None:
    if before.state is ConsultationState.NEW:
        case_log.moved(tx, at, before, after(Act.TAKE, before.state), Act.TAKE, user_id)
    else:
        case_log.record(tx, at, before, Act.TAKE, user_id)


def take_up(
    tx: Transaction, at: Occasion, consultation_id: int, user_id: int, before: int | None
) -> None:
    """Let whoever has a case now take over its meeting and reminders from who had it `before`.

    A meeting that was booked before anybody had the case makes it BOOKED now. What the owner wrote
    and nobody answered is theirs to answer.
    """
    consultation = consultations.find(tx, consultation_id)
    if consultation is not None and consultation.assignee is not None:
        relay_notices.hand_over(tx, at, consultation_id, consultation.assignee)
    booking = bookings.live_of(tx, consultation_id)
    if consultation is None or booking is None or booking.state is not BookingState.BOOKED:
        return
    state = case_state_after(Change.BOOKED, consultation.state)
    if state is not consultation.state:
        case_log.moved(tx, at, consultation, state, Act.BOOK, user_id)
    meeting_notices.hand_over(tx, at, booking, before)
    booking_files.hand_over(tx, at, booking)


def full_record(tx: Transaction, user_id: int, consultation_id: int, now: datetime) -> Press:
    """Return a case and its addenda with personal data, unless it is refused; either is audited.

    Raises StaleButton if there is no such case.
    """
    shown = card(tx, consultation_id)
    reference = str(shown.consultation.reference)
    refused = refusal(staff.find(tx, user_id), Action.READ_RECORD)
    if refused is not None:
        audit.append(tx, user_id, AuditAction.READ_REFUSED, reference, now)
        return Press(shown, refused)
    audit.append(tx, user_id, AuditAction.READ_RECORD, reference, now)
    return Press(shown, addenda=tuple(addenda.of_consultation(tx, shown.consultation)))


def record_undelivered(tx: Transaction, user_id: int, consultation_id: int, now: datetime) -> None:
    """Note in the audit log that a record asked for did not reach the member's chat."""
    reference = str(card(tx, consultation_id).consultation.reference)
    audit.append(tx, user_id, AuditAction.READ_UNDELIVERED, reference, now)
