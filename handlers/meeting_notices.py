"""How the notices about a meeting read, to its owner and to the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.bookings import BookingState, NewMeeting
from domain.fiscal_year import jst_date
from domain.reminders import Reminder
from handlers.booking_buttons import as_it_is, target_code
from handlers.callbacks import BOOKING, pack
from handlers.cases import card_buttons
from handlers.meetings import meeting_line, meeting_text
from handlers.messages import Message
from handlers.office import copy_telephone, office
from services import meetings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.bookings import Booking
    from handlers.context import Context
    from services.meetings import OwnersMeeting


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
    if found is None:
        return None
    booking = found.booking
    _speak_to(context, booking.user_id)
    _ = context.gettext
    is_today = jst_date(booking.starts_at) == jst_date(context.now)
    lines = [
        _("<b>Your meeting is today</b>") if is_today else _("<b>Your meeting is tomorrow</b>"),
        meeting_text(context, booking),
        _("Reference: %(reference)s") % {"reference": booking.reference},
        "",
        _what_else(context, found),
    ]
    return Message("\n".join(lines), _owners_buttons(context, found))


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
    _speak_to(context, payload["member"])
    _ = context.gettext
    is_today = jst_date(booking.starts_at) == jst_date(context.now)
    title = (
        _("<b>%(reference)s: the meeting is today</b>")
        if is_today
        else _("<b>%(reference)s: the meeting is tomorrow</b>")
    )
    text = f"{title % {'reference': booking.reference}}\n{meeting_line(context, booking)}"
    return Message(text, card_buttons(context, found.card))


async def new_time_offered(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Offer a new time to the owner of a meeting that did not take place; None if they have one."""
    booking = await context.read(meetings.to_choose_again, payload["booking"], payload["revision"])
    if booking is None:
        return None
    _speak_to(context, booking.user_id)
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


def _speak_to(context: Context, user_id: int | None) -> None:
    """Write in a person's own language; in the office's to the staff chat."""
    context.language = context.house.languages.get(user_id or 0, context.language)


def _what_else(context: Context, found: OwnersMeeting) -> str:
    if found.is_changeable:
        return context.gettext("If it does not suit you any more, you can change it here.")
    text = context.gettext(
        "If it does not suit you any more, please call us.\n%(telephone)s (%(hours)s)"
    )
    return text % office(context)


def _owners_buttons(context: Context, found: OwnersMeeting) -> InlineKeyboardMarkup:
    """Return "move" and "cancel", or the telephone number once it is too late for them."""
    if not found.is_changeable:
        return InlineKeyboardMarkup([[copy_telephone(context)]])
    move = _button(context.gettext("Move the meeting"), "how", found.booking)
    cancel = _button(context.gettext("Cancel the meeting"), "cancel", found.booking)
    return InlineKeyboardMarkup([[move, cancel]])


def _button(label: str, verb: str, booking: Booking) -> InlineKeyboardButton:
    data = pack(BOOKING, verb, target_code(as_it_is(booking)))
    return InlineKeyboardButton(label, callback_data=data)
