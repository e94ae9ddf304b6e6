"""What the delivery of the outbox records; sending itself belongs to the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.fiscal_year import jst_date
from domain.outbox import FOR_THE_ASSIGNEE, Claim, ClaimedNotice, Fate, Notice, NoticeKind
from domain.staff import Role
from services import relay_notices
from storage import bookings, chats, consultations, outbox, people, staff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from storage.database import Transaction

NEWS = outbox.TOPIC
"""The topic of a commit after which there may be something to send."""
LEASE = timedelta(seconds=60)
"""A claim this old belongs to a process that died; the message is sent again."""
MAX_FAULTS = 5
"""A message that fails this often through a fault of ours is given up, and admins are told."""
_LONGEST_PAUSE = timedelta(hours=1)
_TRIES_IN_ORDER = 4
"""A message that so often may or may not have arrived lets the rest of its chat go first."""


def resume(tx: Transaction) -> None:
    """Take up what the process before this one had claimed and not recorded as sent."""
    outbox.release_claims(tx)


def look_again(tx: Transaction) -> None:
    """Wake the sender: time did not pass as it does, so that more may be due than it expects."""
    tx.topics.add(NEWS)


def claim(tx: Transaction, now: datetime) -> Claim:
    """Claim the messages due that fit Telegram's pace."""
    return outbox.claim(tx, now, LEASE)


def sent(
    tx: Transaction,
    notice: ClaimedNotice,
    now: datetime,
    also: Callable[[Transaction], None] | None = None,
) -> Fate:
    """Record that the message went out, and what `also` follows from it."""
    outbox.mark_sent(tx, notice, now)
    if also is not None:
        also(tx)
    return Fate.SENT


def moot(tx: Transaction, notice: ClaimedNotice, now: datetime) -> Fate:
    """Record that there is nothing to tell any more."""
    outbox.mark_moot(tx, notice, now)
    return Fate.MOOT


def missed(tx: Transaction, notice: ClaimedNotice, now: datetime) -> Fate:
    """Record that the message would come too late to be of use."""
    outbox.mark_missed(tx, notice, now)
    return Fate.MISSED


def too_early(tx: Transaction, notice: ClaimedNotice, until: datetime) -> Fate:
    """Give back a message that is to wait until the office is open."""
    outbox.put_off(tx, notice, until)
    return Fate.PUT_OFF


def not_sent(tx: Transaction, notice: ClaimedNotice, now: datetime) -> Fate:
    """Give back a message that never left: soon again, it cannot arrive twice."""
    return _wait(tx, notice, now + _pause(notice, timedelta(seconds=1), timedelta(minutes=1)))


def perhaps_sent(tx: Transaction, notice: ClaimedNotice, now: datetime) -> Fate:
    """Give back a message that may have arrived: rather twice than never, but not often.

    The chat waits with it; for a message that keeps failing so, not for ever.
    """
    until = now + _pause(notice, timedelta(seconds=30), _LONGEST_PAUSE)
    if notice.tries < _TRIES_IN_ORDER:
        return _wait(tx, notice, until)
    outbox.put_off(tx, notice, until)
    return Fate.PUT_OFF


def _wait(tx: Transaction, notice: ClaimedNotice, until: datetime) -> Fate:
    """Let the whole chat wait with a message, so that nothing later overtakes it."""
    outbox.hold_chat(tx, notice.recipient, until)
    outbox.give_back(tx, notice)
    return Fate.PUT_OFF


def flooded(tx: Transaction, notice: ClaimedNotice, wait: timedelta, now: datetime) -> Fate:
    """Let the chat alone for as long as Telegram asks; other chats go on."""
    return _wait(tx, notice, now + wait)


def group_moved(tx: Transaction, old: int, new: int) -> None:
    """Follow a group that became a supergroup, wherever its id is stored."""
    outbox.move_chat(tx, old, new)


def moved(tx: Transaction, notice: ClaimedNotice, new: int) -> Fate:
    """Follow the group of a message and owe the message to it at once."""
    outbox.move_chat(tx, notice.recipient, new)
    outbox.give_back(tx, notice)
    return Fate.PUT_OFF


def chat_opened(tx: Transaction, chat_id: int, now: datetime) -> None:
    """Send to a group again that lets the bot write."""
    outbox.hold_chat(tx, chat_id, now)


