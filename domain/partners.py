"""Partners: organisations that send companies to the counter or are introduced to them.

Talent agencies (人材ビジネス事業者), banks and chambers of commerce (facts, section 1). Only the
organisation is known, never who works there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.company_name import CompanyName, name_key, parse_company_name
from domain.errors import DomainError, InvalidAnswer
from domain.texts import N_

if TYPE_CHECKING:
    from datetime import datetime


class PartnerKind(StrEnum):
    """What a partner is; only to an agency are cases referred."""

    AGENCY = "agency"
    BANK = "bank"
    CHAMBER = "chamber"
    OTHER = "other"


KIND_NAMES: Final = {
    PartnerKind.AGENCY: N_("talent agency"),
    PartnerKind.BANK: N_("bank"),
    PartnerKind.CHAMBER: N_("chamber of commerce"),
    PartnerKind.OTHER: N_("other supporter"),
}
PAGE: Final = 8
"""Partners on a page of the list."""
NAME_LIMIT: Final = 60
"""Characters: the whole name stands on a button and beside a QR picture."""
TOKEN_BYTES: Final = 9
"""A link's token is as many random bytes, unguessable and short enough for every button."""
TOKEN_FORM: Final = re.compile(r"[A-Za-z0-9_-]{12}")
"""A token as it stands in the link (base64url); Telegram takes 64 characters after `?start=`."""
_EXAMPLE: Final = "株式会社見本銀行 浦和支店"
_PICTURES: Final = frozenset({"So", "Sk", "Me"})


@dataclass(frozen=True)
class Partner:
    """A partner since a moment (UTC); `ended_at` is when it ceased to be one.

    `token` is what its link says: whoever begins by it is attributed to the partner.
    """

    id: int
    kind: PartnerKind
    name: str
    token: str
    since: datetime
    ended_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it is a partner now."""
        return self.ended_at is None


@dataclass(frozen=True)
class NewPartner:
    """A partner as it is registered."""

    kind: PartnerKind
    name: str
    token: str

    @property
    def key(self) -> str:
        """The key that the name is found by."""
        return name_key(self.name)


@dataclass(frozen=True)
class PartnerPage:
    """A page of the partners of a kind (None: of any) out of `count`; the first page is 0."""

    kind: PartnerKind | None
    partners: list[Partner]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PAGE))


class NameTaken(DomainError):
    """A live partner has this name already, perhaps in another spelling."""

    def __init__(self, name: str) -> None:
        super().__init__(
            N_(
                "%(name)s is registered already. If this is another one, add a branch or a place "
                "to its name."
            ),
            name=name,
        )


class PartnerEnded(DomainError):
    """It is no partner any more, so that nothing of it is changed."""

    def __init__(self) -> None:
        super().__init__(N_("It has ended as a partner. Please make it a partner again first."))


def parse_partner_name(raw: str) -> CompanyName:
    """Read the name of an organisation, legal forms as company names have them.

    Raises InvalidAnswer, also for pictures and for more than `NAME_LIMIT` characters.
    """
    name = parse_company_name(raw)
    # Composed first: a decomposed が has its mark as a character of its own.
    whole = unicodedata.normalize("NFC", name.formal)
    if any(unicodedata.category(character) in _PICTURES for character in whole):
        raise InvalidAnswer(
            N_("Please type the name without pictures or symbols. Example: %(example)s"),
            example=_EXAMPLE,
        )
    if len(whole) > NAME_LIMIT:
        raise InvalidAnswer(
            N_(
                "The name has %(count)s characters; up to %(limit)s can be recorded. "
                "Please shorten it. Example: %(example)s"
            ),
            count=len(whole),
            limit=NAME_LIMIT,
            example=_EXAMPLE,
        )
    return CompanyName(name.typed, whole)
