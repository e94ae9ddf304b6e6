"""The list of staff: invite by one-time link, join, remove."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from domain.audit import AuditAction, without_arguments
from domain.errors import DomainError, StaleButton
from domain.staff import Action, NotPermitted, Role, StaffMember, refusal
from domain.texts import N_
from services import left_cases
from services.cases import permitted
from storage import audit, bookings, calendar_feeds, drafts, prompts, staff

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from services.occasion import Occasion
    from storage.database import Transaction

THE_SETTINGS = 0
"""The actor in the audit log where the settings, not a person, did something."""


class InvitationUnusable(DomainError):
    """The invitation is unknown, used up or expired."""

    def __init__(self) -> None:
        super().__init__(
            N_("This invitation is used up or expired. Please ask an administrator for a new one.")
        )


class OwnInvitation(InvitationUnusable):
    """The invitation was made by who opens it."""

    def __init__(self) -> None:
        DomainError.__init__(
            self, N_("You made this invitation. Please send it to the person you invite.")
        )


class LastAdmin(DomainError):
    """Without this administrator nobody could manage staff any more."""

    def __init__(self) -> None:
        super().__init__(
            N_("There must be an administrator. Please invite another one to that role first.")
        )


_NOTED_AS: dict[type[DomainError], AuditAction] = {
    NotPermitted: AuditAction.REFUSED,
    InvitationUnusable: AuditAction.JOIN_REFUSED,
    LastAdmin: AuditAction.LAST_ADMIN_REFUSED,
}
NOTED: tuple[type[DomainError], ...] = tuple(_NOTED_AS)
"""The refusals that are about who asks: raised, they undo what their service would record."""


def ensure_admins(tx: Transaction, admin_ids: tuple[int, ...], now: datetime) -> list[int]:
    """Register the admins named in the settings; return those left out.

    Whoever was removed stays removed: a restart must not give back what was taken away. They come
    back by an invitation.
    """
    removed = []
    for user_id in admin_ids:
        member = staff.find(tx, user_id)
        if member is not None and member.role is Role.ADMIN:
            continue
        if staff.was_removed(tx, user_id):
            removed.append(user_id)
            continue
        name = member.name if member is not None else ""
        staff.register(tx, StaffMember(user_id, name, Role.ADMIN, now))
        audit.append(tx, THE_SETTINGS, AuditAction.APPOINT, str(user_id), now)
    return removed


def member(tx: Transaction, user_id: int) -> StaffMember | None:
    """Return the registered staff member, if the person is one."""
    return staff.find(tx, user_id)


def learn_name(tx: Transaction, user_id: int, name: str) -> None:
    """Keep the name a member goes by now; other people's names are not kept."""
    staff.learn_name(tx, user_id, name)


def note_refusal(
    tx: Transaction, user_id: int, refusal: DomainError, asked: str, now: datetime
) -> None:
    """Put into the audit log what somebody asked for that is not theirs to do.

    `refusal` is one of `NOTED`; `asked` is a button or a command as `domain.audit` lets it in. Of
    people who never were on the staff nothing is kept that their app may have made up.
    """
    if staff.names(tx, user_id) is None:
        asked = without_arguments(asked)
    action = next(action for kind, action in _NOTED_AS.items() if isinstance(refusal, kind))
    audit.append(tx, user_id, action, asked, now)


def all_members(tx: Transaction) -> list[StaffMember]:
    """Return all staff, for the process itself; people ask by `list_members`."""
    return staff.members(tx)


def list_members(tx: Transaction, user_id: int) -> list[StaffMember]:
    """Return all staff. Raises NotPermitted unless `user_id` manages staff."""
    permitted(tx, user_id, Action.MANAGE_STAFF)
    return staff.members(tx)


