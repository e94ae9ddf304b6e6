"""Bookings, the seats they keep, and the history of their changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import BigInteger, bindparam, cast, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from domain.bookings import (
    LIVE_STATES,
    Booking,
    BookingEvent,
    BookingState,
    Change,
    NewBooking,
    Reason,
    SlotTaken,
)
from domain.consultations import Reference
from domain.fiscal_year import FiscalYear
from domain.slots import Method, Taken, quarters
from storage.prepared import Prepared
from storage.tables import (
    LIVE,
    UNANSWERED,
    BookingEventRow,
    BookingRow,
    BookingSeatRow,
    ConsultationRow,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.database import Transaction

_SEAT_LOCK = 0x6D616462
_LIVE = text(f"bookings.{LIVE}")
_UNANSWERED = text(f"bookings.{UNANSWERED}")


def take_turns(tx: Transaction) -> None:
    """Let no other transaction take or free a seat until this one ends; to be called first.

    The primary key of the seats guards anyway; taking turns spares people a "just taken" that
    another free seat would have spared them. It also keeps two that exchange their seats, or a
    case and its booking, from waiting for each other.
    """
    if not tx.is_sqlite:
        tx.connection.execute(select(func.pg_advisory_xact_lock(_SEAT_LOCK)))


def _bits(number: Any) -> Any:
    """Return the sum of a bit for each number: they differ among those that begin together."""
    bit = cast(1, BigInteger).bitwise_lshift(number)
    return cast(func.sum(bit), BigInteger)


_TAKEN = Prepared(
    lambda _insert: (
        select(
            BookingRow.starts_at,
            BookingRow.seat_until,
            BookingRow.method,
            _bits(BookingRow.seat),
            _bits(BookingRow.place),
        )
        .where(
            _LIVE,
            BookingRow.starts_at < bindparam("until"),
            BookingRow.starts_at >= bindparam("since"),
            BookingRow.held_until.is_(None) | (BookingRow.held_until > bindparam("now")),
        )
        .group_by(BookingRow.starts_at, BookingRow.seat_until, BookingRow.method)
    )
)


def taken(tx: Transaction, since: datetime, until: datetime, now: datetime) -> tuple[Taken, ...]:
    """Return what live bookings that begin from `since` to before `until` keep.

    A hold that has run out keeps nothing, though its row may still be live.
    """
    methods = {method.value: method for method in Method}
    return tuple(
        Taken(start, end, methods[method], seats, places)
        for start, end, method, seats, places in _TAKEN.rows(tx, since=since, until=until, now=now)
    )


def taken_by(tx: Transaction, booking_id: int) -> Taken:
    """Return what a live booking keeps."""
    row = tx.connection.execute(
        select(*BookingRow.__table__.columns).where(BookingRow.id == booking_id)
    ).one()
    return Taken(row.starts_at, row.seat_until, Method(row.method), 1 << row.seat, 1 << row.place)


def add(tx: Transaction, new: NewBooking, now: datetime) -> int:
    """Store a booking with its seat; return its id.

    Raises SlotTaken if the seat is taken, or the consultation has a live booking by now.
    """
    try:
        booking_id = tx.connection.execute(
            insert(BookingRow)
            .values(
                consultation_id=new.consultation_id,
                state=new.state,
                held_until=new.held_until,
                revision=1,
                uid=str(uuid4()),
                changed_at=now,
                **_times(new),
            )
            .returning(BookingRow.id)
        ).scalar_one()
        _occupy(tx, booking_id, new)
    except IntegrityError as error:
        raise SlotTaken from error
    return booking_id


def move(tx: Transaction, booking_id: int, new: NewBooking, now: datetime) -> None:
    """Give a booking another time and seat; the old seat is free at once. Raises SlotTaken."""
    free_seat(tx, booking_id)
    try:
        tx.connection.execute(
            update(BookingRow)
            .where(BookingRow.id == booking_id)
            .values(
                state=new.state,
                held_until=new.held_until,
                revision=BookingRow.revision + 1,
                changed_at=now,
                **_times(new),
            )
        )
        _occupy(tx, booking_id, new)
    except IntegrityError as error:
        raise SlotTaken from error


def set_state(tx: Transaction, booking_id: int, state: BookingState, now: datetime) -> None:
    """Change the state; a booking that is not live any more frees its seat."""
    tx.connection.execute(
        update(BookingRow)
        .where(BookingRow.id == booking_id)
        .values(state=state, held_until=None, revision=BookingRow.revision + 1, changed_at=now)
    )
    if state not in LIVE_STATES:
        free_seat(tx, booking_id)


def make_way(tx: Transaction, booking_id: int) -> None:
    """Let a meeting that is over be followed by another; nobody has said what became of it yet.

    Its revision stays, so that the questions about it are answered as before.
    """
    tx.connection.execute(
        update(BookingRow).where(BookingRow.id == booking_id).values(state=BookingState.UNANSWERED)
    )
    free_seat(tx, booking_id)


def free_seat(tx: Transaction, booking_id: int) -> None:
    """Free what a booking keeps occupied."""
    tx.connection.execute(delete(BookingSeatRow).where(BookingSeatRow.booking_id == booking_id))


def _times(new: NewBooking) -> dict[str, Any]:
    return {
        "method": new.method,
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "seat_until": new.seat_until,
        "seat": new.seat.seat,
        "place": new.seat.place,
    }


def _occupy(tx: Transaction, booking_id: int, new: NewBooking) -> None:
    tx.connection.execute(
        insert(BookingSeatRow),
        [
            {
                "quarter": quarter,
                "seat": new.seat.seat,
                "method": new.method,
                "place": new.seat.place,
                "booking_id": booking_id,
            }
            for quarter in quarters(new.starts_at, new.seat_until)
        ],
    )


def record(tx: Transaction, booking_id: int, event: BookingEvent) -> None:
    """Append to the history of a booking."""
    tx.connection.execute(
        insert(BookingEventRow).values(
            booking_id=booking_id,
            change=event.change,
            actor=event.actor,
            at=event.at,
            method=event.method,
            starts_at=event.starts_at,
            revision=event.revision,
            reason=event.reason,
        )
    )


def history(tx: Transaction, consultation_id: int) -> list[BookingEvent]:
    """Return what happened to the bookings of a consultation, oldest first."""
    rows = tx.connection.execute(
        select(*BookingEventRow.__table__.columns)
        .join(BookingRow, BookingRow.id == BookingEventRow.booking_id)
        .where(BookingRow.consultation_id == consultation_id)
        .order_by(BookingEventRow.id)
    )
    return [
        BookingEvent(
            change=Change(row.change),
            actor=row.actor,
            at=row.at,
            method=Method(row.method),
            starts_at=row.starts_at,
            revision=row.revision,
            reason=Reason(row.reason) if row.reason is not None else None,
        )
        for row in rows
    ]


def find(tx: Transaction, booking_id: int) -> Booking | None:
    """Return one booking."""
    return next(iter(_load(tx, BookingRow.id == booking_id)), None)


def live_of(tx: Transaction, consultation_id: int) -> Booking | None:
    """Return the live booking of a consultation, held or booked."""
    return next(iter(_load(tx, _LIVE, BookingRow.consultation_id == consultation_id)), None)


def holds(tx: Transaction) -> list[Booking]:
    """Return what is held for those who wait, the earliest meeting first."""
    return _load(tx, BookingRow.held_until.is_not(None))


def holds_until(tx: Transaction, moment: datetime) -> list[Booking]:
    """Return the holds that end at `moment` or before, the earliest meeting first."""
    return _load(tx, BookingRow.held_until <= moment)


def latest_of(tx: Transaction, consultation_id: int) -> Booking | None:
    """Return the newest booking of a consultation, in whatever state."""
    found = of_case(tx, consultation_id)
    return max(found, key=lambda booking: booking.id, default=None)


def of_case(tx: Transaction, consultation_id: int) -> list[Booking]:
    """Return all bookings of a consultation, in whatever state, the earliest meeting first."""
    return _load(tx, BookingRow.consultation_id == consultation_id)


def live_of_person(tx: Transaction, user_id: int) -> list[Booking]:
    """Return the person's live bookings, the earliest first."""
    return _load(tx, _LIVE, ConsultationRow.user_id == user_id)


