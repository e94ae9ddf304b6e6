"""Partners registered at a counter by its administrator."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from domain.partners import TOKEN_BYTES, NewPartner, Partner, PartnerKind
from services import partners

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

ADMIN = 900


def register(
    counter: Counter, name: str = "株式会社見本銀行", kind: PartnerKind = PartnerKind.BANK
) -> Partner:
    """Register a partner."""
    new = NewPartner(kind, name, secrets.token_urlsafe(TOKEN_BYTES))
    write = counter.application.house.database.write
    return write(lambda tx: partners.add(tx, ADMIN, new, counter.moment)).result().partner


def end(counter: Counter, partner: Partner) -> Partner:
    """End a partner."""
    since = int(partner.since.timestamp())
    write = counter.application.house.database.write
    return (
        write(lambda tx: partners.end(tx, ADMIN, partner.id, since, counter.moment))
        .result()
        .partner
    )
