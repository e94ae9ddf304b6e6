"""The office's calendar by address: make an address, list and revoke them, read the calendar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.bookings import BookingState
from domain.calendar_feeds import MOST_FEEDS, SHOWN_FOR, TooManyFeeds
from domain.errors import StaleButton
from domain.staff import Action
from services.cases import permitted
from storage import audit, calendar_feeds, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.calendar_feeds import CalendarFeed, FeedMeeting
    from storage.database import Transaction

# A time that is only held for somebody is no meeting, and nobody was told of one that lapsed.
_TOLD = frozenset(BookingState) - {BookingState.HELD, BookingState.LAPSED}


@dataclass(frozen=True)
class FeedCard:
    """A valid address with the name of who made it."""

    feed: CalendarFeed
    maker: str


def listed(tx: Transaction, user_id: int) -> list[FeedCard]:
    """Return the valid addresses, oldest first. Raises NotPermitted."""
    permitted(tx, user_id, Action.READ_SLOTS)
    return [
        FeedCard(feed, staff.names(tx, feed.created_by) or "–") for feed in calendar_feeds.valid(tx)
    ]


def make(tx: Transaction, user_id: int, secret: str, now: datetime) -> list[FeedCard]:
    """Make an address with this secret; return all. Raises NotPermitted or TooManyFeeds."""
    permitted(tx, user_id, Action.READ_SLOTS)
    if calendar_feeds.count(tx) >= MOST_FEEDS:
        raise TooManyFeeds
    feed_id = calendar_feeds.add(tx, _hash(secret), user_id, now)
    audit.append(tx, user_id, AuditAction.MAKE_FEED, str(feed_id), now)
    return listed(tx, user_id)


def revoke(tx: Transaction, user_id: int, feed_id: int, now: datetime) -> list[FeedCard]:
    """End an address at once; return those left.

    Raises NotPermitted, or StaleButton if it is not valid any more.
    """
    permitted(tx, user_id, Action.READ_SLOTS)
    if not calendar_feeds.revoke(tx, feed_id, now):
        raise StaleButton("")
    audit.append(tx, user_id, AuditAction.REVOKE_FEED, str(feed_id), now)
    return listed(tx, user_id)


def meetings(tx: Transaction, secret: str, now: datetime) -> tuple[FeedMeeting, ...] | None:
    """Return what the address with this secret shows; None if it is unknown or revoked.

    It shows nothing either once its maker may not see the meetings themselves.
    """
    maker = calendar_feeds.maker(tx, _hash(secret))
    member = staff.find(tx, maker) if maker is not None else None
    if member is None or not member.may(Action.READ_SLOTS):
        return None
    return calendar_feeds.meetings(tx, _TOLD, now - SHOWN_FOR)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
