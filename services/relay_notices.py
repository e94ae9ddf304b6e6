"""What is owed to whom when an owner and the staff write to each other, and what was delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.errors import DomainError, StaleButton
from domain.outbox import ClaimedNotice, Notice, NoticeKind
from domain.relay import Copy, Direction, NotParty, Side
from domain.staff import Action, refusal
from storage import audit, case_list, consultations, outbox, relay, staff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.consultations import Consultation
    from domain.relay import RelayMessage
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Showing:
    """A message on its way to a chat: its case, and what that chat has of it already.

    `is_party` says whether that chat's member may read and answer it. `waiting` are the numbers of
    what the owner wrote and the staff have not answered, or not heard of.
    """

    message: RelayMessage
    case: Consultation
    holder: int | None
    holder_name: str | None
    copy: Copy | None
    header: Copy | None
    is_party: bool
    waiting: tuple[int, ...]


def holder(tx: Transaction, case: Consultation) -> int | None:
    """Return who has a case and writes to its owner; None if nobody who works on cases does."""
    return staff.in_charge(tx, case.assignee)


def not_party(tx: Transaction, user_id: int, case: Consultation) -> DomainError | None:
    """Return why a person is not party to a case on the staff's side; None if they are.

    Who has it is; while nobody has, every member whose role allows to write to owners.
    """
    error = refusal(staff.find(tx, user_id), Action.WRITE_TO_OWNER)
    if error is not None:
        return error
    member = holder(tx, case)
    if member is None or member == user_id:
        return None
    return NotParty(case.reference, staff.names(tx, member) or "–")


def owe(tx: Transaction, at: Occasion, message: RelayMessage) -> None:
    """Owe a message to whom it is for: its owner, else who has the case, else the staff chat."""
    case = case_of(tx, message)
    if message.direction is Direction.TO_OWNER:
        if case.user_id is not None:
            _add(tx, at.now, NoticeKind.RELAY_TO_OWNER, case.user_id, message)
        return
    member = holder(tx, case)
    if member is None:
        _add(tx, at.now, NoticeKind.RELAY_WAITING, at.staff_chat, message)
    else:
        _add(tx, at.now, NoticeKind.RELAY_TO_STAFF, member, message, member=member)


def owe_edit(tx: Transaction, at: Occasion, message: RelayMessage, revision: int) -> None:
    """Owe it to whoever is party to the case that a message reads otherwise now."""
    case = case_of(tx, message)
    if message.direction is Direction.TO_OWNER:
        chats: set[int | None] = {case.user_id}
    else:
        # To whom it is on its way it may have gone as it read before; others have read it.
        chats = {holder(tx, case), *relay.readers(tx, message)}
    for chat in chats:
        if chat is not None:
            _add(tx, at.now, NoticeKind.RELAY_EDIT, chat, message, part=revision, chat=chat)


def owe_reading(
    tx: Transaction, at: Occasion, user_id: int, messages: Iterable[RelayMessage]
) -> None:
    """Owe messages of a case to a member who asked to read them, once more if need be."""
    for message in messages:
        part = f"read:{at.now:%Y%m%d%H%M%S%f}"
        kind = NoticeKind.RELAY_TO_STAFF
        _add(tx, at.now, kind, user_id, message, part=part, member=user_id, asked=True)


def hand_over(tx: Transaction, at: Occasion, case_id: int, member: int) -> None:
    """Owe whoever has a case now what its owner wrote and nobody has answered, or got."""
    for message in relay.left_over(tx, case_id):
        part = f"{member}:{at.now:%Y%m%d%H%M%S%f}"
        kind = NoticeKind.RELAY_TO_STAFF
        _add(tx, at.now, kind, member, message, part=part, member=member)


def left_behind(tx: Transaction, at: Occasion, leaver: int) -> None:
    """Tell the staff chat of messages that wait in the cases of a member who works on none now."""
    for case_id in case_list.open_of_assignee(tx, leaver):
        for message in relay.unheard(tx, case_id)[-1:]:
            part = f"left:{at.now:%Y%m%d%H%M%S%f}"
            _add(tx, at.now, NoticeKind.RELAY_WAITING, at.staff_chat, message, part=part)


def not_arrived(tx: Transaction, notice: ClaimedNotice, now: datetime) -> None:
    """Tell who wrote to an owner that it did not arrive."""
    message = relay.find(tx, notice.payload["message"])
    if notice.kind is NoticeKind.RELAY_TO_OWNER and message is not None:
        _add(tx, now, NoticeKind.RELAY_LOST, message.author, message, member=message.author)


def not_shown(tx: Transaction, notice: ClaimedNotice, now: datetime) -> None:
    """Tell a member that an owner's message cannot be shown to them: Telegram takes it not."""
    message = relay.find(tx, notice.payload["message"])
    member = notice.payload.get("member")
    if message is not None and member == notice.recipient:
        _add(tx, now, NoticeKind.RELAY_LOST, member, message, member=member)


