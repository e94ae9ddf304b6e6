"""Meetings: the seats they take, who waits for one, when the counter is closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base

LIVE = "state IN ('held', 'booked')"
"""The bookings that keep a seat, as the partial indexes have it."""
UNANSWERED = "state = 'unanswered'"
"""The meetings that are over, unanswered, and followed by another."""
HELD = "held_until IS NOT NULL"
"""The bookings that are held for somebody on the waiting list."""


class BookingRow(Base):
    """A meeting of a consultation; its seat is kept while it is held or booked."""

    __tablename__ = "bookings"
    __table_args__ = (
        Index(
            "uq_bookings_live",
            "consultation_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index(
            # All that the calendar asks, so that a full month is read from the index alone.
            "ix_bookings_live",
            "starts_at",
            "seat_until",
            "method",
            "seat",
            "place",
            "state",
            "held_until",
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_bookings_starts_at", "starts_at"),
        Index(
            "ix_bookings_held",
            "held_until",
            sqlite_where=text(HELD),
            postgresql_where=text(HELD),
        ),
        Index(
            "ix_bookings_unanswered",
            "consultation_id",
            sqlite_where=text(UNANSWERED),
            postgresql_where=text(UNANSWERED),
        ),
        # Buttons and calendars outlive the row: its number must never come to mean another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    method: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    seat_until: Mapped[datetime]
    seat: Mapped[int]
    place: Mapped[int]
    state: Mapped[str]
    revision: Mapped[int]
    uid: Mapped[str] = mapped_column(unique=True)
    held_until: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class BookingSeatRow(Base):
    """A seat taken for a quarter of an hour: what guards against double booking.

    An adviser has one meeting at a time (`seat`), and a method no more than it has places for.
    """

    __tablename__ = "booking_seats"
    __table_args__ = (UniqueConstraint("quarter", "method", "place"),)

    quarter: Mapped[datetime] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    method: Mapped[str]
    place: Mapped[int]
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)


class BookingEventRow(Base):
    """An append-only change of a booking."""

    __tablename__ = "booking_events"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    change: Mapped[str]
    actor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    method: Mapped[str]
    starts_at: Mapped[datetime]
    revision: Mapped[int]
    reason: Mapped[str | None]


class CalendarFeedRow(Base):
    """An address of the office's calendar, by the hash of the secret in it."""

    __tablename__ = "calendar_feeds"
    # A button outlives the row: its number must never come to mean another.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_by: Mapped[int] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ClosureRow(Base):
    """A time that staff have closed to meetings."""

    __tablename__ = "closures"

    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class WaitingRow(Base):
    """A consultation whose owner is told when a slot becomes free, in the order they asked."""

    __tablename__ = "waiting"
    __table_args__ = (Index("ix_waiting_since", "since", "consultation_id"),)

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id"), primary_key=True, autoincrement=False
    )
    method: Mapped[str]
    since: Mapped[datetime]
