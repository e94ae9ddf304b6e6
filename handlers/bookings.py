"""An owner books, moves and cancels a meeting; every press changes the message it is in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.bookings import (
    AlreadyBooked,
    MoveOf,
    NewMeeting,
    SlotClosed,
    SlotTaken,
    TooLateToChange,
)
from domain.errors import StaleButton
from domain.return_calls import CallTime
from domain.slots import SlotState
from handlers import booking_screens as screens
from handlers import replies
from handlers.booking_buttons import read_day, read_method, read_month, read_slot, read_target
from handlers.booking_calendar import why_not
from handlers.standing import standing
from handlers.updates import pressed, user_and_chat
from services import booking_views, bookings, call_arrangements
from services.bookings import Wish

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from telegram import CallbackQuery, Update

    from domain.bookings import Target
    from domain.errors import DomainError
    from domain.slots import Method
    from handlers.context import Context
    from handlers.messages import Message
    from services.booking_views import Meeting, MonthView

    Step = Callable[[Context, "_Press"], Awaitable[None]]


@dataclass(frozen=True)
class _Press:
    """A press of a button such as `bk:day:c12:hub:20261126`."""

    query: CallbackQuery
    user: int
    chat: int
    message: int
    target: Target
    rest: tuple[str, ...]

    def argument(self, number: int) -> str:
        """Return what the button says after its target. Raises StaleButton."""
        if number >= len(self.rest):
            raise StaleButton("")
        return self.rest[number]


def _read(update: Update) -> tuple[str, _Press]:
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    parts = data.split(":")[1:]
    if len(parts) < 2 or chat != user:
        raise StaleButton("")
    return parts[0], _Press(query, user, chat, message, read_target(parts[1]), tuple(parts[2:]))


async def nothing(update: Update, _context: Context) -> None:
    """A button of the calendar that only shows something."""
    query, _, _ = pressed(update)
    await replies.answer_query(query)


async def button(update: Update, context: Context) -> None:
    """A button of an owner's booking. Raises StaleButton for what is not there any more."""
    action, press = _read(update)
    step = _STEPS.get(action)
    if step is None:
        raise StaleButton("")
    try:
        await step(context, press)
    except (AlreadyBooked, TooLateToChange) as refusal:
        meeting = await _meeting(context, press)
        answering = replies.refuse(context, press.query, refusal)
        await asyncio.gather(answering, _put(context, press, standing(context, meeting)))


async def refreshed(update: Update, context: Context) -> bool:
    """Show in the pressed message where its consultation stands; False if it is not theirs."""
    try:
        _, press = _read(update)
        meeting = await _meeting(context, press)
    except StaleButton:
        return False
    await _put(context, press, standing(context, meeting))
    return True


async def _meeting(context: Context, press: _Press) -> Meeting:
    return await context.read(booking_views.of_target, context.occasion, press.user, press.target)


async def _put(context: Context, press: _Press, shown: Message) -> None:
    await replies.show(context, press.chat, press.message, shown.text, shown.buttons)


async def _answer(context: Context, press: _Press, shown: Message, toast: str = "") -> None:
    await asyncio.gather(
        replies.answer_query(press.query, toast or None), _put(context, press, shown)
    )


def _method(context: Context, press: _Press) -> Method:
    """Return the method that is asked for. Raises StaleButton if the office does not offer it."""
    method = read_method(press.argument(0))
    if method not in context.house.programme.booking.methods_offered:
        raise StaleButton("")
    return method


async def _how(context: Context, press: _Press) -> None:
    meeting = await _to_choose(context, press)
    await _answer(context, press, screens.how_to_meet(context, press.target, meeting))


async def _to_choose(context: Context, press: _Press) -> Meeting:
    return await context.read(booking_views.to_choose, context.occasion, press.user, press.target)


