"""/partners for staff, in their own chats: who the partners are, and each one's link."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.partners import KIND_NAMES, PartnerKind
from handlers import replies
from handlers.callbacks import PARTNER, pack
from handlers.messages import Message
from handlers.partner_counts import figure_lines, this_month
from handlers.partner_links import link, picture
from handlers.updates import pressed, private_button, user_and_chat
from services import partners

if TYPE_CHECKING:
    from datetime import datetime

    from telegram import Update

    from domain.partners import Partner
    from handlers.context import Context
    from services.partners import ListView, PartnerView

_ALL: Final = "all"
_LONGEST_NUMBER: Final = 15
_IN_A_ROW: Final = 2


async def command(update: Update, context: Context) -> None:
    """/partners: the first page of all. Raises NotPermitted."""
    user, chat = user_and_chat(update)
    view = await context.read(partners.listed, user, None, 0)
    await replies.send_message(context, chat, _list(context, view))


async def button(update: Update, context: Context) -> None:
    """A button of the list or of a partner's card. Raises StaleButton, NotPermitted."""
    verb, arguments = private_button(update)
    does = {
        ("list", 2): _turn,
        ("open", 1): _open,
        ("qr", 1): _picture,
        ("ask", 1): _ask,
        ("end", 2): _end,
        ("reopen", 2): _reopen,
    }.get((verb, len(arguments)))
    if does is None:
        raise StaleButton("")
    await does(update, context, arguments)


async def refresh(update: Update, context: Context) -> None:
    """Show the partner of a stale button as it is now, or the list, to those who may see it."""
    _, data, message = pressed(update)
    user, chat = user_and_chat(update)
    if chat < 0:
        return
    try:
        partner = read_number("".join(data.split(":")[2:3]))
        shown = card(context, await context.read(partners.opened, user, partner, context.now))
    except StaleButton:
        shown = _list(context, await context.read(partners.listed, user, None, 0))
    await replies.show(context, chat, message, shown.text, shown.buttons)


