"""An owner books, moves and cancels a meeting; every press changes the message it is in."""

from __future__ import annotations

import asyncio
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
from handlers import replies, waiting
from handlers.booking_buttons import read_day, read_method, read_month, read_slot
from handlers.booking_calendar import why_not
from handlers.booking_press import answer, put, read
from handlers.standing import standing
from handlers.updates import pressed
from services import booking_views, bookings, call_arrangements
from services.bookings import Wish

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from telegram import Update

    from domain.errors import DomainError
    from domain.slots import Method
    from handlers.booking_press import Press
    from handlers.context import Context
    from services.booking_views import Meeting, MonthView

    Step = Callable[[Context, Press], Awaitable[None]]


async def nothing(update: Update, _context: Context) -> None:
    """A button of the calendar that only shows something."""
    query, _, _ = pressed(update)
    await replies.answer_query(query)


async def button(update: Update, context: Context) -> None:
    """A button of an owner's booking. Raises StaleButton for what is not there any more."""
    action, press = read(update)
    step = _STEPS.get(action)
    if step is None:
        raise StaleButton("")
    try:
        await step(context, press)
    except (AlreadyBooked, TooLateToChange) as refusal:
        meeting = await _meeting(context, press)
        answering = replies.refuse(context, press.query, refusal)
        await asyncio.gather(answering, put(context, press, standing(context, meeting)))


async def refreshed(update: Update, context: Context) -> bool:
    """Show in the pressed message where its consultation stands; False if it is not theirs."""
    try:
        _, press = read(update)
        meeting = await _meeting(context, press)
    except StaleButton:
        return False
    await put(context, press, standing(context, meeting))
    return True


async def _meeting(context: Context, press: Press) -> Meeting:
    return await context.read(booking_views.of_target, context.occasion, press.user, press.target)


def _method(context: Context, press: Press) -> Method:
    """Return the method that is asked for. Raises StaleButton if the office does not offer it."""
    method = read_method(press.argument(0))
    if method not in context.house.programme.booking.methods_offered:
        raise StaleButton("")
    return method


async def _how(context: Context, press: Press) -> None:
    meeting = await _to_choose(context, press)
    await answer(context, press, screens.how_to_meet(context, press.target, meeting))


async def _to_choose(context: Context, press: Press) -> Meeting:
    return await context.read(booking_views.to_choose, context.occasion, press.user, press.target)


async def _calendar(context: Context, press: Press) -> None:
    asked = read_month(press.rest[1]) if len(press.rest) > 1 else None
    view = await _month(context, press, asked)
    toast = ""
    if asked not in (None, view.month):
        toast = context.gettext("That month cannot be booked.")
    await answer(context, press, screens.month(context, press.target, view), toast)


async def _month(context: Context, press: Press, asked: date | None) -> MonthView:
    method = _method(context, press)
    return await context.read(
        booking_views.month, context.occasion, press.user, press.target, method, asked
    )


async def _day(context: Context, press: Press) -> None:
    on = read_day(press.argument(1))
    view = await _month(context, press, on.replace(day=1))
    state = view.offer.agenda.state_of_day(on)
    if state is SlotState.FREE:
        await answer(context, press, screens.times(context, press.target, on, view.offer))
        return
    # What was drawn may have changed since.
    shown = screens.month(context, press.target, view)
    await answer(context, press, shown, why_not(context, on, state))


async def _soon(context: Context, press: Press) -> None:
    method = _method(context, press)
    found = await context.read(
        booking_views.earliest, context.occasion, press.user, press.target, method
    )
    await answer(context, press, screens.few_times(context, press.target, found))


async def _time(context: Context, press: Press) -> None:
    wish = Wish(_method(context, press), read_slot(press.argument(1)))
    try:
        title = await _take(context, press, wish)
    except (SlotTaken, SlotClosed) as refusal:
        await _offer_others(context, press, wish, refusal)
        return
    meeting = await _meeting(context, press)
    await answer(context, press, standing(context, meeting, title))


async def _take(context: Context, press: Press, wish: Wish) -> str:
    """Book or move; return what to call it."""
    _, at = context.gettext, context.occasion
    if isinstance(press.target, NewMeeting):
        case = press.target.consultation_id
        await context.transact(bookings.book, at, press.user, case, wish)
        return _("Your meeting is booked")
    moved = await context.transact(bookings.move, at, press.user, press.target, wish)
    is_same = moved.revision == press.target.revision
    return _("Your meeting") if is_same else _("Your meeting is moved")


async def _offer_others(context: Context, press: Press, wish: Wish, refusal: DomainError) -> None:
    found = await context.read(
        booking_views.nearest,
        context.occasion,
        press.user,
        press.target,
        wish.method,
        wish.start,
    )
    preface = context.gettext(refusal.message)
    await answer(context, press, screens.few_times(context, press.target, found, preface))


async def _show(context: Context, press: Press) -> None:
    meeting = await _meeting(context, press)
    await answer(context, press, standing(context, meeting))


async def _drop(context: Context, press: Press) -> None:
    if (booking := (await _to_choose(context, press)).booking) is None:
        raise StaleButton("")
    await answer(context, press, screens.sure_to_cancel(context, booking))


async def _drop_sure(context: Context, press: Press) -> None:
    if not isinstance(press.target, MoveOf):
        raise StaleButton("")
    booking = await context.transact(bookings.cancel, context.occasion, press.user, press.target)
    await answer(context, press, screens.cancelled(context, booking))


async def _call(context: Context, press: Press) -> None:
    case = (await _to_choose(context, press)).consultation
    await answer(context, press, screens.when_to_call(context, case))


async def _when(context: Context, press: Press) -> None:
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
    await answer(context, press, screens.call_promised(context, case))


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
    "wait": waiting.ask,
    "unwait": waiting.leave,
    "accept": waiting.accept,
    "decline": waiting.decline,
}
