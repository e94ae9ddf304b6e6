"""The calendar of an owner's booking: a month of buttons, and what an unavailable day answers."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

from babel.dates import format_skeleton, get_day_names
from telegram import InlineKeyboardButton
from telegram.constants import KeyboardButtonStyle

from domain.fiscal_year import jst_date
from domain.slots import SlotState
from domain.texts import N_
from handlers.booking_buttons import day_code, month_code, target_code
from handlers.callbacks import BOOKING, pack
from handlers.moments import day

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from domain.bookings import Target
    from domain.slots import Method
    from handlers.context import Context
    from services.booking_views import MonthView

    Rows = list[list[InlineKeyboardButton]]

NOTHING = pack(BOOKING, "x")
"""The data of a button that only shows something."""
_FULL, _CLOSED = "×", "・"
_WEEKS = calendar.Calendar(calendar.MONDAY)
_WHY_NOT = {
    SlotState.FULL: N_("%(day)s is fully booked."),
    SlotState.CLOSED: N_("We are closed on %(day)s."),
    SlotState.TOO_SOON: N_("%(day)s can no longer be booked."),
    SlotState.TOO_FAR: N_("%(day)s cannot be booked yet."),
}


def month_rows(context: Context, target: Target, method: Method, view: MonthView) -> Rows:
    """Return a month as rows of buttons: title, weekdays, weeks not past, the months beside it."""
    code = target_code(target)
    title = format_skeleton("yMMMM", view.month, locale=context.language)
    names = get_day_names("short", "stand-alone", locale=context.language)
    rows = [[_shown(title)], [_shown(names[weekday]) for weekday in range(7)]]
    cell = _cells(view, f"{pack(BOOKING, 'day', code, method)}:")
    today = jst_date(view.offer.agenda.now)
    weeks = _WEEKS.monthdatescalendar(view.month.year, view.month.month)
    rows += [[cell(on) for on in week] for week in weeks if week[-1] >= today]
    return [*rows, *_months_beside(context, code, method, view)]


def _months_beside(context: Context, code: str, method: Method, view: MonthView) -> Rows:
    def turn(label: str, month: date) -> InlineKeyboardButton:
        name = format_skeleton("MMM", month, locale=context.language)
        data = pack(BOOKING, "cal", code, method, month_code(month))
        return InlineKeyboardButton(label % name, callback_data=data)

    beside = [turn("‹ %s", view.earlier)] if view.earlier is not None else []
    if view.later is not None:
        beside.append(turn("%s ›", view.later))
    return [beside] if beside else []


def _shown(text: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=NOTHING)


def _cells(view: MonthView, prefix: str) -> Callable[[date], InlineKeyboardButton]:
    """Return what makes the button of a day; days of other months are blank."""
    nothing = _shown(_CLOSED)
    agenda = view.offer.agenda

    def cell(on: date) -> InlineKeyboardButton:
        if on.month != view.month.month:
            return nothing
        state, data = agenda.state_of_day(on), prefix + day_code(on)
        if state is SlotState.FREE:
            return InlineKeyboardButton(
                str(on.day), callback_data=data, style=KeyboardButtonStyle.PRIMARY
            )
        text = _FULL if state is SlotState.FULL else _CLOSED
        return InlineKeyboardButton(text, callback_data=data)

    return cell


def why_not(context: Context, on: date, state: SlotState) -> str:
    """Return why nothing can be booked on a day."""
    return context.gettext(_WHY_NOT[state]) % {"day": day(context, on)}
