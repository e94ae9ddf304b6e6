"""Closing the counter and opening it again; what becomes of the meetings in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import Reason
from domain.closures import EVER, Interval, merged, refuse_span, within, without
from domain.staff import Action
from services import bookings as booking_service
from services.cases import permitted
from services.changes import offer_free, take_turns
from services.staff_meetings import Meeting, with_assignee
from storage import audit, bookings, closures, people

if TYPE_CHECKING:
    from domain.bookings import Booking
    from domain.closures import ClosingSpan
    from services.occasion import Occasion
    from storage.database import Transaction

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Closing:
    """What closing a span does, or did: the meetings it ends, the earliest first.

    `unreachable` are those whose owner the bot cannot write to: staff have to telephone. Where
    `is_done`, all of the span was closed before, and the meetings are those that ended by it and
    have no other time yet.
    """

    span: ClosingSpan
    affected: tuple[Meeting, ...]
    unreachable: tuple[Meeting, ...]
    is_done: bool


@dataclass(frozen=True)
class Opening:
    """What opening did: `opened` was closed before; nothing was where it is empty."""

    span: ClosingSpan
    opened: tuple[Interval, ...]


def preview(tx: Transaction, at: Occasion, user_id: int, span: ClosingSpan) -> Closing:
    """Return what closing a span would do; changes nothing.

    Raises NotPermitted, SpanIsOver, or SpanTooLong.
    """
    permitted(tx, user_id, Action.CLOSE_SLOTS)
    refuse_span(span, at.now)
    return _closing(tx, at, span)


def close(tx: Transaction, at: Occasion, user_id: int, span: ClosingSpan) -> Closing:
    """Close a span and end the meetings in it, as they are now; their owners are offered others.

    Raises NotPermitted, SpanIsOver, or SpanTooLong.
    """
    take_turns(tx, at)
    permitted(tx, user_id, Action.CLOSE_SLOTS)
    refuse_span(span, at.now)
    closing = _closing(tx, at, span)
    # Closed first: what the ended meetings give back must not be offered to anybody.
    old = _stored(tx, span)
    closures.replace(tx, old, merged([*old, *span.intervals]))
    audit.append(tx, user_id, AuditAction.CLOSE_SLOTS, str(span), at.now)
    for meeting in () if closing.is_done else closing.affected:
        ended = booking_service.end_for_closure(tx, at, meeting.booking, user_id)
        audit.append(tx, user_id, AuditAction.CANCEL_MEETING, str(ended.reference), at.now)
    return closing


def open_again(tx: Transaction, at: Occasion, user_id: int, span: ClosingSpan) -> Opening:
    """Open what of a span is closed; meetings that were cancelled stay so.

    Nobody is told, but who waits for a slot and gets one.

    Raises NotPermitted, SpanIsOver, or SpanTooLong.
    """
    take_turns(tx, at)
    permitted(tx, user_id, Action.CLOSE_SLOTS)
    refuse_span(span, at.now)
    old = _stored(tx, span)
    opened = within(old, span.intervals)
    if opened:
        left = list(old)
        for interval in span.intervals:
            left = without(left, interval)
        closures.replace(tx, old, left)
        audit.append(tx, user_id, AuditAction.OPEN_SLOTS, str(span), at.now)
        offer_free(tx, at)
    return Opening(span, tuple(opened))


def coming(tx: Transaction, at: Occasion, user_id: int) -> tuple[Interval, ...]:
    """Return what is closed from now on, the earliest first. Raises NotPermitted."""
    permitted(tx, user_id, Action.CLOSE_SLOTS)
    return closures.between(tx, at.now, at.now + EVER)


def _closing(tx: Transaction, at: Occasion, span: ClosingSpan) -> Closing:
    inside: dict[int, Booking] = {}
    for interval in span.intervals:
        found = bookings.live_between(tx, interval.start, interval.end)
        # One that has begun is held, or was: what became of it is the adviser's to say.
        inside |= {booking.id: booking for booking in found if booking.starts_at > at.now}
    closed = within(_stored(tx, span), span.intervals)
    is_done = not inside and merged(closed) == merged(span.intervals)
    ended = _ended(tx, span) if is_done else list(inside.values())
    affected = tuple(with_assignee(tx, booking) for booking in ended)
    return Closing(
        span=span,
        affected=affected,
        unreachable=tuple(one for one in affected if not _is_reachable(tx, one.booking)),
        is_done=is_done,
    )


def _ended(tx: Transaction, span: ClosingSpan) -> list[Booking]:
    """Return the meetings that a closure of the span cancelled, unless they have another time."""
    found = []
    for interval in span.intervals:
        found += bookings.cancelled_for(tx, Reason.CLOSED, interval.start, interval.end)
    return [one for one in found if bookings.live_of(tx, one.consultation_id) is None]


def _is_reachable(tx: Transaction, booking: Booking) -> bool:
    user_id = booking.user_id
    return user_id is not None and people.unreachable_since(tx, user_id) is None


def _stored(tx: Transaction, span: ClosingSpan) -> tuple[Interval, ...]:
    """Return the closures that a span overlaps or touches."""
    intervals = span.intervals
    return closures.between(tx, intervals[0].start - _MOMENT, intervals[-1].end + _MOMENT)
