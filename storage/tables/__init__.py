"""The tables. Constraints guard what must be unique; nothing here decides anything."""

from __future__ import annotations

from storage.tables.base import (
    Base,
)
from storage.tables.bookings import (
    HELD,
    LIVE,
    UNANSWERED,
    BookingEventRow,
    BookingRow,
    BookingSeatRow,
    CalendarFeedRow,
    ClosureRow,
    WaitingRow,
)
from storage.tables.cases import (
    AddendumRow,
    CaseEventRow,
    CompanyRow,
    ConsultationRow,
    DraftRow,
    KpiEventRow,
    PersonRow,
    ReferenceCounterRow,
    ReturnCallRow,
)
from storage.tables.chasers import ChaserRow, SnoozeRow
from storage.tables.matches import MatchEventRow, MatchRow
from storage.tables.partners import AttributionRow, PartnerRow
from storage.tables.process import (
    ChatLeaseRow,
    ChatRow,
    DeadLetterRow,
    InboxRow,
    LeaseRow,
    OutboxRow,
    RunRow,
)
from storage.tables.referrals import (
    MissionRow,
    ReferralNewsRow,
    ReferralRow,
    SharingDecisionRow,
)
from storage.tables.relay import (
    CaseTopicRow,
    PromptRow,
    RelayCopyRow,
    RelayMessageRow,
)
from storage.tables.staff import (
    AuditRow,
    InvitationRow,
    StaffRow,
)

__all__ = [
    "HELD",
    "LIVE",
    "UNANSWERED",
    "AddendumRow",
    "AttributionRow",
    "AuditRow",
    "Base",
    "BookingEventRow",
    "BookingRow",
    "BookingSeatRow",
    "CalendarFeedRow",
    "CaseEventRow",
    "CaseTopicRow",
    "ChaserRow",
    "ChatLeaseRow",
    "ChatRow",
    "ClosureRow",
    "CompanyRow",
    "ConsultationRow",
    "DeadLetterRow",
    "DraftRow",
    "InboxRow",
    "InvitationRow",
    "KpiEventRow",
    "LeaseRow",
    "MatchEventRow",
    "MatchRow",
    "MissionRow",
    "OutboxRow",
    "PartnerRow",
    "PersonRow",
    "PromptRow",
    "ReferenceCounterRow",
    "ReferralNewsRow",
    "ReferralRow",
    "RelayCopyRow",
    "RelayMessageRow",
    "ReturnCallRow",
    "RunRow",
    "SharingDecisionRow",
    "SnoozeRow",
    "StaffRow",
    "WaitingRow",
]
