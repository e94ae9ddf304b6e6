"""Referring a case to talent agencies: the sheet, the referral itself, and what is heard of it.

Reminders read `awaited`: the referrals of which nothing has been heard since a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.case_states import Act, after, targets
from domain.consultations import ConsultationState, KpiEvent, ReferenceKind
from domain.errors import DomainError, StaleButton
from domain.fiscal_year import jst_date
from domain.needs_sheet import SHEET_VERSION, needs_sheet
from domain.partners import PartnerKind
from domain.referrals import (
    DIGEST_SHOWN,
    REFERRED_FROM,
    AgencyNews,
    AlreadyReferred,
    KnownNews,
    News,
    NoSuchAgency,
    NotToRefer,
    ReferralEvent,
    SentSheet,
    SheetMoved,
    news_days,
)
from domain.sharing import NotShared, Sharing
from domain.staff import Action, refusal
from services import case_log, cases, sharing
from storage import audit, bookings, consultations, partners, referrals, staff

if TYPE_CHECKING:
    from datetime import date

    from domain.consultations import Consultation
    from domain.needs_sheet import NeedsSheet, SheetForm
    from domain.partners import Partner
    from domain.referrals import Referral, ReferralStanding
    from services.occasion import Occasion
    from storage.database import Transaction


@dataclass(frozen=True)
class Desk:
    """The referrals of a case, and to which agencies it can go.

    `obstacle` says why it can go to none now; `refers` whether the reader may refer at all.
    """

    case: Consultation
    sharing: Sharing
    made: tuple[ReferralStanding, ...]
    agencies: tuple[Partner, ...]
    mission: str | None
    refers: bool
    obstacle: DomainError | None


@dataclass(frozen=True)
class Preview:
    """A sheet before it goes to an agency."""

    case: Consultation
    agency: Partner
    sheet: NeedsSheet


@dataclass(frozen=True)
class Chosen:
    """A referral somebody asks for; `digest` begins that of the sheet they looked at."""

    case: int
    agency: int
    digest: str


@dataclass(frozen=True)
class Made:
    """What came of a wish to refer: the referral, or why there is none.

    `desk` is the case's as it is now, None for whoever may not see cases.
    """

    desk: Desk | None
    referral: Referral | None
    refusal: DomainError | None = None


@dataclass(frozen=True)
class Written:
    """What came of a mission: the case's referrals, or why it was refused."""

    desk: Desk | None
    refusal: DomainError | None = None


@dataclass(frozen=True)
class Seen:
    """A referral as it is kept: the sheet that was sent, and the days that news can be of."""

    case: Consultation
    standing: ReferralStanding
    sent: SentSheet
    by: str | None
    days: tuple[date, ...]
    refers: bool


@dataclass(frozen=True)
class Heard:
    """News somebody records: of which referral, what, and on which day (JST) it was heard."""

    referral: int
    news: News
    on: date


@dataclass(frozen=True)
class Noted:
    """What came of recording news; `seen` is None for whoever may not see cases."""

    seen: Seen | None
    refusal: DomainError | None = None


def opened(tx: Transaction, user_id: int, case_id: int) -> Desk:
    """Return the referrals of a case. Raises NotPermitted, StaleButton."""
    member = cases.permitted(tx, user_id, Action.READ_CASES)
    case = cases.card(tx, case_id).consultation
    return _desk(tx, case, refers=member.may(Action.REFER_CASE))


def _desk(tx: Transaction, case: Consultation, *, refers: bool) -> Desk:
    made = tuple(referrals.of_case(tx, case.id))
    had = {one.referral.partner for one in made}
    live = partners.live(tx, PartnerKind.AGENCY)
    agencies = tuple(one for one in live if one.id not in had)
    return Desk(
        case=case,
        sharing=sharing.current(tx, case),
        made=made,
        agencies=agencies,
        mission=referrals.mission(tx, case.id),
        refers=refers,
        obstacle=obstacle(tx, case),
    )


