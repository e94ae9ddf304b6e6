"""Messages to others: what is owed to whom, and when it falls due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class NoticeKind(StrEnum):
    """What a message tells; its text is made at send time from current facts."""

    NEW_CONSULTATION = "new_consultation"
    ADDENDUM = "addendum"
    RETURN_CALL = "return_call"
    RETURN_CALL_WITHDRAWN = "return_call_withdrawn"
    CALL_TO_ARRANGE = "call_to_arrange"
    NUDGE = "nudge"
    BOOKING_FILE = "booking_file"
    STAFF_BOOKING_FILE = "staff_booking_file"
    OWNER_REMINDER = "owner_reminder"
    STAFF_REMINDER = "staff_reminder"
    OUTCOME_ASKED = "outcome_asked"
    NEW_TIME_OFFERED = "new_time_offered"
    NEW_TIME_WITHDRAWN = "new_time_withdrawn"
    SUMMARY = "summary"
    INCIDENT = "incident"
    UNREACHABLE = "unreachable"
    CHAT_CLOSED = "chat_closed"
    TOPICS_REFUSED = "topics_refused"
    NOT_SENT = "not_sent"
    SLOT_OFFERED = "slot_offered"
    HOLD_LAPSED = "hold_lapsed"
    MEETING_LOST = "meeting_lost"
    CASE_HANDED_OVER = "case_handed_over"
    CHASER = "chaser"
    CHASER_FOR_MANAGERS = "chaser_for_managers"
    RELAY_TO_STAFF = "relay_to_staff"
    RELAY_TO_OWNER = "relay_to_owner"
    RELAY_EDIT = "relay_edit"
    RELAY_WAITING = "relay_waiting"
    RELAY_LOST = "relay_lost"
    SHARING_CHANGED = "sharing_changed"
    CASES_LEFT = "cases_left"


FOR_THE_ASSIGNEE = frozenset(
    {
        NoticeKind.STAFF_BOOKING_FILE,
        NoticeKind.STAFF_REMINDER,
        NoticeKind.OUTCOME_ASKED,
        NoticeKind.CASE_HANDED_OVER,
        NoticeKind.CHASER,
        NoticeKind.RELAY_TO_STAFF,
        NoticeKind.SHARING_CHANGED,
    }
)
"""What goes to the staff chat instead when the bot cannot write to who has the case."""


@dataclass(frozen=True)
class Notice:
    """A message owed. `dedupe_key` makes it exactly one row however often it is decided."""

    recipient: int
    kind: NoticeKind
    payload: Mapping[str, Any]
    dedupe_key: str
    due_at: datetime


@dataclass(frozen=True)
class ClaimedNotice:
    """A notice being sent now. `tries` counts the attempts before this one."""

    id: int
    recipient: int
    kind: NoticeKind
    payload: Mapping[str, Any]
    tries: int

    @property
    def is_for_group(self) -> bool:
        """Whether it goes to a group or channel: Telegram numbers those below zero."""
        return self.recipient < 0


class Missed(Exception):
    """It is too late for a notice to be of use, and it was still to be told: the bot was down."""


class NotNow(Exception):
    """A notice is to be sent later, from a moment (UTC) on: the office is closed."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until}")
        self.until = until


class Fate(StrEnum):
    """What became of a try to send a message.

    MOOT is one that there was nothing to tell any more, MISSED one that would come too late.
    """

    SENT = "sent"
    MOOT = "moot"
    MISSED = "missed"
    PUT_OFF = "put_off"
    FAILED = "failed"


@dataclass(frozen=True)
class Claim:
    """What may be sent now, and when to look again: None if nothing is owed."""

    notices: tuple[ClaimedNotice, ...]
    next_at: datetime | None


@dataclass(frozen=True)
class OutboxState:
    """What the outbox owes: messages long overdue, and those that failed for good lately."""

    overdue: int
    failed: int
