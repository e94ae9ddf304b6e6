"""What who waits for a slot sees: the place in line, the slot held for them, and its end."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import NewMeeting
from domain.fiscal_year import jst_date
from handlers.booking_buttons import as_it_is
from handlers.booking_screens import button, few_times
from handlers.meetings import meeting_line, meeting_text, method_name
from handlers.messages import Message
from handlers.moments import clock, day
from services.booking_views import Times

if TYPE_CHECKING:
    from telegram import InlineKeyboardButton

    from domain.bookings import Booking
    from domain.slots import Method
    from handlers.context import Context
    from services.waiting import InLine, NotHeld

_AT_ONCE = 3


def offered(context: Context, hold: Booking, preface: str = "") -> Message:
    """Return a slot that is held: when, how and where, until when, and what to do about it."""
    _ = context.gettext
    lines = [
        preface or _("<b>A time has become free</b>"),
        meeting_text(context, hold),
        _("Reference: %(reference)s") % {"reference": str(hold.reference)},
        _kept_until(context, hold),
    ]
    others = button(_("Another day"), "cal", NewMeeting(hold.consultation_id), hold.method)
    rows = [[_accept(context, hold)], [_decline(context, hold)], [others]]
    return Message("\n\n".join(lines), InlineKeyboardMarkup(rows))


def _kept_until(context: Context, hold: Booking) -> str:
    """Return until when a slot is held, to the minute that is still sure."""
    if hold.held_until is None:
        return ""
    until = f"{day(context, jst_date(hold.held_until))} {clock(context, hold.held_until)}"
    return context.gettext("It is kept for you until %(moment)s.") % {"moment": until}


def _accept(context: Context, hold: Booking, suffix: str = "") -> InlineKeyboardButton:
    label = context.gettext("Book this time") + suffix
    return button(label, "accept", as_it_is(hold), style=KeyboardButtonStyle.PRIMARY)


def _decline(context: Context, hold: Booking, suffix: str = "") -> InlineKeyboardButton:
    return button(context.gettext("Pass it up") + suffix, "decline", as_it_is(hold))


def ran_out(context: Context, hold: Booking) -> Message:
    """Say that the time held is over, and offer to wait again."""
    text = context.gettext(
        "The time kept for you was not booked, and is kept no longer:\n%(meeting)s\n\n"
        "If you would like to go on waiting, please press the button."
    ) % {"meeting": meeting_line(context, hold)}
    again = _again(context, hold.consultation_id, hold.method)
    return Message(text, InlineKeyboardMarkup([[again]]))


def _again(context: Context, consultation_id: int, method: Method) -> InlineKeyboardButton:
    return button(context.gettext("Wait again"), "wait", NewMeeting(consultation_id), method)


def in_line(context: Context, where: InLine, preface: str = "") -> Message:
    """Return the place in line, and what happens when a slot becomes free."""
    _ = context.gettext
    minutes = context.house.programme.booking.hold_minutes
    kept = context.ngettext(
        "It is then kept for you for %(minutes)d minute of our office hours.",
        "It is then kept for you for %(minutes)d minutes of our office hours.",
        minutes,
    )
    told = _("We will tell you here as soon as a time is free.")
    lines = [
        preface,
        f"<b>{_line(context, where)}</b>",
        f"{told}\n{kept % {'minutes': minutes}}",
    ]
    target = NewMeeting(where.waiting.consultation_id)
    rows = [
        [button(_("Meet in another way"), "how", target)],
        [button(_("Decide the date by telephone"), "call", target)],
        [_leave(context, where)],
    ]
    return Message("\n\n".join(filter(None, lines)), InlineKeyboardMarkup(rows))


def _line(context: Context, where: InLine) -> str:
    text = context.gettext("Waiting list: %(method)s (number %(place)d)")
    method = escape(method_name(context, where.waiting.method))
    return text % {"method": method, "place": where.place}


def _leave(context: Context, where: InLine, suffix: str = "") -> InlineKeyboardButton:
    label = context.gettext("Stop waiting") + suffix
    return button(label, "unwait", NewMeeting(where.waiting.consultation_id))


def status_lines(context: Context, where: InLine) -> str:
    """Return what somebody waits for, and what is held for them (HTML)."""
    if where.hold is None:
        return _line(context, where)
    return f"{meeting_line(context, where.hold)}\n{_kept_until(context, where.hold)}"


def status_rows(context: Context, where: InLine, suffix: str) -> list[list[InlineKeyboardButton]]:
    """Return the buttons below those lines; `suffix` tells them from others."""
    if where.hold is None:
        return [[_leave(context, where, suffix)]]
    return [[_accept(context, where.hold, suffix)], [_decline(context, where.hold, suffix)]]


def left(context: Context, consultation_id: int) -> Message:
    """Say that the consultation waits no longer."""
    target = NewMeeting(consultation_id)
    rows = [[button(context.gettext("Book a meeting"), "how", target)]]
    return Message(context.gettext("You are off the waiting list."), InlineKeyboardMarkup(rows))


def passed_up(context: Context, found: NotHeld) -> Message:
    """Say that the slot was passed up, which ends the waiting."""
    _ = context.gettext
    case, method = found.offer.consultation.id, found.offer.agenda.rules.method
    target = NewMeeting(case)
    rows = [
        [_again(context, case, method)],
        [button(_("Another day"), "cal", target, method)],
        [button(_("Decide the date by telephone"), "call", target)],
    ]
    text = _("You have passed up this time. You are off the waiting list.")
    return Message(text, InlineKeyboardMarkup(rows))


def free_instead(context: Context, found: NotHeld, preface: str) -> Message:
    """Return the three free times nearest to what was wanted; with none, an offer to wait."""
    starts = tuple(found.offer.agenda.nearest(found.near, _AT_ONCE))
    target = NewMeeting(found.offer.consultation.id)
    return few_times(context, target, Times(found.offer, starts), preface)
