"""From a case's card: book its meeting (how, which day, what time), or say that one was held."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardMarkup
from telegram.constants import KeyboardButtonStyle

from domain.errors import StaleButton
from domain.fiscal_year import jst_date
from domain.slots import SlotState
from handlers import case_desk, replies
from handlers.booking_buttons import day_code, read_day, read_method, read_slot, slot_code
from handlers.case_buttons import back, read_number, read_state, state_code
from handlers.case_buttons import button as desk_button
from handlers.meetings import method_name
from handlers.moments import clock, day, moment
from handlers.staff_days import free_days, in_rows
from handlers.updates import pressed, private_button, telegram_name, user_and_chat
from services import case_desk as desk
from services import case_meetings
from services.bookings import Wish
from services.case_desk import Handled
from services.case_meetings import Held

if TYPE_CHECKING:
    from telegram import InlineKeyboardButton, Update

    from domain.consultations import Consultation
    from domain.slots import Method
    from handlers.context import Context

    Rows = list[list[InlineKeyboardButton]]

VERBS: Final = "how|days|times|sure|book|held|met"
"""The buttons served here, as a pattern."""
_DAYS_BACK: Final = 15


async def button(update: Update, context: Context) -> None:
    """A button of the arranging. Raises StaleButton, NotPermitted."""
    verb, arguments = private_button(update)
    does, count = {
        "how": (_how, 1),
        "days": (_days, 3),
        "times": (_times, 3),
        "sure": (_sure, 3),
        "book": (_book, 3),
        "held": (_held, 2),
        "met": (_met, 3),
    }[verb]
    if len(arguments) > count:
        raise StaleButton("")
    await does(update, context, [*arguments, *[""] * (count - len(arguments))])


async def _put(update: Update, context: Context, case: Consultation, text: str, rows: Rows) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    title = context.gettext("<b>Booking a meeting for %(reference)s</b>")
    title %= {"reference": str(case.reference)}
    buttons = InlineKeyboardMarkup([*rows, [back(context, case.id)]])
    await replies.show(context, chat, message, f"{title}\n\n{text}", buttons)
    await replies.answer_query(query)


async def _how(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    number = read_number(arguments[0])
    case = await context.read(case_meetings.to_meet, user, number)
    rows = [
        [desk_button(method_name(context, method), "days", number, method)]
        for method in context.house.programme.booking.methods_offered
    ]
    await _put(update, context, case, context.gettext("How is the meeting held?"), rows)


async def _days(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    number, method = read_number(arguments[0]), read_method(arguments[1])
    offer = await context.read(case_meetings.offer, context.occasion, user, number, method)
    since = read_day(arguments[2]) if arguments[2] else jst_date(context.now)
    _, shown = context.gettext, free_days(offer.agenda, since)
    rows = in_rows(
        shown.days,
        lambda on: desk_button(day(context, on), "times", number, method, day_code(on)),
    )
    if shown.later is not None:
        later = desk_button(_("Later days"), "days", number, method, day_code(shown.later))
        rows.append([later])
    if not shown.is_first:
        rows.append([desk_button(_("From the first day"), "days", number, method)])
    rows.append([desk_button(_("Another way to meet"), "how", number)])
    question = _("On which day?") if shown.days else _("No day is free.")
    text = f"{escape(method_name(context, method))}\n\n{question}"
    await _put(update, context, offer.consultation, text, rows)


async def _times(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    number, method, on = (
        read_number(arguments[0]),
        read_method(arguments[1]),
        read_day(arguments[2]),
    )
    offer = await context.read(
        case_meetings.offer, context.occasion, user, number, method, (on, on)
    )
    rows = [
        [desk_button(clock(context, start), "sure", number, method, slot_code(start))]
        for start, state in offer.agenda.times(on)
        if state is SlotState.FREE
    ]
    rows.append([desk_button(context.gettext("Another day"), "days", number, method)])
    question = context.gettext("At what time?")
    text = f"{escape(method_name(context, method))}　{day(context, on)}\n\n{question}"
    await _put(update, context, offer.consultation, text, rows)


async def _sure(update: Update, context: Context, arguments: list[str]) -> None:
    """Ask once more: the company is told."""
    user, _ = user_and_chat(update)
    number, method, start = _slot(arguments)
    case = await context.read(case_meetings.to_meet, user, number)
    _ = context.gettext
    book = desk_button(
        _("Book it"), "book", number, method, arguments[2], style=KeyboardButtonStyle.PRIMARY
    )
    another = desk_button(_("Another day"), "days", number, method)
    text = f"{moment(context, start)}　{escape(method_name(context, method))}\n\n"
    if case.user_id is None:
        text += _("The company is not in the bot: please tell them yourself.")
    else:
        text += _("The company is told by the bot.")
    await _put(update, context, case, text, [[book], [another]])


def _slot(arguments: list[str]) -> tuple[int, Method, datetime]:
    return read_number(arguments[0]), read_method(arguments[1]), read_slot(arguments[2])


async def _book(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    number, method, start = _slot(arguments)
    name, wish = telegram_name(update), Wish(method, start)
    await context.transact(case_meetings.book, context.occasion, user, name, number, wish)
    at = context.occasion
    view = await context.house.write(lambda tx: desk.opened(tx, at, user, number))
    await case_desk.show_handled(
        update, context, Handled(view), context.gettext("The meeting is booked.")
    )


async def _held(update: Update, context: Context, arguments: list[str]) -> None:
    """Ask on which day the meeting was that nobody had booked; the day records it."""
    query, _, message = pressed(update)
    user, chat = user_and_chat(update)
    number = read_number(arguments[0])
    case = await context.read(case_meetings.to_meet, user, number)
    today, _ = jst_date(context.now), context.gettext
    last = read_day(arguments[1]) if arguments[1] else today
    first = case_meetings.first_day_to_meet(context.occasion, case)
    days = [last - timedelta(days=back) for back in range(_DAYS_BACK)]
    possible = tuple(on for on in days if first <= on <= today)
    rows = in_rows(
        possible,
        lambda on: desk_button(
            day(context, on), "met", number, state_code(case.state), day_code(on)
        ),
    )
    if possible and possible[-1] > first:
        earlier = possible[-1] - timedelta(days=1)
        rows.append([desk_button(_("Earlier days"), "held", number, day_code(earlier))])
    rows.append([back(context, number)])
    question = _("On which day was the meeting? Pressing one records it.")
    text = f"<b>{case.reference}</b>\n{question}"
    await replies.show(context, chat, message, text, InlineKeyboardMarkup(rows))
    await replies.answer_query(query)


async def _met(update: Update, context: Context, arguments: list[str]) -> None:
    user, _ = user_and_chat(update)
    held = Held(read_number(arguments[0]), read_state(arguments[1]), read_day(arguments[2]))
    handled = await context.transact(desk.met, context.occasion, user, telegram_name(update), held)
    await case_desk.show_handled(
        update, context, handled, context.gettext("The meeting is recorded.")
    )
