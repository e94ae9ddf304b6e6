"""A booking of a meeting (面談の予約): its states, its changes, and who may still change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from domain.case_states import Act, after, targets
from domain.closures import Interval
from domain.consultations import ConsultationState
from domain.errors import DomainError, StaleButton
from domain.fiscal_year import jst_date
from domain.slots import SlotState
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.consultations import Reference
    from domain.slots import Agenda, Method, Seat


class BookingState(StrEnum):
    """HELD keeps a seat for somebody on the waiting list, LAPSED is a hold nobody took.

    UNANSWERED is a meeting that is over, whose case has the next one before anybody said what
    became of it: staff are still asked.

    MET, NO_SHOW and POSTPONED are what the assignee says after the meeting (実施／欠席／延期).
    """

    HELD = "held"
    BOOKED = "booked"
    UNANSWERED = "unanswered"
    MET = "met"
    NO_SHOW = "no_show"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


LIVE_STATES = frozenset({BookingState.HELD, BookingState.BOOKED})
"""The states that keep a seat; a consultation has one live booking at most."""


ASKED_STATES = frozenset({BookingState.BOOKED, BookingState.UNANSWERED})
"""The states of a meeting of which nobody has said yet what became of it."""


class Change(StrEnum):
    """What happened to a booking; its history is one row for each."""

    HELD = "held"
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    MET = "met"
    NO_SHOW = "no_show"
    POSTPONED = "postponed"


class Reason(StrEnum):
    """Why the office moves or cancels a meeting; BY_OWNER is the owner's own doing.

    CASE_ENDED is told to staff only: why a case was closed is the office's own business. AGREED is
    a meeting that staff book, as they have agreed with the company, MISTAKE an outcome said anew.
    """

    BY_OWNER = "by_owner"
    OFFICE = "office"
    AT_REQUEST = "at_request"
    WEATHER = "weather"
    CLOSED = "closed"
    CASE_ENDED = "case_ended"
    AGREED = "agreed"
    MISTAKE = "mistake"


BY_ITSELF = 0
"""The actor of what the bot does without anybody's press: holding a slot, giving it on."""
OFFICE_REASONS = {
    Reason.OFFICE: N_("The adviser is not available"),
    Reason.AT_REQUEST: N_("The company asked for it"),
    Reason.WEATHER: N_("Weather or traffic"),
    Reason.CLOSED: N_("The counter is closed then"),
}
"""The reasons that staff choose from; the owner is told them."""
STAFF_REASONS = OFFICE_REASONS | {
    Reason.CASE_ENDED: N_("The case was closed"),
    Reason.AGREED: N_("As agreed with the company"),
    Reason.MISTAKE: N_("Correction"),
}
"""What staff read of why the office changed a meeting."""
METHOD_NAMES = {
    "visit": N_("Visit to your office"),
    "hub": N_("At the hub"),
    "online": N_("Online"),
    "phone": N_("Over the telephone"),
}


