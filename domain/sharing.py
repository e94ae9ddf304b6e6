"""Consent to sharing (Q19): with whom the hub may share what an owner told it, and who said so.

The intake's answer is the first; each later decision stands from then on, and none is removed
(個人情報保護法 69条2項1号: a third party learns of it with the person's consent only). ① are talent
agencies, ② banks and support institutions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.errors import DomainError
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import datetime

    from domain.consultations import Consultation


class Sharing(StrEnum):
    """With whom it may be shared; the values are the choices of Q19, and NONE (withdrawn).

    LATER is not decided yet: it can be an answer, but no later decision.
    """

    BOTH = "both"
    AGENCY = "agency"
    BANK = "bank"
    NONE = "none"
    LATER = "later"

    @property
    def with_agencies(self) -> bool:
        """Whether a case may be referred (①)."""
        return self in {Sharing.BOTH, Sharing.AGENCY}


SHARING_WORDS: Final = {
    Sharing.BOTH: N_("Both (1) and (2)"),
    Sharing.AGENCY: N_("Only (1) talent agencies"),
    Sharing.BANK: N_("Only (2) bank and support institutions"),
    Sharing.NONE: N_("Share with nobody"),
    Sharing.LATER: N_("Not decided yet"),
}
DECISIONS: Final = tuple(one for one in Sharing if one is not Sharing.LATER)
"""What can be decided later on."""


class Said(StrEnum):
    """How the owner said it: by the bot themselves, or to a member of the staff."""

    BOT = "bot"
    ORALLY = "orally"
    WRITTEN = "written"


SAID_WORDS: Final = {
    Said.BOT: N_("by the bot"),
    Said.ORALLY: N_("orally"),
    Said.WRITTEN: N_("in writing"),
}
TOLD_TO_STAFF: Final = (Said.ORALLY, Said.WRITTEN)


@dataclass(frozen=True)
class SharingDecision:
    """A decision of an owner, recorded by somebody (Telegram user id) at a moment (UTC)."""

    value: Sharing
    said: Said
    actor: int
    at: datetime


@dataclass(frozen=True)
class NewDecision:
    """A decision about a case as somebody asks for it, and what stood when they did."""

    case: int
    before: Sharing
    to: Sharing


class NotShared(DomainError):
    """The owner has not agreed, or agrees no more, to sharing with talent agencies."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The company has not agreed to sharing with talent agencies (1). Please ask it, "
                "and record what it says."
            )
        )


class SharingMoved(DomainError):
    """Somebody recorded another decision first."""

    def __init__(self) -> None:
        super().__init__(N_("This has been changed meanwhile. This is how it stands now."))


def answered(case: Consultation) -> Sharing:
    """Return what the intake said (Q19); LATER where it was not asked."""
    answer = case.answers.get("share")
    return Sharing(answer) if answer in DECISIONS and answer is not None else Sharing.LATER
