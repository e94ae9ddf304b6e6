"""Staff say by which partner a case came: one that was logged, or whose owner told them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.attributions import Senders
from domain.audit import AuditAction
from domain.partners import PAGE, PartnerEnded, PartnerPage
from domain.staff import Action
from services import cases
from services.case_changes import CaseMoved
from services.case_desk import Handled, opened
from services.cases import permitted
from storage import attributions, audit, consultations, partners

if TYPE_CHECKING:
    from domain.attributions import Attributing
    from domain.errors import DomainError
    from domain.partners import PartnerKind
    from services.occasion import Occasion
    from storage.database import Transaction


def senders(
    tx: Transaction, user_id: int, case_id: int, kind: PartnerKind | None, number: int
) -> Senders:
    """Return a page of the live partners of a kind (None: of any); the last one if it is gone.

    Raises NotPermitted, or StaleButton if there is no such case.
    """
    permitted(tx, user_id, Action.CHANGE_CASE)
    card = cases.card(tx, case_id)
    live = partners.live(tx, kind)
    shown = min(number, max(0, len(live) - 1) // PAGE)
    page = PartnerPage(kind, live[shown * PAGE : (shown + 1) * PAGE], len(live), shown)
    return Senders(case_id, str(card.consultation.reference), card.partner, page)


def attribute(tx: Transaction, at: Occasion, user_id: int, asked: Attributing) -> Handled:
    """Set by which partner a case came, and return the case.

    Refused with CaseMoved if somebody else has said so first, or with PartnerEnded. Raises
    NotPermitted, or StaleButton if there is no such case or partner.
    """
    permitted(tx, user_id, Action.CHANGE_CASE)
    # Two who say it at once must not both have seen what was before.
    consultations.take_turns(tx)
    error = _refused(tx, asked)
    if error is None and asked.to != asked.before:
        case = cases.card(tx, asked.case).consultation
        attributions.add(tx, case.id, asked.to, user_id, at.now)
        audit.append(tx, user_id, AuditAction.CASE_ATTRIBUTE, str(case.reference), at.now)
    return Handled(opened(tx, at, user_id, asked.case), error)


def _refused(tx: Transaction, asked: Attributing) -> DomainError | None:
    if cases.card(tx, asked.case).consultation.partner != asked.before:
        return CaseMoved()
    if asked.to is None:
        return None
    partner = partners.find(tx, asked.to)
    return None if partner is not None and partner.is_live else PartnerEnded()
