"""Owner and staff write to each other about a case, through the bot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.consultations import CLOSED_STATES
from domain.prompts import Prompt, PromptKind
from domain.relay import (
    CannotPassOn,
    CaseIsClosed,
    Direction,
    Incoming,
    OwnerOutOfReach,
    RelayMessage,
    Side,
    checked,
    parse_desk_name,
)
from domain.staff import Action
from services import prompts, relay_notices
from services.cases import card, permitted
from storage import audit, bookings, consultations, people, relay, staff

if TYPE_CHECKING:
    from domain.consultations import Consultation
    from domain.errors import DomainError
    from services.occasion import Occasion
    from storage.database import Transaction

READ_AT_ONCE = 10
"""How many messages of a case a member gets who asks for them, the newest."""


@dataclass(frozen=True)
class Passed:
    """A message that was taken, and is owed to whom it is for.

    `is_first` says that the owner wrote nothing about the case before, `is_other` that what they
    wrote last was about another one, `is_album` that it is a further item of one; `asks_name` that
    the member has not been told under which name they write.
    """

    message: RelayMessage
    case: Consultation
    is_first: bool = False
    is_other: bool = False
    is_album: bool = False
    asks_name: bool = False


@dataclass(frozen=True)
class Refused:
    """What a member wrote and why it was not sent; the attempt is audited."""

    error: DomainError


@dataclass(frozen=True)
class Asked:
    """The case whose owner a member writes to next, and the name they write under."""

    case: Consultation
    desk_name: str


@dataclass(frozen=True)
class Ended:
    """A message about a case that is closed: it was not taken."""

    case: Consultation


def answered(
    tx: Transaction, at: Occasion, user_id: int, incoming: Incoming
) -> Passed | Refused | Ended | None:
    """Take a reply to a message of a case, or a further item of an album that was taken.

    None if it is neither. Raises InvalidAnswer, CannotPassOn.
    """
    if incoming.album is not None:
        earlier = relay.of_album(tx, user_id, incoming.album)
        if earlier is not None:
            return _take(tx, at, user_id, incoming, earlier.consultation_id, earlier.direction)
    if incoming.reply_to is None:
        return None
    shown = relay.by_copy(tx, incoming.chat_id, incoming.reply_to)
    if shown is not None:
        message, side = shown
        direction = Direction.TO_OWNER if side is Side.STAFF else Direction.FROM_OWNER
        return _take(tx, at, user_id, incoming, message.consultation_id, direction)
    own = relay.by_original(tx, incoming.chat_id, incoming.reply_to)
    # In the staff chat, what is said under a colleague's answer or one's own is between colleagues.
    if own is None or incoming.chat_id != user_id:
        return None
    return _take(tx, at, user_id, incoming, own.consultation_id, own.direction)


def _take(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    incoming: Incoming,
    case_id: int,
    direction: Direction,
) -> Passed | Refused | Ended | None:
    if direction is Direction.TO_OWNER:
        return write(tx, at, user_id, incoming, case_id)
    bookings.take_turns(tx)
    case = card(tx, case_id).consultation
    return _from_owner(tx, at, incoming, case) if case.user_id == user_id else None


def from_owner(
    tx: Transaction, at: Occasion, user_id: int, incoming: Incoming
) -> Passed | Ended | None:
    """Take what a person wrote outside a form for the case it belongs to.

    That is the open case last written about, else the newest open one. None for somebody who has
    submitted nothing. Raises InvalidAnswer, CannotPassOn.
    """
    latest = consultations.of_person(tx, user_id, 1)
    if not latest:
        return None
    # Whoever takes the case now gets this message too, or is who it goes to.
    bookings.take_turns(tx)
    opened = consultations.open_of_person(tx, user_id)
    chosen = relay.case_in_talk(tx, user_id) or (opened[-1] if opened else None)
    case = consultations.find(tx, chosen) if chosen is not None else None
    return Ended(latest[0]) if case is None else _from_owner(tx, at, incoming, case)


def _from_owner(
    tx: Transaction, at: Occasion, incoming: Incoming, case: Consultation
) -> Passed | Ended:
    if case.state in CLOSED_STATES:
        return Ended(case)
    if incoming.content is None:
        raise CannotPassOn
    owner = case.user_id or 0
    is_album = _is_further(tx, owner, incoming)
    message = relay.add(
        tx,
        case.id,
        Direction.FROM_OWNER,
        owner,
        incoming,
        checked(incoming.content),
        "",
        at.now,
    )
    relay_notices.owe(tx, at, message)
    return replace(_of_owner(tx, message, case), is_album=is_album)


def _of_owner(tx: Transaction, message: RelayMessage, case: Consultation) -> Passed:
    before = relay.case_before(tx, message)
    is_other = before is not None and before != case.id
    return Passed(message, case, relay.is_first_of_owner(tx, message), is_other)


def _is_further(tx: Transaction, author: int, incoming: Incoming) -> bool:
    return incoming.album is not None and relay.of_album(tx, author, incoming.album) is not None


def write(
    tx: Transaction, at: Occasion, user_id: int, incoming: Incoming, case_id: int
) -> Passed | Refused:
    """Take what a member of the staff writes to the owner of a case; every attempt is audited.

    Raises InvalidAnswer, CannotPassOn, or StaleButton if there is no such case.
    """
    case = card(tx, case_id).consultation
    error = why_not(tx, user_id, case)
    if error is not None:
        audit.append(tx, user_id, AuditAction.WRITE_TO_OWNER_REFUSED, str(case.reference), at.now)
        return Refused(error)
    if incoming.content is None:
        raise CannotPassOn
    name = staff.desk_name(tx, user_id)
    message = relay.add(
        tx,
        case.id,
        Direction.TO_OWNER,
        user_id,
        incoming,
        checked(incoming.content),
        name or "",
        at.now,
    )
    relay_notices.owe(tx, at, message)
    audit.append(tx, user_id, AuditAction.WRITE_TO_OWNER, str(case.reference), at.now)
    if name is None:
        staff.set_desk_name(tx, user_id, "")
    return Passed(message, case, asks_name=name is None)


def why_not(tx: Transaction, user_id: int, case: Consultation) -> DomainError | None:
    """Return why a person may not write to the owner of a case; None if they may."""
    error = relay_notices.not_party(tx, user_id, case)
    if error is not None:
        return error
    if case.state in CLOSED_STATES:
        return CaseIsClosed(case.reference)
    is_out_of_reach = case.user_id is None or people.unreachable_since(tx, case.user_id) is not None
    return OwnerOutOfReach(case.reference) if is_out_of_reach else None


def ask_what_to_write(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> Asked | Refused:
    """Take what a member sends next for the owner of a case. Raises StaleButton."""
    case = card(tx, case_id).consultation
    error = why_not(tx, user_id, case)
    if error is not None:
        audit.append(tx, user_id, AuditAction.WRITE_TO_OWNER_REFUSED, str(case.reference), at.now)
    else:
        error = prompts.ask(tx, at, user_id, Prompt(PromptKind.WRITE, case_id))
    return Asked(case, staff.desk_name(tx, user_id) or "") if error is None else Refused(error)


def stop(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> bool:
    """Take nothing more for the owner of a case; False if nothing was asked for any more."""
    is_asked = prompts.asked_for(tx, at, user_id) == Prompt(PromptKind.WRITE, case_id)
    if is_asked:
        prompts.drop(tx, user_id)
    return is_asked


def read(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> DomainError | int:
    """Owe a member the newest messages of a case; return how many, or why not.

    Each is audited when it is delivered, a refusal at once. Raises StaleButton.
    """
    case = card(tx, case_id).consultation
    error = relay_notices.not_party(tx, user_id, case)
    if error is not None:
        audit.append(tx, user_id, AuditAction.READ_MESSAGES_REFUSED, str(case.reference), at.now)
        return error
    newest = relay.of_case(tx, case_id)[-READ_AT_ONCE:]
    relay_notices.owe_reading(tx, at, user_id, newest)
    return len(newest)


def edited(
    tx: Transaction, at: Occasion, user_id: int, incoming: Incoming
) -> Refused | Ended | bool:
    """Take over a change of a message that was passed on; False if it never was.

    Raises InvalidAnswer for what must not be kept.
    """
    message = relay.by_original(tx, incoming.chat_id, incoming.message_id)
    if message is None or message.author != user_id or incoming.content is None:
        return False
    if message.content == incoming.content:
        return True
    case = relay_notices.case_of(tx, message)
    if message.direction is Direction.TO_OWNER:
        error = why_not(tx, user_id, case)
        reference = str(case.reference)
        if error is not None:
            audit.append(tx, user_id, AuditAction.WRITE_TO_OWNER_REFUSED, reference, at.now)
            return Refused(error)
        audit.append(tx, user_id, AuditAction.WRITE_TO_OWNER, reference, at.now)
    elif case.state in CLOSED_STATES:
        return Ended(case)
    revision = relay.rewrite(tx, message, checked(incoming.content))
    relay_notices.owe_edit(tx, at, message, revision)
    return True


def passed_before(tx: Transaction, chat_id: int, message_id: int) -> Passed | None:
    """Return what became of a message that was taken already; None if it was not."""
    message = relay.by_original(tx, chat_id, message_id)
    if message is None:
        return None
    case = relay_notices.case_of(tx, message)
    if message.direction is Direction.TO_OWNER:
        return Passed(message, case)
    return _of_owner(tx, message, case)


def desk_name(tx: Transaction, user_id: int) -> str:
    """Return the name a member writes to owners under; empty for none. Raises NotPermitted."""
    permitted(tx, user_id, Action.WRITE_TO_OWNER)
    return staff.desk_name(tx, user_id) or ""


def ask_for_desk_name(tx: Transaction, at: Occasion, user_id: int) -> str:
    """Take what a member types next for their desk name; return the present one.

    Raises NotPermitted, FormFirst.
    """
    name = desk_name(tx, user_id)
    error = prompts.ask(tx, at, user_id, Prompt(PromptKind.DESK_NAME))
    if error is not None:
        raise error
    return name


def set_desk_name(tx: Transaction, user_id: int, raw: str) -> str:
    """Keep the name a member writes to owners under. Raises NotPermitted, InvalidAnswer."""
    permitted(tx, user_id, Action.WRITE_TO_OWNER)
    name = parse_desk_name(raw)
    staff.set_desk_name(tx, user_id, name)
    prompts.drop(tx, user_id)
    return name
