"""By which partner a case came: a button on its card, and the partners to choose from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.attributions import Attributing
from domain.errors import StaleButton
from domain.partners import KIND_NAMES, PartnerKind
from handlers import replies
from handlers.callbacks import DESK, PARTNER, pack
from handlers.case_desk import show_handled
from handlers.messages import Message
from handlers.partner_links import sent_by
from handlers.partners import read_number
from handlers.updates import own_chat, pressed
from services import attributions

if TYPE_CHECKING:
    from telegram import Update

    from domain.attributions import Senders
    from handlers.context import Context

_ALL, _NONE, _IN_A_ROW = "all", 0, 2


async def senders(update: Update, context: Context) -> None:
    """Show a page of the partners (`pt:for:12:all:0`). Raises NotPermitted, StaleButton."""
    query, data, message = pressed(update)
    user, chat = own_chat(update)
    _, _, case, code, page = data.split(":")
    kind = None if code == _ALL else PartnerKind(code)
    found = await context.read(
        attributions.senders, user, read_number(case), kind, read_number(page)
    )
    shown = _message(context, found)
    await replies.answer_query(query)
    await replies.show(context, chat, message, shown.text, shown.buttons)


async def attribute(update: Update, context: Context) -> None:
    """Set the partner (`pt:set:12:0:3`). Raises NotPermitted, StaleButton."""
    _, data, _ = pressed(update)
    user, _ = own_chat(update)
    case, before, to = map(read_number, data.split(":")[2:])
    if before == to:
        raise StaleButton("")
    handled = await context.transact(
        attributions.attribute,
        context.occasion,
        user,
        Attributing(case, before or None, to or None),
    )
    await show_handled(update, context, handled, context.gettext("Recorded."))


def _message(context: Context, found: Senders) -> Message:
    """Return the question with a button for each partner (HTML)."""
    _, page = context.gettext, found.page
    lines = [f"<b>{escape(found.reference)}</b>", _("By which partner did the company come?")]
    if found.present is not None:
        lines.append(_("So far: %(partner)s") % {"partner": sent_by(context, found.present)})
    if page.pages > 1:
        pages = _("Page %(page)d of %(pages)d")
        lines.append(pages % {"page": page.page + 1, "pages": page.pages})
    if not page.partners:
        lines.append(_("There are none yet."))
    return Message("\n".join(lines), InlineKeyboardMarkup(_rows(context, found)))


def _rows(context: Context, found: Senders) -> list[list[InlineKeyboardButton]]:
    _, page, case = context.gettext, found.page, found.case
    before = found.present.id if found.present is not None else _NONE
    code = page.kind or _ALL
    rows = [
        [_button(partner.name, "set", case, before, partner.id)]
        for partner in page.partners
        if partner.id != before
    ]
    turns = []
    if page.page > 0:
        turns.append(_button(_("‹ Before"), "for", case, code, page.page - 1))
    if page.page + 1 < page.pages:
        turns.append(_button(_("After ›"), "for", case, code, page.page + 1))
    kinds = {_ALL: _("All")} | {kind.value: _(name) for kind, name in KIND_NAMES.items()}
    narrowing = [
        _button(f"✓ {name}" if kind == code else name, "for", case, kind, 0)
        for kind, name in kinds.items()
    ]
    rows += [turns] if turns else []
    rows += [narrowing[i : i + _IN_A_ROW] for i in range(0, len(narrowing), _IN_A_ROW)]
    if found.present is not None:
        rows.append([_button(_("By none"), "set", case, before, _NONE)])
    back = pack(DESK, "open", case)
    rows.append([InlineKeyboardButton(_("Leave it as it is"), callback_data=back)])
    return rows


def _button(label: str, *arguments: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(PARTNER, *arguments))
