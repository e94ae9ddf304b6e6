"""Sharing, referrals and their news."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class SharingDecisionRow(Base):
    """An append-only decision of an owner with whom their case may be shared."""

    __tablename__ = "sharing_decisions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    value: Mapped[str]
    said: Mapped[str]
    actor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class MissionRow(Base):
    """Work and mission for a case's needs sheet, as a member last wrote it."""

    __tablename__ = "missions"

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime]


class ReferralRow(Base):
    """A referral with the sheet that was sent; one for each agency and case."""

    __tablename__ = "referrals"
    __table_args__ = (UniqueConstraint("consultation_id", "partner_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    referred_by: Mapped[int] = mapped_column(BigInteger)
    referred_at: Mapped[datetime]
    sheet: Mapped[dict[str, Any]]
    sheet_version: Mapped[int]
    sheet_digest: Mapped[str]


class ReferralNewsRow(Base):
    """Append-only: what an agency let the hub know of a referral, on a day (JST)."""

    __tablename__ = "referral_news"
    __table_args__ = (UniqueConstraint("referral_id", "news", "heard_on"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"))
    news: Mapped[str]
    heard_on: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]
