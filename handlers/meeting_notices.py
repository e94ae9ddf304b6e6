"""How the notices about a meeting read, to its owner and to the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import BookingState, NewMeeting
from domain.fiscal_year import jst_date
from domain.reminders import Reminder
from handlers.booking_buttons import target_code
from handlers.booking_screens import reminder as reminder_of
from handlers.callbacks import BOOKING, pack
from handlers.cases import card_buttons, in_charge
from handlers.meetings import meeting_line
from handlers.messages import Message
from handlers.office import copy_telephone, office
from services import meetings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.context import Context
    from services.cases import Card


async def owner_reminder(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Remind the owner; None if the meeting changed since. Raises Missed."""
    reminder = Reminder(payload["reminder"])
    found = await context.read(
        meetings.owner_to_remind,
        context.occasion,
        payload["booking"],
        payload["revision"],
        reminder,
    )
    if found is None or found.booking is None:
        return None
    booking = found.booking
    context.speak_to(booking.user_id)
    _ = context.gettext
    is_today = jst_date(booking.starts_at) == jst_date(context.now)
    title = _("Your meeting is today") if is_today else _("Your meeting is tomorrow")
    return reminder_of(context, found, booking, title)


async def staff_reminder(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Remind whoever has the case; None if it is not theirs any more. Raises Missed."""
    found = await context.read(
        meetings.staff_to_remind,
        context.occasion,
        payload["booking"],
        payload["revision"],
        Reminder(payload["reminder"]),
        payload["member"],
    )
    if found is None:
        return None
    booking = found.booking
    speak_to_staff(context, payload)
    _ = context.gettext
    is_today = jst_date(booking.starts_at) == jst_date(context.now)
    title = (
        _("<b>%(reference)s: the meeting is today</b>")
        if is_today
        else _("<b>%(reference)s: the meeting is tomorrow</b>")
    )
    lines = [title % {"reference": booking.reference}, meeting_line(context, booking)]
    lines += whom_it_is_for(context, payload, found.card)
    return Message("\n".join(lines), card_buttons(context, found.card))


async def unreachable(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Ask staff to telephone a person whom the bot cannot write to; None if it can by now."""
    found = await context.read(meetings.unreached, payload["user"], payload["consultation"])
    if found is None:
        return None
    _ = context.gettext
    text = _(
        "<b>%(reference)s</b>: the bot can no longer write to the company. "
        "Please telephone instead."
    )
    lines = [text % {"reference": found.card.consultation.reference}]
    meeting = found.meeting
    if meeting is not None and meeting.starts_at > context.now:
        of_state = {
            BookingState.BOOKED: _("Booked meeting: %(meeting)s"),
            BookingState.CANCELLED: _("Cancelled meeting: %(meeting)s"),
        }
        if (line := of_state.get(meeting.state)) is not None:
            lines.append(line % {"meeting": meeting_line(context, meeting)})
    if found.card.assignee_name is not None:
        lines.append(in_charge(context, found.card))
    return Message("\n".join(lines), card_buttons(context, found.card))


async def new_time_offered(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Offer a new time to the owner of a meeting that did not take place; None if they have one."""
    booking = await context.read(meetings.to_choose_again, payload["booking"], payload["revision"])
    if booking is None:
        return None
    context.speak_to(booking.user_id)
    _ = context.gettext
    what = {
        BookingState.NO_SHOW: _("We did not meet at the time below."),
        BookingState.POSTPONED: _("The meeting at the time below is postponed."),
    }[booking.state]
    lines = [
        _("<b>A new time for your meeting</b>"),
        what,
        meeting_line(context, booking),
        _("Reference: %(reference)s") % {"reference": booking.reference},
        "",
        _("Please choose a time that suits you, or call us.\n%(telephone)s (%(hours)s)")
        % office(context),
    ]
    target = target_code(NewMeeting(booking.consultation_id))
    choose = InlineKeyboardButton(
        _("Choose a time"),
        callback_data=pack(BOOKING, "how", target),
        style=KeyboardButtonStyle.PRIMARY,
    )
    keyboard = InlineKeyboardMarkup([[choose], [copy_telephone(context)]])
    return Message("\n".join(lines), keyboard)


async def new_time_withdrawn(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Tell an owner that they need not choose a new time; None if that was corrected again."""
    found = await context.read(meetings.not_to_choose, payload["booking"], payload["revision"])
    if found is None:
        return None
    context.speak_to(found.booking.user_id)
    _ = context.gettext
    lines = [
        _("<b>About your meeting</b>"),
        _(
            "We asked you to choose a new time by mistake, and are sorry. The meeting below is "
            "recorded as held: you need not choose a new time."
        ),
        meeting_line(context, found.booking),
        _("Reference: %(reference)s") % {"reference": found.booking.reference},
    ]
    if found.next_one is not None:
        text = _("The meeting you booked since is still booked: %(meeting)s")
        lines += ["", text % {"meeting": meeting_line(context, found.next_one)}]
    return Message("\n".join(lines), None)


def speak_to_staff(context: Context, payload: Mapping[str, Any]) -> None:
    """Write in the language of the member a notice is for; in the office's to the staff chat."""
    context.speak_to(None if payload.get("instead") else payload["member"])


def whom_it_is_for(context: Context, payload: Mapping[str, Any], card: Card) -> list[str]:
    """Return a line that names the assignee, where the staff chat reads what is meant for them."""
    return [in_charge(context, card)] if payload.get("instead") else []
