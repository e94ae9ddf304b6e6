"""/close and /open: what would happen, closing, opening again, and what owners are told."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.closing_words import parse_span
from domain.errors import InvalidAnswer, StaleButton
from domain.fiscal_year import jst_date
from handlers import replies
from handlers.booking_buttons import day_code
from handlers.callbacks import SLOTS, pack, unpack
from handlers.closing_spans import interval_span, interval_text, read_span, span_code, span_text
from handlers.moments import day
from handlers.staff_meetings import staff_line
from handlers.updates import pressed, user_and_chat
from services import closures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telegram import Update

    from domain.closures import ClosingSpan, Interval
    from handlers.context import Context
    from services.closures import Closing, Opening
    from services.staff_meetings import Meeting

    Rows = list[list[InlineKeyboardButton]]

_SHOWN_MEETINGS, _SHOWN_CLOSURES = 25, 15


async def close_command(update: Update, context: Context) -> None:
    """/close 12/25 13:00-15:00: what would happen; alone, what is closed and how to write it."""
    user, chat = user_and_chat(update)
    coming = await context.read(closures.coming, context.occasion, user)
    span = await _typed_span(context, chat, coming)
    if span is None:
        return
    closing = await context.read(closures.preview, context.occasion, user, span)
    await replies.send(
        context, chat, preview_text(context, closing), _preview_buttons(context, closing)
    )


async def open_command(update: Update, context: Context) -> None:
    """/open 12/25: open again what is closed then; alone, what is closed."""
    user, chat = user_and_chat(update)
    coming = await context.read(closures.coming, context.occasion, user)
    span = await _typed_span(context, chat, coming)
    if span is None:
        return
    opening = await context.transact(closures.open_again, context.occasion, user, span)
    await replies.send(context, chat, opening_text(context, opening), _to_day(context, span))


async def _typed_span(
    context: Context, chat: int, coming: Sequence[Interval]
) -> ClosingSpan | None:
    """Read what stands behind the command; None if the person was told how to write it."""
    typed = " ".join(context.args or ())
    if not typed:
        text, buttons = _coming_text(context, coming), _coming_buttons(context, coming)
        await replies.send(context, chat, text, buttons)
        return None
    try:
        return parse_span(typed, jst_date(context.now))
    except InvalidAnswer as refusal:
        params = {key: escape(str(value)) for key, value in refusal.params.items()}
        await replies.send(context, chat, context.gettext(refusal.message) % params)
        return None


def _coming_text(context: Context, coming: Sequence[Interval]) -> str:
    _ = context.gettext
    lines = [interval_text(context, one) for one in coming[:_SHOWN_CLOSURES]]
    if len(coming) > _SHOWN_CLOSURES:
        lines.append(_(" …"))
    today = jst_date(context.now)
    soon, later = (today.fromordinal(today.toordinal() + days) for days in (7, 9))
    examples = [f"{one.month}/{one.day}" for one in (soon, later)]
    usage = _(
        "To close: /close and the day, a range of days, or a day and its hours.\n"
        "/close %(day)s\n/close %(day)s-%(last)s\n/close %(day)s 13:00-15:00\n\n"
        "To open again: /open and the same.\n/open %(day)s"
    ) % {"day": examples[0], "last": examples[1]}
    title = _("<b>Closed from now on</b>")
    return "\n".join([title, *(lines or [_("Nothing is closed.")]), "", usage])


def _coming_buttons(context: Context, coming: Iterable[Interval]) -> InlineKeyboardMarkup | None:
    rows = []
    for interval in list(coming)[:_SHOWN_CLOSURES]:
        span = interval_span(interval)
        # What begins or ends within a day has no button: it would open more than it says.
        if interval in span.intervals:
            label = context.gettext("Open again: %(hours)s")
            label %= {"hours": span_text(context, span)}
            rows.append([_button(label, "open", span_code(span))])
    return InlineKeyboardMarkup(rows) if rows else None


async def ask_button(update: Update, context: Context) -> None:
    """What closing would do."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    span = _span(data)
    closing = await context.read(closures.preview, context.occasion, user, span)
    text, buttons = preview_text(context, closing), _preview_buttons(context, closing)
    await replies.show(context, chat, message, text, buttons)
    await replies.answer_query(query)


async def close_button(update: Update, context: Context) -> None:
    """Close, with all the meetings in the span as they are now."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    span = _span(data)
    closing = await context.transact(closures.close, context.occasion, user, span)
    await replies.show(context, chat, message, closed_text(context, closing), _after(context, span))
    await replies.answer_query(query)


async def open_button(update: Update, context: Context) -> None:
    """Open again what is closed of a span."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    span = _span(data)
    opening = await context.transact(closures.open_again, context.occasion, user, span)
    await replies.show(
        context, chat, message, opening_text(context, opening), _to_day(context, span)
    )
    await replies.answer_query(query)


