"""Staff move or cancel a meeting: which day, what time, for what reason; the reason does it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.bookings import OFFICE_REASONS, MoveOf, Reason
from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.slots import SlotState
from handlers import replies
from handlers.booking_buttons import (
    day_code,
    read_day,
    read_method,
    read_slot,
    read_target,
    slot_code,
    target_code,
)
from handlers.callbacks import MEETING, pack, unpack
from handlers.meetings import meeting_text, method_name
from handlers.moments import clock, day, moment, span
from handlers.staff_days import free_days, in_rows
from handlers.staff_meetings import show_card
from handlers.updates import pressed, user_and_chat
from services import bookings
from services.bookings import Wish

if TYPE_CHECKING:
    from datetime import date

    from telegram import Update

    from domain.slots import Method
    from handlers.context import Context
    from services.bookings import Offer

    Rows = list[list[InlineKeyboardButton]]


def _target(code: str) -> MoveOf:
    target = read_target(code)
    if not isinstance(target, MoveOf):
        raise StaleButton("")
    return target


def _button(label: str, *arguments: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=pack(MEETING, *arguments))


def _move_button(label: str, target: MoveOf, method: Method, *since: str) -> InlineKeyboardButton:
    return _button(label, "days", target_code(target), method, *since)


def _keep_button(context: Context, target: MoveOf) -> InlineKeyboardButton:
    return _button(context.gettext("Leave it as it is"), "card", target_code(target))


async def days(update: Update, context: Context) -> None:
    """The free days of a method, from a day on."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    arguments = data.split(":")[2:]
    if not 2 <= len(arguments) <= 3:
        raise StaleButton("")
    code, method_code, *since = arguments
    target, method = _target(code), read_method(method_code)
    offer = await context.read(
        bookings.offer_to_staff, context.occasion, user, target, method, None
    )
    first = read_day(since[0]) if since else jst_date(context.now)
    text = "\n\n".join([_moving(context, offer), context.gettext("To which day?")])
    buttons = _day_buttons(context, target, offer, first)
    await replies.show(context, chat, message, text, buttons)
    await replies.answer_query(query)


def _moving(context: Context, offer: Offer) -> str:
    """Say what is moved, and how the meeting will be held (HTML)."""
    _ = context.gettext
    booking = offer.booking
    if booking is None:
        raise StaleButton("")
    now = span(context, booking.starts_at, booking.ends_at)
    method = offer.agenda.rules.method
    lines = [
        _("<b>Moving the meeting of %(reference)s</b>") % {"reference": str(booking.reference)},
        _("Now: %(meeting)s")
        % {"meeting": f"{now}　{escape(method_name(context, booking.method))}"},
        _("New: %(meeting)s") % {"meeting": escape(method_name(context, method))},
    ]
    return "\n".join(lines)


def _day_buttons(
    context: Context, target: MoveOf, offer: Offer, since: date
) -> InlineKeyboardMarkup:
    _ = context.gettext
    method, shown = offer.agenda.rules.method, free_days(offer.agenda, since)
    rows = in_rows(
        shown.days,
        lambda on: _button(day(context, on), "times", target_code(target), method, day_code(on)),
    )
    if shown.later is not None:
        rows.append([_move_button(_("Later days"), target, method, day_code(shown.later))])
    if not shown.is_first:
        rows.append([_move_button(_("From the first day"), target, method)])
    for other in context.house.programme.booking.methods_offered:
        if other is not method:
            label = _("Instead: %(method)s") % {"method": method_name(context, other)}
            rows.append([_move_button(label, target, other)])
    rows.append([_keep_button(context, target)])
    return InlineKeyboardMarkup(rows)


async def times(update: Update, context: Context) -> None:
    """The free times of a day."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    code, method_code, on_code = _arguments(data, 3)
    target, method, on = _target(code), read_method(method_code), read_day(on_code)
    offer = await context.read(
        bookings.offer_to_staff, context.occasion, user, target, method, (on, on)
    )
    _ = context.gettext
    rows = [
        [_button(clock(context, start), "why", target_code(target), method, slot_code(start))]
        for start, state in offer.agenda.times(on)
        if state is SlotState.FREE
    ]
    rows += [[_move_button(_("Another day"), target, method)], [_keep_button(context, target)]]
    moving = f"{_moving(context, offer)}　{day(context, on)}"
    text = "\n\n".join([moving, _("At what time?")])
    await replies.show(context, chat, message, text, InlineKeyboardMarkup(rows))
    await replies.answer_query(query)


async def why(update: Update, context: Context) -> None:
    """Why the meeting is moved: the last question; the answer moves it."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    code, method_code, slot = _arguments(data, 3)
    target, method, start = _target(code), read_method(method_code), read_slot(slot)
    on = jst_date(start)
    offer = await context.read(
        bookings.offer_to_staff, context.occasion, user, target, method, (on, on)
    )
    rows = _reason_rows(context, "move", target_code(target), method, slot)
    rows += [
        [_move_button(context.gettext("Another day"), target, method)],
        [_keep_button(context, target)],
    ]
    text = f"{_moving(context, offer)}　{moment(context, start)}\n\n{_why_text(context)}"
    await replies.show(context, chat, message, text, InlineKeyboardMarkup(rows))
    await replies.answer_query(query)


def _why_text(context: Context) -> str:
    return context.gettext("For what reason? The company is told. Pressing one does it.")


def _reason_rows(context: Context, *arguments: object) -> Rows:
    return [
        [_button(context.gettext(text), *arguments, reason)]
        for reason, text in OFFICE_REASONS.items()
    ]


async def move(update: Update, context: Context) -> None:
    """Move the meeting; the owner is told why."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    code, method_code, slot, why = _arguments(data, 4)
    wish = Wish(read_method(method_code), read_slot(slot))
    moved = await context.transact(
        bookings.move_by_staff, context.occasion, user, _target(code), wish, _reason(why)
    )
    await show_card(context, user, chat, message, moved.id)
    await replies.answer_query(query, context.gettext("The meeting is moved."))


async def drop(update: Update, context: Context) -> None:
    """Why the meeting is cancelled: the answer cancels it."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    target = _target(_arguments(data, 1)[0])
    booking = await context.read(bookings.for_staff, user, target)
    rows = _reason_rows(context, "end", target_code(target))
    rows.append([_keep_button(context, target)])
    _ = context.gettext
    title = _("<b>Cancelling the meeting of %(reference)s</b>")
    title %= {"reference": str(booking.reference)}
    text = f"{title}\n{meeting_text(context, booking)}\n\n{_why_text(context)}"
    await replies.show(context, chat, message, text, InlineKeyboardMarkup(rows))
    await replies.answer_query(query)


async def end(update: Update, context: Context) -> None:
    """Cancel the meeting; the owner is told why."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    code, why = _arguments(data, 2)
    ended = await context.transact(
        bookings.cancel_by_staff, context.occasion, user, _target(code), _reason(why)
    )
    await show_card(context, user, chat, message, ended.id)
    await replies.answer_query(query, context.gettext("The meeting is cancelled."))


def _arguments(data: str, count: int) -> tuple[str, ...]:
    """Return the arguments after the action. Raises StaleButton if there are more or fewer."""
    found = unpack(data, count + 1)
    if found is None:
        raise StaleButton("")
    return found[1:]


def _reason(code: str) -> Reason:
    for reason in OFFICE_REASONS:
        if reason == code:
            return reason
    raise StaleButton("")
