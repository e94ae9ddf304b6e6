"""A case as one staff member has it in private: what may be done, and what happened so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.case_events import CaseEvent
from domain.case_states import TERMS, Act, offered
from domain.consultations import OPEN_STATES, ConsultationState
from domain.errors import DomainError
from domain.matches import RECORDED_IN
from domain.referrals import REFERRED_FROM
from domain.relay import Turn, turns
from domain.staff import Action, StaffMember
from domain.texts import N_
from services import (
    case_changes,
    case_meetings,
    case_notes,
    cases,
    corrections,
    prompts,
    referrals,
    relay,
    relay_notices,
    verdicts,
)
from services.cases import permitted
from services.corrections import Correctable, correctable
from services.sharing import current
from storage import (
    attributions,
    audit,
    bookings,
    case_events,
    consultations,
    matches,
    sharing,
    staff,
)
from storage import relay as stored_relay

if TYPE_CHECKING:
    from domain.attributions import Attribution
    from domain.bookings import BookingEvent
    from domain.consultations import Consultation, Reference
    from domain.matches import Match, MatchEvent
    from domain.referrals import ReferralEvent
    from domain.sharing import Sharing, SharingDecision
    from services.case_changes import Giving, Wanted
    from services.case_meetings import Held
    from services.cases import Card
    from services.corrections import Unbooked
    from services.occasion import Occasion
    from services.verdicts import Judging
    from storage.database import Transaction

_TOLD_ELSEWHERE = frozenset(
    {Act.BOOK, Act.UNBOOK, Act.MEET, Act.UNMEET, Act.REFER, Act.MATCH, Act.UNMATCH}
)
"""What bookings, referrals and matches did to a case is told by histories of their own."""


@dataclass(frozen=True)
class Happening:
    """One line of a case's history, with the names of who did it and whom it was handed to."""

    event: (
        CaseEvent | BookingEvent | MatchEvent | Turn | Attribution | SharingDecision | ReferralEvent
    )
    name: str | None
    member: str | None = None


@dataclass(frozen=True)
class View:
    """A case for one member: `acts` are what state and role allow, `history` oldest first.

    `restores_to` is the state that an excluded case would be restored to. `records_matches` says
    whether a person found can be recorded, `writes` whether the member may write to the owner now,
    `reads_messages` whether there are messages for them to read, `arranges_meeting` whether a
    meeting can be booked, or recorded as held without a booking, `corrects` what was said of
    meetings and can be said anew, `refers` whether role and state allow a referral, whatever
    `sharing` says, `judges` whether the member decides if it counts.
    """

    card: Card
    acts: frozenset[Act]
    reads_record: bool
    history: tuple[Happening, ...]
    restores_to: ConsultationState | None
    matches: tuple[Match, ...]
    records_matches: bool
    writes: bool
    reads_messages: bool
    arranges_meeting: bool
    corrects: Correctable
    sharing: Sharing
    refers: bool
    records_sharing: bool
    judges: bool


@dataclass(frozen=True)
class Handled:
    """What came of a press: the case as it is now, and why nothing was done.

    `view` is None for whoever may not see cases.
    """

    view: View | None
    refusal: DomainError | None = None