def live_of_assignee(tx: Transaction, user_id: int) -> list[Booking]:
    """Return the live bookings of the cases that a member has, the earliest first."""
    return _load(tx, _LIVE, ConsultationRow.assignee == user_id)


def live_between(tx: Transaction, since: datetime, until: datetime) -> list[Booking]:
    """Return the live bookings with a moment from `since` to before `until`, earliest first."""
    return _load(tx, _LIVE, BookingRow.starts_at < until, BookingRow.ends_at > since)


def over(tx: Transaction, now: datetime) -> list[Booking]:
    """Return the meetings that are over and of which nobody has said what became of them."""
    is_booked = BookingRow.state == BookingState.BOOKED
    # By the beginning too: that is what the index is ordered by.
    found = _load(tx, _LIVE, is_booked, BookingRow.starts_at < now, BookingRow.ends_at <= now)
    return [*_load(tx, _UNANSWERED), *found]


def unanswered_of(tx: Transaction, consultation_id: int) -> list[Booking]:
    """Return the meetings of a case that made way for the next one, the earliest first."""
    return _load(tx, _UNANSWERED, BookingRow.consultation_id == consultation_id)


def cancelled_for(
    tx: Transaction, reason: Reason, since: datetime, until: datetime
) -> list[Booking]:
    """Return what was cancelled for a reason and would begin from `since` to before `until`."""
    cancelled = select(BookingEventRow.booking_id).where(
        BookingEventRow.change == Change.CANCELLED, BookingEventRow.reason == reason
    )
    return _load(
        tx,
        BookingRow.state == BookingState.CANCELLED,
        BookingRow.id.in_(cancelled),
        BookingRow.starts_at >= since,
        BookingRow.starts_at < until,
    )


