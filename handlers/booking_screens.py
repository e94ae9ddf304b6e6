"""What an owner sees while booking: how to meet, which day, which time, and what is booked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import BEFORE_A_MEETING, MoveOf, NewMeeting
from domain.needs import note_on_the_meeting
from domain.return_calls import CALL_TIMES, CallTime
from domain.slots import Method, SlotState
from domain.texts import N_
from handlers.booking_buttons import as_it_is, month_code, slot_code, target_code
from handlers.booking_calendar import month_rows
from handlers.callbacks import BOOKING, pack
from handlers.meetings import meeting_line, meeting_text, method_name
from handlers.messages import Message
from handlers.moments import day, hours, span
from handlers.office import copy_telephone, office

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from domain.bookings import Booking, Target
    from domain.consultations import Consultation
    from handlers.context import Context
    from services.booking_views import Meeting, MonthView, Times
    from services.bookings import Offer

    Rows = list[list[InlineKeyboardButton]]

_TWO_COLUMNS_FROM = 5
_WHAT_NEXT = {
    Method.VISIT: N_("We will come to your office."),
    Method.HUB: N_("Please come to the address above."),
    Method.ONLINE: N_("The person in charge will tell you how to join."),
    Method.PHONE: N_("We will call you at that time."),
}
_NO_NUMBER = N_("We will ask you by e-mail which number to call.")


def button(
    label: str, action: str, target: Target, *arguments: object, style: str | None = None
) -> InlineKeyboardButton:
    """Return a button of a booking."""
    data = pack(BOOKING, action, target_code(target), *arguments)
    return InlineKeyboardButton(label, callback_data=data, style=style)


def how_to_meet(context: Context, target: Target, meeting: Meeting) -> Message:
    """Ask how to meet: the last step of the form, or of a meeting that is moved."""
    _ = context.gettext
    methods = context.house.programme.booking.methods_offered
    rows = [[button(method_name(context, method), "cal", target, method)] for method in methods]
    lines = [_head(context, target, meeting), _("How would you like to meet?")]
    if note := note_on_the_meeting(meeting.consultation.answers):
        lines.append(_(note))
    return Message("\n\n".join(lines), InlineKeyboardMarkup([*rows, *_ways_out(context, target)]))


def _head(context: Context, target: Target, of: Meeting | Offer) -> str:
    """Return what is being chosen for: the form's last step, a further meeting, or a move."""
    _ = context.gettext
    if of.booking is not None and isinstance(target, MoveOf):
        text = _("<b>Moving the meeting</b>\nNow: %(meeting)s")
        return text % {"meeting": meeting_line(context, of.booking)}
    if of.consultation.state not in BEFORE_A_MEETING:
        return _("<b>Booking the meeting</b>")
    steps = context.house.questionnaire.steps
    return _("<b>Booking the meeting</b> (%(steps)d/%(steps)d)") % {"steps": steps}


def _ways_out(context: Context, target: Target) -> Rows:
    _ = context.gettext
    if isinstance(target, NewMeeting):
        return [[button(_("Decide the date by telephone"), "call", target)]]
    return [[button(_("Leave it as it is"), "show", target)]]


def _method_line(context: Context, offer: Offer) -> str:
    text = context.ngettext(
        "%(method)s (%(minutes)d minute)",
        "%(method)s (%(minutes)d minutes)",
        offer.agenda.rules.minutes,
    )
    method = method_name(context, offer.agenda.rules.method)
    return escape(text % {"method": method, "minutes": offer.agenda.rules.minutes})


def month(context: Context, target: Target, view: MonthView) -> Message:
    """Return the calendar of a month; if there is nothing in any, what else can be done."""
    if view.is_full:
        return nothing_free(context, target, view.offer)
    _ = context.gettext
    offer = view.offer
    method = offer.agenda.rules.method
    lines = [
        _head(context, target, offer),
        _method_line(context, offer),
        _("Please choose a day.\n×: fully booked  ・: not available"),
    ]
    rows = [
        *month_rows(context, target, method, view),
        [button(_("The earliest three"), "soon", target, method)],
        [button(_("Meet in another way"), "how", target)],
        *_ways_out(context, target),
    ]
    return Message("\n\n".join(lines), InlineKeyboardMarkup(rows))


