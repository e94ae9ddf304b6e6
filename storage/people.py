"""People: the language they chose, and who cannot be written to (bot blocked, account deleted)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storage.tables import PersonRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


def mark_unreachable(tx: Transaction, user_id: int, now: datetime) -> None:
    """Keep since when the person cannot be written to; the first moment stands."""
    tx.connection.execute(
        tx.insert(PersonRow)
        .values(user_id=user_id, unreachable_since=now)
        .on_conflict_do_update(
            index_elements=["user_id"],
            set_={"unreachable_since": now},
            where=PersonRow.unreachable_since.is_(None),
        )
    )


def mark_reachable(tx: Transaction, user_id: int) -> None:
    """Note that the person can be written to again."""
    tx.connection.execute(
        update(PersonRow)
        .where(PersonRow.user_id == user_id, PersonRow.unreachable_since.is_not(None))
        .values(unreachable_since=None)
    )


def unreachable_since(tx: Transaction, user_id: int) -> datetime | None:
    """Return since when the person cannot be written to; None if they can."""
    return tx.connection.execute(
        select(PersonRow.unreachable_since).where(PersonRow.user_id == user_id)
    ).scalar_one_or_none()


def language(tx: Transaction, user_id: int) -> str | None:
    """Return the language the person chose, if any."""
    return tx.connection.execute(
        select(PersonRow.language).where(PersonRow.user_id == user_id)
    ).scalar_one_or_none()


def choose_language(tx: Transaction, user_id: int, chosen: str) -> None:
    """Store the language the person chose."""
    tx.connection.execute(
        tx.insert(PersonRow)
        .values(user_id=user_id, language=chosen)
        .on_conflict_do_update(index_elements=["user_id"], set_={"language": chosen})
    )


def languages(tx: Transaction) -> dict[int, str]:
    """Return everybody's chosen language by user id."""
    rows = tx.connection.execute(
        select(PersonRow.user_id, PersonRow.language).where(PersonRow.language.is_not(None))
    )
    return {user_id: chosen for user_id, chosen in rows if chosen is not None}
