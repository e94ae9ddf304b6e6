"""The tables. Constraints guard what must be unique; nothing here decides anything."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from storage.columns import Json, Key, UtcDateTime

LIVE = "state IN ('held', 'booked')"
"""The bookings that keep a seat, as the partial indexes have it."""
HELD = "held_until IS NOT NULL"
"""The bookings that are held for somebody on the waiting list."""


class Base(DeclarativeBase):
    """Declarative base with the naming convention for constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any] | type[UtcDateTime]]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
    }


class InboxRow(Base):
    """A Telegram update: raw JSON until it is done, then its bare id for 48 hours."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_unfinished",
            "chat_key",
            "update_id",
            sqlite_where=text("status != 'done'"),
            postgresql_where=text("status != 'done'"),
        ),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_key: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]


class ChatLeaseRow(Base):
    """Which process works on a chat, and until when (PostgreSQL only)."""

    __tablename__ = "chat_leases"

    chat_key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holder: Mapped[str]
    until: Mapped[datetime]


class LeaseRow(Base):
    """Which process does what only one may do at a time, and until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class DeadLetterRow(Base):
    """An update that failed three times, kept for an operator."""

    __tablename__ = "dead_letters"

    incident: Mapped[str] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, index=True)
    payload: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str]
    recorded_at: Mapped[datetime]


class OutboxRow(Base):
    """A message to somebody other than the person being answered."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "recipient",
            "due_at",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index(
            "ix_outbox_failed",
            "finished_at",
            sqlite_where=text("error IS NOT NULL"),
            postgresql_where=text("error IS NOT NULL"),
        ),
        Index("ix_outbox_claimed", "claimed_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    recipient: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    status: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]


class ChatRow(Base):
    """What Telegram said of a chat: where the group moved, until when it takes no message."""

    __tablename__ = "chats"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    moved_to: Mapped[int | None] = mapped_column(BigInteger)
    hold_until: Mapped[datetime | None]


class RunRow(Base):
    """The run ledger: a (job, period) that has been decided once and for all."""

    __tablename__ = "runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    decided_at: Mapped[datetime]


class PersonRow(Base):
    """What is kept of a person outside a draft: the language they chose."""

    __tablename__ = "people"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str | None]
    unreachable_since: Mapped[datetime | None]


class DraftRow(Base):
    """A questionnaire being filled in; the position is derived from the answers."""

    __tablename__ = "drafts"
    # A draft's id is the guard against a double submission, so it must never be used twice.
    __table_args__ = (
        UniqueConstraint("user_id", "questionnaire"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    questionnaire: Mapped[str]
    questionnaire_version: Mapped[int]
    progress: Mapped[dict[str, Any]]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    live_message_id: Mapped[int | None] = mapped_column(BigInteger)
    contact_keyboard: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(index=True)
    nudged_at: Mapped[datetime | None]


class CompanyRow(Base):
    """A company, matched by corporate number, else by name key and municipality."""

    __tablename__ = "companies"
    __table_args__ = (Index("ix_companies_name_key_city", "name_key", "city"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    corporate_number: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    name_key: Mapped[str]
    city: Mapped[str]


class ReferenceCounterRow(Base):
    """The last reference number given in a fiscal year."""

    __tablename__ = "reference_counters"

    fiscal_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ConsultationRow(Base):
    """A consultation: one submitted intake."""

    __tablename__ = "consultations"
    __table_args__ = (
        UniqueConstraint("fiscal_year", "number"),
        # The open ones are few among all.
        Index("ix_consultations_state", "state"),
        Index(
            "ix_consultations_untaken",
            "submitted_at",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    fiscal_year: Mapped[int]
    number: Mapped[int]
    draft_id: Mapped[int | None] = mapped_column(Key, unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    answers: Mapped[dict[str, Any]]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str]
    state: Mapped[str]
    assignee: Mapped[int | None] = mapped_column(BigInteger)
    size: Mapped[str]
    size_to_confirm: Mapped[bool]
    eligibility: Mapped[str]
    suspected_duplicate_of: Mapped[int | None] = mapped_column(Key)
    call_when: Mapped[str | None]
    closed_at: Mapped[datetime | None]


class CaseEventRow(Base):
    """An append-only change of a case, or a note to it."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    act: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    actor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    reason: Mapped[str | None]
    member: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Text)


class NotePromptRow(Base):
    """A member of the staff whose next text is a note to a case."""

    __tablename__ = "note_prompts"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    asked_at: Mapped[datetime]


class AddendumRow(Base):
    """A further submission that belongs to an open consultation (R3); it is not counted."""

    __tablename__ = "addenda"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(Key, unique=True)
    user_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    answers: Mapped[dict[str, Any]]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    submitted_at: Mapped[datetime]


class ReturnCallRow(Base):
    """A request to be called back (R9); one person has one open at a time."""

    __tablename__ = "return_calls"
    __table_args__ = (
        Index(
            "uq_return_calls_open",
            "user_id",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        # A card in the staff chat outlives its row: its number must never come to mean another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, index=True)
    draft_id: Mapped[int] = mapped_column(Key, unique=True)
    answers: Mapped[dict[str, Any]]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    requested_at: Mapped[datetime]
    assignee: Mapped[int | None] = mapped_column(BigInteger)
    done_at: Mapped[datetime | None] = mapped_column(index=True)


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


class KpiEventRow(Base):
    """An append-only countable fact: +1 or −1 on an effective date (JST)."""

    __tablename__ = "kpi_events"
    __table_args__ = (
        Index("ix_kpi_events_count", "kind", "effective_date", "eligibility", "channel", "delta"),
        Index("ix_kpi_events_increment", "kind", "eligibility", "effective_date", "delta"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    delta: Mapped[int]
    effective_date: Mapped[date]
    eligibility: Mapped[str]
    channel: Mapped[str]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    reason: Mapped[str]
    actor: Mapped[str]
    recorded_at: Mapped[datetime]


class StaffRow(Base):
    """A registered staff member and their role; a removed one keeps the row."""

    __tablename__ = "staff"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str]
    role: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class InvitationRow(Base):
    """A one-time invitation; only the hash of its token is kept."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    created_by: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
    used_by: Mapped[int | None] = mapped_column(BigInteger)


class AuditRow(Base):
    """Who looked at or changed what, and when; no personal data of owners."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at_id", "at", "id"),
        Index("ix_audit_log_actor_at_id", "actor", "at", "id"),
        Index("ix_audit_log_action_at_id", "action", "at", "id"),
        Index("ix_audit_log_actor_action_at_id", "actor", "action", "at", "id"),
        Index("ix_audit_log_subject_at_id", "subject", "at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    actor: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    subject: Mapped[str]
    at: Mapped[datetime]