def in_states(
    tx: Transaction, states: Collection[BookingState], since: datetime, until: datetime
) -> list[Booking]:
    """Return the bookings in some states that begin from `since` to before `until`."""
    return _load(
        tx,
        BookingRow.state.in_(states),
        BookingRow.starts_at >= since,
        BookingRow.starts_at < until,
    )


def _load(tx: Transaction, *conditions: Any) -> list[Booking]:
    rows = tx.connection.execute(_selected().where(*conditions))
    # Sorted here: asked for by the database, the order makes SQLite read every booking by its time
    # where an index of the conditions has a handful.
    found = [
        Booking(
            id=row.id,
            consultation_id=row.consultation_id,
            reference=Reference(FiscalYear(row.fiscal_year), row.number),
            user_id=row.user_id,
            assignee=row.assignee,
            method=Method(row.method),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            state=BookingState(row.state),
            revision=row.revision,
            uid=row.uid,
            held_until=row.held_until,
            changed_at=row.changed_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda booking: (booking.starts_at, booking.id))


def _selected() -> Any:
    return select(
        BookingRow.id,
        BookingRow.consultation_id,
        ConsultationRow.fiscal_year,
        ConsultationRow.number,
        ConsultationRow.user_id,
        ConsultationRow.assignee,
        BookingRow.method,
        BookingRow.starts_at,
        BookingRow.ends_at,
        BookingRow.state,
        BookingRow.revision,
        BookingRow.uid,
        BookingRow.held_until,
        BookingRow.changed_at,
    ).join(ConsultationRow, ConsultationRow.id == BookingRow.consultation_id)
