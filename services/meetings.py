"""Meetings as a notice about them finds them when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from domain.bookings import BookingState, Change
from domain.consultations import OPEN_STATES
from domain.outbox import Missed
from domain.reminders import useful_until
from services import booking_files, booking_views, cases, meeting_notices
from services.agendas import whole_agenda
from storage import bookings as stored
from storage import consultations, people, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.bookings import Booking, BookingEvent
    from domain.reminders import Reminder
    from services.cases import Card
    from services.occasion import Occasion
    from storage.database import Transaction

_OFFERED = 3
"""How many other times are offered to whoever loses theirs."""


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


@dataclass(frozen=True)
class LostTime:
    """A meeting that the office cancelled, and from when until when (UTC) others could be held."""

    booking: Booking
    nearest: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class HeldAfterAll:
    """A meeting whose owner was asked for a new time by mistake, and the one they have booked."""

    booking: Booking
    next_one: Booking | None


@dataclass(frozen=True)
class OwnersChange:
    """A change that the owner is told of: the meeting as it is now, and before it was moved."""

    booking: Booking
    before: BookingEvent | None
    standing: booking_views.Meeting


@dataclass(frozen=True)
class StaffsChange:
    """A change that the staff is told of, with the case's card and the name of who made it.

    `made_by` is None where the owner did.
    """

    booking: Booking
    before: BookingEvent | None
    card: Card
    made_by: str | None


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


def lost_time(tx: Transaction, at: Occasion, booking_id: int, revision: int) -> LostTime | None:
    """Return the meeting that an owner is told of, with what else is free as of now.

    None if there is nothing to tell any more: they have another meeting by now.
    """
    booking = stored.find(tx, booking_id)
    if booking is None or booking.revision != revision:
        return None
    live = stored.live_of(tx, booking.consultation_id)
    if live is not None and live.state is BookingState.BOOKED:
        return None
    rules = at.programme.booking.methods_offered.get(booking.method)
    if rules is None:
        return LostTime(booking, ())
    found = whole_agenda(tx, rules, at)
    nearest = found.nearest(booking.starts_at, _OFFERED)
    return LostTime(booking, tuple((start, rules.ends(start)) for start in nearest))


def owners_change(
    tx: Transaction, at: Occasion, booking_id: int, revision: int
) -> OwnersChange | None:
    """Return a change to tell the owner of; None if the meeting changed again. Raises Missed."""
    booking = booking_files.as_told(tx, booking_id, revision, at.now)
    case = consultations.find(tx, booking.consultation_id) if booking is not None else None
    if booking is None or case is None:
        return None
    standing = booking_views.of_consultation(tx, at, case)
    return OwnersChange(booking, _before_the_move(tx, booking), standing)


def staffs_change(
    tx: Transaction, at: Occasion, booking_id: int, revision: int, actor: int
) -> StaffsChange | None:
    """Return a change to tell the staff of; None if the meeting changed again. Raises Missed."""
    booking = booking_files.as_told(tx, booking_id, revision, at.now)
    if booking is None:
        return None
    made_by = None if actor == booking.user_id else staff.names(tx, actor)
    card = cases.card(tx, booking.consultation_id)
    return StaffsChange(booking, _before_the_move(tx, booking), card, made_by)


def _before_the_move(tx: Transaction, booking: Booking) -> BookingEvent | None:
    """Return how a meeting was booked before its last change, if that moved it."""
    events = stored.history(tx, booking.consultation_id)
    for before, event in pairwise(events):
        if event.change is Change.MOVED and event.revision == booking.revision:
            return before
    return None


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


def not_to_choose(tx: Transaction, booking_id: int, revision: int) -> HeldAfterAll | None:
    """Return a meeting that was held after all; None if that was corrected again."""
    booking = stored.find(tx, booking_id)
    if booking is None or booking.revision != revision or booking.state is not BookingState.MET:
        return None
    live = stored.live_of(tx, booking.consultation_id)
    is_booked = live is not None and live.state is BookingState.BOOKED
    return HeldAfterAll(booking, live if is_booked else None)


def _refuse_late(at: Occasion, booking: Booking, reminder: Reminder) -> None:
    if at.now >= useful_until(reminder, booking.starts_at, at.programme.booking):
        raise Missed