async def _turn(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    code, page = arguments
    if code not in (_ALL, *PartnerKind):
        raise StaleButton("")
    kind = None if code == _ALL else PartnerKind(code)
    view = await context.read(partners.listed, user, kind, read_number(page))
    await replies.turn_into(update, context, _list(context, view))


async def _open(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    view = await context.read(partners.opened, user, read_number(arguments[0]), context.now)
    await replies.turn_into(update, context, card(context, view))


async def _picture(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, _ = pressed(update)
    user, chat = user_and_chat(update)
    view = await context.read(partners.opened, user, read_number(arguments[0]), context.now)
    if not view.partner.is_live:
        raise StaleButton("")
    await replies.answer_query(query)
    url = link(context, view.partner)
    file = await asyncio.to_thread(picture, url)
    await replies.send_photo(context, chat, file, _caption(context, view.partner, url))


async def _ask(update: Update, context: Context, arguments: list[str]) -> None:
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    partner = await context.read(partners.to_change, user, read_number(arguments[0]))
    _ = context.gettext
    text = _(
        "End %(partner)s as a partner?\n\nIts link and QR code go on leading to this counter, but "
        "no consultation is attributed to it any more. What it has sent so far stays counted. You "
        "can take this back."
    ) % {"partner": escape(partner.name)}
    yes = _button(_("Yes, end it"), "end", partner.id, _stamp(partner.since), style="danger")
    back = _button(_("Leave it as it is"), "open", partner.id)
    await replies.answer_query(query)
    await replies.show(context, chat, message, text, InlineKeyboardMarkup([[yes], [back]]))


async def _end(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    partner, since = map(read_number, arguments)
    view = await context.transact(partners.end, user, partner, since, context.now)
    await _changed(update, context, view, context.gettext("Ended."))


async def _reopen(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    partner, ended = map(read_number, arguments)
    view = await context.transact(partners.reopen, user, partner, ended, context.now)
    await _changed(update, context, view, context.gettext("It is a partner again."))


async def _changed(update: Update, context: Context, view: PartnerView, done: str) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    await replies.answer_query(query, done)
    shown = card(context, view)
    await replies.show(context, chat, message, shown.text, shown.buttons)


def read_number(code: str) -> int:
    """Return a partner's number, a page or a moment. Raises StaleButton."""
    if not (code.isascii() and code.isdecimal() and len(code) <= _LONGEST_NUMBER):
        raise StaleButton("")
    return int(code)


def _stamp(at: datetime) -> int:
    return int(at.timestamp())


def _list(context: Context, view: ListView) -> Message:
    """Return a page of the list with a button for each partner (HTML)."""
    _, page = context.gettext, view.page
    which = _("All") if page.kind is None else _(KIND_NAMES[page.kind])
    title = context.ngettext(
        "<b>Partners</b>: %(which)s, %(count)d partner",
        "<b>Partners</b>: %(which)s, %(count)d partners",
        page.count,
    ) % {"which": escape(which), "count": page.count}
    if page.pages > 1:
        pages = _("Page %(page)d of %(pages)d")
        title += "　" + pages % {"page": page.page + 1, "pages": page.pages}
    lines = [title, *(_line(context, partner) for partner in page.partners)]
    if not page.partners:
        lines.append(_("There are none yet."))
    return Message("\n".join(lines), InlineKeyboardMarkup(_list_rows(context, view)))


def _line(context: Context, partner: Partner) -> str:
    _ = context.gettext
    line = f"<b>{escape(partner.name)}</b>　{escape(_(KIND_NAMES[partner.kind]))}"
    return line if partner.is_live else line + _(" (ended)")


def _list_rows(context: Context, view: ListView) -> list[list[InlineKeyboardButton]]:
    _, page = context.gettext, view.page
    code = page.kind or _ALL
    rows = [[_button(partner.name, "open", partner.id)] for partner in page.partners]
    turns = []
    if page.page > 0:
        turns.append(_button(_("‹ Before"), "list", code, page.page - 1))
    if page.page + 1 < page.pages:
        turns.append(_button(_("After ›"), "list", code, page.page + 1))
    kinds = {_ALL: _("All")} | {kind.value: _(name) for kind, name in KIND_NAMES.items()}
    narrowing = [
        _button(f"✓ {name}" if kind == code else name, "list", kind, 0)
        for kind, name in kinds.items()
    ]
    rows += [turns] if turns else []
    rows.append([this_month(context, _("Figures by month"))])
    if view.manages:
        rows.append([_button(_("Register a partner"), "new")])
    rows += [narrowing[i : i + _IN_A_ROW] for i in range(0, len(narrowing), _IN_A_ROW)]
    return rows


def card(context: Context, view: PartnerView) -> Message:
    """Return a partner with what the member may do (HTML)."""
    _, partner = context.gettext, view.partner
    lines = [
        f"<b>{escape(partner.name)}</b>",
        _("%(kind)s, no. %(number)d")
        % {"kind": escape(_(KIND_NAMES[partner.kind])), "number": partner.id},
        _("Partner since %(day)s") % {"day": _day(context, partner.since)},
    ]
    rows = []
    if partner.ended_at is None:
        url = link(context, partner)
        lines += ["", _("Link for companies:"), f"<code>{escape(url)}</code>"]
        copy = InlineKeyboardButton(_("Copy the link"), copy_text=CopyTextButton(url))
        rows += [[copy], [_button(_("Send the QR code"), "qr", partner.id)]]
    else:
        lines[-1] = _("Ended on %(day)s") % {"day": _day(context, partner.ended_at)}
    lines += ["", *figure_lines(context, partner, view.figures)]
    if view.manages:
        rows.append(_changes(context, partner))
    rows.append([_button(_("All partners"), "list", _ALL, 0)])
    return Message("\n".join(lines), InlineKeyboardMarkup(rows))


def _changes(context: Context, partner: Partner) -> list[InlineKeyboardButton]:
    _ = context.gettext
    if partner.ended_at is not None:
        ended = _stamp(partner.ended_at)
        return [_button(_("Make it a partner again"), "reopen", partner.id, ended)]
    return [_button(_("Rename"), "name", partner.id), _button(_("End"), "ask", partner.id)]


def _day(context: Context, at: datetime) -> str:
    return format_date(jst_date(at), locale=context.language)


def _caption(context: Context, partner: Partner, url: str) -> str:
    """Return what stands below the QR picture (HTML)."""
    _, house = context.gettext, context.house
    text = _("<b>%(partner)s</b>\n%(hub)s: consultations taken here\n%(link)s")
    return text % {
        "partner": escape(partner.name),
        "hub": escape(house.programme.office.hub),
        "link": escape(url),
    }


def _button(label: str, *arguments: object, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(PARTNER, *arguments), style=style)
