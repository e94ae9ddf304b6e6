"""The meetings of a case that took place, as they stand on record now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.bookings import BookingState
from domain.case_states import Act
from domain.fiscal_year import jst_date
from storage import bookings, case_events

if TYPE_CHECKING:
    from datetime import date

    from domain.case_events import CaseEvent
    from storage.database import Transaction


def unbooked(tx: Transaction, case_id: int) -> dict[date, CaseEvent]:
    """Return the days (JST) on which a case was met without a booking, with who said so."""
    standing: dict[date, CaseEvent] = {}
    for event in case_events.of_consultation(tx, case_id):
        if event.held_on is None:
            continue
        if event.act is Act.UNMEET:
            standing.pop(event.held_on, None)
        else:
            standing[event.held_on] = event
    return standing


def days(tx: Transaction, case_id: int) -> list[date]:
    """Return the day (JST) of each meeting held, with a booking or without, in order."""
    booked = [
        jst_date(booking.starts_at)
        for booking in bookings.of_case(tx, case_id)
        if booking.state is BookingState.MET
    ]
    return sorted([*booked, *unbooked(tx, case_id)])
