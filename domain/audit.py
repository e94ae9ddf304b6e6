"""What the audit log records: who did what to which case, and never what an owner said.

It is kept for five years (facts, section 5-3) and cannot be changed, so nothing may get into it
that an owner could ask to have deleted.
"""

from __future__ import annotations

import re
from enum import StrEnum

from domain.texts import N_


class AuditKind(StrEnum):
    """The kinds of action that the log is searched by."""

    LOOK = "look"
    CHANGE = "change"
    REFUSED = "refused"
    STAFF = "staff"


class AuditAction(StrEnum):
    """Everything that is recorded; the values are what is stored."""

    READ_RECORD = "read_record"
    READ_UNDELIVERED = "read_undelivered"
    READ_CASE = "read_case"
    READ_ADDENDUM = "read_addendum"
    READ_ADDENDUM_UNDELIVERED = "read_addendum_undelivered"
    READ_RETURN_CALL = "read_return_call"
    READ_RETURN_CALL_UNDELIVERED = "read_return_call_undelivered"
    READ_MESSAGES = "read_messages"
    EXPORT_AUDIT = "export_audit"
    EXPORT_PARTNERS = "export_partners"
    LOG = "log"
    LOG_ADDED = "log_added"
    TAKE = "take"
    TAKE_RETURN_CALL = "take_return_call"
    FINISH_RETURN_CALL = "finish_return_call"
    CASE_CHANGE = "case_change"
    CASE_CLOSE = "case_close"
    CASE_REOPEN = "case_reopen"
    CASE_EXCLUDE = "case_exclude"
    CASE_RESTORE = "case_restore"
    CASE_HAND_OVER = "case_hand_over"
    CASE_NOTE = "case_note"
    CASE_JUDGE = "case_judge"
    MATCH_RECORD = "match_record"
    MATCH_CHANGE = "match_change"
    MATCH_VOID = "match_void"
    FOLLOW_UP = "follow_up"
    CHASER_SNOOZE = "chaser_snooze"
    WRITE_TO_OWNER = "write_to_owner"
    BOOK_MEETING = "book_meeting"
    SHARING_RECORD = "sharing_record"
    MISSION_WRITE = "mission_write"
    REFER = "refer"
    AGENCY_NEWS = "agency_news"
    MOVE_MEETING = "move_meeting"
    CANCEL_MEETING = "cancel_meeting"
    MEETING_MET = "meeting_met"
    MEETING_NO_SHOW = "meeting_no_show"
    MEETING_POSTPONED = "meeting_postponed"
    MEETING_CORRECT = "meeting_correct"
    CLOSE_SLOTS = "close_slots"
    OPEN_SLOTS = "open_slots"
    PARTNER_ADD = "partner_add"
    PARTNER_RENAME = "partner_rename"
    PARTNER_END = "partner_end"
    PARTNER_REOPEN = "partner_reopen"
    CASE_ATTRIBUTE = "case_attribute"
    REFUSED = "refused"
    READ_REFUSED = "read_refused"
    READ_ADDENDUM_REFUSED = "read_addendum_refused"
    READ_RETURN_CALL_REFUSED = "read_return_call_refused"
    TAKE_REFUSED = "take_refused"
    TAKE_TOO_LATE = "take_too_late"
    TAKE_RETURN_CALL_REFUSED = "take_return_call_refused"
    TAKE_RETURN_CALL_TOO_LATE = "take_return_call_too_late"
    FINISH_RETURN_CALL_REFUSED = "finish_return_call_refused"
    CASE_CHANGE_REFUSED = "case_change_refused"
    CASE_CLOSE_REFUSED = "case_close_refused"
    CASE_REOPEN_REFUSED = "case_reopen_refused"
    CASE_EXCLUDE_REFUSED = "case_exclude_refused"
    CASE_RESTORE_REFUSED = "case_restore_refused"
    CASE_HAND_OVER_REFUSED = "case_hand_over_refused"
    CASE_NOTE_REFUSED = "case_note_refused"
    CASE_JUDGE_REFUSED = "case_judge_refused"
    MATCH_RECORD_REFUSED = "match_record_refused"
    MATCH_CHANGE_REFUSED = "match_change_refused"
    MATCH_VOID_REFUSED = "match_void_refused"
    FOLLOW_UP_REFUSED = "follow_up_refused"
    CHASER_SNOOZE_REFUSED = "chaser_snooze_refused"
    READ_MESSAGES_REFUSED = "read_messages_refused"
    WRITE_TO_OWNER_REFUSED = "write_to_owner_refused"
    SHARING_RECORD_REFUSED = "sharing_record_refused"
    MISSION_WRITE_REFUSED = "mission_write_refused"
    REFER_REFUSED = "refer_refused"
    AGENCY_NEWS_REFUSED = "agency_news_refused"
    MEETING_MET_REFUSED = "meeting_met_refused"
    MEETING_NO_SHOW_REFUSED = "meeting_no_show_refused"
    MEETING_POSTPONED_REFUSED = "meeting_postponed_refused"
    MEETING_CORRECT_REFUSED = "meeting_correct_refused"
    JOIN_REFUSED = "join_refused"
    LAST_ADMIN_REFUSED = "last_admin_refused"
    APPOINT = "appoint"
    INVITE = "invite"
    JOIN = "join"
    CHANGE_ROLE = "change_role"
    REMOVE = "remove"
    MAKE_FEED = "make_feed"
    REVOKE_FEED = "revoke_feed"

    @property
    def kind(self) -> AuditKind:
        """The kind that the action is found under."""
        return _KINDS[self]

    @property
    def sentence(self) -> str:
        """What was done, in words to be translated."""
        return SENTENCES[self]


