"""The figures by partner: a month at a time, and as a table for spreadsheets."""

from __future__ import annotations

import asyncio
import csv
from datetime import date, timedelta
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

from babel.dates import format_skeleton
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.errors import StaleButton
from domain.fiscal_year import JST
from domain.partner_counts import NOTHING
from domain.partners import KIND_NAMES, PartnerKind
from handlers import replies
from handlers.audit_lines import neutral
from handlers.callbacks import PARTNER, pack
from handlers.figures import number, year_label
from handlers.messages import File, Message
from handlers.updates import own_chat, pressed
from services import partner_counts

if TYPE_CHECKING:
    from telegram import Update

    from domain.partner_counts import MonthPage, PartnerCounts, PartnerExport, PartnerFigures
    from domain.partners import Partner
    from domain.periods import Period
    from handlers.context import Context


async def month(update: Update, context: Context) -> None:
    """Show a page of a month (`pt:month:202611:0`). Raises NotPermitted, StaleButton."""
    query, data, message = pressed(update)
    user, chat = own_chat(update)
    _, _, code, page = data.split(":")
    shown = await context.read(
        partner_counts.of_month, user, _first_day(code), int(page), context.now
    )
    text = _text(context, shown)
    await replies.answer_query(query)
    await replies.show(context, chat, message, text.text, text.buttons)


async def export(update: Update, context: Context) -> None:
    """Send the months of a fiscal year as a table. Raises NotPermitted, StaleButton."""
    query, data, _ = pressed(update)
    user, chat = own_chat(update)
    year = int(data.rsplit(":", 1)[1])
    await context.transact(partner_counts.note_export, user, year, context.now)
    await replies.answer_query(query)
    found = await context.read(partner_counts.export, user, year, context.now)
    content = await asyncio.to_thread(table, context, found)
    caption = context.gettext("Figures by partner, %(year)s") % {
        "year": year_label(context, found.year)
    }
    stamp = f"{context.now.astimezone(JST):%Y%m%d-%H%M}"
    file = File(f"partners-fy{found.year.year}-{stamp}.csv", content)
    await replies.send_message(context, chat, Message(caption, file=file))


def _first_day(code: str) -> date:
    try:
        return date(int(code[:4]), int(code[4:]), 1)
    except ValueError:
        raise StaleButton("") from None


def _text(context: Context, shown: MonthPage) -> Message:
    """Return a page of a month (HTML)."""
    _, page = context.gettext, shown.page
    title = _("<b>Figures by partner</b>: %(month)s (%(year)s)") % {
        "month": month_name(context, shown.month),
        "year": year_label(context, shown.year),
    }
    if page.pages > 1:
        pages = _("Page %(page)d of %(pages)d")
        title += "　" + pages % {"page": page.page + 1, "pages": page.pages}
    lines = [title]
    for partner in page.partners:
        figures = shown.figures[partner.id]
        lines += ["", _name(context, partner)]
        lines += [
            _("Month: %(counts)s") % {"counts": counted(context, partner, figures.month)},
            _("Fiscal year up to then: %(counts)s")
            % {"counts": counted(context, partner, figures.year)},
        ]
    if not page.partners:
        lines.append(_("There are none yet."))
    return Message("\n".join(lines), InlineKeyboardMarkup(_rows(context, shown)))


def _rows(context: Context, shown: MonthPage) -> list[list[InlineKeyboardButton]]:
    _, page, year = context.gettext, shown.page.page, shown.year
    earlier = shown.month.first - timedelta(days=1)
    months = [_month_button(_("‹ Month before"), earlier, page)]
    if not shown.is_latest:
        months.append(_month_button(_("Month after ›"), shown.month.after, page))
    turns = []
    if page > 0:
        turns.append(_month_button(_("‹ Before"), shown.month.first, page - 1))
    if page + 1 < shown.page.pages:
        turns.append(_month_button(_("After ›"), shown.month.first, page + 1))
    save = _("Save %(year)s as CSV") % {"year": year_label(context, year)}
    rows = [turns, months, [_button(save, "csv", year.year)]]
    rows.append([_button(_("All partners"), "list", "all", 0)])
    return [row for row in rows if row]


def _name(context: Context, partner: Partner) -> str:
    name = f"<b>{escape(partner.name)}</b>"
    return name if partner.is_live else name + context.gettext(" (ended)")


def counted(context: Context, partner: Partner, counts: PartnerCounts) -> str:
    """Return counts on one line; of referrals where the partner is an agency or had some."""
    _ = context.gettext
    text = _("consultations %(intakes)s (matches %(matches)s)")
    if partner.kind is PartnerKind.AGENCY or counts.referrals or counts.placements:
        text = _(
            "consultations %(intakes)s (matches %(matches)s), referrals %(referrals)s (matches "
            "%(placements)s)"
        )
    return text % {
        "intakes": number(context, counts.intakes),
        "matches": number(context, counts.matches),
        "referrals": number(context, counts.referrals),
        "placements": number(context, counts.placements),
    }


def figure_lines(context: Context, partner: Partner, figures: PartnerFigures) -> list[str]:
    """Return a partner's figures of this month, of the fiscal year and in all (HTML)."""
    _ = context.gettext
    return [
        _("This month: %(counts)s") % {"counts": counted(context, partner, figures.month)},
        _("This fiscal year: %(counts)s") % {"counts": counted(context, partner, figures.year)},
        _("In all: %(counts)s") % {"counts": counted(context, partner, figures.total)},
    ]


def month_name(context: Context, of: Period) -> str:
    """Return a month with its year: 2026年11月."""
    return format_skeleton("yMMM", of.first, locale=context.language)


def this_month(context: Context, label: str) -> InlineKeyboardButton:
    """Return the button that leads to the figures of the present month."""
    return _month_button(label, context.now.astimezone(JST).date(), 0)


def _month_button(label: str, day: date, page: int) -> InlineKeyboardButton:
    return _button(label, "month", f"{day:%Y%m}", page)


def _button(label: str, *arguments: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(PARTNER, *arguments))


def table(context: Context, export: PartnerExport) -> bytes:
    """Return counts as CSV: UTF-8 with BOM, CRLF, no cell a formula; a line a partner and month."""
    _ = context.gettext
    out = StringIO()
    writer = csv.writer(out)
    titles = (_("Fiscal year"), _("Month"), _("Partner no."), _("Kind of partner"), _("Name"))
    sent = (_("Consultations"), _("Matches of these"))
    writer.writerow(
        (*titles, _("Ended on"), *sent, _("Cases referred"), _("Matches of referred cases"))
    )
    for period, counts in export.months:
        for partner in export.partners:
            found = counts.get(partner.id, NOTHING)
            ended = partner.ended_at
            cells = (
                str(export.year.year),
                f"{period.first:%Y-%m}",
                str(partner.id),
                _(KIND_NAMES[partner.kind]),
                partner.name,
                f"{ended.astimezone(JST):%Y-%m-%d}" if ended is not None else "",
            )
            sums = (found.intakes, found.matches, found.referrals, found.placements)
            writer.writerow([*map(neutral, cells), *sums])
    return out.getvalue().encode("utf-8-sig")
