"""What is owed to whom about a meeting, written in the transaction that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.bookings import ASKED_STATES, Change
from domain.outbox import Notice, NoticeKind
from domain.reminders import Reminder, due_at, owed
from storage import bookings, outbox, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.bookings import Booking
    from services.occasion import Occasion
    from storage.database import Transaction


def owe(tx: Transaction, at: Occasion, booking: Booking, change: Change) -> None:
    """Owe what a change of a booking entails; `booking` is as it is after the change."""
    if change in (Change.BOOKED, Change.MOVED):
        _owe_reminders(tx, at, booking)
    if change in (Change.NO_SHOW, Change.POSTPONED) and booking.user_id is not None:
        kind, payload = NoticeKind.NEW_TIME_OFFERED, _payload(booking)
        outbox.add(tx, Notice(booking.user_id, kind, payload, _offer_key(booking), at.now))


def withdraw_offer(tx: Transaction, at: Occasion, before: Booking) -> None:
    """Owe it to the owner of a meeting held after all to take back that they choose a new time.

    `before` is as the mistake had it. An offer that was not sent yet is moot by itself.
    """
    if before.user_id is None or not outbox.is_sent(tx, _offer_key(before)):
        return
    kind, revision = NoticeKind.NEW_TIME_WITHDRAWN, before.revision + 1
    payload: dict[str, object] = {"booking": before.id, "revision": revision}
    key = f"{kind}:{before.id}.{revision}"
    outbox.add(tx, Notice(before.user_id, kind, payload, key, at.now))


def _offer_key(booking: Booking) -> str:
    return f"{NoticeKind.NEW_TIME_OFFERED}:{booking.id}.{booking.revision}"


def hand_over(tx: Transaction, at: Occasion, booking: Booking, before: int | None) -> None:
    """Owe whoever has a case now the reminders that were still owed to who had it before.

    None is nobody of the staff: then the staff chat is reminded.
    """
    member = in_charge(tx, booking)
    for reminder in Reminder:
        if outbox.is_open(tx, _key_for_staff(booking, reminder, before)):
            due = due_at(reminder, booking.starts_at, at.programme.booking)
            _remind_staff(tx, at, booking, reminder, member, due)


def hand_over_all(tx: Transaction, at: Occasion, leaver: int) -> None:
    """Owe the staff chat the reminders of a member who works on no cases any more."""
    for booking in bookings.live_of_assignee(tx, leaver):
        hand_over(tx, at, booking, leaver)


def in_charge(tx: Transaction, booking: Booking) -> int | None:
    """Return who has the case of a meeting; None if nobody who works on cases has."""
    return staff.in_charge(tx, booking.assignee)


def as_told(tx: Transaction, booking_id: int, revision: int) -> Booking | None:
    """Return a meeting that is as it was booked at a revision; None if it changed since."""
    booking = bookings.find(tx, booking_id)
    is_booked = booking is not None and booking.state in ASKED_STATES
    return booking if booking is not None and is_booked and booking.revision == revision else None


def _owe_reminders(tx: Transaction, at: Occasion, booking: Booking) -> None:
    member = in_charge(tx, booking)
    moments = owed(booking.starts_at, at.now, at.programme.booking)
    for reminder, due in moments.items():
        _remind_staff(tx, at, booking, reminder, member, due)
        if booking.user_id is not None:
            key = f"{NoticeKind.OWNER_REMINDER}:{_told(booking, reminder)}:{booking.user_id}"
            payload = _payload(booking) | {"reminder": reminder}
            outbox.add(tx, Notice(booking.user_id, NoticeKind.OWNER_REMINDER, payload, key, due))


def _remind_staff(
    tx: Transaction,
    at: Occasion,
    booking: Booking,
    reminder: Reminder,
    member: int | None,
    due: datetime,
) -> None:
    outbox.add(
        tx,
        Notice(
            recipient=at.staff_chat if member is None else member,
            kind=NoticeKind.STAFF_REMINDER,
            payload=_payload(booking) | {"reminder": reminder, "member": member},
            dedupe_key=_key_for_staff(booking, reminder, member),
            due_at=due,
        ),
    )


def _key_for_staff(booking: Booking, reminder: Reminder, member: int | None) -> str:
    return f"{NoticeKind.STAFF_REMINDER}:{_told(booking, reminder)}:{member or 'staff'}"


def _told(booking: Booking, reminder: Reminder) -> str:
    return f"{booking.id}.{booking.revision}:{reminder}"


def _payload(booking: Booking) -> dict[str, object]:
    return {"booking": booking.id, "revision": booking.revision}