@dataclass(frozen=True)
class Booking:
    """A booking with the case it belongs to, as both are now; moments in UTC.

    `revision` is raised by every change: a button or a notice of an earlier one is stale. `uid`
    names the meeting in calendars and never changes.
    """

    id: int
    consultation_id: int
    reference: Reference
    user_id: int | None
    assignee: int | None
    method: Method
    starts_at: datetime
    ends_at: datetime
    state: BookingState
    revision: int
    uid: str
    held_until: datetime | None
    changed_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether it keeps a seat."""
        return self.state in LIVE_STATES


@dataclass(frozen=True)
class NewMeeting:
    """A button that books the first meeting of a consultation, or the next one."""

    consultation_id: int


@dataclass(frozen=True)
class MoveOf:
    """A button that moves a booking, as it was at a revision."""

    booking_id: int
    revision: int


Target: TypeAlias = NewMeeting | MoveOf
"""What a time is being chosen for."""


@dataclass(frozen=True)
class NewBooking:
    """A meeting about to be stored, with the seat it takes from `starts_at` to `seat_until`."""

    consultation_id: int
    method: Method
    starts_at: datetime
    ends_at: datetime
    seat_until: datetime
    seat: Seat
    state: BookingState
    held_until: datetime | None = None


@dataclass(frozen=True)
class BookingEvent:
    """One change of a booking: by whom (Telegram user id), when (UTC), to what time, and why.

    Of what the bot does by itself the actor is BY_ITSELF.
    """

    change: Change
    actor: int
    at: datetime
    method: Method
    starts_at: datetime
    revision: int
    reason: Reason | None


BEFORE_A_MEETING = frozenset(state for state in ConsultationState if targets(Act.MEET, state))
"""The states of a case whose first meeting is still to come."""
ACTS = {
    Change.BOOKED: Act.BOOK,
    Change.MOVED: Act.BOOK,
    Change.MET: Act.MEET,
    Change.CANCELLED: Act.UNBOOK,
    Change.NO_SHOW: Act.UNBOOK,
    Change.POSTPONED: Act.UNBOOK,
}
"""What a change of a booking does to its case; a hold does nothing."""


def case_state_after(change: Change, state: ConsultationState) -> ConsultationState:
    """Return where the case stands after a change of its booking, as the table of states says.

    A case that nobody has taken stays NEW, booked or not: somebody still has to take it. One that
    is further on than its first meeting stays where it is.
    """
    act = ACTS.get(change)
    return state if act is None else after(act, state)


class SlotTaken(DomainError):
    """Somebody else was faster."""

    def __init__(self) -> None:
        super().__init__(N_("That time has just been taken. Please choose another."))


class SlotClosed(DomainError):
    """The time cannot be booked: past, too soon, too far ahead, or the counter is closed."""

    def __init__(self) -> None:
        super().__init__(N_("That time cannot be booked any more. Please choose another."))


class AlreadyBooked(DomainError):
    """The consultation has a live booking."""

    def __init__(self) -> None:
        super().__init__(N_("Your meeting is booked already."))


class TooLateToChange(DomainError):
    """The minimum notice has begun: now only the telephone helps."""

    def __init__(self) -> None:
        super().__init__(
            N_("It is too close to the meeting to change it here. Please call us instead.")
        )


class BookingGone(StaleButton):
    """The button is about a booking that was changed, has ended, or is not this person's."""

    def __init__(self) -> None:
        super().__init__(N_("That booking has changed."))


def stands(booking: Booking | None, now: datetime) -> bool:
    """Whether a meeting is booked and not over: only then it stands in the way of the next one."""
    return booking is not None and booking.state is BookingState.BOOKED and now < booking.ends_at


def refuse_slot(agenda: Agenda, start: datetime) -> None:
    """Raise SlotTaken if the slot is full, SlotClosed if it cannot be booked for another reason."""
    state = agenda.state(start)
    if state is SlotState.FULL:
        raise SlotTaken
    if state is not SlotState.FREE:
        raise SlotClosed


def seated(
    agenda: Agenda,
    consultation_id: int,
    start: datetime,
    state: BookingState = BookingState.BOOKED,
    held_until: datetime | None = None,
) -> NewBooking:
    """Return a booking with the seat that is free for it. Raises SlotTaken, SlotClosed."""
    refuse_slot(agenda, start)
    seat = agenda.free_seat(start)
    if seat is None:
        raise SlotTaken
    return NewBooking(
        consultation_id=consultation_id,
        method=agenda.rules.method,
        starts_at=start,
        ends_at=agenda.rules.ends(start),
        seat_until=agenda.rules.seat_until(start),
        seat=seat,
        state=state,
        held_until=held_until,
    )


def may_be_changed(booking: Booking, agenda: Agenda) -> bool:
    """Whether the owner may still move or cancel it: up to the method's minimum notice.

    A meeting that the office itself has closed is changed until it would have begun: a long
    closure takes the working days away that the notice is counted in.
    """
    if booking.starts_at <= agenda.now:
        return False
    if agenda.is_closed(Interval(booking.starts_at, booking.ends_at)):
        return True
    return agenda.first_day <= jst_date(booking.starts_at)


def changeable_until(booking: Booking, agenda: Agenda) -> date | None:
    """Return the last day (JST) on which the owner may move or cancel it; None if that is over."""
    day = jst_date(booking.starts_at)
    if not may_be_changed(booking, agenda):
        return None
    is_closed = agenda.is_closed(Interval(booking.starts_at, booking.ends_at))
    return day if is_closed else agenda.last_day_to_act(day)
