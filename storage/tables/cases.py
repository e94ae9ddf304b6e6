"""People and what they ask for: forms, consultations, calls, and what is counted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


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
    consent_version: Mapped[str | None]
    consented_at: Mapped[datetime | None]
    live_message_id: Mapped[int | None] = mapped_column(BigInteger)
    contact_keyboard: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(index=True)
    nudged_at: Mapped[datetime | None]
    partner_id: Mapped[int | None] = mapped_column(Key)
    consultation_id: Mapped[int | None] = mapped_column(ForeignKey("consultations.id"))


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
    """A consultation: one submitted intake, or one that staff logged."""

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
    partner_id: Mapped[int | None] = mapped_column(Key, index=True)
    entry: Mapped[str] = mapped_column(server_default="bot")
    took_place_on: Mapped[date | None]
    logged_by: Mapped[int | None] = mapped_column(BigInteger)


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
    held_on: Mapped[date | None]


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
    entry: Mapped[str] = mapped_column(server_default="bot")
    logged_by: Mapped[int | None] = mapped_column(BigInteger)


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
    partner_id: Mapped[int | None] = mapped_column(Key)


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
    match_id: Mapped[int | None] = mapped_column(ForeignKey("matches.id"), index=True)
