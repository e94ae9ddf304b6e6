"""Chasers (催促): deciding once a day what staff are told again, telling it, and putting it off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.chasers import (
    Matter,
    Said,
    Settled,
    Stage,
    answer_refusal,
    followed,
    managers,
    snoozed_until,
    stage_on,
    timetable,
    unheard,
    waited,
    waiting_since_before,
)
from domain.errors import DomainError, StaleButton
from domain.fiscal_year import jst_date
from domain.follow_ups import follow_up
from domain.matches import MatchAct, MatchEvent
from domain.outbox import Notice, NoticeKind, NotNow
from domain.staff import Action
from domain.waiting import OfficeHours
from services import cases, referrals
from services.working_days import working_days
from storage import audit, bookings, chasers, follow_ups, matches, outbox, runs, staff
from storage import referrals as stored_referrals

if TYPE_CHECKING:
    from datetime import date

    from domain.chasers import Chaser, Snooze, Undone
    from domain.follow_ups import Placement
    from domain.matches import Match
    from domain.referrals import ReferralStanding
    from domain.staff import StaffMember
    from domain.working_days import WorkingDays
    from services.cases import Card
    from services.occasion import Occasion
    from storage.database import Transaction

_ROUND = "chasers"


@dataclass(frozen=True)
class Told:
    """A chaser as it stands: `undone` is None once the matter is settled.

    `until` is set while it is put off, with the name of who did it; `refusal` says why a press
    changed nothing. A follow-up has the match it is about, a referral without news its standing.
    """

    chaser: Chaser
    card: Card
    undone: Undone | None
    until: date | None
    put_off_by: str | None
    match: Match | None
    standing: ReferralStanding | None
    refusal: DomainError | None = None

    @property
    def holder(self) -> int | None:
        """Who has the case; None if nobody on the staff has."""
        return None if self.card.is_free else self.card.consultation.assignee


def decide(tx: Transaction, at: Occasion) -> None:
    """Owe the chasers of today: in one round on each working day, once the office is open.

    Of the days on which the bot was down only what is due now is made up for.
    """
    if not at.programme.is_open_at(at.now):
        return
    calendar, today = working_days(tx, at), jst_date(at.now)
    # Staff may have closed the day.
    if not calendar.is_open(today) or not runs.decide_once(tx, _ROUND, str(today), at.now):
        return
    members = staff.members(tx)
    for matter in Matter:
        found = _undone(tx, at, calendar, matter)
        ids = [one.case for one in found]
        said, snoozes = chasers.said(tx, matter, ids), chasers.snoozes(tx, matter, ids)
        for one in found:
            last, snooze = said.get((one.case, one.subject)), snoozes.get(one.case)
            times = timetable(matter, one.since, calendar, at.programme.chasers)
            quiet_until = snooze.until if snooze is not None else None
            rules = at.programme.chasers
            stage = stage_on(today, times, last, quiet_until, rules, calendar)
            if stage is not None:
                number = 1 if last is None else last.number + 1
                _owe(tx, at, one, Said(number, stage, today), members)


def _undone(tx: Transaction, at: Occasion, calendar: WorkingDays, matter: Matter) -> list[Undone]:
    if matter is Matter.NO_OUTCOME:
        return chasers.without_outcome(tx, at.now)
    if matter is Matter.FOLLOW_UP:
        placements = follow_ups.since(tx, jst_date(at.now))
        found = [_follow_up(at, calendar, placement) for placement in placements]
        return [one for one in found if one is not None]
    if matter is Matter.NO_NEWS:
        days = timedelta(days=at.programme.chasers.no_news_after_days)
        return [
            unheard(standing, cases.card(tx, standing.referral.case).consultation.assignee)
            for standing in referrals.awaited(tx, at, jst_date(at.now) - days)
        ]
    count = waited(matter, at.programme.chasers)
    before = waiting_since_before(calendar, at.now, count)
    find = chasers.untaken if matter is Matter.UNASSIGNED else chasers.without_contact
    return find(tx, before)


def _follow_up(at: Occasion, calendar: WorkingDays, placement: Placement) -> Undone | None:
    months = at.programme.chasers.follow_up_after_months
    due = follow_up(placement, jst_date(at.now), calendar, months)
    return None if due is None else followed(placement, due)


def _owe(
    tx: Transaction, at: Occasion, undone: Undone, said: Said, members: list[StaffMember]
) -> None:
    chaser = chasers.add(tx, undone, said)
    if chaser is None:
        return
    workers = {member.user_id for member in members if member.works_on_cases}
    holder = undone.assignee if undone.assignee in workers else None
    # Of a meeting whoever has the case is asked anyway, every day.
    if undone.matter is not Matter.NO_OUTCOME:
        _tell(tx, at, chaser, NoticeKind.CHASER, holder)
    if said.stage is Stage.MANAGERS:
        for member in managers(members):
            if member.user_id != holder or undone.matter is Matter.NO_OUTCOME:
                _tell(tx, at, chaser, NoticeKind.CHASER_FOR_MANAGERS, member.user_id)


def _tell(tx: Transaction, at: Occasion, chaser: int, kind: NoticeKind, member: int | None) -> None:
    outbox.add(
        tx,
        Notice(
            recipient=at.staff_chat if member is None else member,
            kind=kind,
            payload={"chaser": chaser, "member": member},
            dedupe_key=_key(kind, chaser, member),
            due_at=at.now,
        ),
    )


def _key(kind: NoticeKind, chaser: int, member: int | None) -> str:
    return f"{kind}:{chaser}:{member or 'staff'}"


def hand_over(tx: Transaction, at: Occasion, case: int, before: int | None, to: int) -> None:
    """Owe whoever has a case now the chasers that were still owed to who had it before."""
    for chaser in chasers.said_on(tx, case, jst_date(at.now)):
        if outbox.is_open(tx, _key(NoticeKind.CHASER, chaser, before)):
            _tell(tx, at, chaser, NoticeKind.CHASER, to)


def to_tell(tx: Transaction, at: Occasion, chaser_id: int, member: int | None) -> Told | None:
    """Return what who has the case is told, or the staff chat for None.

    None if it is settled or put off, or another has the case by now. Raises NotNow.
    """
    told = _due(tx, at, chaser_id)
    return told if told is not None and told.holder == member else None


def to_tell_manager(tx: Transaction, at: Occasion, chaser_id: int, member: int) -> Told | None:
    """Return what a manager is told; None if it is settled, put off, or not theirs any more.

    Raises NotNow while the office is closed.
    """
    told = _due(tx, at, chaser_id)
    is_theirs = member in {one.user_id for one in managers(staff.members(tx))}
    return told if is_theirs else None


def _due(tx: Transaction, at: Occasion, chaser_id: int) -> Told | None:
    told = _told(tx, at, chaser_id)
    if told.undone is None or told.until is not None:
        return None
    office = at.programme.office
    hours = OfficeHours(office.opens, office.closes, working_days(tx, at))
    opens, _ = next(hours.spans_from(at.now))
    # What was decided in the last minute of a day, or when the bot went down, waits for the next.
    if opens > at.now:
        raise NotNow(opens)
    return told


def snooze(
    tx: Transaction, at: Occasion, user_id: int, name: str, chaser_id: int, length: Snooze
) -> Told:
    """Put the chasers of a case and a matter off; the latest wish stands.

    Every attempt is audited, also one that is refused; `name` is what the member goes by now.
    Raises StaleButton if there never was such a chaser.
    """
    told = _told(tx, at, chaser_id)
    refused = _refused(tx, user_id, name, told)
    reference = str(told.card.consultation.reference)
    if refused is not None:
        audit.append(tx, user_id, AuditAction.CHASER_SNOOZE_REFUSED, reference, at.now)
        return replace(told, refusal=refused)
    until = snoozed_until(length, jst_date(at.now), working_days(tx, at))
    chasers.snooze(tx, told.chaser.case, told.chaser.matter, until, user_id, at.now)
    audit.append(tx, user_id, AuditAction.CHASER_SNOOZE, reference, at.now)
    return _told(tx, at, chaser_id)


def record_follow_up(
    tx: Transaction, at: Occasion, user_id: int, name: str, chaser_id: int
) -> Told:
    """Record that somebody saw how the work goes that a chaser is about; the first tap does it.

    Every attempt is audited, also one that is refused; `name` is what the member goes by now.
    Raises StaleButton if there is no such chaser of a follow-up.
    """
    bookings.take_turns(tx)
    told = _told(tx, at, chaser_id)
    if told.match is None:
        raise StaleButton("")
    refused = _refused(tx, user_id, name, told)
    reference = str(told.card.consultation.reference)
    if refused is not None:
        audit.append(tx, user_id, AuditAction.FOLLOW_UP_REFUSED, reference, at.now)
        return replace(told, refusal=refused)
    match, today = told.match, jst_date(at.now)
    event = MatchEvent(
        MatchAct.FOLLOW_UP, match.state, match.state, match.engagement, user_id, at.now, today
    )
    matches.record(tx, match.id, event, None)
    audit.append(tx, user_id, AuditAction.FOLLOW_UP, reference, at.now)
    return _told(tx, at, chaser_id)


def _refused(tx: Transaction, user_id: int, name: str, told: Told) -> DomainError | None:
    told_too = managers(staff.members(tx))
    refused = answer_refusal(staff.find(tx, user_id), told.holder, told_too)
    if refused is not None:
        return refused
    staff.learn_name(tx, user_id, name)
    return Settled() if told.undone is None else None


def shown_to(tx: Transaction, at: Occasion, user_id: int, chaser_id: int) -> Told:
    """Return a chaser as it stands, to staff. Raises NotPermitted, or StaleButton."""
    cases.permitted(tx, user_id, Action.READ_CASES)
    return _told(tx, at, chaser_id)


def _told(tx: Transaction, at: Occasion, chaser_id: int) -> Told:
    chaser = chasers.find(tx, chaser_id)
    if chaser is None:
        raise StaleButton("")
    match = standing = None
    if chaser.matter is Matter.FOLLOW_UP:
        match = matches.find(tx, _row_of(chaser))
    elif chaser.matter is Matter.NO_NEWS:
        standing = stored_referrals.find(tx, _row_of(chaser))
    undone = _still(tx, at, chaser)
    wish = chasers.snoozes(tx, chaser.matter, [chaser.case]).get(chaser.case)
    card = cases.card(tx, chaser.case)
    if undone is None or wish is None or wish.until <= jst_date(at.now):
        return Told(chaser, card, undone, None, None, match, standing)
    return Told(chaser, card, undone, wish.until, staff.names(tx, wish.by), match, standing)


def _row_of(chaser: Chaser) -> int:
    """Return the match or the referral that a chaser is about."""
    return int(chaser.subject.split(".")[0])


def _still(tx: Transaction, at: Occasion, chaser: Chaser) -> Undone | None:
    """Return what a chaser is about as it is now; None if it is settled, by whatever did it."""
    if chaser.matter is Matter.FOLLOW_UP:
        placement = follow_ups.find(tx, _row_of(chaser))
        due = None if placement is None else _follow_up(at, working_days(tx, at), placement)
        return due if due is not None and due.subject == chaser.subject else None
    if chaser.matter is Matter.NO_NEWS:
        waiting = [unheard(one, None) for one in referrals.awaited(tx, at, jst_date(at.now))]
        return next((one for one in waiting if one.subject == chaser.subject), None)
    return chasers.still(tx, chaser, at.now)
