"""/staff for admins: list, invite by a one-time link, remove; and joining by that link."""

from __future__ import annotations

import secrets
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_date
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.staff import Role, StaffMember
from handlers import replies
from handlers.callbacks import STAFF, pack
from handlers.command_menu import hide_menu, show_menu
from handlers.moments import moment
from handlers.updates import pressed, telegram_name, user_and_chat
from services import staff

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context

INVITATION = "staff_"
"""What /start is called with to join: the prefix of an invitation's token."""
_Message = tuple[str, InlineKeyboardMarkup]


def role_names(context: Context) -> dict[Role, str]:
    """Return what each role is called."""
    _ = context.gettext
    return {
        Role.ADMIN: _("administrator"),
        Role.MANAGER: _("manager"),
        Role.SUB_MANAGER: _("sub-manager"),
        Role.CLERK: _("clerk"),
        Role.PLANNING: _("planning division"),
    }


def _name(context: Context, member: StaffMember) -> str:
    """Return a member's name; Telegram tells it when they first write to the bot."""
    return member.name or context.gettext("Telegram ID %(id)s") % {"id": member.user_id}


def _button(label: str, *arguments: object, style: str | None = None) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(label, callback_data=pack(STAFF, *arguments), style=style)]


def _list(context: Context, members: list[StaffMember]) -> _Message:
    _ = context.gettext
    roles = role_names(context)
    title = context.ngettext(
        "<b>Staff</b> (%(count)d person)", "<b>Staff</b> (%(count)d people)", len(members)
    )
    lines = [title % {"count": len(members)}]
    for member in members:
        since = format_date(jst_date(member.since), locale=context.language)
        line = _("<b>%(name)s</b>\n　%(role)s, since %(since)s") % {
            "name": escape(_name(context, member)),
            "role": roles[member.role],
            "since": since,
        }
        lines.append(line)
    buttons = [
        _button(_("Invite somebody"), "roles", style=KeyboardButtonStyle.PRIMARY),
        _button(_("Remove somebody"), "leavers"),
    ]
    return "\n".join(lines), InlineKeyboardMarkup(buttons)


async def list_staff(update: Update, context: Context) -> None:
    """/staff: who is registered."""
    user, chat = user_and_chat(update)
    members = await context.read(staff.list_members, user)
    await replies.send(context, chat, *_list(context, members))


async def refresh(update: Update, context: Context) -> None:
    """Show the list as it is now, to those who may see it."""
    await _show_menu(update, context, "list")


async def staff_button(update: Update, context: Context) -> None:
    """A button of the staff list."""
    _, data, _ = pressed(update)
    action, *arguments = data.split(":")[1:]
    if action in _MENUS and not arguments:
        await _menu(update, context, action)
    elif action == "invite" and len(arguments) == 1 and arguments[0] in set(Role):
        await _invite(update, context, Role(arguments[0]))
    elif action in ("ask", "remove") and len(arguments) == 2 and all(map(str.isdecimal, arguments)):
        removed, since = map(int, arguments)
        await (_ask if action == "ask" else _remove)(update, context, removed, since)
    else:
        raise StaleButton("")


async def _menu(update: Update, context: Context, action: str) -> None:
    query, _, _ = pressed(update)
    await _show_menu(update, context, action)
    await replies.answer_query(query)


async def _show_menu(update: Update, context: Context, action: str) -> None:
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    members = await context.read(staff.list_members, user)
    await replies.edit(context, chat, message, *_MENUS[action](context, members))


def _roles(context: Context, _members: list[StaffMember]) -> _Message:
    _ = context.gettext
    buttons = [_button(name, "invite", role) for role, name in role_names(context).items()]
    buttons.append(_button(_("Back to the list of staff"), "list"))
    text = _(
        "In which role?\n\nAdministrators manage staff and may do everything. Managers and "
        "sub-managers work on cases up to the match; managers also see the figures and register "
        "partners. Clerks work on cases, but refer none, record no match, exclude and reopen none. "
        "The planning division reads figures and cases, without personal data."
    )
    return text, InlineKeyboardMarkup(buttons)


def _leavers(context: Context, members: list[StaffMember]) -> _Message:
    _ = context.gettext
    buttons = [
        _button(_name(context, member), "ask", member.user_id, int(member.since.timestamp()))
        for member in members
    ]
    buttons.append(_button(_("Back to the list of staff"), "list"))
    return _("Whom shall we remove?"), InlineKeyboardMarkup(buttons)


_MENUS = {"list": _list, "roles": _roles, "leavers": _leavers}


async def _ask(update: Update, context: Context, removed: int, since: int) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    member = await context.read(staff.leaving, user, removed, since)
    text = context.gettext(
        "Remove %(name)s (%(role)s)?\n\nThey lose access at once. Others can take the cases they "
        "have. The calendar addresses they made stop working."
    ) % {"name": escape(_name(context, member)), "role": role_names(context)[member.role]}
    style = KeyboardButtonStyle.DANGER
    buttons = [
        _button(context.gettext("Yes, remove"), "remove", removed, since, style=style),
        _button(context.gettext("Back to the list of staff"), "list"),
    ]
    await replies.answer_query(query)
    await replies.edit(context, chat, message, text, InlineKeyboardMarkup(buttons))


async def _remove(update: Update, context: Context, removed: int, since: int) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    member, left = await context.transact(staff.remove, context.occasion, user, removed, since)
    text = context.gettext(
        "%(name)s is removed. Please take them out of the staff chat as well."
    ) % {"name": _name(context, member)}
    await replies.answer_query(query, text, alert=True)
    await hide_menu(context, removed)
    if left:
        await replies.edit(context, chat, message, *_list(context, left))
    else:
        await replies.edit(context, chat, message, escape(text))


async def _invite(update: Update, context: Context, role: Role) -> None:
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    token = secrets.token_urlsafe(24)
    hours = context.house.programme.staff.invite_hours
    expires_at = await context.transact(
        staff.invite, user, role, token, context.now, timedelta(hours=hours)
    )
    link = f"https://t.me/{context.bot.username}?start={INVITATION}{token}"
    text = context.gettext(
        "Invitation for: %(role)s\nIt works once, until %(until)s. "
        "Please send the link to that person only.\n%(link)s"
    ) % {
        "role": role_names(context)[role],
        "until": moment(context, expires_at),
        "link": link,
    }
    copy = InlineKeyboardButton(context.gettext("Copy the link"), copy_text=CopyTextButton(link))
    await replies.answer_query(query)
    await replies.send(context, chat, text, InlineKeyboardMarkup([[copy]]))


async def join(update: Update, context: Context, payload: str) -> None:
    """Join by an invitation's deep link."""
    user, chat = user_and_chat(update)
    token = payload.removeprefix(INVITATION)
    member = await context.transact(
        staff.join, context.occasion, user, telegram_name(update), token
    )
    text = context.gettext("You are registered as: %(role)s.\n/help shows what you can do here.")
    await replies.send(context, chat, text % {"role": role_names(context)[member.role]})
    await show_menu(context, member)
