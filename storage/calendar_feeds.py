"""Calendar feeds: their secrets' hashes, and the meetings they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from domain.bookings import BookingState
from domain.calendar_feeds import CalendarFeed, FeedMeeting
from domain.consultations import Reference
from domain.fiscal_year import FiscalYear
from domain.slots import Method
from storage.tables import BookingRow, CalendarFeedRow, ConsultationRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.database import Transaction

_VALID = CalendarFeedRow.revoked_at.is_(None)


def add(tx: Transaction, token_hash: str, created_by: int, now: datetime) -> int:
    """Keep a feed by the hash of its secret; return its id."""
    return tx.connection.execute(
        insert(CalendarFeedRow)
        .values(token_hash=token_hash, created_by=created_by, created_at=now)
        .returning(CalendarFeedRow.id)
    ).scalar_one()


def count(tx: Transaction) -> int:
    """Return how many feeds are valid."""
    return tx.connection.execute(select(func.count()).where(_VALID)).scalar_one()


def valid(tx: Transaction) -> list[CalendarFeed]:
    """Return the valid feeds, oldest first."""
    rows = tx.connection.execute(
        select(CalendarFeedRow.id, CalendarFeedRow.created_by, CalendarFeedRow.created_at)
        .where(_VALID)
        .order_by(CalendarFeedRow.id)
    )
    return [CalendarFeed(*row) for row in rows]


def maker(tx: Transaction, token_hash: str) -> int | None:
    """Return who made the valid feed with this secret; None if there is none such."""
    return tx.connection.execute(
        select(CalendarFeedRow.created_by).where(CalendarFeedRow.token_hash == token_hash, _VALID)
    ).scalar_one_or_none()


def revoke(tx: Transaction, feed_id: int, now: datetime) -> bool:
    """End a feed; False if it is not valid."""
    result = tx.connection.execute(
        update(CalendarFeedRow).where(CalendarFeedRow.id == feed_id, _VALID).values(revoked_at=now)
    )
    return result.rowcount == 1


def revoke_all_of(tx: Transaction, created_by: int, now: datetime) -> list[int]:
    """End the feeds that somebody made; return which."""
    ended = tx.connection.execute(
        update(CalendarFeedRow)
        .where(CalendarFeedRow.created_by == created_by, _VALID)
        .values(revoked_at=now)
        .returning(CalendarFeedRow.id)
    )
    return sorted(ended.scalars())


def meetings(
    tx: Transaction, states: Collection[BookingState], since: datetime
) -> tuple[FeedMeeting, ...]:
    """Return the meetings in some states that begin at `since` or later, earliest first."""
    rows = tx.connection.execute(
        select(
            BookingRow.uid,
            BookingRow.revision,
            ConsultationRow.fiscal_year,
            ConsultationRow.number,
            BookingRow.method,
            ConsultationRow.answers["area"].as_string().label("area"),
            BookingRow.starts_at,
            BookingRow.ends_at,
            BookingRow.state,
            BookingRow.changed_at,
        )
        .join(ConsultationRow, ConsultationRow.id == BookingRow.consultation_id)
        .where(BookingRow.starts_at >= since, BookingRow.state.in_(states))
        .order_by(BookingRow.starts_at, BookingRow.id)
    )
    return tuple(
        FeedMeeting(
            uid=row.uid,
            revision=row.revision,
            reference=Reference(FiscalYear(row.fiscal_year), row.number),
            method=Method(row.method),
            area=row.area,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            state=BookingState(row.state),
            changed_at=row.changed_at,
        )
        for row in rows
    )
