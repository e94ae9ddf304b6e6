"""Matches: the persons found for cases, without their names."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class MatchRow(Base):
    """One person found for a case."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    number: Mapped[int]
    state: Mapped[str]
    engagement: Mapped[str]
    talent: Mapped[str]
    agreed_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    pay: Mapped[str | None]
    from_prefecture: Mapped[bool | None]
    recorded_at: Mapped[datetime]


class MatchEventRow(Base):
    """An append-only change of a match; the form that brought it about does so once."""

    __tablename__ = "match_events"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(Key, unique=True)
    act: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]
    engagement: Mapped[str]
    actor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    day: Mapped[date | None]
    reason: Mapped[str | None]
