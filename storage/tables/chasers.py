"""Chasers: what staff were told again, and what somebody put off."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class ChaserRow(Base):
    """A chaser that was decided: of each matter of a case, the first, the second and so on."""

    __tablename__ = "chasers"
    __table_args__ = (
        UniqueConstraint("consultation_id", "matter", "subject", "number"),
        # A button outlives its row: its number must never come to mean another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    matter: Mapped[str]
    subject: Mapped[str]
    number: Mapped[int]
    stage: Mapped[int]
    said_on: Mapped[date]


class SnoozeRow(Base):
    """Until the morning of which day the chasers of a case and a matter rest, and by whose wish."""

    __tablename__ = "snoozes"

    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id"), primary_key=True, autoincrement=False
    )
    matter: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[date]
    by: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