def _add(
    tx: Transaction,
    now: datetime,
    kind: NoticeKind,
    recipient: int,
    message: RelayMessage,
    part: object = "",
    **more: object,
) -> None:
    payload = {"message": message.id, "consultation": message.consultation_id, **more}
    key = f"{kind}:{message.id}:{recipient}:{part}"
    outbox.add(tx, Notice(recipient, kind, payload, key, now))


def case_of(tx: Transaction, message: RelayMessage) -> Consultation:
    """Return the case of a message. Raises StaleButton if it is gone."""
    case = consultations.find(tx, message.consultation_id)
    if case is None:
        raise StaleButton("")
    return case


def showing(tx: Transaction, relay_id: int, chat_id: int, side: Side = Side.STAFF) -> Showing:
    """Return a message with what a side's chat has of it. Raises StaleButton if it is gone."""
    message = relay.find(tx, relay_id)
    if message is None:
        raise StaleButton("")
    case = case_of(tx, message)
    return Showing(
        message,
        case,
        holder(tx, case),
        staff.names(tx, case.assignee) if case.assignee is not None else None,
        relay.copy_in(tx, relay_id, side, chat_id),
        relay.copy_in(tx, relay_id, side, chat_id, relay.HEADER),
        not_party(tx, chat_id, case) is None,
        tuple(one.id for one in relay.unheard(tx, case.id)),
    )


def changed(tx: Transaction, relay_id: int, chat_id: int) -> Showing:
    """Return a message that was changed, with what a chat of its readers has of it.

    Raises StaleButton if it is gone.
    """
    message = relay.find(tx, relay_id)
    is_to_owner = message is not None and message.direction is Direction.TO_OWNER
    return showing(tx, relay_id, chat_id, Side.OWNER if is_to_owner else Side.STAFF)


def for_owner(tx: Transaction, relay_id: int) -> Showing | None:
    """Return a message with what the owner of its case has of it; None if there is no such person.

    Raises StaleButton if it is gone.
    """
    message = relay.find(tx, relay_id)
    owner = case_of(tx, message).user_id if message is not None else None
    return None if owner is None else showing(tx, relay_id, owner, Side.OWNER)


def header_shown(tx: Transaction, shown: Showing, side: Side, chat_id: int, sent: int) -> None:
    """Record the header that went ahead of a message."""
    copy = Copy(chat_id, sent, shown.message.revision, None, has_header=True)
    relay.add_copy(tx, shown.message, side, relay.HEADER, copy)


def post_shown(tx: Transaction, shown: Showing, chat_id: int, sent: int) -> None:
    """Record the post that says that a message has come."""
    copy = Copy(chat_id, sent, shown.message.revision, None, has_header=True)
    relay.add_copy(tx, shown.message, Side.STAFF, relay.POST, copy)


def message_shown(tx: Transaction, shown: Showing, side: Side, copy: Copy, now: datetime) -> None:
    """Record where a message is shown; a member of the staff has looked at it then (audited)."""
    is_new = shown.copy is None or shown.copy.message_id != copy.message_id
    relay.add_copy(tx, shown.message, side, relay.CONTENT, copy)
    if side is Side.STAFF and is_new:
        reference = str(shown.case.reference)
        audit.append(tx, copy.chat_id, AuditAction.READ_MESSAGES, reference, now)
