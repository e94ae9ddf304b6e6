"""/staff for admins: list, invite by a one-time link, remove; and joining by that link."""

from __future__ import annotations

import secrets
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_datetime
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from domain.fiscal_year import JST
from domain.staff import Role, StaffMember
from handlers import replies
from handlers.callbacks import STAFF, pack, unpack
from handlers.command_menu import hide_menu, show_menu
from handlers.updates import pressed, user_and_chat
from services import staff

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context

INVITATION = "staff_"


def _role_names(context: Context) -> dict[Role, str]:
    _ = context.gettext
    return {
        Role.ADMIN: _("administrator"),
        Role.MANAGER: _("manager"),
        Role.SUB_MANAGER: _("sub-manager"),
        Role.CLERK: _("clerk"),
        Role.PLANNING: _("planning division"),
    }


def _list_text(context: Context, members: list[StaffMember]) -> str:
    roles = _role_names(context)
    lines = [f"{escape(m.name)}（{roles[m.role]}）" for m in members]
    return "\n".join([context.gettext("<b>Staff</b>"), *lines])


def _list_buttons(context: Context, members: list[StaffMember]) -> InlineKeyboardMarkup:
    _ = context.gettext
    rows = [
        [
            InlineKeyboardButton(
                _("Invite: %(role)s") % {"role": name}, callback_data=pack(STAFF, "invite", role)
            )
        ]
        for role, name in _role_names(context).items()
    ]
    rows += [
        [
            InlineKeyboardButton(
                _("Remove %(name)s") % {"name": m.name},
                callback_data=pack(STAFF, "remove", m.user_id),
            )
        ]
        for m in members
        if m.user_id != context.user_id
    ]
    return InlineKeyboardMarkup(rows)


async def list_staff(update: Update, context: Context) -> None:
    """/staff: who is registered."""
    user, chat = user_and_chat(update)
    members = await context.read(staff.list_members, user)
    await replies.send(context, chat, _list_text(context, members), _list_buttons(context, members))


async def staff_button(update: Update, context: Context) -> None:
    """A button of the staff list."""
    query, data, message = pressed(update)
    arguments = unpack(data, 2)
    user, chat = user_and_chat(update)
    if arguments is not None and arguments[0] == "remove" and arguments[1].isdigit():
        removed = int(arguments[1])
        members = await context.transact(staff.remove, user, removed, context.now)
        await replies.answer_query(query)
        await hide_menu(context, removed)
        text, buttons = _list_text(context, members), _list_buttons(context, members)
        await replies.edit(context, chat, message, text, buttons)
        return
    if arguments is None or arguments[0] != "invite" or arguments[1] not in set(Role):
        raise StaleButton("")
    await _invite(update, context, Role(arguments[1]))


async def _invite(update: Update, context: Context, role: Role) -> None:
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    token = secrets.token_urlsafe(24)
    hours = context.house.programme.staff.invite_hours
    expires_at = await context.transact(
        staff.invite, user, role, token, context.now, timedelta(hours=hours)
    )
    text = context.gettext(
        "Invitation for: %(role)s\nIt works once, until %(until)s.\n"
        "https://t.me/%(bot)s?start=%(payload)s"
    ) % {
        "role": _role_names(context)[role],
        "until": format_datetime(
            expires_at.astimezone(JST), "M/d(E) H:mm", locale=context.language
        ),
        "bot": context.bot.username,
        "payload": INVITATION + token,
    }
    await replies.answer_query(query)
    await replies.send(context, chat, text)


async def join(update: Update, context: Context, payload: str) -> None:
    """Join by an invitation's deep link."""
    user, chat = user_and_chat(update)
    name = update.effective_user.full_name if update.effective_user is not None else ""
    token = payload.removeprefix(INVITATION)
    member = await context.transact(staff.join, user, name, token, context.now)
    text = context.gettext("You are registered as: %(role)s.")
    await replies.send(context, chat, text % {"role": _role_names(context)[member.role]})
    await show_menu(context, member)
