"""What a consultation is: reference, state, company and the countable event it makes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from domain.errors import InvalidAnswer
from domain.fiscal_year import FiscalYear, jst_date
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.drafts import Consent
    from domain.form import Answers
    from domain.return_calls import CallTime
    from domain.size import Eligibility, SizeVerdict


class ConsultationState(StrEnum):
    """The states of a case, as the counting rules' table has them."""

    NEW = "new"
    TRIAGED = "triaged"
    CONTACTING = "contacting"
    BOOKED = "booked"
    MET = "met"
    DEFINED = "defined"
    REFERRED = "referred"
    CANDIDATE = "candidate"
    INTERVIEW = "interview"
    MATCHED = "matched"
    FOLLOWUP = "followup"
    CLOSED_DONE = "closed_done"
    CLOSED_DECLINED = "closed_declined"
    CLOSED_NO_CONTACT = "closed_no_contact"
    CLOSED_OTHER_SUPPORT = "closed_other_support"
    CLOSED_OUT_OF_SCOPE = "closed_out_of_scope"
    DUPLICATE = "duplicate"
    TEST = "test"
    SPAM = "spam"


EXCLUDED_STATES = frozenset(
    {ConsultationState.DUPLICATE, ConsultationState.TEST, ConsultationState.SPAM}
)
"""What turned out to be no consultation; it no longer counts (除外)."""
CLOSED_STATES = EXCLUDED_STATES | {
    state for state in ConsultationState if state.startswith("closed_")
}
OPEN_STATES = frozenset(ConsultationState) - CLOSED_STATES
"""The states in which a further submission belongs to the same case (R3)."""
STATE_NAMES = dict.fromkeys(CLOSED_STATES, N_("closed")) | {
    ConsultationState.NEW: N_("received"),
    ConsultationState.TRIAGED: N_("a person in charge is decided"),
    ConsultationState.CONTACTING: N_("we are contacting you"),
    ConsultationState.BOOKED: N_("an appointment is made"),
    ConsultationState.MET: N_("we have met"),
    ConsultationState.DEFINED: N_("issue and person wanted are put in order"),
    ConsultationState.REFERRED: N_("passed on to talent agencies"),
    ConsultationState.CANDIDATE: N_("candidates are introduced"),
    ConsultationState.INTERVIEW: N_("candidates are being selected"),
    ConsultationState.MATCHED: N_("a match is made"),
    ConsultationState.FOLLOWUP: N_("we keep in touch"),
}
"""What a person is told of the state; why a case was closed is the office's own business."""


class Entry(StrEnum):
    """How a consultation came in: through the bot, or to staff, who log it (R8).

    All count alike. How the company came to know the hub (Q19b) is another matter.
    """

    BOT = "bot"
    TELEPHONE = "telephone"
    VISIT = "visit"
    PARTNER = "partner"


class KpiKind(StrEnum):
    """The two KPIs of the plan (section 4)."""

    CONSULTATION = "consultations"
    MATCH = "matches"


class ReferenceKind(StrEnum):
    """Reference figures (参考指標): counted like the KPIs and shown beside them, part of none.

    MEETING is every meeting that was held, FIRST_MEETING a consultation's first: what counts as
    the consultation where `count_trigger` is "met" (R1). REFERRAL is each agency that a case was
    made known to (取次件数).
    """

    MEETING = "meetings"
    FIRST_MEETING = "first_meetings"
    REFERRAL = "referrals"


CountedKind: TypeAlias = KpiKind | ReferenceKind
"""What an event can count."""
COUNTED_KINDS: dict[str, CountedKind] = {kind.value: kind for kind in (*KpiKind, *ReferenceKind)}
CountTrigger: TypeAlias = Literal["submitted", "met"]


def counted_as(kpi: KpiKind, trigger: CountTrigger) -> CountedKind:
    """Return the events that a KPI is the sum of (R1). Both are always recorded."""
    is_met = kpi is KpiKind.CONSULTATION and trigger == "met"
    return ReferenceKind.FIRST_MEETING if is_met else kpi


NOT_A_REFERENCE = N_("Please write the reference of the case. Example: /case R8-0042")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー－"), "-")
_LAST_NUMBER = 999_999


@dataclass(frozen=True, order=True)
class Reference:
    """A reference such as R8-0042: fiscal year and a number never used twice."""

    fiscal_year: FiscalYear
    number: int

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read what people write: R8-0042, r8-42, Ｒ８ー４２, 令和8-42. Raises InvalidAnswer."""
        text = "".join(unicodedata.normalize("NFKC", raw).translate(_DASHES).split())
        year, _, number = text.rpartition("-")
        if not (number.isascii() and number.isdecimal() and 0 < int(number) <= _LAST_NUMBER):
            raise InvalidAnswer(NOT_A_REFERENCE)
        try:
            return cls(FiscalYear.parse(year), int(number))
        except InvalidAnswer:
            raise InvalidAnswer(NOT_A_REFERENCE) from None

    def __str__(self) -> str:
        return f"{self.fiscal_year.reference_prefix}-{self.number:04d}"


@dataclass(frozen=True)
class CompanyIdentity:
    """What a company is recognised by: corporate number, else name key and municipality (R3)."""

    corporate_number: str | None
    name: str
    name_key: str
    city: str


@dataclass(frozen=True)
class NewConsultation:
    """A consultation as it is submitted, or logged by staff (R8); `submitted_at` in UTC.

    `user_id` is the person's who wrote it in the bot, None for all others. `took_place_on` (JST)
    and `logged_by` are of what came to staff; `partner` is the partner that sent them, if any.
    """

    draft_id: int
    user_id: int | None
    answers: Answers
    consent: Consent
    submitted_at: datetime
    channel: str
    size: SizeVerdict
    eligibility: Eligibility
    entry: Entry = Entry.BOT
    took_place_on: date | None = None
    logged_by: int | None = None
    partner: int | None = None

    @property
    def counted_on(self) -> date:
        """The day (JST) that decides date and fiscal year: of the sending (R12), or of the talk."""
        return self.took_place_on or jst_date(self.submitted_at)


@dataclass(frozen=True)
class Consultation:
    """A logged consultation (相談).

    `call_when` is set while its person waits for a call that arranges the meeting. `user_id` is
    None where nobody can be written to: it came to staff (`logged_by`, on `took_place_on`, JST).
    `partner` is the partner that sent them, if any.
    """

    id: int
    reference: Reference
    user_id: int | None
    answers: Answers
    submitted_at: datetime
    channel: str
    state: ConsultationState
    assignee: int | None
    size: SizeVerdict
    eligibility: Eligibility
    suspected_duplicate_of: Reference | None
    call_when: CallTime | None
    entry: Entry = Entry.BOT
    took_place_on: date | None = None
    logged_by: int | None = None
    partner: int | None = None

    @property
    def counted_on(self) -> date:
        """The day (JST) on which it counts."""
        return self.took_place_on or jst_date(self.submitted_at)


@dataclass(frozen=True)
class KpiEvent:
    """A countable fact: `delta` is +1 or −1 on `effective_date` (JST), of a match by its id."""

    kind: CountedKind
    delta: int
    effective_date: date
    eligibility: Eligibility
    channel: str
    consultation_id: int
    reason: str
    actor: str
    recorded_at: datetime
    match_id: int | None = None