def obstacle(tx: Transaction, case: Consultation) -> DomainError | None:
    """Return why a case cannot be referred to anybody now; None if it can."""
    if case.state not in REFERRED_FROM:
        return NotToRefer()
    return None if sharing.current(tx, case).with_agencies else NotShared()


def preview(
    tx: Transaction, at: Occasion, form: SheetForm, user_id: int, case_id: int, agency_id: int
) -> Preview:
    """Return the sheet as it would go to an agency today (JST).

    Raises NotPermitted, StaleButton, or why it cannot go.
    """
    cases.permitted(tx, user_id, Action.REFER_CASE)
    case = cases.card(tx, case_id).consultation
    if error := obstacle(tx, case):
        raise error
    agency = _agency(tx, case, agency_id)
    if isinstance(agency, DomainError):
        raise agency
    sheet = needs_sheet(form, case, jst_date(at.now), referrals.mission(tx, case.id))
    return Preview(case, agency, sheet)


def _agency(tx: Transaction, case: Consultation, agency_id: int) -> Partner | DomainError:
    agency = partners.find(tx, agency_id)
    if agency is None or agency.kind is not PartnerKind.AGENCY or not agency.is_live:
        return NoSuchAgency()
    had = {one.referral.partner for one in referrals.of_case(tx, case.id)}
    return AlreadyReferred() if agency.id in had else agency


def refer(
    tx: Transaction, at: Occasion, form: SheetForm, user_id: int, name: str, chosen: Chosen
) -> Made:
    """Refer a case to an agency: once, with the owner's consent, and by the sheet that was seen.

    It counts as a referral today (取次件数 +1 for each agency) and leaves the case REFERRED. Every
    attempt is audited. Raises StaleButton if there is no such case.
    """
    # Consent that is withdrawn, and an agency that ends, come before or after, never between.
    bookings.take_turns(tx)
    partners.lock(tx)
    case = cases.card(tx, chosen.case).consultation
    member = staff.find(tx, user_id)
    sheet = needs_sheet(form, case, jst_date(at.now), referrals.mission(tx, case.id))
    error = refusal(member, Action.REFER_CASE) or _refused(tx, case, chosen, sheet)
    made = None
    if error is None:
        staff.learn_name(tx, user_id, name)
        made = _refer(tx, at, user_id, case, chosen.agency, sheet)
    action = AuditAction.REFER if error is None else AuditAction.REFER_REFUSED
    audit.append(tx, user_id, action, str(case.reference), at.now)
    if member is None or not member.may(Action.READ_CASES):
        return Made(None, made, error)
    case = cases.card(tx, chosen.case).consultation
    return Made(_desk(tx, case, refers=member.may(Action.REFER_CASE)), made, error)


def _refused(
    tx: Transaction, case: Consultation, chosen: Chosen, sheet: NeedsSheet
) -> DomainError | None:
    # What was done already is told first: the second of two taps comes when the state has moved.
    agency = _agency(tx, case, chosen.agency)
    if isinstance(agency, DomainError):
        return agency
    if error := obstacle(tx, case):
        return error
    return None if sheet.digest[:DIGEST_SHOWN] == chosen.digest else SheetMoved()


def _refer(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    case: Consultation,
    agency_id: int,
    sheet: NeedsSheet,
) -> Referral:
    sent = SentSheet(sheet, SHEET_VERSION, sheet.digest)
    referral_id = referrals.add(tx, case.id, agency_id, user_id, at.now, sent)
    consultations.record_event(
        tx,
        KpiEvent(
            kind=ReferenceKind.REFERRAL,
            delta=1,
            effective_date=jst_date(at.now),
            eligibility=case.eligibility,
            channel=case.channel,
            consultation_id=case.id,
            reason="referred",
            actor=str(user_id),
            recorded_at=at.now,
        ),
    )
    to = after(Act.REFER, case.state)
    if to is not case.state:
        case_log.moved(tx, at, case, to, Act.REFER, user_id)
    return _standing(tx, referral_id).referral


