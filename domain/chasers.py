"""Chasers (催促): what staff are told again while it is left undone, when, and to whom.

Days are the office's (JST) and counted without the one on which a matter began. Chasers are said
in one round on each working day, when the office opens; knows nothing of how they are sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from domain.errors import DomainError
from domain.fiscal_year import jst_date, jst_midnight
from domain.staff import Action, Role, StaffMember, refusal
from domain.texts import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.follow_ups import FollowUp, Placement
    from domain.programme_chasers import ChaserSettings
    from domain.referrals import ReferralStanding
    from domain.working_days import WorkingDays

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Matter(StrEnum):
    """What is left undone.

    UNASSIGNED is a case that nobody on the staff has, NO_CONTACT one that somebody has and whose
    company was not contacted, NO_OUTCOME a meeting of which nobody said what became of it,
    NO_NEWS a referral of which the agency let nothing be heard, FOLLOW_UP work that began some
    months ago and of which nobody saw how it goes.
    """

    UNASSIGNED = "unassigned"
    NO_CONTACT = "no_contact"
    NO_OUTCOME = "no_outcome"
    NO_NEWS = "no_news"
    FOLLOW_UP = "follow_up"


class Stage(IntEnum):
    """Who is told: first whoever has the case (the staff chat if nobody has), then managers too."""

    FIRST = 1
    MANAGERS = 2


class Snooze(StrEnum):
    """For how long a chaser is put off: one working day, three, or a week."""

    DAY = "day"
    THREE = "three"
    WEEK = "week"


@dataclass(frozen=True)
class Undone:
    """A matter that is open: of which case, since when (UTC), and who has the case.

    `subject` tells it from others of its kind that the case had or has; None is nobody. `months` is
    a follow-up's.
    """

    case: int
    matter: Matter
    subject: str
    since: datetime
    assignee: int | None
    months: int | None = None


@dataclass(frozen=True)
class Said:
    """The last chaser of a matter: the how-manieth it was (from 1), who was told, on what day."""

    number: int
    stage: Stage
    on: date


@dataclass(frozen=True)
class Chaser:
    """A chaser that was decided, as the ledger has it."""

    id: int
    case: int
    matter: Matter
    subject: str
    said: Said


@dataclass(frozen=True)
class Snoozed:
    """The chasers of a case and a matter rest until the morning of a day, as somebody wished."""

    until: date
    by: int


@dataclass(frozen=True)
class Timetable:
    """The days on which a matter is first said, and from which managers are told."""

    first: date
    managers: date


class NotYours(DomainError):
    """The chaser is for whoever has the case, and for managers."""

    def __init__(self) -> None:
        super().__init__(N_("This is for whoever is in charge of the case, and for managers."))


class Settled(DomainError):
    """What the chaser was about is done."""

    def __init__(self) -> None:
        super().__init__(N_("This is settled already."))


def followed(placement: Placement, due: FollowUp) -> Undone:
    """Return a follow-up that is due, as what is left undone. A new start begins it anew."""
    subject = f"{placement.match.id}.{due.months}.{placement.begins_on:%Y%m%d}"
    since = jst_midnight(due.on)
    case = placement.match.consultation_id
    return Undone(case, Matter.FOLLOW_UP, subject, since, placement.assignee, due.months)


def unheard(standing: ReferralStanding, assignee: int | None) -> Undone:
    """Return a referral without news, as what is left undone. Any news begins it anew."""
    referral, on = standing.referral, standing.last_news_at
    subject = f"{referral.id}.{on:%Y%m%d}"
    return Undone(referral.case, Matter.NO_NEWS, subject, jst_midnight(on), assignee)


def timetable(
    matter: Matter, since: datetime, calendar: WorkingDays, rules: ChaserSettings
) -> Timetable:
    """Return when a matter that began at a moment is said: once its working days are over.

    Of a referral calendar days are counted. A follow-up begins on the day that it is due. An
    outcome is first asked for by the question after the meeting, so that only managers remain.
    """
    began = jst_date(since)
    if matter is Matter.NO_OUTCOME:
        escalated = calendar.add(began, 1 + rules.escalate_after_working_days)
        return Timetable(escalated, escalated)
    if matter is Matter.FOLLOW_UP:
        first = calendar.first_open_from(began)
    elif matter is Matter.NO_NEWS:
        first = calendar.first_open_from(began + timedelta(days=rules.no_news_after_days))
    else:
        first = calendar.add(began, waited(matter, rules) + 1)
    return Timetable(first, calendar.add(first, rules.escalate_after_working_days))


def waited(matter: Matter, rules: ChaserSettings) -> int:
    """Return for how many working days a matter may last before it is said."""
    if matter is Matter.UNASSIGNED:
        return rules.unassigned_after_working_days
    return rules.no_contact_after_working_days if matter is Matter.NO_CONTACT else 0


def waiting_since_before(calendar: WorkingDays, now: datetime, count: int) -> datetime:
    """Return the moment (UTC) before which begun means: for more than `count` working days.

    Of a case that nobody has, or whose company was not contacted, that is what overdue means.
    """
    day = jst_date(now)
    for _ in range(count):
        day = calendar.last_open_until(day) - _DAY
    return jst_midnight(calendar.last_open_until(day))


def stage_on(
    today: date,
    times: Timetable,
    said: Said | None,
    quiet_until: date | None,
    rules: ChaserSettings,
    calendar: WorkingDays,
) -> Stage | None:
    """Return to whom a matter is to be said on a working day; None if it is not.

    Of what was missed only the latest is said. A snooze buys quiet, not delay: when it is over, who
    would have been told by then is told. After that it is repeated now and then, to all of them.
    """
    if today < times.first or (quiet_until is not None and today < quiet_until):
        return None
    reached = Stage.MANAGERS if today >= times.managers else Stage.FIRST
    if said is None or said.stage < reached:
        return reached
    if quiet_until is not None and said.on < quiet_until:
        return reached
    is_again = today >= calendar.add(said.on, rules.repeat_after_working_days)
    return reached if reached is Stage.MANAGERS and is_again else None


def snoozed_until(snooze: Snooze, today: date, calendar: WorkingDays) -> date:
    """Return the working day on whose morning a snooze that begins on a day is over."""
    if snooze is Snooze.WEEK:
        return calendar.first_open_from(today + _WEEK)
    return calendar.add(today, 1 if snooze is Snooze.DAY else 3)


def managers(members: Iterable[StaffMember]) -> list[StaffMember]:
    """Return whom a matter is brought to: the managers, else sub-managers, else administrators."""
    present = list(members)
    for role in (Role.MANAGER, Role.SUB_MANAGER, Role.ADMIN):
        if found := [member for member in present if member.role is role]:
            return found
    return []


def answer_refusal(
    member: StaffMember | None, assignee: int | None, told: Iterable[StaffMember]
) -> DomainError | None:
    """Return why a person may not answer a chaser, or put it off; None if they may.

    Those who are told may: who has the case (anybody who works on cases if nobody has), and the
    managers that are `told`.
    """
    if refused := refusal(member, Action.CHANGE_CASE):
        return refused
    user_id = member.user_id if member is not None else None
    is_theirs = assignee in (None, user_id) or any(one.user_id == user_id for one in told)
    return None if is_theirs else NotYours()
