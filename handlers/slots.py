"""/slots: the weeks ahead with free and taken seats, and one day with its meetings."""

from __future__ import annotations

from functools import partial
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from babel.dates import format_date
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from domain.closures import DAY_MINUTES, ClosingSpan, Interval
from domain.errors import StaleButton
from handlers import replies
from handlers.booking_buttons import day_code, read_day
from handlers.callbacks import SLOTS, pack, unpack
from handlers.closing_spans import interval_span, span_code, span_hours
from handlers.meetings import method_name
from handlers.moments import clock, day
from handlers.staff_chat import in_readers_language
from handlers.staff_meetings import meeting_button, staff_line
from handlers.updates import pressed, user_and_chat
from services import slots
from services.slots import DayOff

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from telegram import Update

    from domain.slots import Method, SeatCount
    from handlers.context import Context
    from services.slots import DaySheet, MethodSeats, SlotDay, SlotTime, SlotWeeks

    Rows = list[list[InlineKeyboardButton]]

_DAYS_IN_A_ROW = 5
_TIMES_IN_A_LINE = 8


async def show_slots(update: Update, context: Context) -> None:
    """/slots: this week and the next, from today on."""
    user, chat = user_and_chat(update)
    found = await context.read(slots.weeks, context.occasion, user, None)
    await replies.send(context, chat, weeks_text(context, found), _weeks_buttons(context, found))


async def weeks_button(update: Update, context: Context) -> None:
    """Other weeks, or back from a day."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    monday = _day(data)
    found = await context.read(slots.weeks, context.occasion, user, monday)
    shown = in_readers_language(context, chat)
    await replies.show(
        context, chat, message, weeks_text(shown, found), _weeks_buttons(shown, found)
    )
    await replies.answer_query(query)


def _day(data: str) -> date:
    arguments = unpack(data, 2)
    if arguments is None:
        raise StaleButton("")
    return read_day(arguments[1])


async def refresh(update: Update, context: Context) -> None:
    """Show the weeks in the place of a stale button, to those who may see them."""
    _, _, message = pressed(update)
    user, chat = user_and_chat(update)
    found = await context.read(slots.weeks, context.occasion, user, None)
    shown = in_readers_language(context, chat)
    text, buttons = weeks_text(shown, found), _weeks_buttons(shown, found)
    await replies.show(context, chat, message, text, buttons)


async def day_button(update: Update, context: Context) -> None:
    """One day with its meetings."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    on = _day(data)
    await show_day(context, user, chat, message, on)
    await replies.answer_query(query)


async def show_day(context: Context, user: int, chat: int, message: int, on: date) -> None:
    """Show a day in the place of a message, as it is now. Raises NotPermitted."""
    sheet = await context.read(slots.day_sheet, context.occasion, user, on)
    shown = in_readers_language(context, chat)
    rows: Rows = [[meeting_button(shown, meeting)] for meeting in sheet.meetings]
    # Everybody in the staff chat sees its buttons: closing is done in private.
    if chat > 0 and sheet.may_close and not sheet.is_over:
        rows += _closing_rows(shown, sheet)
    rows.append([_button(shown.gettext("Back to the weeks"), "week", day_code(on))])
    await replies.show(context, chat, message, day_text(shown, sheet), InlineKeyboardMarkup(rows))