def current_chat(tx: Transaction, chat_id: int) -> int:
    """Return the id that a configured chat has now."""
    return chats.current(tx, chat_id)


def refused(
    tx: Transaction, notice: ClaimedNotice, reason: str, staff_chat: int, now: datetime
) -> Fate:
    """Record that the chat takes no message from the bot.

    A group's messages wait until the bot may write there again, and admins are told once a day. A
    person's message has failed: staff are told to telephone. What an assignee was owed goes to the
    staff chat.
    """
    if not notice.is_for_group:
        outbox.mark_failed(tx, notice, reason, now)
        _tell_author(tx, notice, now)
        if notice.kind in FOR_THE_ASSIGNEE and notice.recipient != staff_chat:
            payload = {**notice.payload, "instead": True}
            key = f"instead:{notice.id}"
            outbox.add(tx, Notice(staff_chat, notice.kind, payload, key, now))
        person_left(tx, notice.recipient, staff_chat, now)
        return Fate.FAILED
    fate = _wait(tx, notice, now + _pause(notice, timedelta(minutes=1)))
    tell_admins(
        tx,
        NoticeKind.CHAT_CLOSED,
        {"chat": notice.recipient, "reason": reason},
        f"chat_closed:{notice.recipient}:{jst_date(now)}",
        now,
    )
    return fate


def faulty(tx: Transaction, notice: ClaimedNotice, reason: str, now: datetime) -> Fate:
    """Record that a message could not be made or was refused through a fault of ours.

    It is tried again, in case the fault was a passing one; then admins are told. What the chat is
    owed besides does not wait for it.
    """
    if notice.tries + 1 < MAX_FAULTS:
        outbox.put_off(tx, notice, now + _pause(notice, timedelta(minutes=1)))
        return Fate.PUT_OFF
    outbox.mark_failed(tx, notice, reason, now)
    _tell_author(tx, notice, now)
    if notice.kind is NoticeKind.RELAY_TO_STAFF:
        relay_notices.not_shown(tx, notice, now)
    if notice.kind is not NoticeKind.NOT_SENT:
        payload = {"notice": notice.id, "kind": notice.kind, "reason": reason}
        tell_admins(tx, NoticeKind.NOT_SENT, payload, f"not_sent:{notice.id}", now)
    return Fate.FAILED


def _tell_author(tx: Transaction, notice: ClaimedNotice, now: datetime) -> None:
    if notice.kind is NoticeKind.RELAY_TO_OWNER:
        relay_notices.not_arrived(tx, notice, now)


def person_left(tx: Transaction, user_id: int, staff_chat: int, now: datetime) -> None:
    """Note that a person blocked the bot, and tell staff to telephone about their open cases.

    They are told once while the person stays away, and again when the case's meeting has changed
    since: of that the person knows nothing.
    """
    people.mark_unreachable(tx, user_id, now)
    since = people.unreachable_since(tx, user_id) or now
    for consultation_id in consultations.open_of_person(tx, user_id):
        meeting = bookings.latest_of(tx, consultation_id)
        of_which = "-" if meeting is None else f"{meeting.id}.{meeting.revision}"
        outbox.add(
            tx,
            Notice(
                recipient=staff_chat,
                kind=NoticeKind.UNREACHABLE,
                payload={"consultation": consultation_id, "user": user_id},
                dedupe_key=f"unreachable:{consultation_id}:{of_which}:{jst_date(since)}",
                due_at=now,
            ),
        )


def person_returned(tx: Transaction, user_id: int) -> None:
    """Note that a person can be written to again."""
    people.mark_reachable(tx, user_id)


def _pause(
    notice: ClaimedNotice, shortest: timedelta, longest: timedelta = _LONGEST_PAUSE
) -> timedelta:
    doublings = min(notice.tries, 12)
    return min(shortest * (1 << doublings), longest)


def tell_admins(
    tx: Transaction, kind: NoticeKind, payload: Mapping[str, object], dedupe_key: str, now: datetime
) -> None:
    """Owe a message to everybody who is an administrator now, once for each `dedupe_key`."""
    for member in staff.members(tx):
        if member.role is Role.ADMIN:
            key = f"{dedupe_key}:{member.user_id}"
            outbox.add(tx, Notice(member.user_id, kind, payload, key, now))
