"""The buttons that lead to a correction of what was said of a meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton

from domain.fiscal_year import jst_date
from handlers.booking_buttons import as_it_is, day_code, target_code
from handlers.callbacks import DESK, MEETING, pack
from handlers.moments import day
from services.corrections import Unbooked

if TYPE_CHECKING:
    from domain.bookings import Booking
    from handlers.context import Context
    from services.case_desk import View

    Rows = list[list[InlineKeyboardButton]]


def fix_button(context: Context, booking: Booking) -> InlineKeyboardButton:
    """Return the button that asks what is right of a meeting that was answered for."""
    data = pack(MEETING, "fix", target_code(as_it_is(booking)))
    return InlineKeyboardButton(context.gettext("Correct it"), callback_data=data)


def rows_on_card(context: Context, view: View) -> Rows:
    """Return what may be corrected of a case, each with its day."""
    text, case = context.gettext("Correct the meeting of %(day)s"), view.card.consultation.id
    rows: Rows = []
    if (booking := view.corrects.booking) is not None:
        label = text % {"day": day(context, jst_date(booking.starts_at))}
        data = pack(MEETING, "fix", target_code(as_it_is(booking)))
        rows.append([InlineKeyboardButton(label, callback_data=data)])
    for on in view.corrects.days:
        label = text % {"day": day(context, on)}
        rows.append([record_button(label, "wrong", Unbooked(case, on))])
    return rows


def record_button(label: str, verb: str, record: Unbooked) -> InlineKeyboardButton:
    """Return a button about a meeting that was recorded without a booking."""
    data = pack(DESK, verb, record.case, day_code(record.on))
    return InlineKeyboardButton(label, callback_data=data)
