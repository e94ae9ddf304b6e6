"""Meetings as a notice about them finds them when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.consultations import OPEN_STATES
from domain.outbox import Missed
from domain.reminders import useful_until
from services import booking_views, cases, meeting_notices
from storage import bookings as stored
from storage import consultations, people

if TYPE_CHECKING:
    from domain.bookings import Booking
    from domain.reminders import Reminder
    from services.cases import Card
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class StaffsMeeting:
    """A meeting as the staff sees it, with the card of its case."""

    booking: Booking
    card: Card


@dataclass(frozen=True)
class Unreached:
    """A case whose owner the bot cannot write to, with its newest meeting in whatever state."""

    card: Card
    meeting: Booking | None


def owner_to_remind(
    tx: Transaction, at: Occasion, booking_id: int, revision: int, reminder: Reminder
) -> booking_views.Meeting | None:
    """Return what the owner is reminded of; None if it changed since. Raises Missed."""
    booking = meeting_notices.as_told(tx, booking_id, revision)
    case = consultations.find(tx, booking.consultation_id) if booking is not None else None
    if booking is None or case is None:
        return None
    _refuse_late(at, booking, reminder)
    return booking_views.of_consultation(tx, at, case)


def staff_to_remind(
    tx: Transaction,
    at: Occasion,
    booking_id: int,
    revision: int,
    reminder: Reminder,
    member: int | None,
) -> StaffsMeeting | None:
    """Return what `member`, or the staff chat for None, is reminded of.

    None if the meeting changed since, or another has the case by now. Raises Missed.
    """
    found = staffs(tx, booking_id, revision, member)
    if found is not None:
        _refuse_late(at, found.booking, reminder)
    return found


def staffs(
    tx: Transaction, booking_id: int, revision: int, member: int | None
) -> StaffsMeeting | None:
    """Return what `member`, or the staff chat for None, is told about a meeting.

    None if the meeting changed since, or another has the case by now.
    """
    booking = meeting_notices.as_told(tx, booking_id, revision)
    if booking is None or meeting_notices.in_charge(tx, booking) != member:
        return None
    return StaffsMeeting(booking, cases.card(tx, booking.consultation_id))


def unreached(tx: Transaction, user_id: int, consultation_id: int) -> Unreached | None:
    """Return the case of a person whom the bot cannot write to; None if it can by now."""
    if people.unreachable_since(tx, user_id) is None:
        return None
    latest = stored.latest_of(tx, consultation_id)
    return Unreached(cases.card(tx, consultation_id), latest)


def to_choose_again(tx: Transaction, booking_id: int, revision: int) -> Booking | None:
    """Return a meeting that did not take place, whose owner may choose a new time.

    None if they have chosen one by now, or their case is closed.
    """
    booking = stored.find(tx, booking_id)
    if booking is None or booking.revision != revision:
        return None
    case = consultations.find(tx, booking.consultation_id)
    is_open = case is not None and case.state in OPEN_STATES
    has_another = stored.live_of(tx, booking.consultation_id) is not None
    return booking if is_open and not has_another else None


def _refuse_late(at: Occasion, booking: Booking, reminder: Reminder) -> None:
    if at.now >= useful_until(reminder, booking.starts_at, at.programme.booking):
        raise Missed
