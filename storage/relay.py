"""What owners and staff wrote to each other, and the map of where it was delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, func, insert, select, update

from domain.consultations import OPEN_STATES
from domain.relay import Content, Copy, Direction, Kind, RelayMessage, Side
from storage.tables import ConsultationRow, RelayCopyRow, RelayMessageRow

if TYPE_CHECKING:
    from datetime import datetime

    from domain.relay import Incoming
    from storage.database import Transaction

CONTENT, HEADER, POST = "content", "header", "post"
"""What a copy shows: the message, the header ahead of it, or only that a message has come."""


def _select() -> Select[Any]:
    return select(*RelayMessageRow.__table__.columns)


def _message(row: Row[Any]) -> RelayMessage:
    return RelayMessage(
        id=row.id,
        consultation_id=row.consultation_id,
        direction=Direction(row.direction),
        author=row.author,
        chat_id=row.chat_id,
        message_id=row.message_id,
        content=Content(Kind(row.kind), row.text, row.file_id),
        signed=row.signed,
        revision=row.revision,
        at=row.at,
    )


def _first(tx: Transaction, statement: Select[Any]) -> RelayMessage | None:
    row = tx.connection.execute(statement.limit(1)).first()
    return None if row is None else _message(row)


def add(
    tx: Transaction,
    consultation_id: int,
    direction: Direction,
    author: int,
    incoming: Incoming,
    content: Content,
    signed: str,
    now: datetime,
) -> RelayMessage:
    """Keep a message of a case."""
    row = tx.connection.execute(
        insert(RelayMessageRow)
        .values(
            consultation_id=consultation_id,
            direction=direction,
            author=author,
            chat_id=incoming.chat_id,
            message_id=incoming.message_id,
            album=incoming.album,
            kind=content.kind,
            text=content.text,
            file_id=content.file_id,
            signed=signed,
            revision=0,
            at=now,
        )
        .returning(*RelayMessageRow.__table__.columns)
    ).one()
    return _message(row)


def find(tx: Transaction, relay_id: int) -> RelayMessage | None:
    """Return a message."""
    return _first(tx, _select().where(RelayMessageRow.id == relay_id))


def by_original(tx: Transaction, chat_id: int, message_id: int) -> RelayMessage | None:
    """Return the message that somebody sent to the bot as one of their chat."""
    return _first(
        tx,
        _select().where(
            RelayMessageRow.chat_id == chat_id, RelayMessageRow.message_id == message_id
        ),
    )


def by_copy(tx: Transaction, chat_id: int, message_id: int) -> tuple[RelayMessage, Side] | None:
    """Return the message that one of ours shows, and to whom it is shown there."""
    row = tx.connection.execute(
        select(RelayCopyRow.relay_message_id, RelayCopyRow.side).where(
            RelayCopyRow.chat_id == chat_id, RelayCopyRow.message_id == message_id
        )
    ).first()
    found = find(tx, row.relay_message_id) if row is not None else None
    return None if row is None or found is None else (found, Side(row.side))


def of_album(tx: Transaction, author: int, album: str) -> RelayMessage | None:
    """Return an item of an album that came before."""
    return _first(
        tx, _select().where(RelayMessageRow.author == author, RelayMessageRow.album == album)
    )


def of_case(tx: Transaction, consultation_id: int) -> list[RelayMessage]:
    """Return all messages of a case, oldest first."""
    rows = tx.connection.execute(
        _select()
        .where(RelayMessageRow.consultation_id == consultation_id)
        .order_by(RelayMessageRow.id)
    )
    return [_message(row) for row in rows]


def unanswered(tx: Transaction, consultation_id: int) -> list[RelayMessage]:
    """Return what the owner of a case wrote since the staff last wrote to them, oldest first."""
    return _of_owner(tx, consultation_id, RelayMessageRow.id > _answered(consultation_id))


def unheard(tx: Transaction, consultation_id: int) -> list[RelayMessage]:
    """Return what the owner of a case wrote and is not answered, or the staff know nothing of.

    They know of what one of them got, or was told to them all, and of everything before it.
    """
    told = (
        select(func.coalesce(func.max(RelayMessageRow.id), 0))
        .join(RelayCopyRow, RelayCopyRow.relay_message_id == RelayMessageRow.id)
        .where(
            RelayMessageRow.consultation_id == consultation_id,
            RelayMessageRow.direction == Direction.FROM_OWNER,
            RelayCopyRow.side == Side.STAFF,
        )
        .correlate(None)
        .scalar_subquery()
    )
    is_new = (RelayMessageRow.id > _answered(consultation_id)) | (RelayMessageRow.id > told)
    return _of_owner(tx, consultation_id, is_new)


def left_over(tx: Transaction, consultation_id: int) -> list[RelayMessage]:
    """Return what the owner of a case wrote and is not answered, or in nobody's chat yet."""
    got = select(RelayCopyRow.id).where(
        RelayCopyRow.relay_message_id == RelayMessageRow.id,
        RelayCopyRow.side == Side.STAFF,
        RelayCopyRow.part == CONTENT,
    )
    is_new = RelayMessageRow.id > _answered(consultation_id)
    return _of_owner(tx, consultation_id, is_new | ~got.exists())


