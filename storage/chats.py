"""What Telegram said of chats: groups that moved, chats that take no message for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storage.tables import ChatRow

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction


def current(tx: Transaction, chat_id: int) -> int:
    """Return the id under which the chat is known now."""
    moved = tx.connection.execute(
        select(ChatRow.moved_to).where(ChatRow.chat_id == chat_id)
    ).scalar_one_or_none()
    return chat_id if moved is None else moved


def remember_move(tx: Transaction, old: int, new: int) -> None:
    """Keep that a group has another id now; earlier moves of it lead there too."""
    _upsert(tx, old, moved_to=new)
    tx.connection.execute(update(ChatRow).where(ChatRow.moved_to == old).values(moved_to=new))


def hold(tx: Transaction, chat_id: int, until: datetime) -> None:
    """Send nothing to the chat before `until`."""
    _upsert(tx, chat_id, hold_until=until)


def _upsert(tx: Transaction, chat_id: int, **values: object) -> None:
    tx.connection.execute(
        tx.insert(ChatRow)
        .values(chat_id=chat_id, **values)
        .on_conflict_do_update(index_elements=["chat_id"], set_=values)
    )
