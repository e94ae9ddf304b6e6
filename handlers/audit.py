"""/audit for admins, in their own chats: who looked at, changed and tried what."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.audit_search import AuditPeriod, AuditSearch
from domain.errors import InvalidAnswer, StaleButton
from domain.fiscal_year import JST
from domain.references import parse_reference
from handlers import audit_lines, replies
from handlers.callbacks import AUDIT, pack
from handlers.messages import File
from handlers.updates import pressed, user_and_chat
from services import audit
from services.staff import THE_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Update

    from domain.audit import AuditKind
    from handlers.context import Context
    from services.audit import AuditPage

    Rows = list[list[InlineKeyboardButton]]

_PLACE = re.compile(r"([on])([0-9]{1,15})")


async def show_audit(update: Update, context: Context) -> None:
    """/audit: the newest entries; with a reference, those of one case."""
    user, chat = user_and_chat(update)
    page = await context.read(audit.newest, user, AuditSearch(), context.now)
    typed = " ".join(context.args or ())
    if typed:
        try:
            search = AuditSearch(reference=str(parse_reference(typed)))
        except InvalidAnswer as refusal:
            await replies.send(context, chat, context.gettext(refusal.message) % refusal.params)
            return
        page = await context.read(audit.newest, user, search, context.now)
    await replies.send_protected(context, chat, _text(context, page), _buttons(context, page))


async def refresh(update: Update, context: Context) -> None:
    """Show the newest entries, to those who may see them."""
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    if user != chat:
        return
    page = await context.read(audit.newest, user, AuditSearch(), context.now)
    await replies.edit(context, chat, message, _text(context, page), _buttons(context, page))


async def audit_button(update: Update, context: Context) -> None:
    """A button of the log. Raises NotPermitted, or StaleButton."""
    _, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    action, code, *place = data.split(":")[1:]
    search = AuditSearch.read(code)
    if search is None or user != chat or len(place) > 1:
        raise StaleButton("")
    if action == "page":
        await _turn(update, context, search, place[0] if place else "")
    elif place:
        raise StaleButton("")
    else:
        await (_who if action == "who" else _export)(update, context, search)


async def _turn(update: Update, context: Context, search: AuditSearch, place: str) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    edge = _PLACE.fullmatch(place)
    if edge is None:
        page = await context.read(audit.newest, user, search, context.now)
    else:
        turned = audit.older if edge[1] == "o" else audit.newer
        page = await context.read(turned, user, search, context.now, int(edge[2]))
    await replies.answer_query(query)
    await replies.edit(context, chat, message, _text(context, page), _buttons(context, page))


async def _who(update: Update, context: Context, search: AuditSearch) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    names = await context.read(audit.people, user)
    choices: list[int | None] = [None, *names, THE_SETTINGS]
    rows = [
        [_button(_whose(context, names, actor), "page", replace(search, actor=actor))]
        for actor in choices
    ]
    await replies.answer_query(query)
    text = context.gettext("Whose actions?")
    await replies.edit(context, chat, message, text, InlineKeyboardMarkup(rows))


async def _export(update: Update, context: Context, search: AuditSearch) -> None:
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    await context.transact(audit.note_export, user, search, context.now)
    await replies.answer_query(query)
    found = await context.read(audit.export, user, search, context.now)
    # In a thread: a long log takes a moment to write.
    content = await asyncio.to_thread(audit_lines.table, context, found)
    count = len(found.entries)
    caption = context.ngettext("%(count)d entry", "%(count)d entries", count) % {"count": count}
    if not found.is_all:
        caption += "\n" + context.gettext(
            "These are the newest. For older ones, choose a person or a kind of action first."
        )
    name = f"audit-{context.now.astimezone(JST):%Y%m%d-%H%M}.csv"
    await replies.send_protected_document(context, chat, File(name, content), caption)


def _text(context: Context, page: AuditPage) -> str:
    _ = context.gettext
    lines = [_("<b>Audit log</b>"), escape(_asked(context, page)), ""]
    lines += [audit_lines.line(context, page.names, entry) for entry in page.entries]
    if not page.entries:
        lines.append(_("There are no such entries."))
    return "\n".join(lines)


def _asked(context: Context, page: AuditPage) -> str:
    """Return what was searched by, on one line."""
    search = page.search
    kind = _every_kind(context)[search.kind]
    asked = [_periods(context)[search.period], kind, _whose(context, page.names, search.actor)]
    if search.reference is not None:
        asked.insert(0, search.reference)
    return context.gettext(" / ").join(asked)


def _buttons(context: Context, page: AuditPage) -> InlineKeyboardMarkup:
    _, search = context.gettext, page.search
    turning = []
    if page.has_newer:
        turning.append(_button(_("‹ Newer"), "page", search, f"n{page.entries[0].id}"))
    if page.has_older:
        turning.append(_button(_("Older ›"), "page", search, f"o{page.entries[-1].id}"))
    kinds = [
        _choice(name, replace(search, kind=kind), search)
        for kind, name in _every_kind(context).items()
    ]
    periods = [
        _choice(name, replace(search, period=period), search)
        for period, name in _periods(context).items()
    ]
    whose = _("Person: %(name)s") % {"name": _whose(context, page.names, search.actor)}
    rows: Rows = [turning] if turning else []
    for choices, a_row in ((kinds, 3), (periods, 2)):
        rows += [choices[first : first + a_row] for first in range(0, len(choices), a_row)]
    rows.append([_button(whose, "who", search)])
    if search.reference is not None:
        rows.append([_button(_("All cases"), "page", replace(search, reference=None))])
    rows.append([_button(_("Save as CSV"), "csv", search)])
    return InlineKeyboardMarkup(rows)


def _choice(name: str, choice: AuditSearch, now: AuditSearch) -> InlineKeyboardButton:
    return _button(f"● {name}" if choice == now else name, "page", choice)


def _button(label: str, action: str, search: AuditSearch, *place: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(AUDIT, action, search.code, *place))


def _whose(context: Context, names: Mapping[int, str], actor: int | None) -> str:
    if actor is None:
        return context.gettext("Everybody")
    return audit_lines.person(context, names, actor)


def _every_kind(context: Context) -> dict[AuditKind | None, str]:
    every: dict[AuditKind | None, str] = {None: context.gettext("Every kind")}
    every.update(audit_lines.kind_names(context).items())
    return every


def _periods(context: Context) -> dict[AuditPeriod, str]:
    _ = context.gettext
    return {
        AuditPeriod.TODAY: _("Today"),
        AuditPeriod.WEEK: _("This week"),
        AuditPeriod.MONTH: _("This month"),
        AuditPeriod.ALL: _("All time"),
    }
