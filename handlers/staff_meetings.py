"""/today and the staff's card of a meeting: when, how, who, what happened, and changing it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.bookings import STAFF_REASONS, BookingState, Change, NewMeeting, Reason
from domain.errors import StaleButton
from domain.texts import N_
from handlers import replies
from handlers.booking_buttons import (
    as_it_is,
    read_target,
    target_code,
)
from handlers.callbacks import CASE, MEETING, pack
from handlers.correction_buttons import fix_button
from handlers.meetings import meeting_text, method_name
from handlers.moments import clock, day, moment
from handlers.outcomes import answer_row
from handlers.private_chat import send_privately
from handlers.staff_chat import in_readers_language
from handlers.updates import pressed, user_and_chat
from services import staff_meetings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telegram import Update

    from domain.bookings import BookingEvent
    from handlers.context import Context
    from services.staff_meetings import Meeting, MeetingCard, Today

    Rows = list[list[InlineKeyboardButton]]

DEEP_LINK = "meeting_"
"""What /start is called with to have a meeting's card sent: the prefix of its id."""
_DAYS_SHOWN, _DAYS_IN_A_ROW = 15, 3
STATES = {
    BookingState.HELD: N_("held for the waiting list"),
    BookingState.BOOKED: N_("booked"),
    BookingState.UNANSWERED: N_("over, result not recorded"),
    BookingState.MET: N_("meeting held"),
    BookingState.NO_SHOW: N_("nobody came"),
    BookingState.POSTPONED: N_("meeting postponed"),
    BookingState.CANCELLED: N_("meeting cancelled"),
    BookingState.LAPSED: N_("hold given back"),
}
_CHANGES = {
    Change.HELD: N_("held for the waiting list"),
    Change.BOOKED: N_("booked"),
    Change.MOVED: N_("moved to this time"),
    Change.CANCELLED: N_("meeting cancelled"),
    Change.LAPSED: N_("hold given back"),
    Change.MET: N_("meeting held"),
    Change.NO_SHOW: N_("nobody came"),
    Change.POSTPONED: N_("meeting postponed"),
}


async def show_today(update: Update, context: Context) -> None:
    """/today: today's meetings; once they are over, the next open day's too."""
    user, chat = user_and_chat(update)
    found = await context.read(staff_meetings.today, context.occasion, user)
    await replies.send(context, chat, today_text(context, found), _today_buttons(context, found))


def today_text(context: Context, found: Today) -> str:
    """Return the meetings of the day in order; no personal data (HTML)."""
    _ = context.gettext
    title = _("<b>Meetings today</b> %(day)s") % {"day": day(context, found.day)}
    parts = [_listed(context, title, found.meetings)]
    if found.next_day is not None:
        title = f"<b>{day(context, found.next_day)}</b>"
        parts.append(_listed(context, title, found.next_meetings))
    return "\n\n".join(parts)


def _listed(context: Context, title: str, meetings: Iterable[Meeting]) -> str:
    lines = [staff_line(context, meeting) for meeting in meetings]
    return "\n".join([title, *(lines or [context.gettext("No meetings")])])


def _today_buttons(context: Context, found: Today) -> InlineKeyboardMarkup | None:
    rows = [[meeting_button(context, one)] for one in (*found.meetings, *found.next_meetings)]
    return InlineKeyboardMarkup(rows) if rows else None


def staff_line(context: Context, meeting: Meeting) -> str:
    """Return a meeting in two lines for staff: time, reference, method; assignee, state (HTML)."""
    _ = context.gettext
    booking = meeting.booking
    times = {"start": clock(context, booking.starts_at), "end": clock(context, booking.ends_at)}
    when = _("%(start)s–%(end)s") % times
    line = f"{when}　{booking.reference}　{escape(method_name(context, booking.method))}"
    line += f"\n　{_in_charge(context, meeting)}"
    if booking.state is not BookingState.BOOKED:
        line += f"　<b>{_(STATES[booking.state])}</b>"
    return line


def _in_charge(context: Context, meeting: Meeting) -> str:
    _ = context.gettext
    if meeting.assignee_name is None:
        return _("<b>Nobody is in charge yet</b>")
    name = escape(meeting.assignee_name)
    if meeting.is_free:
        return _("In charge until now: %(name)s (works on no cases any more)") % {"name": name}
    return _("In charge: %(name)s") % {"name": name}


def meeting_button(context: Context, meeting: Meeting) -> InlineKeyboardButton:
    """Return the button that opens a meeting's card in private."""
    booking = meeting.booking
    label = f"{clock(context, booking.starts_at)}　{booking.reference}"
    return InlineKeyboardButton(label, callback_data=pack(MEETING, "card", booking.id))