_LOOKS = {
    AuditAction.READ_RECORD: N_("Looked at the full record"),
    AuditAction.READ_UNDELIVERED: N_("Asked for the full record, which could not be delivered"),
    AuditAction.READ_CASE: N_("Looked at a case with notes"),
    AuditAction.READ_ADDENDUM: N_("Looked at an addition to the case"),
    AuditAction.READ_ADDENDUM_UNDELIVERED: N_(
        "Asked for an addition to the case, which could not be delivered"
    ),
    AuditAction.READ_RETURN_CALL: N_("Looked at name and number of a call"),
    AuditAction.READ_RETURN_CALL_UNDELIVERED: N_(
        "Asked for name and number of a call, which could not be delivered"
    ),
    AuditAction.READ_MESSAGES: N_("Got messages of the company"),
    AuditAction.EXPORT_AUDIT: N_("Exported the audit log"),
    AuditAction.EXPORT_PARTNERS: N_("Exported the figures by partner"),
}
_CHANGES = {
    AuditAction.LOG: N_("Logged a consultation"),
    AuditAction.LOG_ADDED: N_("Logged an addition to a case"),
    AuditAction.TAKE: N_("Took the case"),
    AuditAction.TAKE_RETURN_CALL: N_("Took a call"),
    AuditAction.FINISH_RETURN_CALL: N_("Said that a call is done"),
    AuditAction.CASE_CHANGE: N_("Changed the state of the case"),
    AuditAction.CASE_CLOSE: N_("Closed the case"),
    AuditAction.CASE_REOPEN: N_("Reopened the case"),
    AuditAction.CASE_EXCLUDE: N_("Excluded the case from the figures"),
    AuditAction.CASE_RESTORE: N_("Put the case back into the figures"),
    AuditAction.CASE_HAND_OVER: N_("Handed the case over"),
    AuditAction.CASE_NOTE: N_("Wrote a note to the case"),
    AuditAction.CASE_JUDGE: N_("Decided whether the case counts for the KPI"),
    AuditAction.MATCH_RECORD: N_("Recorded a match"),
    AuditAction.MATCH_CHANGE: N_("Recorded what became of a match"),
    AuditAction.MATCH_VOID: N_("Took a match off as recorded by mistake"),
    AuditAction.FOLLOW_UP: N_("Recorded a follow-up"),
    AuditAction.CHASER_SNOOZE: N_("Put a chaser off"),
    AuditAction.WRITE_TO_OWNER: N_("Wrote to the company"),
    AuditAction.BOOK_MEETING: N_("Booked a meeting"),
    AuditAction.SHARING_RECORD: N_("Recorded with whom the case may be shared"),
    AuditAction.MISSION_WRITE: N_("Wrote the mission on the needs sheet"),
    AuditAction.REFER: N_("Referred the case to an agency"),
    AuditAction.AGENCY_NEWS: N_("Recorded news of an agency"),
    AuditAction.MOVE_MEETING: N_("Moved the meeting"),
    AuditAction.CANCEL_MEETING: N_("Cancelled the meeting"),
    AuditAction.MEETING_MET: N_("Said that the meeting was held"),
    AuditAction.MEETING_NO_SHOW: N_("Said that nobody came to the meeting"),
    AuditAction.MEETING_POSTPONED: N_("Said that the meeting was postponed"),
    AuditAction.MEETING_CORRECT: N_("Corrected what became of a meeting"),
    AuditAction.CLOSE_SLOTS: N_("Closed the counter"),
    AuditAction.OPEN_SLOTS: N_("Opened the counter again"),
    AuditAction.PARTNER_ADD: N_("Registered a partner"),
    AuditAction.PARTNER_RENAME: N_("Gave a partner another name"),
    AuditAction.PARTNER_END: N_("Ended a partner"),
    AuditAction.PARTNER_REOPEN: N_("Made an ended partner one again"),
    AuditAction.CASE_ATTRIBUTE: N_("Said by which partner the case came"),
}
_REFUSALS = {
    AuditAction.REFUSED: N_("Refused: command or button of another role"),
    AuditAction.READ_REFUSED: N_("Refused: looking at the full record"),
    AuditAction.READ_ADDENDUM_REFUSED: N_("Refused: looking at an addition to the case"),
    AuditAction.READ_RETURN_CALL_REFUSED: N_("Refused: looking at name and number of a call"),
    AuditAction.TAKE_REFUSED: N_("Refused: taking the case"),
    AuditAction.TAKE_TOO_LATE: N_("Refused: taking a case that somebody else has"),
    AuditAction.TAKE_RETURN_CALL_REFUSED: N_("Refused: taking a call"),
    AuditAction.TAKE_RETURN_CALL_TOO_LATE: N_("Refused: taking a call that somebody else has"),
    AuditAction.FINISH_RETURN_CALL_REFUSED: N_("Refused: saying that a call is done"),
    AuditAction.CASE_CHANGE_REFUSED: N_("Refused: changing the state of a case"),
    AuditAction.CASE_CLOSE_REFUSED: N_("Refused: closing a case"),
    AuditAction.CASE_REOPEN_REFUSED: N_("Refused: reopening a case"),
    AuditAction.CASE_EXCLUDE_REFUSED: N_("Refused: excluding a case from the figures"),
    AuditAction.CASE_RESTORE_REFUSED: N_("Refused: putting a case back into the figures"),
    AuditAction.CASE_HAND_OVER_REFUSED: N_("Refused: handing a case over"),
    AuditAction.CASE_NOTE_REFUSED: N_("Refused: writing a note to a case"),
    AuditAction.CASE_JUDGE_REFUSED: N_("Refused: deciding whether a case counts for the KPI"),
    AuditAction.MATCH_RECORD_REFUSED: N_("Refused: recording a match"),
    AuditAction.MATCH_CHANGE_REFUSED: N_("Refused: recording what became of a match"),
    AuditAction.MATCH_VOID_REFUSED: N_("Refused: taking a match off as recorded by mistake"),
    AuditAction.FOLLOW_UP_REFUSED: N_("Refused: recording a follow-up"),
    AuditAction.CHASER_SNOOZE_REFUSED: N_("Refused: putting a chaser off"),
    AuditAction.READ_MESSAGES_REFUSED: N_("Refused: reading messages of the company"),
    AuditAction.WRITE_TO_OWNER_REFUSED: N_("Refused: writing to the company"),
    AuditAction.SHARING_RECORD_REFUSED: N_("Refused: recording with whom a case may be shared"),
    AuditAction.MISSION_WRITE_REFUSED: N_("Refused: writing the mission on a needs sheet"),
    AuditAction.REFER_REFUSED: N_("Refused: referring a case to an agency"),
    AuditAction.AGENCY_NEWS_REFUSED: N_("Refused: recording news of an agency"),
    AuditAction.MEETING_MET_REFUSED: N_("Refused: saying that the meeting was held"),
    AuditAction.MEETING_NO_SHOW_REFUSED: N_("Refused: saying that nobody came to the meeting"),
    AuditAction.MEETING_POSTPONED_REFUSED: N_("Refused: saying that the meeting was postponed"),
    AuditAction.MEETING_CORRECT_REFUSED: N_("Refused: correcting what became of a meeting"),
    AuditAction.JOIN_REFUSED: N_("Refused: an invitation that does not work"),
    AuditAction.LAST_ADMIN_REFUSED: N_("Refused: taking the role from the last administrator"),
}
_STAFF = {
    AuditAction.APPOINT: N_("Appointed administrator by the settings"),
    AuditAction.INVITE: N_("Invited somebody"),
    AuditAction.JOIN: N_("Joined the staff"),
    AuditAction.CHANGE_ROLE: N_("Changed to another role by an invitation"),
    AuditAction.REMOVE: N_("Removed somebody from the staff"),
    AuditAction.MAKE_FEED: N_("Made a calendar address"),
    AuditAction.REVOKE_FEED: N_("Ended a calendar address"),
}
_BY_KIND = {
    AuditKind.LOOK: _LOOKS,
    AuditKind.CHANGE: _CHANGES,
    AuditKind.REFUSED: _REFUSALS,
    AuditKind.STAFF: _STAFF,
}
SENTENCES = {**_LOOKS, **_CHANGES, **_REFUSALS, **_STAFF}
_KINDS = {action: kind for kind, actions in _BY_KIND.items() for action in actions}

