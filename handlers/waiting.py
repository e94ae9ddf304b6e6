"""An owner waits for a slot: asks, leaves, takes or passes up what is held for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.bookings import Booking, BookingState, MoveOf, NewMeeting
from domain.errors import StaleButton
from handlers import waiting_screens as screens
from handlers.booking_buttons import read_method
from handlers.booking_press import answer
from handlers.standing import standing
from services import booking_views, waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.booking_press import Press
    from handlers.context import Context
    from handlers.messages import Message
    from services.waiting import NotHeld


async def ask(context: Context, press: Press) -> None:
    """`bk:wait:c12:hub`: be told when a slot is free. Raises AlreadyBooked."""
    case, method = _case(press), read_method(press.argument(0))
    found = await context.transact(waiting.ask, context.occasion, press.user, case, method)
    if isinstance(found, Booking):
        await answer(context, press, screens.offered(context, found))
    elif next(found.offer.agenda.free(), None) is not None:
        preface = context.gettext("There are free times now.")
        await answer(context, press, screens.free_instead(context, found, preface))
    elif found.in_line is not None:
        await answer(context, press, screens.in_line(context, found.in_line))


async def leave(context: Context, press: Press) -> None:
    """`bk:unwait:c12`: wait no longer."""
    case = _case(press)
    await context.transact(waiting.leave, context.occasion, press.user, case)
    await answer(context, press, screens.left(context, case))


async def accept(context: Context, press: Press) -> None:
    """`bk:accept:b7.1`: book what is held."""
    at = context.occasion
    found = await context.transact(waiting.accept, at, press.user, _hold(press))
    if isinstance(found, Booking) and found.state is BookingState.BOOKED:
        target = NewMeeting(found.consultation_id)
        meeting = await context.read(booking_views.of_target, at, press.user, target)
        title = context.gettext("Your meeting is booked")
        await answer(context, press, standing(context, meeting, title))
        return
    await answer(context, press, _instead(context, found))


def _instead(context: Context, found: Booking | NotHeld) -> Message:
    _ = context.gettext
    if isinstance(found, Booking):
        preface = _("That time cannot be booked any more. We have kept another one for you.")
        return screens.offered(context, found, preface)
    if found.in_line is not None:
        preface = _("That time cannot be booked any more. You are still on the waiting list.")
        return screens.in_line(context, found.in_line, preface)
    preface = _("The time kept for you is over.")
    return screens.free_instead(context, found, preface)


async def decline(context: Context, press: Press) -> None:
    """`bk:decline:b7.1`: pass up what is held."""
    found = await context.transact(waiting.decline, context.occasion, press.user, _hold(press))
    if isinstance(found, Booking):
        shown = screens.offered(context, found)
    elif found.in_line is not None:
        shown = screens.in_line(context, found.in_line)
    else:
        shown = screens.passed_up(context, found)
    await answer(context, press, shown)


def _case(press: Press) -> int:
    if not isinstance(press.target, NewMeeting):
        raise StaleButton("")
    return press.target.consultation_id


def _hold(press: Press) -> MoveOf:
    if not isinstance(press.target, MoveOf):
        raise StaleButton("")
    return press.target


async def slot_offered(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the notice of a slot that is held; None if the hold is over."""
    hold = await context.read(
        waiting.to_offer, payload["booking"], payload["revision"], context.now
    )
    if hold is None:
        return None
    context.speak_to(hold.user_id)
    return screens.offered(context, hold)


async def hold_lapsed(context: Context, payload: Mapping[str, Any]) -> Message | None:
    """Return the notice of a hold that ran out; None if its person has moved on."""
    hold = await context.read(waiting.to_regret, payload["booking"])
    if hold is None:
        return None
    context.speak_to(hold.user_id)
    return screens.ran_out(context, hold)
