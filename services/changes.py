"""Every change of a booking and what follows from it: history, the case, and those who wait.

A slot that becomes free is held for the first in line in the transaction that frees it, so that
nobody else can come between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.bookings import (
    ACTS,
    BY_ITSELF,
    BookingEvent,
    BookingState,
    Change,
    case_state_after,
    seated,
)
from domain.case_states import Act
from domain.outbox import Notice, NoticeKind
from domain.waiting import OfficeHours, held_until, told_at
from services import booking_files, case_log, meeting_notices
from services.agendas import whole_agenda
from storage import bookings, consultations, outbox, waiting

if TYPE_CHECKING:
    from domain.bookings import Booking, Reason
    from domain.consultations import Consultation, ConsultationState
    from domain.slots import Agenda, Method
    from domain.waiting import Waiting
    from services.occasion import Occasion
    from storage.database import Transaction

_TAKES_A_SEAT = frozenset({Change.HELD, Change.BOOKED})


def take_turns(tx: Transaction, at: Occasion) -> None:
    """Let no other transaction take or free a seat until this one ends.

    Whoever waits goes first: holds that have run out are ended, and what is free by now, be it
    that a closure was lifted or a day came within the horizon, is held for the next in line.
    """
    bookings.take_turns(tx)
    for hold in bookings.holds_until(tx, at.now):
        _lapse(tx, at, hold)
    offer_free(tx, at)


def _lapse(tx: Transaction, at: Occasion, hold: Booking) -> None:
    """End a hold that nobody took; the person is told, and asks again if they still wait."""
    waiting.remove(tx, hold.consultation_id)
    bookings.set_state(tx, hold.id, BookingState.LAPSED, at.now)
    if hold.user_id is not None:
        outbox.add(
            tx,
            Notice(
                recipient=hold.user_id,
                kind=NoticeKind.HOLD_LAPSED,
                payload={"booking": hold.id},
                dedupe_key=f"{NoticeKind.HOLD_LAPSED}:{hold.id}",
                due_at=at.now,
            ),
        )
    changed(tx, at, hold.id, Change.LAPSED, BY_ITSELF, None)


def changed(
    tx: Transaction,
    at: Occasion,
    booking_id: int,
    change: Change,
    actor: int,
    reason: Reason | None,
) -> Booking:
    """Record a change of a booking and what follows from it; return it as it is now."""
    booking = bookings.find(tx, booking_id)
    case = consultations.find(tx, booking.consultation_id) if booking is not None else None
    if booking is None or case is None:
        message = f"booking {booking_id} vanished inside its own transaction"
        raise RuntimeError(message)
    bookings.record(
        tx,
        booking_id,
        BookingEvent(
            change=change,
            actor=actor,
            at=at.now,
            method=booking.method,
            starts_at=booking.starts_at,
            revision=booking.revision,
            reason=reason,
        ),
    )
    if change is Change.BOOKED and case.call_when is not None:
        consultations.set_call_when(tx, case.id, None)
    state = _led_to(tx, case, change)
    if state is not case.state:
        case_log.moved(tx, at, case, state, ACTS[change], actor)
    booking_files.owe(tx, at, booking, change, actor, reason)
    meeting_notices.owe(tx, at, booking, change)
    if change is Change.BOOKED:
        waiting.remove(tx, case.id)
    if change not in _TAKES_A_SEAT:
        offer_free(tx, at)
    return booking


def _led_to(tx: Transaction, case: Consultation, change: Change) -> ConsultationState:
    """Return where a change leaves a case: one with another meeting booked has not lost it."""
    live = bookings.live_of(tx, case.id)
    has_another = live is not None and live.state is BookingState.BOOKED
    is_lost = ACTS.get(change) is Act.UNBOOK
    return case.state if is_lost and has_another else case_state_after(change, case.state)


def offer_free(tx: Transaction, at: Occasion) -> None:
    """Hold what is free for those who wait: the earliest slot for the first in line, and so on.

    Nobody has more than one hold, and who cannot be written to is passed over.
    """
    # Nearly always nobody does, and this asks one small table only.
    if not waiting.anybody(tx):
        return
    bookings.take_turns(tx)
    nothing_free: set[Method] = set()
    for one in waiting.line(tx):
        if one.method not in nothing_free and not _hold(tx, at, one):
            nothing_free.add(one.method)


def _hold(tx: Transaction, at: Occasion, one: Waiting) -> bool:
    """Hold the earliest free slot for somebody; False if there is none."""
    rules = at.programme.booking.methods_offered.get(one.method)
    if rules is None:
        return False
    found = whole_agenda(tx, rules, at)
    if next(found.free(), None) is None:
        return False
    office = _office_hours(at, found)
    until = held_until(office, at.now, at.programme.booking.hold_minutes)
    # A hold that is longer than the time to the meeting would promise what cannot be kept.
    start = next((start for start in found.free() if until < start), None)
    if start is None:
        return False
    new = seated(found, one.consultation_id, start, BookingState.HELD, until)
    hold = changed(tx, at, bookings.add(tx, new, at.now), Change.HELD, BY_ITSELF, None)
    outbox.add(
        tx,
        Notice(
            recipient=one.user_id,
            kind=NoticeKind.SLOT_OFFERED,
            payload={"booking": hold.id, "revision": hold.revision},
            dedupe_key=f"{NoticeKind.SLOT_OFFERED}:{hold.id}",
            due_at=told_at(office, at.now),
        ),
    )
    return True


def _office_hours(at: Occasion, agenda: Agenda) -> OfficeHours:
    office = at.programme.office
    return OfficeHours(office.opens, office.closes, agenda.calendar)