def times(context: Context, target: Target, on: date, offer: Offer) -> Message:
    """Return the times of a day: the free ones as buttons, the others by name."""
    _ = context.gettext
    rules = offer.agenda.rules
    free, taken = [], []
    for start, state in offer.agenda.times(on):
        label = hours(context, start, rules.ends(start))
        if state is SlotState.FREE:
            free.append(button(label, "time", target, rules.method, slot_code(start)))
        elif state is SlotState.FULL:
            taken.append(label)
    lines = [
        _head(context, target, offer),
        f"{_method_line(context, offer)}\n<b>{day(context, on)}</b>",
        _time_hint(context, target),
    ]
    if taken:
        text = _("Fully booked: %(times)s") % {"times": _(", ").join(taken)}
        lines.insert(2, text)
    width = 2 if len(free) >= _TWO_COLUMNS_FROM else 1
    rows = [free[i : i + width] for i in range(0, len(free), width)]
    rows.append([_other_day(context, target, rules.method, on)])
    return Message("\n\n".join(lines), InlineKeyboardMarkup([*rows, *_keeping(context, target)]))


def _time_hint(context: Context, target: Target) -> str:
    if isinstance(target, NewMeeting):
        return context.gettext("Press a time, and the meeting is booked.")
    return context.gettext("Press a time, and the meeting is moved.")


def _other_day(context: Context, target: Target, method: Method, on: date) -> InlineKeyboardButton:
    return button(context.gettext("Another day"), "cal", target, method, month_code(on))


def _keeping(context: Context, target: Target) -> Rows:
    return [] if isinstance(target, NewMeeting) else _ways_out(context, target)


def few_times(context: Context, target: Target, found: Times, preface: str = "") -> Message:
    """Return a few free times to press; `preface` says why (HTML)."""
    if not found.starts:
        return nothing_free(context, target, found.offer, preface)
    _ = context.gettext
    rules = found.offer.agenda.rules
    lines = [_head(context, target, found.offer), preface]
    lines += [_method_line(context, found.offer), _time_hint(context, target)]
    rows = [
        [
            button(
                span(context, start, rules.ends(start)),
                "time",
                target,
                rules.method,
                slot_code(start),
            )
        ]
        for start in found.starts
    ]
    rows.append([button(_("Another day"), "cal", target, rules.method)])
    return _message(lines, [*rows, *_keeping(context, target)])


def nothing_free(context: Context, target: Target, offer: Offer, preface: str = "") -> Message:
    """Say that nothing is free within the horizon, and what else can be done."""
    _ = context.gettext
    rules = offer.agenda.rules
    text = _("%(method)s: nothing is free until %(day)s.") % {
        "method": escape(method_name(context, rules.method)),
        "day": day(context, offer.agenda.last_day),
    }
    others = [
        [button(method_name(context, method), "cal", target, method)]
        for method in context.house.programme.booking.methods_offered
        if method is not rules.method
    ]
    rows = [*others, *_ways_out(context, target)]
    if isinstance(target, NewMeeting):
        rows.insert(0, [button(_("Tell me when something is free"), "wait", target, rules.method)])
    return _message([_head(context, target, offer), preface, text], rows)


def _message(lines: Iterable[str], rows: Rows) -> Message:
    text = "\n\n".join(line for line in lines if line)
    return Message(text, InlineKeyboardMarkup(rows) if rows else None)


def booked(context: Context, meeting: Meeting, booking: Booking, title: str) -> Message:
    """Return a booked meeting: when, how and where, its reference, and what happens next."""
    reminding = context.gettext("We will remind you here before the meeting.")
    how, rows = how_to_change(context, meeting, booking)
    return _message([*meeting_lines(context, meeting, booking, title, reminding), how], rows)


def reminder(context: Context, meeting: Meeting, booking: Booking, title: str) -> Message:
    """Return the reminder of a booked meeting: when, how and where, and how to change it."""
    how, rows = how_to_change(context, meeting, booking)
    return _message([*meeting_lines(context, meeting, booking, title), how], rows)


