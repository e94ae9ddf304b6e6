"""The office's calendar that others subscribe to by a secret address, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.errors import DomainError
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import datetime

    from domain.bookings import BookingState
    from domain.consultations import Reference
    from domain.slots import Method

SHOWN_FOR: Final = timedelta(days=30)
"""How long a meeting stays in the feed after it, so that calendars learn what became of it."""
MOST_FEEDS: Final = 20
"""Addresses that may be valid at a time: enough for an office, few enough to look through."""


@dataclass(frozen=True)
class CalendarFeed:
    """An address that is valid: who made it (Telegram user id) and when (UTC).

    The secret in it is not kept, only its hash.
    """

    id: int
    created_by: int
    created_at: datetime


@dataclass(frozen=True)
class FeedMeeting:
    """A meeting as the feed tells it: no personal data. Moments in UTC.

    `area` is the code of the area chosen in the intake; None where none was.
    """

    uid: str
    revision: int
    reference: Reference
    method: Method
    area: str | None
    starts_at: datetime
    ends_at: datetime
    state: BookingState
    changed_at: datetime


class TooManyFeeds(DomainError):
    """There are as many addresses as one can look through."""

    def __init__(self) -> None:
        super().__init__(
            N_("There are %(count)s addresses already. Please revoke one first."), count=MOST_FEEDS
        )