def _span(data: str) -> ClosingSpan:
    arguments = unpack(data, 2)
    if arguments is None:
        raise StaleButton("")
    return read_span(arguments[1])


def preview_text(context: Context, closing: Closing) -> str:
    """Say what closing would do: the span in words and the meetings it ends (HTML)."""
    if closing.is_done:
        return closed_text(context, closing)
    _ = context.gettext
    lines = [_("<b>Close the counter</b>"), span_text(context, closing.span), ""]
    if not closing.affected:
        lines.append(_("No meetings are booked then."))
    else:
        text = context.ngettext(
            "This %(count)d meeting will be cancelled, and its company asked to choose another "
            "time.",
            "These %(count)d meetings will be cancelled, and their companies asked to choose "
            "another time.",
            len(closing.affected),
        )
        lines += [text % {"count": len(closing.affected)}, "", *_listed(context, closing.affected)]
        lines += _to_telephone(context, closing)
    return "\n".join(lines)


def _listed(context: Context, meetings: Sequence[Meeting]) -> list[str]:
    """Return the meetings by day, with the day above them."""
    lines: list[str] = []
    shown = None
    for meeting in meetings[:_SHOWN_MEETINGS]:
        on = jst_date(meeting.booking.starts_at)
        if on != shown:
            lines.append(f"<b>{day(context, on)}</b>")
            shown = on
        lines.append(staff_line(context, meeting))
    if more := len(meetings) - len(meetings[:_SHOWN_MEETINGS]):
        text = context.ngettext("and %(count)d more", "and %(count)d more", more)
        lines.append(text % {"count": more})
    return lines


def _to_telephone(context: Context, closing: Closing) -> list[str]:
    """Name the cases whose owner the bot cannot write to."""
    if not closing.unreachable:
        return []
    _ = context.gettext
    names = _(", ").join(str(one.booking.reference) for one in closing.unreachable)
    return ["", _("The bot cannot write to these. Please telephone: %(cases)s") % {"cases": names}]


def _preview_buttons(context: Context, closing: Closing) -> InlineKeyboardMarkup:
    _ = context.gettext
    span = closing.span
    back = [_button(_("Do not close"), "day", day_code(span.first))]
    if closing.is_done:
        return _after(context, span)
    if closing.affected:
        label = context.ngettext(
            "Close, and ask %(count)d company to change",
            "Close, and ask %(count)d companies to change",
            len(closing.affected),
        ) % {"count": len(closing.affected)}
        style = KeyboardButtonStyle.DANGER
    else:
        label, style = _("Close"), KeyboardButtonStyle.PRIMARY
    return InlineKeyboardMarkup([[_button(label, "close", span_code(span), style=style)], back])


def closed_text(context: Context, closing: Closing) -> str:
    """Say what closing did (HTML)."""
    _ = context.gettext
    head = _("It is closed already.") if closing.is_done else _("The counter is closed now.")
    lines = [f"<b>{head}</b>", span_text(context, closing.span)]
    if closing.affected:
        text = context.ngettext(
            "%(count)d meeting is cancelled; its company is asked to choose another time.",
            "%(count)d meetings are cancelled; their companies are asked to choose another time.",
            len(closing.affected),
        )
        lines += [
            "",
            text % {"count": len(closing.affected)},
            "",
            *_listed(context, closing.affected),
        ]
        lines += _to_telephone(context, closing)
    return "\n".join(lines)


def opening_text(context: Context, opening: Opening) -> str:
    """Say what opening did (HTML)."""
    _ = context.gettext
    span = span_text(context, opening.span)
    if not opening.opened:
        text = _("Nothing was closed then. Days off of the office cannot be opened here.")
        return f"{span}\n{text}"
    title = _("<b>Open again</b>")
    opened = [interval_text(context, one) for one in opening.opened[:_SHOWN_CLOSURES]]
    note = _("Meetings that were cancelled stay cancelled. Only who waits for a time is told.")
    return "\n".join([title, *opened, "", note])


def _after(context: Context, span: ClosingSpan) -> InlineKeyboardMarkup:
    undo = _button(context.gettext("Open it again"), "open", span_code(span))
    return InlineKeyboardMarkup([[undo], *_to_day(context, span).inline_keyboard])


def _to_day(context: Context, span: ClosingSpan) -> InlineKeyboardMarkup:
    label = context.gettext("See %(day)s") % {"day": day(context, span.first)}
    return InlineKeyboardMarkup([[_button(label, "day", day_code(span.first))]])


def _button(label: str, *arguments: object, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(SLOTS, *arguments), style=style)
