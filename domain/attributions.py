"""By which partner a case came, where staff say so: the link says it of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.partners import Partner, PartnerPage


@dataclass(frozen=True)
class Attribution:
    """A member (Telegram user id) said at a moment (UTC) by which partner a case came.

    `partner` is its name; None if the case came by none.
    """

    partner: str | None
    actor: int
    at: datetime


@dataclass(frozen=True)
class Attributing:
    """Somebody says it: `before` is the partner (its id) as they saw it, `to` the one it is."""

    case: int
    before: int | None
    to: int | None


@dataclass(frozen=True)
class Senders:
    """The live partners that a case may have come by; `present` is the one it came by so far."""

    case: int
    reference: str
    present: Partner | None
    page: PartnerPage
