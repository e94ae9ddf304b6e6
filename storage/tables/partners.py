"""Partners, and by which of them cases came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Key
from storage.tables.base import Base


class PartnerRow(Base):
    """An organisation that works with the hub; one that ended keeps the row."""

    __tablename__ = "partners"
    __table_args__ = (
        Index(
            "uq_partners_live_name",
            "name_key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AttributionRow(Base):
    """Append-only: a member said by which partner, if any, a case came."""

    __tablename__ = "attributions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    actor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