def invite(
    tx: Transaction, user_id: int, role: Role, token: str, now: datetime, valid_for: timedelta
) -> datetime:
    """Keep a one-time invitation; return when it expires (UTC). Raises NotPermitted."""
    permitted(tx, user_id, Action.MANAGE_STAFF)
    expires_at = now + valid_for
    staff.invite(tx, _hash(token), role, user_id, expires_at)
    audit.append(tx, user_id, AuditAction.INVITE, role, now)
    return expires_at


def join(tx: Transaction, at: Occasion, user_id: int, name: str, token: str) -> StaffMember:
    """Use an invitation up and register its bearer in the role; a member changes to it.

    What they were asked for as a member is dropped, and so are calendar addresses that the new
    role may not have. Whoever works on cases no more leaves theirs to the staff chat. An invitation
    is void once its maker may not invite any more. Raises InvitationUnusable, OwnInvitation for
    whoever made the invitation, or LastAdmin.
    """
    staff.lock(tx)
    bookings.take_turns(tx)
    token_hash = _hash(token)
    maker = staff.invited_by(tx, token_hash)
    if maker == user_id:
        raise OwnInvitation
    if maker is not None and refusal(staff.find(tx, maker), Action.MANAGE_STAFF) is not None:
        raise InvitationUnusable
    role = staff.use_invitation(tx, token_hash, user_id, at.now)
    if role is None:
        raise InvitationUnusable
    present = staff.find(tx, user_id)
    if role is not Role.ADMIN:
        _keep_an_admin(tx, present)
    since = present.since if present is not None and present.role is role else at.now
    joined = StaffMember(user_id, name, role, since)
    staff.register(tx, joined)
    action = AuditAction.JOIN if present is None else AuditAction.CHANGE_ROLE
    if present is not None:
        # The new role may not include what is being filled in.
        drafts.remove_of_staff(tx, user_id)
        prompts.drop(tx, user_id)
        if not joined.may(Action.READ_SLOTS):
            _end_feeds(tx, user_id, user_id, at.now)
    audit.append(tx, user_id, action, role, at.now)
    if present is not None and present.works_on_cases and not joined.works_on_cases:
        left_cases.leave(tx, at, user_id)
    return joined


def leaving(tx: Transaction, user_id: int, removed: int, since: int) -> StaffMember:
    """Return the member that `user_id` is about to remove.

    `since` (seconds) says which registration is meant. Raises NotPermitted, LastAdmin, or
    StaleButton if that registration is over.
    """
    permitted(tx, user_id, Action.MANAGE_STAFF)
    found = staff.find(tx, removed)
    if found is None or int(found.since.timestamp()) != since:
        raise StaleButton(N_("That person is not registered any more."))
    _keep_an_admin(tx, found)
    return found


def remove(
    tx: Transaction, at: Occasion, user_id: int, removed: int, since: int
) -> tuple[StaffMember, list[StaffMember]]:
    """Remove a member, who loses access at once; return them and who is left.

    What they are filling in as staff is deleted. The calendar addresses they made end: they know
    the secrets. Their cases are left to the staff chat until somebody takes them.
    Nobody is listed to somebody who removed themselves. Raises as `leaving` does.
    """
    staff.lock(tx)
    bookings.take_turns(tx)
    found = leaving(tx, user_id, removed, since)
    staff.remove(tx, removed, at.now)
    drafts.remove_of_staff(tx, removed)
    prompts.drop(tx, removed)
    _end_feeds(tx, user_id, removed, at.now)
    left_cases.leave(tx, at, removed)
    audit.append(tx, user_id, AuditAction.REMOVE, str(removed), at.now)
    return found, staff.members(tx) if removed != user_id else []


def _end_feeds(tx: Transaction, actor: int, maker: int, now: datetime) -> None:
    for feed_id in calendar_feeds.revoke_all_of(tx, maker, now):
        audit.append(tx, actor, AuditAction.REVOKE_FEED, str(feed_id), now)


def _keep_an_admin(tx: Transaction, leaver: StaffMember | None) -> None:
    if leaver is not None and leaver.role is Role.ADMIN and staff.count_admins(tx) == 1:
        raise LastAdmin


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
