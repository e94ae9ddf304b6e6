"""The partners: who they are, registering, renaming, ending and reopening them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.audit import AuditAction
from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.partner_form import FORM, NEW_PARTNER, known_of, partner_in
from domain.partners import (
    PAGE,
    NameTaken,
    NewPartner,
    PartnerEnded,
    PartnerKind,
    PartnerPage,
)
from domain.periods import month_of
from domain.questions import current_question
from domain.staff import Action
from domain.texts import N_
from services.cases import permitted
from services.drafts import open_for_staff
from services.drafts import opened as opened_form
from storage import audit, drafts, partner_counts, partners

if TYPE_CHECKING:
    from datetime import datetime

    from domain.drafts import Draft
    from domain.partner_counts import PartnerFigures
    from domain.partners import Partner
    from services.drafts import Forms
    from storage.database import Transaction


@dataclass(frozen=True)
class ListView:
    """A page of the list; `manages` says whether the member may change partners."""

    page: PartnerPage
    manages: bool


@dataclass(frozen=True)
class PartnerView:
    """One partner with its figures; `manages` says whether the member may change it."""

    partner: Partner
    figures: PartnerFigures
    manages: bool


def listed(tx: Transaction, user_id: int, kind: PartnerKind | None, number: int) -> ListView:
    """Return a page of the partners; the last one if there are not so many by now.

    Raises NotPermitted.
    """
    member = permitted(tx, user_id, Action.READ_PARTNERS)
    count = partners.count(tx, kind)
    shown = min(number, max(0, count - 1) // PAGE)
    found = partners.page(tx, kind, shown * PAGE, PAGE)
    return ListView(PartnerPage(kind, found, count, shown), member.may(Action.MANAGE_PARTNERS))


def opened(tx: Transaction, user_id: int, partner_id: int, now: datetime) -> PartnerView:
    """Return a partner for the staff. Raises NotPermitted, StaleButton if there is none."""
    member = permitted(tx, user_id, Action.READ_PARTNERS)
    partner = _found(tx, partner_id)
    figures = partner_counts.figures(tx, month_of(jst_date(now)), [partner_id])
    return PartnerView(partner, figures[partner_id], member.may(Action.MANAGE_PARTNERS))


def introducing(tx: Transaction, token: str) -> Partner | None:
    """Return the live partner whose link was followed; None for any other token."""
    return partners.of_token(tx, token)


def sender(tx: Transaction, partner_id: int | None) -> Partner | None:
    """Return the partner that somebody is known to come by, also one that ended since."""
    return partners.find(tx, partner_id)


def ask_for_new(tx: Transaction, forms: Forms, user_id: int, now: datetime) -> Draft:
    """Open the form of a partner to be registered. Raises NotPermitted."""
    return open_for_staff(tx, forms, user_id, FORM.name, now, known=NEW_PARTNER)


def ask_for_name(
    tx: Transaction, forms: Forms, user_id: int, partner_id: int, now: datetime
) -> Draft:
    """Open the form of another name for a partner.

    Raises NotPermitted, PartnerEnded, or StaleButton if there is no such partner.
    """
    partner = to_change(tx, user_id, partner_id)
    return open_for_staff(tx, forms, user_id, FORM.name, now, known=known_of(partner))


def submit(
    tx: Transaction, forms: Forms, user_id: int, draft_id: int, token: str, now: datetime
) -> PartnerView:
    """Register the partner that a finished form describes, or give it its new name.

    A new one's link gets `token`. Raises NotPermitted, NameTaken and PartnerEnded, which leave the
    form as it is, or StaleButton if there is no such finished form.
    """
    draft = opened_form(tx, forms, user_id, FORM.name)
    if draft.id != draft_id or current_question(FORM, draft.progress) is not None:
        raise StaleButton(N_("Some questions are still open."))
    answers = draft.progress.answers
    partner_id, name = partner_in(answers), str(answers["name"])
    drafts.remove(tx, draft.id)
    if partner_id is not None:
        return rename(tx, user_id, partner_id, name, now)
    return add(tx, user_id, NewPartner(PartnerKind(str(answers["kind"])), name, token), now)


def add(tx: Transaction, user_id: int, new: NewPartner, now: datetime) -> PartnerView:
    """Register a partner. Raises NotPermitted, NameTaken."""
    permitted(tx, user_id, Action.MANAGE_PARTNERS)
    partners.lock(tx)
    _check_name(tx, new.name, None)
    partner_id = partners.add(tx, new, now)
    audit.append(tx, user_id, AuditAction.PARTNER_ADD, str(partner_id), now)
    return opened(tx, user_id, partner_id, now)


def rename(tx: Transaction, user_id: int, partner_id: int, name: str, now: datetime) -> PartnerView:
    """Give a partner another name; its link stays.

    Raises NotPermitted, NameTaken, PartnerEnded, or StaleButton if there is no such partner.
    """
    permitted(tx, user_id, Action.MANAGE_PARTNERS)
    partners.lock(tx)
    if _live(tx, partner_id).name != name:
        _check_name(tx, name, partner_id)
        partners.rename(tx, partner_id, name)
        audit.append(tx, user_id, AuditAction.PARTNER_RENAME, str(partner_id), now)
    return opened(tx, user_id, partner_id, now)


def to_change(tx: Transaction, user_id: int, partner_id: int) -> Partner:
    """Return a live partner that a member is about to change.

    Raises NotPermitted, PartnerEnded, or StaleButton if there is no such partner.
    """
    permitted(tx, user_id, Action.MANAGE_PARTNERS)
    return _live(tx, partner_id)


def end(tx: Transaction, user_id: int, partner_id: int, since: int, now: datetime) -> PartnerView:
    """End a partner: its link attributes nothing any more, what it has sent stays its own.

    `since` (seconds) says which time of being a partner is meant. Raises NotPermitted, or
    StaleButton if that is over.
    """
    permitted(tx, user_id, Action.MANAGE_PARTNERS)
    partners.lock(tx)
    partner = _found(tx, partner_id)
    if not partner.is_live or int(partner.since.timestamp()) != since:
        raise StaleButton(N_("That button belongs to an earlier step."))
    partners.end(tx, partner_id, now)
    audit.append(tx, user_id, AuditAction.PARTNER_END, str(partner_id), now)
    return opened(tx, user_id, partner_id, now)


def reopen(
    tx: Transaction, user_id: int, partner_id: int, ended: int, now: datetime
) -> PartnerView:
    """Make one that ended a partner again, by the same link.

    `ended` (seconds) says which end is taken back. Raises NotPermitted, NameTaken if another has
    the name by now, or StaleButton if it is a partner, or that end is not its last.
    """
    permitted(tx, user_id, Action.MANAGE_PARTNERS)
    partners.lock(tx)
    partner = _found(tx, partner_id)
    if partner.ended_at is None or int(partner.ended_at.timestamp()) != ended:
        raise StaleButton(N_("That button belongs to an earlier step."))
    _check_name(tx, partner.name, partner_id)
    partners.reopen(tx, partner_id, now)
    audit.append(tx, user_id, AuditAction.PARTNER_REOPEN, str(partner_id), now)
    return opened(tx, user_id, partner_id, now)


def _found(tx: Transaction, partner_id: int) -> Partner:
    partner = partners.find(tx, partner_id)
    if partner is None:
        raise StaleButton(N_("That partner is not there."))
    return partner


def _live(tx: Transaction, partner_id: int) -> Partner:
    partner = _found(tx, partner_id)
    if not partner.is_live:
        raise PartnerEnded
    return partner


def _check_name(tx: Transaction, name: str, but: int | None) -> None:
    other = partners.of_name(tx, name)
    if other is not None and other.id != but:
        raise NameTaken(other.name)