class NoSuchCase(DomainError):
    """No case has that reference."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(N_("There is no case %(reference)s."), reference=str(reference))


def find(tx: Transaction, user_id: int, reference: Reference) -> int:
    """Return the id of a case. Raises NotPermitted, NoSuchCase."""
    permitted(tx, user_id, Action.READ_CASES)
    found = consultations.by_reference(tx, reference)
    if found is None:
        raise NoSuchCase(reference)
    return found


def opened(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> View:
    """Return a case for one member; a look at what colleagues wrote is audited.

    What was about to be written is given up by it. Raises NotPermitted, or StaleButton.
    """
    member = permitted(tx, user_id, Action.READ_CASES)
    prompts.drop(tx, user_id)
    view = _view(tx, at, member, case_id)
    if any(isinstance(one.event, CaseEvent) and one.event.note for one in view.history):
        reference = str(view.card.consultation.reference)
        audit.append(tx, user_id, AuditAction.READ_CASE, reference, at.now)
    return view


def _view(tx: Transaction, at: Occasion, member: StaffMember, case_id: int) -> View:
    card = cases.card(tx, case_id)
    case = card.consultation
    acts = offered(member, case.state) - {Act.TAKE}
    if card.is_free and case.state in OPEN_STATES and member.may(Action.TAKE_CASE):
        acts |= {Act.TAKE}
    reads_record = member.may(Action.READ_RECORD)
    history = _history(tx, case, reads_record)
    has_messages = any(isinstance(one.event, Turn) for one in history)
    return View(
        card,
        acts,
        reads_record,
        history,
        case_changes.state_to_restore(tx, case) if Act.RESTORE in acts else None,
        matches=tuple(matches.of_case(tx, case.id)),
        records_matches=member.may(Action.RECORD_MATCH) and case.state in RECORDED_IN,
        writes=relay.why_not(tx, member.user_id, case) is None,
        reads_messages=has_messages and relay_notices.not_party(tx, member.user_id, case) is None,
        arranges_meeting=member.may(Action.CHANGE_MEETING)
        and case.state in OPEN_STATES
        and card.meeting is None,
        corrects=correctable(tx, at, member, case),
        sharing=current(tx, case),
        refers=member.may(Action.REFER_CASE) and case.state in REFERRED_FROM,
        records_sharing=member.may(Action.RECORD_SHARING),
        judges=member.may(TERMS[Act.JUDGE].permission) and verdicts.is_open(tx, case),
    )


def _history(tx: Transaction, case: Consultation, reads_record: bool) -> tuple[Happening, ...]:
    # A booking that ends with its case ends first.
    told: list[BookingEvent | MatchEvent | Attribution | SharingDecision | ReferralEvent] = [
        *bookings.history(tx, case.id),
        *sharing.of_case(tx, case.id),
        *referrals.history(tx, case.id),
        *matches.history(tx, case.id),
        *attributions.history(tx, case.id),
    ]
    happened = [Happening(event, staff.names(tx, event.actor)) for event in told]
    happened += [
        Happening(
            event if reads_record else replace(event, note=None),
            staff.names(tx, event.actor),
            staff.names(tx, event.member) if event.member is not None else None,
        )
        for event in case_events.of_consultation(tx, case.id)
        if event.act not in _TOLD_ELSEWHERE or event.held_on is not None
    ]
    happened += [
        Happening(turn, staff.names(tx, turn.actor))
        for turn in turns(stored_relay.of_case(tx, case.id))
    ]
    return tuple(sorted(happened, key=lambda one: one.event.at))


def take(tx: Transaction, at: Occasion, user_id: int, name: str, case_id: int) -> Handled:
    """Take a case: the first tap wins. Raises StaleButton."""
    return handled(tx, at, user_id, case_id, cases.take(tx, at, user_id, name, case_id).refusal)


def change(tx: Transaction, at: Occasion, user_id: int, name: str, wanted: Wanted) -> Handled:
    """Change the state of a case by hand. Raises StaleButton."""
    refusal = case_changes.change(tx, at, user_id, name, wanted)
    return handled(tx, at, user_id, wanted.case, refusal)


def hand_over(tx: Transaction, at: Occasion, user_id: int, name: str, giving: Giving) -> Handled:
    """Put another member in charge of a case. Raises StaleButton."""
    refusal = case_changes.hand_over(tx, at, user_id, name, giving)
    return handled(tx, at, user_id, giving.case, refusal)


def met(tx: Transaction, at: Occasion, user_id: int, name: str, held: Held) -> Handled:
    """Record a meeting that took place without a booking. Raises StaleButton."""
    return handled(tx, at, user_id, held.case, case_meetings.met(tx, at, user_id, name, held))


def judge(tx: Transaction, at: Occasion, user_id: int, name: str, judging: Judging) -> Handled:
    """Decide whether a case counts for the KPI. Raises StaleButton."""
    return handled(tx, at, user_id, judging.case, verdicts.judge(tx, at, user_id, name, judging))


def not_met(tx: Transaction, at: Occasion, user_id: int, name: str, record: Unbooked) -> Handled:
    """Take off a meeting recorded without a booking. Raises StaleButton."""
    return handled(tx, at, user_id, record.case, corrections.not_met(tx, at, user_id, name, record))


def ask_for_note(tx: Transaction, at: Occasion, user_id: int, case_id: int) -> Handled:
    """Take what the member types next for a note to the case. Raises StaleButton."""
    refusal = case_notes.ask(tx, at, user_id, case_id)
    if refusal is not None:
        return handled(tx, at, user_id, case_id, refusal)
    return Handled(_view(tx, at, permitted(tx, user_id, Action.READ_CASES), case_id))


def colleagues(tx: Transaction, user_id: int, case_id: int) -> tuple[Card, list[StaffMember]]:
    """Return a case with who could have it instead. Raises NotPermitted, StaleButton."""
    permitted(tx, user_id, Action.CHANGE_CASE)
    card = cases.card(tx, case_id)
    able = [member for member in staff.members(tx) if member.may(Action.TAKE_CASE)]
    return card, [one for one in able if one.user_id != card.consultation.assignee]


def handled(
    tx: Transaction, at: Occasion, user_id: int, case_id: int, refusal: DomainError | None
) -> Handled:
    """Return a case as it is after something was done to it, to whoever may see it."""
    member = staff.find(tx, user_id)
    if member is None or not member.may(Action.READ_CASES):
        return Handled(None, refusal)
    return Handled(opened(tx, at, user_id, case_id), refusal)
