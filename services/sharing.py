"""With whom a case may be shared: what the owner decided, by the bot or through staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.errors import StaleButton
from domain.outbox import Notice, NoticeKind
from domain.sharing import (
    DECISIONS,
    Said,
    Sharing,
    SharingDecision,
    SharingMoved,
    answered,
)
from domain.staff import Action, refusal
from domain.waiting import OfficeHours
from services import cases
from storage import audit, bookings, consultations, outbox, referrals, sharing, staff

if TYPE_CHECKING:
    from datetime import datetime

    from domain.consultations import Consultation
    from domain.errors import DomainError
    from domain.referrals import Referral
    from domain.sharing import NewDecision
    from services.cases import Card
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class SharingView:
    """What stands about sharing a case; `last` is None while it is what the intake said.

    `to_tell` are the referrals already made, once no further one may be: staff tell the agencies.
    `records` says whether the reader may record a decision.
    """

    case: Consultation
    value: Sharing
    last: SharingDecision | None
    to_tell: tuple[Referral, ...]
    records: bool


@dataclass(frozen=True)
class Recorded:
    """What came of recording a decision: what stands now, and why nothing was recorded.

    `view` is None for whoever may not see cases.
    """

    view: SharingView | None
    refusal: DomainError | None = None


def current(tx: Transaction, case: Consultation) -> Sharing:
    """Return with whom a case may be shared now."""
    decisions = sharing.of_case(tx, case.id)
    return decisions[-1].value if decisions else answered(case)


def opened(tx: Transaction, user_id: int, case_id: int) -> SharingView:
    """Return what stands, for staff. Raises NotPermitted, StaleButton."""
    member = cases.permitted(tx, user_id, Action.READ_CASES)
    case = cases.card(tx, case_id).consultation
    return _view(tx, case, records=member.may(Action.RECORD_SHARING))


def record(
    tx: Transaction, at: Occasion, user_id: int, name: str, wanted: NewDecision, said: Said
) -> Recorded:
    """Record what an owner told the staff. Every attempt is audited. Raises StaleButton."""
    # A referral that is being made sees the decision, or is seen by it.
    bookings.take_turns(tx)
    case = cases.card(tx, wanted.case).consultation
    member = staff.find(tx, user_id)
    error = refusal(member, Action.RECORD_SHARING) or _refused(tx, case, wanted)
    if error is None:
        staff.learn_name(tx, user_id, name)
        _decide(tx, at, case, wanted.to, said, user_id)
    done, not_done = AuditAction.SHARING_RECORD, AuditAction.SHARING_RECORD_REFUSED
    audit.append(tx, user_id, done if error is None else not_done, str(case.reference), at.now)
    if member is None or not member.may(Action.READ_CASES):
        return Recorded(None, error)
    return Recorded(_view(tx, case, records=member.may(Action.RECORD_SHARING)), error)


def owners(tx: Transaction, user_id: int, case_id: int) -> SharingView:
    """Return what stands about a person's own case. Raises StaleButton if it is not theirs."""
    case = consultations.find(tx, case_id)
    if case is None or case.user_id != user_id:
        raise StaleButton("")
    return _view(tx, case, records=True)


def change_own(tx: Transaction, at: Occasion, user_id: int, wanted: NewDecision) -> Recorded:
    """Keep what an owner decides; whoever has the case is told. Raises StaleButton.

    It may be withdrawn as long as the case is known, also one that is closed.
    """
    bookings.take_turns(tx)
    case = owners(tx, user_id, wanted.case).case
    error = _refused(tx, case, wanted)
    if error is None:
        _decide(tx, at, case, wanted.to, Said.BOT, user_id)
    return Recorded(_view(tx, case, records=True), error)


def of_owner(tx: Transaction, user_id: int) -> list[Consultation]:
    """Return the cases whose sharing a person can change, newest first."""
    return consultations.of_person(tx, user_id)


def told(tx: Transaction, case_id: int) -> tuple[Card, SharingView]:
    """Return a case and what stands about sharing it, for the notice of a change."""
    card = cases.card(tx, case_id)
    return card, _view(tx, card.consultation, records=False)


def _refused(tx: Transaction, case: Consultation, wanted: NewDecision) -> DomainError | None:
    is_as_seen = current(tx, case) is wanted.before and wanted.to is not wanted.before
    return None if is_as_seen and wanted.to in DECISIONS else SharingMoved()


def _decide(
    tx: Transaction, at: Occasion, case: Consultation, to: Sharing, said: Said, actor: int
) -> None:
    sharing.add(tx, case.id, SharingDecision(to, said, actor, at.now))
    in_charge = staff.in_charge(tx, case.assignee)
    if in_charge == actor:
        return
    kind = NoticeKind.SHARING_CHANGED
    outbox.add(
        tx,
        Notice(
            recipient=at.staff_chat if in_charge is None else in_charge,
            kind=kind,
            payload={"consultation": case.id, "member": in_charge, "value": to, "said": said},
            dedupe_key=f"{kind}:{case.id}:{at.now:%Y%m%d%H%M%S%f}",
            due_at=_in_office_hours(at),
        ),
    )


def _in_office_hours(at: Occasion) -> datetime:
    office = at.programme.office
    hours = OfficeHours(office.opens, office.closes, at.programme.working_days)
    begin, _ = next(hours.spans_from(at.now))
    return begin


def _view(tx: Transaction, case: Consultation, *, records: bool) -> SharingView:
    decisions = sharing.of_case(tx, case.id)
    value = current(tx, case)
    made = () if value.with_agencies else referrals.of_case(tx, case.id)
    return SharingView(
        case=case,
        value=value,
        last=decisions[-1] if decisions else None,
        to_tell=tuple(one.referral for one in made),
        records=records,
    )