async def _calendar(context: Context, press: _Press) -> None:
    asked = read_month(press.rest[1]) if len(press.rest) > 1 else None
    view = await _month(context, press, asked)
    toast = ""
    if asked not in (None, view.month):
        toast = context.gettext("That month cannot be booked.")
    await _answer(context, press, screens.month(context, press.target, view), toast)


async def _month(context: Context, press: _Press, asked: date | None) -> MonthView:
    method = _method(context, press)
    return await context.read(
        booking_views.month, context.occasion, press.user, press.target, method, asked
    )


async def _day(context: Context, press: _Press) -> None:
    on = read_day(press.argument(1))
    view = await _month(context, press, on.replace(day=1))
    state = view.offer.agenda.state_of_day(on)
    if state is SlotState.FREE:
        await _answer(context, press, screens.times(context, press.target, on, view.offer))
        return
    # What was drawn may have changed since.
    shown = screens.month(context, press.target, view)
    await _answer(context, press, shown, why_not(context, on, state))


async def _soon(context: Context, press: _Press) -> None:
    method = _method(context, press)
    found = await context.read(
        booking_views.earliest, context.occasion, press.user, press.target, method
    )
    await _answer(context, press, screens.few_times(context, press.target, found))


async def _time(context: Context, press: _Press) -> None:
    wish = Wish(_method(context, press), read_slot(press.argument(1)))
    try:
        title = await _take(context, press, wish)
    except (SlotTaken, SlotClosed) as refusal:
        await _offer_others(context, press, wish, refusal)
        return
    meeting = await _meeting(context, press)
    await _answer(context, press, standing(context, meeting, title))


async def _take(context: Context, press: _Press, wish: Wish) -> str:
    """Book or move; return what to call it."""
    _, at = context.gettext, context.occasion
    if isinstance(press.target, NewMeeting):
        case = press.target.consultation_id
        await context.transact(bookings.book, at, press.user, case, wish)
        return _("Your meeting is booked")
    moved = await context.transact(bookings.move, at, press.user, press.target, wish)
    is_same = moved.revision == press.target.revision
    return _("Your meeting") if is_same else _("Your meeting is moved")


async def _offer_others(context: Context, press: _Press, wish: Wish, refusal: DomainError) -> None:
    found = await context.read(
        booking_views.nearest,
        context.occasion,
        press.user,
        press.target,
        wish.method,
        wish.start,
    )
    preface = context.gettext(refusal.message)
    await _answer(context, press, screens.few_times(context, press.target, found, preface))


async def _show(context: Context, press: _Press) -> None:
    meeting = await _meeting(context, press)
    await _answer(context, press, standing(context, meeting))


async def _drop(context: Context, press: _Press) -> None:
    if (booking := (await _to_choose(context, press)).booking) is None:
        raise StaleButton("")
    await _answer(context, press, screens.sure_to_cancel(context, booking))


async def _drop_sure(context: Context, press: _Press) -> None:
    if not isinstance(press.target, MoveOf):
        raise StaleButton("")
    booking = await context.transact(bookings.cancel, context.occasion, press.user, press.target)
    await _answer(context, press, screens.cancelled(context, booking))


async def _call(context: Context, press: _Press) -> None:
    case = (await _to_choose(context, press)).consultation
    await _answer(context, press, screens.when_to_call(context, case))


async def _when(context: Context, press: _Press) -> None:
    when = press.argument(0)
    if not isinstance(press.target, NewMeeting) or when not in CallTime.__members__.values():
        raise StaleButton("")
    case = await context.transact(
        call_arrangements.ask_for_call,
        context.occasion,
        press.user,
        press.target.consultation_id,
        CallTime(when),
    )
    await _answer(context, press, screens.call_promised(context, case))


_STEPS: dict[str, Step] = {
    "how": _how,
    "cal": _calendar,
    "day": _day,
    "soon": _soon,
    "time": _time,
    "show": _show,
    "drop": _drop,
    "drop_yes": _drop_sure,
    "call": _call,
    "when": _when,
}
