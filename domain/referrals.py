"""Referrals (取次): a case made known to a talent agency by its needs sheet, and its news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.case_states import TRANSITIONS, Act
from domain.consultations import ConsultationState
from domain.errors import DomainError
from domain.fiscal_year import jst_date
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import datetime

    from domain.needs_sheet import NeedsSheet

REFERRED_FROM: Final = frozenset(
    before for (before, _), act in TRANSITIONS.items() if act is Act.REFER
) | {ConsultationState.REFERRED}
"""In which states a case may be referred; a further agency leaves it REFERRED."""
DIGEST_SHOWN: Final = 16
"""How much of a sheet's digest a button carries."""
NEWS_DAYS: Final = 7
"""How many days a piece of news may be old when it is recorded, today included."""


class News(StrEnum):
    """What an agency let the hub know."""

    REPLIED = "replied"
    INTRODUCED = "introduced"
    DECLINED = "declined"


NEWS_WORDS: Final = {
    News.REPLIED: N_("It has replied"),
    News.INTRODUCED: N_("It has introduced candidates"),
    News.DECLINED: N_("It passes"),
}


@dataclass(frozen=True)
class SentSheet:
    """A sheet as it was sent: its words, the version of its making, and its digest then."""

    sheet: NeedsSheet
    version: int
    digest: str

    @property
    def is_intact(self) -> bool:
        """Whether the words are still those that were sent."""
        return self.sheet.digest == self.digest


@dataclass(frozen=True)
class Referral:
    """A case referred to an agency by a member (Telegram user id) at a moment (UTC)."""

    id: int
    case: int
    partner: int
    agency: str
    by: int
    at: datetime


@dataclass(frozen=True)
class AgencyNews:
    """What an agency let the hub know on a day (JST), recorded by a member at a moment (UTC)."""

    news: News
    on: date
    by: int
    at: datetime


@dataclass(frozen=True)
class ReferralStanding:
    """A referral with the latest news of it; `is_over` once the agency passes."""

    referral: Referral
    latest: AgencyNews | None
    is_over: bool

    @property
    def last_news_at(self) -> date:
        """The day (JST) of the latest news, or of the referral while there is none."""
        return self.latest.on if self.latest is not None else jst_date(self.referral.at)


@dataclass(frozen=True)
class ReferralEvent:
    """A line of a case's history: a referral, or news of one."""

    agency: str
    actor: int
    at: datetime
    news: News | None = None
    on: date | None = None


class AlreadyReferred(DomainError):
    """The case has been referred to that agency: it is referred once."""

    def __init__(self) -> None:
        super().__init__(N_("The case has been referred to this agency already."))


class NoSuchAgency(DomainError):
    """The partner is no agency, or none any more."""

    def __init__(self) -> None:
        super().__init__(N_("That is not a registered talent agency any more."))


class NotToRefer(DomainError):
    """The case is not as far as to be referred, or further."""

    def __init__(self) -> None:
        super().__init__(N_("A case is referred once its issue and the person wanted are defined."))


class SheetMoved(DomainError):
    """The sheet is not the one that was looked at."""

    def __init__(self) -> None:
        super().__init__(
            N_("The sheet has changed since you saw it. Please look at it again before it goes.")
        )


class KnownNews(DomainError):
    """The news has been recorded already."""

    def __init__(self) -> None:
        super().__init__(N_("That has been recorded already."))


def news_days(today: date, referred_on: date) -> list[date]:
    """Return the days (JST) that news recorded today can be of, the latest first."""
    days = [today - timedelta(days=back) for back in range(NEWS_DAYS)]
    return [day for day in days if day >= referred_on]