async def refresh(update: Update, context: Context) -> None:
    """Show the meeting of a stale button as it is now, to those who may see it."""
    _, data, message = pressed(update)
    user, chat = user_and_chat(update)
    arguments = data.split(":")[2:]
    if chat < 0 or not arguments:
        raise StaleButton("")
    booking_id = _booking_id(arguments[0])
    await show_card(context, user, chat, message, booking_id)


def _booking_id(code: str) -> int:
    if code.isdecimal() and len(code) <= 18:
        return int(code)
    target = read_target(code)
    if isinstance(target, NewMeeting):
        raise StaleButton("")
    return target.booking_id


async def today_button(update: Update, context: Context) -> None:
    """Back to the meetings of today, as they are now."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    found = await context.read(staff_meetings.today, context.occasion, user)
    shown = in_readers_language(context, chat)
    text, buttons = today_text(shown, found), _today_buttons(shown, found)
    await replies.show(context, chat, message, text, buttons)
    await replies.answer_query(query)


async def card_button(update: Update, context: Context) -> None:
    """Show the card in place; to whoever pressed in the staff chat, in private."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    booking_id = _booking_id(data.split(":")[2])
    if chat > 0:
        await show_card(context, user, chat, message, booking_id)
        await replies.answer_query(query)
        return
    card = await context.read(staff_meetings.card, context.occasion, user, booking_id)
    text, buttons = card_text(context, card), card_buttons(context, card)
    await send_privately(context, query, user, text, buttons, f"{DEEP_LINK}{booking_id}")


async def open_card(update: Update, context: Context, payload: str) -> None:
    """/start with a meeting's deep link: send its card here. Raises NotPermitted, StaleButton."""
    user, chat = user_and_chat(update)
    booking_id = _booking_id(payload.removeprefix(DEEP_LINK))
    card = await context.read(staff_meetings.card, context.occasion, user, booking_id)
    await replies.send(context, chat, card_text(context, card), card_buttons(context, card))


async def show_card(context: Context, user: int, chat: int, message: int, booking_id: int) -> None:
    """Show a meeting's card in the place of a message. Raises NotPermitted, BookingGone."""
    card = await context.read(staff_meetings.card, context.occasion, user, booking_id)
    text, buttons = card_text(context, card), card_buttons(context, card)
    await replies.show(context, chat, message, text, buttons)


def card_text(context: Context, card: MeetingCard) -> str:
    """Return a meeting: when, how, reference, who, and what happened; no personal data (HTML)."""
    _ = context.gettext
    booking = card.meeting.booking
    title = _("<b>Meeting of %(reference)s</b>") % {"reference": str(booking.reference)}
    lines = [title, meeting_text(context, booking), _in_charge(context, card.meeting)]
    if booking.state is not BookingState.BOOKED:
        lines.append(f"<b>{_(STATES[booking.state])}</b>")
    lines += ["", _("<b>What happened</b>")]
    lines += [event_line(context, event, name) for event, name in card.history]
    return "\n".join(lines)


def event_line(context: Context, event: BookingEvent, name: str | None) -> str:
    """Return what happened to a meeting, in three lines: when and what, which, by whom (HTML)."""
    _ = context.gettext
    method = escape(method_name(context, event.method))
    line = f"{moment(context, event.at)}　{_(_CHANGES[event.change])}"
    what = f"{moment(context, event.starts_at)}　{method}"
    is_owners = event.change is Change.BOOKED and event.reason is None
    by_owner = event.reason is Reason.BY_OWNER or is_owners or name is None
    by = _("by the company") if by_owner else escape(name or "")
    if event.reason in STAFF_REASONS:
        by += "　" + _(STAFF_REASONS[event.reason])
    return f"{line}\n　{what}\n　{by}"


def card_buttons(context: Context, card: MeetingCard) -> InlineKeyboardMarkup:
    """Return what became of it once it has begun, move and cancel while it stands, and ways on."""
    _ = context.gettext
    booking = card.meeting.booking
    rows: Rows = []
    target = target_code(as_it_is(booking))
    if card.is_asked:
        rows.append(answer_row(context, booking))
    if card.is_correctable:
        rows.append([fix_button(context, booking)])
    if card.may_change:
        rows += [
            [_button(_("Change the day or time"), "days", target, booking.method)],
            [_button(_("Cancel the meeting"), "drop", target)],
        ]
    record = pack(CASE, "full", booking.consultation_id)
    rows.append([InlineKeyboardButton(_("Full record"), callback_data=record)])
    rows.append([_button(_("Meetings of today"), "today")])
    return InlineKeyboardMarkup(rows)


def _button(label: str, *arguments: object, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(MEETING, *arguments), style=style)
