"""Partners: their names, the tokens of their links, and whether they are partners still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, func, insert, select, text, update

from domain.company_name import name_key
from domain.partners import NewPartner, Partner, PartnerKind
from storage.tables import PartnerRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Transaction

_LIVE = PartnerRow.ended_at.is_(None)


def _select() -> Select[int, str, str, str, datetime, datetime | None]:
    return select(
        PartnerRow.id,
        PartnerRow.kind,
        PartnerRow.name,
        PartnerRow.token,
        PartnerRow.since,
        PartnerRow.ended_at,
    )


def _partner(row: Sequence[Any]) -> Partner:
    partner_id, kind, *rest = row
    return Partner(partner_id, PartnerKind(kind), *rest)


def lock(tx: Transaction) -> None:
    """Let no other transaction change the partners until this one ends."""
    if not tx.is_sqlite:
        tx.connection.execute(text("LOCK TABLE partners IN SHARE ROW EXCLUSIVE MODE"))


def add(tx: Transaction, new: NewPartner, now: datetime) -> int:
    """Register a partner; return its id. Raises IntegrityError for a live one's name."""
    return tx.connection.execute(
        insert(PartnerRow)
        .values(kind=new.kind, name=new.name, name_key=new.key, token=new.token, since=now)
        .returning(PartnerRow.id)
    ).scalar_one()


def find(tx: Transaction, partner_id: int | None) -> Partner | None:
    """Return a partner, also one that ended; None of nothing."""
    return _one(tx, PartnerRow.id == partner_id) if partner_id is not None else None


def of_token(tx: Transaction, token: str) -> Partner | None:
    """Return the live partner whose link has this token."""
    return _one(tx, (PartnerRow.token == token) & _LIVE)


def of_name(tx: Transaction, name: str) -> Partner | None:
    """Return the live partner of this name, however it is spelt."""
    return _one(tx, (PartnerRow.name_key == name_key(name)) & _LIVE)


def _one(tx: Transaction, condition: ColumnElement[bool]) -> Partner | None:
    row = tx.connection.execute(_select().where(condition)).first()
    return _partner(row) if row is not None else None


def live(tx: Transaction, kind: PartnerKind | None) -> list[Partner]:
    """Return the live partners of a kind (None: of any) by name."""
    rows = tx.connection.execute(
        _select().where(*_of(kind), _LIVE).order_by(PartnerRow.name, PartnerRow.id)
    )
    return [_partner(row) for row in rows]


def count(tx: Transaction, kind: PartnerKind | None) -> int:
    """Return how many partners of a kind (None: of any) there are, those that ended included."""
    counted = select(func.count(PartnerRow.id)).where(*_of(kind))
    return tx.connection.execute(counted).scalar_one()


def page(tx: Transaction, kind: PartnerKind | None, skipped: int, most: int) -> list[Partner]:
    """Return a page of the partners of a kind (None: of any): live ones first, by name."""
    rows = tx.connection.execute(
        _select()
        .where(*_of(kind))
        .order_by(PartnerRow.ended_at.is_not(None), PartnerRow.name, PartnerRow.id)
        .offset(skipped)
        .limit(most)
    )
    return [_partner(row) for row in rows]


def _of(kind: PartnerKind | None) -> tuple[ColumnElement[bool], ...]:
    return () if kind is None else (PartnerRow.kind == kind,)


def rename(tx: Transaction, partner_id: int, name: str) -> None:
    """Give a partner another name. Raises IntegrityError for a live one's."""
    tx.connection.execute(
        update(PartnerRow)
        .where(PartnerRow.id == partner_id)
        .values(name=name, name_key=name_key(name))
    )


def end(tx: Transaction, partner_id: int, now: datetime) -> None:
    """End a partner: its link attributes nothing any more."""
    tx.connection.execute(
        update(PartnerRow).where(PartnerRow.id == partner_id, _LIVE).values(ended_at=now)
    )


def reopen(tx: Transaction, partner_id: int, now: datetime) -> None:
    """Make one that ended a partner again, from now on and by the same link.

    Raises IntegrityError for a live one's name.
    """
    tx.connection.execute(
        update(PartnerRow).where(PartnerRow.id == partner_id).values(since=now, ended_at=None)
    )