def _answered(consultation_id: int) -> Any:
    return (
        select(func.coalesce(func.max(RelayMessageRow.id), 0))
        .where(
            RelayMessageRow.consultation_id == consultation_id,
            RelayMessageRow.direction == Direction.TO_OWNER,
        )
        .correlate(None)
        .scalar_subquery()
    )


def _of_owner(tx: Transaction, consultation_id: int, wanted: Any) -> list[RelayMessage]:
    rows = tx.connection.execute(
        _select()
        .where(
            RelayMessageRow.consultation_id == consultation_id,
            RelayMessageRow.direction == Direction.FROM_OWNER,
            wanted,
        )
        .order_by(RelayMessageRow.id)
    )
    return [_message(row) for row in rows]


def is_first_of_owner(tx: Transaction, message: RelayMessage) -> bool:
    """Whether the owner of the case wrote nothing before a message."""
    statement = select(RelayMessageRow.id).where(
        RelayMessageRow.consultation_id == message.consultation_id,
        RelayMessageRow.direction == Direction.FROM_OWNER,
        RelayMessageRow.id < message.id,
    )
    return tx.connection.execute(statement.limit(1)).first() is None


def case_before(tx: Transaction, message: RelayMessage) -> int | None:
    """Return the case of what the owner who wrote a message wrote before it."""
    return tx.connection.execute(
        select(RelayMessageRow.consultation_id)
        .where(
            RelayMessageRow.author == message.author,
            RelayMessageRow.direction == Direction.FROM_OWNER,
            RelayMessageRow.id < message.id,
        )
        .order_by(RelayMessageRow.id.desc())
        .limit(1)
    ).scalar()


def readers(tx: Transaction, message: RelayMessage) -> set[int]:
    """Return the members who have got an owner's message."""
    return set(
        tx.connection.execute(
            select(RelayCopyRow.chat_id).where(
                RelayCopyRow.relay_message_id == message.id,
                RelayCopyRow.side == Side.STAFF,
                RelayCopyRow.part == CONTENT,
            )
        ).scalars()
    )


def case_in_talk(tx: Transaction, user_id: int) -> int | None:
    """Return the open case of a person that was last written about, if any was."""
    return tx.connection.execute(
        select(RelayMessageRow.consultation_id)
        .join(ConsultationRow, ConsultationRow.id == RelayMessageRow.consultation_id)
        .where(ConsultationRow.user_id == user_id, ConsultationRow.state.in_(OPEN_STATES))
        .order_by(RelayMessageRow.id.desc())
        .limit(1)
    ).scalar()


def rewrite(tx: Transaction, message: RelayMessage, content: Content) -> int:
    """Keep what a message says now; return its new revision."""
    return tx.connection.execute(
        update(RelayMessageRow)
        .where(RelayMessageRow.id == message.id)
        .values(
            kind=content.kind,
            text=content.text,
            file_id=content.file_id,
            revision=RelayMessageRow.revision + 1,
        )
        .returning(RelayMessageRow.revision)
    ).scalar_one()


def add_copy(tx: Transaction, message: RelayMessage, side: Side, part: str, copy: Copy) -> None:
    """Keep where a message of a case is shown, or what is shown there now."""
    shown = {"revision": copy.revision, "file_id": copy.file_id, "has_header": copy.has_header}
    tx.connection.execute(
        tx.insert(RelayCopyRow)
        .values(
            relay_message_id=message.id,
            side=side,
            part=part,
            chat_id=copy.chat_id,
            message_id=copy.message_id,
            **shown,
        )
        .on_conflict_do_update(index_elements=["chat_id", "message_id"], set_=shown)
    )


def copy_in(
    tx: Transaction, relay_id: int, side: Side, chat_id: int, part: str = CONTENT
) -> Copy | None:
    """Return the newest copy of a message that a side has in a chat."""
    row = tx.connection.execute(
        select(RelayCopyRow)
        .with_only_columns(*RelayCopyRow.__table__.columns)
        .where(
            RelayCopyRow.relay_message_id == relay_id,
            RelayCopyRow.side == side,
            RelayCopyRow.chat_id == chat_id,
            RelayCopyRow.part == part,
        )
        .order_by(RelayCopyRow.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Copy(row.chat_id, row.message_id, row.revision, row.file_id, row.has_header)
