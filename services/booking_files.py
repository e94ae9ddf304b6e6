"""Calendar files of meetings: owed to the owner and to the staff whenever a meeting changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.bookings import OFFICE_REASONS, Booking, BookingState, Change
from domain.outbox import Missed, Notice, NoticeKind
from storage import bookings, outbox, people, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.bookings import Reason
    from services.occasion import Occasion
    from storage.database import Transaction

# What comes after a meeting, and a time that is only held, change nobody's calendar.
_TOLD: Final = frozenset({Change.BOOKED, Change.MOVED, Change.CANCELLED})
_SHOWN: Final = frozenset({BookingState.BOOKED, BookingState.CANCELLED})


def owe(
    tx: Transaction,
    at: Occasion,
    booking: Booking,
    change: Change,
    actor: int,
    reason: Reason | None,
) -> None:
    """Owe the files of a booking as it is now, in the transaction that changed it.

    The staff's goes to the assignee, or to the staff chat where nobody has the case whom the bot
    can write to.
    """
    if change not in _TOLD:
        return
    member = _of_staff(tx, booking)
    payload = {
        "booking": booking.id,
        "revision": booking.revision,
        "change": change,
        "reason": reason,
        "actor": actor,
        "member": member,
    }
    recipients = {NoticeKind.STAFF_BOOKING_FILE: at.staff_chat if member is None else member}
    if booking.user_id is not None:
        # Whoever loses their time is offered others, with the file in one message.
        is_lost = change is Change.CANCELLED and reason in OFFICE_REASONS
        kind = NoticeKind.MEETING_LOST if is_lost else NoticeKind.BOOKING_FILE
        recipients[kind] = booking.user_id
    for kind, recipient in recipients.items():
        key = f"{kind}:{booking.id}.{booking.revision}"
        outbox.add(tx, Notice(recipient, kind, payload, key, at.now))


def hand_over(tx: Transaction, at: Occasion, booking: Booking) -> None:
    """Owe the file of a meeting still to come to whoever has taken its case now.

    One whom the bot cannot write to is owed nothing: the staff chat has the file already.
    """
    member = _of_staff(tx, booking)
    if member is None or booking.starts_at <= at.now:
        return
    kind = NoticeKind.STAFF_BOOKING_FILE
    payload = {
        "booking": booking.id,
        "revision": booking.revision,
        "change": Change.BOOKED,
        "reason": None,
        # They know of the case: they are not told what they pressed.
        "actor": member,
        "member": member,
    }
    key = f"{kind}:{booking.id}.{booking.revision}:{member}"
    outbox.add(tx, Notice(member, kind, payload, key, at.now))


def as_told(tx: Transaction, booking_id: int, revision: int, now: datetime) -> Booking | None:
    """Return a booking that still is as a notice of this revision tells it; None if it changed.

    Raises Missed once the meeting has begun: a calendar is of no use for it any more.
    """
    booking = bookings.find(tx, booking_id)
    if booking is None or booking.revision != revision or booking.state not in _SHOWN:
        return None
    if booking.starts_at <= now:
        raise Missed
    return booking


def _of_staff(tx: Transaction, booking: Booking) -> int | None:
    member = staff.in_charge(tx, booking.assignee)
    if member is None or people.unreachable_since(tx, member) is not None:
        return None
    return member
