"""Entries of the audit log in words: on the screen, and as a table for spreadsheets."""

from __future__ import annotations

import csv
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

from babel.dates import format_datetime

from domain.audit import AuditAction, AuditKind
from domain.fiscal_year import JST
from domain.staff import Role
from handlers.staff import role_names
from services.staff import THE_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.audit_search import AuditEntry
    from handlers.context import Context
    from services.audit import AuditExport

_ABOUT_ROLES = frozenset({AuditAction.INVITE, AuditAction.JOIN, AuditAction.CHANGE_ROLE})
_ABOUT_PEOPLE = frozenset({AuditAction.APPOINT, AuditAction.REMOVE})
_ABOUT_NUMBERS = frozenset(
    {AuditAction.MAKE_FEED, AuditAction.REVOKE_FEED}
    | {action for action in AuditAction if "return_call" in action or "partner_" in action}
)
# What a spreadsheet takes for the beginning of a formula; a Japanese one the wide forms as well.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def kind_names(context: Context) -> dict[AuditKind, str]:
    """Return what each kind of action is called."""
    _ = context.gettext
    return {
        AuditKind.LOOK: _("Looks"),
        AuditKind.CHANGE: _("Changes"),
        AuditKind.REFUSED: _("Refused"),
        AuditKind.STAFF: _("Staff and settings"),
    }


def person(context: Context, names: Mapping[int, str], user_id: int) -> str:
    """Return who somebody is: a member's name, or their Telegram id."""
    if user_id == THE_SETTINGS:
        return context.gettext("The settings")
    if user_id not in names:
        return context.gettext("Telegram ID %(id)s (never on the staff)") % {"id": user_id}
    return names[user_id] or context.gettext("Telegram ID %(id)s") % {"id": user_id}


def line(context: Context, names: Mapping[int, str], entry: AuditEntry) -> str:
    """Return an entry on two lines (HTML)."""
    at = format_datetime(entry.at.astimezone(JST), "y/M/d(E) H:mm", locale=context.language)
    about = escape(subject(context, names, entry))
    what = context.gettext("%(what)s (%(subject)s)") % {
        "what": escape(context.gettext(entry.action.sentence)),
        # An app makes a command that stands in a text a link, and a tap gives it.
        "subject": f"<code>{about}</code>" if entry.action is AuditAction.REFUSED else about,
    }
    return f"{at}　<b>{escape(person(context, names, entry.actor))}</b>\n　{what}"


def subject(context: Context, names: Mapping[int, str], entry: AuditEntry) -> str:
    """Return what an entry is about."""
    if entry.action in _ABOUT_ROLES:
        return role_names(context)[Role(entry.subject)]
    if entry.action in _ABOUT_PEOPLE:
        return person(context, names, int(entry.subject))
    if entry.action in _ABOUT_NUMBERS:
        return context.gettext("no. %(number)s") % {"number": entry.subject}
    return entry.subject


def table(context: Context, export: AuditExport) -> bytes:
    """Return entries as CSV: UTF-8 with BOM, CRLF, moments in JST, no cell a formula."""
    _ = context.gettext
    out = StringIO()
    writer = csv.writer(out)
    titles = (_("Date and time (JST)"), _("Who"), _("Telegram ID"), _("Kind"))
    writer.writerow((*titles, _("What"), _("About"), _("Code")))
    kinds = kind_names(context)
    for entry in export.entries:
        cells = (
            f"{entry.at.astimezone(JST):%Y-%m-%d %H:%M:%S}",
            person(context, export.names, entry.actor),
            str(entry.actor),
            kinds[entry.action.kind],
            _(entry.action.sentence),
            subject(context, export.names, entry),
            entry.action,
        )
        writer.writerow([neutral(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def neutral(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not calculate."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