def _standing(tx: Transaction, referral_id: int) -> ReferralStanding:
    found = referrals.find(tx, referral_id)
    if found is None:
        raise StaleButton("")
    return found


def seen(tx: Transaction, at: Occasion, user_id: int, referral_id: int) -> Seen:
    """Return a referral with the sheet as it was sent. Raises NotPermitted, StaleButton."""
    member = cases.permitted(tx, user_id, Action.READ_CASES)
    standing, sent = _standing(tx, referral_id), referrals.sent_sheet(tx, referral_id)
    if sent is None:
        raise StaleButton("")
    referral = standing.referral
    return Seen(
        case=cases.card(tx, referral.case).consultation,
        standing=standing,
        sent=sent,
        by=staff.names(tx, referral.by),
        days=tuple(news_days(jst_date(at.now), jst_date(referral.at))),
        refers=member.may(Action.REFER_CASE),
    )


def record_news(tx: Transaction, at: Occasion, user_id: int, name: str, heard: Heard) -> Noted:
    """Record what an agency let the hub know; candidates move a REFERRED case to CANDIDATE.

    Every attempt is audited. Raises StaleButton if there is no such referral.
    """
    bookings.take_turns(tx)
    standing = _standing(tx, heard.referral)
    case = cases.card(tx, standing.referral.case).consultation
    member = staff.find(tx, user_id)
    error = refusal(member, Action.REFER_CASE) or _note(tx, at, user_id, standing, case, heard)
    if error is None:
        staff.learn_name(tx, user_id, name)
    action = AuditAction.AGENCY_NEWS if error is None else AuditAction.AGENCY_NEWS_REFUSED
    audit.append(tx, user_id, action, str(case.reference), at.now)
    if member is None or not member.may(Action.READ_CASES):
        return Noted(None, error)
    return Noted(seen(tx, at, user_id, heard.referral), error)


def _note(
    tx: Transaction,
    at: Occasion,
    user_id: int,
    standing: ReferralStanding,
    case: Consultation,
    heard: Heard,
) -> DomainError | None:
    if heard.on not in news_days(jst_date(at.now), jst_date(standing.referral.at)):
        return StaleButton("")
    news = AgencyNews(heard.news, heard.on, user_id, at.now)
    if not referrals.add_news(tx, standing.referral.id, news):
        return KnownNews()
    candidate = ConsultationState.CANDIDATE
    if (
        heard.news is News.INTRODUCED
        and case.state is ConsultationState.REFERRED
        and candidate in targets(Act.CHANGE, case.state)
    ):
        case_log.moved(tx, at, case, candidate, Act.CHANGE, user_id)
    return None


def awaited(tx: Transaction, at: Occasion, unheard_since: date) -> list[ReferralStanding]:
    """Return the referrals of cases that wait for an agency, with nothing heard since a day (JST).

    `last_news_at` of each is on that day or before it: the day of its latest news, or of the
    referral itself. Not among them are those whose agency passes, and those of cases that are no
    longer REFERRED: candidates are being looked at then, or the case is over.
    """
    waiting = referrals.under_way(tx, {ConsultationState.REFERRED}, at.now)
    return [one for one in waiting if not one.is_over and one.last_news_at <= unheard_since]


def history(tx: Transaction, case_id: int) -> list[ReferralEvent]:
    """Return the referrals of a case and their news as lines of its history."""
    made = {one.referral.id: one.referral for one in referrals.of_case(tx, case_id)}
    events = [ReferralEvent(one.agency, one.by, one.at) for one in made.values()]
    events += [
        ReferralEvent(made[referral].agency, heard.by, heard.at, heard.news, heard.on)
        for referral, heard in referrals.news_of_case(tx, case_id)
    ]
    return events