async def times_button(update: Update, context: Context) -> None:
    """The times of a day, to close one."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    on = _day(data)
    sheet = await context.read(slots.day_sheet, context.occasion, user, on)
    if not sheet.may_close or sheet.is_over:
        raise StaleButton("")
    text = context.gettext("<b>%(day)s</b>\nWhich time shall we close?") % {"day": day(context, on)}
    await replies.show(context, chat, message, text, _times_buttons(context, sheet))
    await replies.answer_query(query)


def weeks_text(context: Context, found: SlotWeeks) -> str:
    """Return two weeks, a line for each day (HTML); in sums where that is too much to read."""
    crowded = max(len(one.times) for one in found.days) > _TIMES_IN_A_LINE
    if not crowded:
        full = _weeks_text(context, found, partial(_day_line, main=found.main))
        if len(full) <= MessageLimit.MAX_TEXT_LENGTH:
            return full
    return _weeks_text(context, found, _day_sum)


def _weeks_text(
    context: Context, found: SlotWeeks, line_of: Callable[[Context, SlotDay], str]
) -> str:
    _ = context.gettext
    title = _("<b>Slots</b> %(first)s to %(last)s") % {
        "first": day(context, found.days[0].day),
        "last": day(context, found.days[-1].day),
    }
    lines = [title, _legend(context)]
    for week in (found.days[:-7], found.days[-7:]):
        lines.append("")
        for off, days in groupby(week, lambda one: (one.off, one.meetings if one.off else 0)):
            alike = list(days)
            if off == (DayOff.HOLIDAY, 0) and len(alike) > 1:
                span = _("%(first)s to %(last)s")
                ends = {
                    "first": _short_day(context, alike[0]),
                    "last": _short_day(context, alike[-1]),
                }
                lines.append(f"<b>{span % ends}</b>　{_off(context, DayOff.HOLIDAY)}")
            else:
                lines += [line_of(context, one) for one in alike]
    waiting = [
        f"{escape(method_name(context, method))} {count}" for method, count in found.waiting.items()
    ]
    if waiting:
        text = _("Waiting for a free time: %(counts)s") % {"counts": _(", ").join(waiting)}
        lines += ["", text]
    return "\n".join(lines)


def _legend(context: Context) -> str:
    """Say what the figures are, and which methods have fewer places than there are seats (HTML)."""
    _ = context.gettext
    lines = [_("Free seats at each time")]
    for method, rules in context.house.programme.booking.methods_offered.items():
        if rules.places < rules.seats:
            text = context.ngettext(
                "%(method)s: %(count)d at a time", "%(method)s: %(count)d at a time", rules.places
            )
            name = escape(method_name(context, method))
            lines.append(text % {"method": name, "count": rules.places})
    return "\n".join(lines)


def _short_day(context: Context, one: SlotDay) -> str:
    return format_date(one.day, context.gettext("d EEE"), locale=context.language)


def _day_line(context: Context, one: SlotDay, main: tuple[Method, ...]) -> str:
    """Return a day with the free seats of each time, in one line (HTML)."""
    head = _day_head(context, one, _short_day(context, one))
    return "　".join([head, *(_time_in_short(context, time, main) for time in one.times)])


def _time_in_short(context: Context, time: SlotTime, main: tuple[Method, ...]) -> str:
    """Return a time with its free seats; of the other methods only what differs (HTML)."""
    first, *others = time.seats
    parts = [
        f"{_names(context, one)} {_in_short(context, one.count)}"
        for one in others
        if not _goes_without_saying(one, first)
    ]
    line = f"{clock(context, time.start)} "
    if first.methods != main:
        line += f"{_names(context, first)} "
    line += _in_short(context, first.count)
    return line + (
        context.gettext(" (%(others)s)") % {"others": context.gettext(", ").join(parts)}
        if parts
        else ""
    )


def _in_short(context: Context, count: SeatCount | None) -> str:
    _ = context.gettext
    if count is None:
        return _("counter closed")
    if count.booked > count.seats:
        return _("%(booked)d booked of %(seats)d") % {"booked": count.booked, "seats": count.seats}
    return _("%(free)d free") % {"free": count.free} if count.free else _("full")


def _day_lines(context: Context, one: SlotDay, main: tuple[Method, ...]) -> str:
    times = [f"　{_time_line(context, time, main)}" for time in one.times]
    return "\n".join([_day_head(context, one, day(context, one.day)), *times])


def _day_head(context: Context, one: SlotDay, name: str) -> str:
    _ = context.gettext
    head = f"<b>{name}</b>"
    if one.off is not None:
        head += "　" + _off(context, one.off)
    elif not one.times:
        head += "　" + _("no more times")
    if one.off is not None and one.meetings:
        text = context.ngettext("%(count)d meeting", "%(count)d meetings", one.meetings)
        head += _(" (%(meetings)s)") % {"meetings": text % {"count": one.meetings}}
    return head


def _off(context: Context, off: DayOff) -> str:
    _ = context.gettext
    return _("day off") if off is DayOff.HOLIDAY else _("counter closed")


def _day_sum(context: Context, one: SlotDay) -> str:
    counts = [time.seats[0].count for time in one.times]
    free = sum(count.free for count in counts if count is not None)
    seats = sum(count.seats for count in counts if count is not None)
    head = _day_head(context, one, _short_day(context, one))
    if not seats:
        return head
    text = context.gettext("%(free)d of %(seats)d free") % {"free": free, "seats": seats}
    return f"{head}　{text}"


def _time_line(context: Context, time: SlotTime, main: tuple[Method, ...]) -> str:
    """Return a time with its seats: those of the main methods, the others by name (HTML)."""
    _ = context.gettext
    shown = [one for one in time.seats if not _goes_without_saying(one, time.seats[0])]
    parts = [_seats(context, one, main) for one in shown]
    line = f"{clock(context, time.start)}　{parts[0]}"
    return line + (_(" (%(others)s)") % {"others": _(", ").join(parts[1:])} if parts[1:] else "")


def _goes_without_saying(one: MethodSeats, first: MethodSeats) -> bool:
    """Whether the first says it too: a method of fewer places has as many free as there are."""
    if one is first or one.count is None or first.count is None:
        return one is not first and one.count is None and first.count is None
    return one.count.free == min(one.count.seats, first.count.free)


def _seats(context: Context, one: MethodSeats, main: tuple[Method, ...]) -> str:
    _ = context.gettext
    count = one.count
    if count is None:
        return _("counter closed")
    if count.booked > count.seats:
        text = _("%(booked)d booked of %(seats)d") % {"booked": count.booked, "seats": count.seats}
    else:
        text = _("%(free)d of %(seats)d free") % {"free": count.free, "seats": count.seats}
    if one.methods == main:
        return text
    return f"{_names(context, one)} {text}"


def _names(context: Context, one: MethodSeats) -> str:
    names = (escape(method_name(context, method)) for method in one.methods)
    return context.gettext(", ").join(names)


def _weeks_buttons(context: Context, found: SlotWeeks) -> InlineKeyboardMarkup:
    _ = context.gettext
    rows: Rows = []
    for week in (found.days[:-7], found.days[-7:]):
        shown = [_day_cell(context, one) for one in week if one.off is not DayOff.HOLIDAY]
        rows += [shown[i : i + _DAYS_IN_A_ROW] for i in range(0, len(shown), _DAYS_IN_A_ROW)]
    beside = []
    if found.has_earlier:
        beside.append(_button(_("‹ Week before"), "week", _moved(found.monday, -7)))
    if found.has_later:
        beside.append(_button(_("Week after ›"), "week", _moved(found.monday, 7)))
    return InlineKeyboardMarkup([*rows, beside])


def _moved(monday: date, days: int) -> str:
    return day_code(monday.fromordinal(monday.toordinal() + days))


def _day_cell(context: Context, one: SlotDay) -> InlineKeyboardButton:
    return _button(_short_day(context, one), "day", day_code(one.day))


def _button(label: str, *arguments: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(SLOTS, *arguments))


def day_text(context: Context, sheet: DaySheet) -> str:
    """Return a day: its times, what is closed of it, its meetings; no personal data (HTML)."""
    _ = context.gettext
    parts = [_day_lines(context, sheet.slots, sheet.main)]
    if sheet.closed and sheet.slots.off is not DayOff.CLOSED:
        hours = [span_hours(context, interval_span(one)) for one in sheet.closed]
        parts.append(_("Closed: %(hours)s") % {"hours": _(", ").join(hours)})
    meetings = [staff_line(context, meeting) for meeting in sheet.meetings]
    title = _("<b>Meetings</b>")
    parts.append("\n".join([title, *(meetings or [_("None")])]))
    return "\n\n".join(parts)


def _closing_rows(context: Context, sheet: DaySheet) -> Rows:
    _ = context.gettext
    on = sheet.slots.day
    rows: Rows = []
    if sheet.slots.off is None:
        rows.append([_button(_("Close this day"), "ask", span_code(ClosingSpan(on, on)))])
    if any(one.count is not None for time in sheet.slots.times for one in time.seats):
        rows.append([_button(_("Close a time"), "times", day_code(on))])
    for interval in sheet.closed:
        span = interval_span(interval)
        label = _("Open again: %(hours)s") % {"hours": span_hours(context, span)}
        rows.append([_button(label, "open", span_code(span))])
    return rows


def _times_buttons(context: Context, sheet: DaySheet) -> InlineKeyboardMarkup:
    _ = context.gettext
    on = sheet.slots.day
    noon = DAY_MINUTES // 2
    halves = {
        _("The morning"): ClosingSpan(on, on, 0, noon),
        _("The afternoon"): ClosingSpan(on, on, noon, DAY_MINUTES),
    }
    rows: Rows = []
    for time in sheet.slots.times:
        span = interval_span(Interval(time.start, time.end))
        if any(one.count is not None for one in time.seats):
            rows.append([_button(span_hours(context, span), "ask", span_code(span))])
    rows.append([_button(label, "ask", span_code(span)) for label, span in halves.items()])
    rows.append([_button(_("Back to the day"), "day", day_code(on))])
    return InlineKeyboardMarkup(rows)
