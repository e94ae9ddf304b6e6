"""The topics of cases in a staff chat that is a forum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from storage.tables import CaseTopicRow

if TYPE_CHECKING:
    from storage.database import Transaction


def find(tx: Transaction, consultation_id: int, chat_id: int) -> int | None:
    """Return the topic of a case in a chat."""
    return tx.connection.execute(
        select(CaseTopicRow.thread_id).where(
            CaseTopicRow.consultation_id == consultation_id, CaseTopicRow.chat_id == chat_id
        )
    ).scalar_one_or_none()


def keep(tx: Transaction, consultation_id: int, chat_id: int, thread_id: int) -> None:
    """Keep which topic a case has in a chat."""
    tx.connection.execute(
        tx.insert(CaseTopicRow)
        .values(consultation_id=consultation_id, chat_id=chat_id, thread_id=thread_id)
        .on_conflict_do_update(
            index_elements=["consultation_id", "chat_id"], set_={"thread_id": thread_id}
        )
    )


def forget(tx: Transaction, chat_id: int, thread_id: int) -> None:
    """Forget a topic that is gone."""
    tx.connection.execute(
        delete(CaseTopicRow).where(
            CaseTopicRow.chat_id == chat_id, CaseTopicRow.thread_id == thread_id
        )
    )