def meeting_lines(
    context: Context, meeting: Meeting, booking: Booking, title: str, *more: str
) -> list[str]:
    """Return a booked meeting in paragraphs (HTML): when, how and where, and what happens next."""
    _ = context.gettext
    what_next = _WHAT_NEXT[booking.method]
    if booking.method is Method.PHONE and meeting.consultation.answers.get("tel") is None:
        what_next = _NO_NUMBER
    return [
        f"<b>{escape(title)}</b>",
        meeting_text(context, booking),
        _("Reference: %(reference)s") % {"reference": str(booking.reference)},
        "\n".join([_(what_next), *more]),
    ]


def how_to_change(context: Context, meeting: Meeting, booking: Booking) -> tuple[str, Rows]:
    """Return how the owner can change a booking (HTML), with the buttons for it."""
    _ = context.gettext
    if meeting.changeable_until is None:
        text = (
            _("To change or cancel it, please call us.\n%(telephone)s (%(hours)s)")
            if booking.ends_at > context.now
            # What the office changed may be told late: the meeting is over by then.
            else _("This time is over. For another meeting, call us.\n%(telephone)s (%(hours)s)")
        )
        return text % office(context), [[copy_telephone(context)]]
    text = _("You can change or cancel it here until %(day)s.")
    until = day(context, meeting.changeable_until)
    return text % {"day": until}, booking_rows(context, booking)


def booking_rows(context: Context, booking: Booking, suffix: str = "") -> Rows:
    """Return the buttons that change a booking; `suffix` tells it from others."""
    _ = context.gettext
    target = as_it_is(booking)
    return [
        [button(_("Change the time") + suffix, "cal", target, booking.method)],
        [button(_("Cancel the meeting") + suffix, "drop", target)],
    ]


def sure_to_cancel(context: Context, booking: Booking) -> Message:
    """Ask before cancelling."""
    _ = context.gettext
    target = as_it_is(booking)
    danger = KeyboardButtonStyle.DANGER
    rows = [
        [button(_("Yes, cancel it"), "drop_yes", target, style=danger)],
        [button(_("Leave it as it is"), "show", target)],
    ]
    return _message([meeting_text(context, booking), _("Shall we cancel this meeting?")], rows)


def cancelled(context: Context, booking: Booking) -> Message:
    """Say that the meeting is cancelled, and that the consultation is not."""
    _ = context.gettext
    target = NewMeeting(booking.consultation_id)
    text = _("The meeting is cancelled:\n%(meeting)s\n\nYour consultation goes on.")
    rows = [[button(_("Choose another time"), "how", target)], *_ways_out(context, target)]
    return _message([text % {"meeting": meeting_line(context, booking)}], rows)


def when_to_call(context: Context, case: Consultation) -> Message:
    """Ask when to call about the date; who gave no number is asked to call."""
    _ = context.gettext
    target = NewMeeting(case.id)
    back = [button(_("Back"), "how", target)]
    if case.answers.get("tel") is None:
        text = _("You gave us no telephone number. Please call us.\n%(telephone)s (%(hours)s)")
        return _message([text % office(context)], [[copy_telephone(context)], back])
    rows = [[button(_(label), "when", target, when)] for when, label in CALL_TIMES.items()]
    return _message([_("When shall we call you?")], [*rows, back])


def call_promised(context: Context, case: Consultation) -> Message:
    """Say that we will call to decide the date."""
    _ = context.gettext
    days = context.house.programme.office.reply_within_working_days
    text = context.ngettext(
        "We will call you within %(days)d working day to decide the date of the meeting "
        "(%(when)s).\nReference: %(reference)s",
        "We will call you within %(days)d working days to decide the date of the meeting "
        "(%(when)s).\nReference: %(reference)s",
        days,
    ) % {
        "days": days,
        "when": _(CALL_TIMES[case.call_when or CallTime.ANY]),
        "reference": str(case.reference),
    }
    target = NewMeeting(case.id)
    return _message([text], [[button(_("Book a time after all"), "how", target)]])