_SUBJECT = re.compile(r"[A-Za-z0-9/][A-Za-z0-9:/. _-]{0,63}")
_BUTTON = re.compile(r"[a-z]{1,8}(?::[A-Za-z0-9._-]{1,40}){1,8}")
_PLAIN = re.compile(r"[a-z]{1,8}:[a-z_]{1,12}(?::|$)")
_COMMAND = re.compile(r"/[a-z]{1,32}")
_ANYTHING = "other"


def checked_subject(subject: str) -> str:
    """Return what an action is about: a reference, number, role, day, command or button.

    Raises ValueError for what cannot be one of these: names and texts of people.
    """
    if not _SUBJECT.fullmatch(subject):
        raise ValueError("the audit log takes references and codes only")
    return subject


def button_asked(data: str) -> str:
    """Return the button that was refused; an altered app can send any text in its place."""
    return data if _BUTTON.fullmatch(data) and len(data) <= 64 else _ANYTHING


def without_arguments(asked: str) -> str:
    """Return a button's family and what it does, without which row of it is meant."""
    return (
        ":".join(asked.split(":")[:2]) if _PLAIN.match(asked) else asked.split(":", maxsplit=1)[0]
    )


def command_asked(text: str) -> str:
    """Return the command that was refused, without anything that was typed after it."""
    found = _COMMAND.match(text)
    return found[0] if found is not None else _ANYTHING
