"""An owner waits for a slot: asks, leaves, takes or passes up what is held for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from domain.bookings import AlreadyBooked, Booking, BookingState, MoveOf, NewMeeting
from domain.errors import StaleButton
from handlers import bookings, replies
from handlers import waiting_screens as screens
from handlers.booking_buttons import read_method, read_target
from handlers.standing import standing
from handlers.updates import pressed, user_and_chat
from services import booking_views, waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Update

    from domain.bookings import Target
    from handlers.context import Context
    from handlers.messages import Message
    from services.waiting import NotHeld


async def ask(update: Update, context: Context) -> None:
    """`bk:wait:c12:hub`: be told when a slot is free."""
    user, target, rest = _read(update)
    if not isinstance(target, NewMeeting) or len(rest) != 1:
        raise StaleButton("")
    method = read_method(rest[0])
    case = target.consultation_id
    try:
        found = await context.transact(waiting.ask, context.occasion, user, case, method)
    except AlreadyBooked as refusal:
        answering = replies.refuse(context, pressed(update)[0], refusal)
        await asyncio.gather(answering, bookings.refreshed(update, context))
        return
    if isinstance(found, Booking):
        await _show(update, context, screens.offered(context, found))
    elif next(found.offer.agenda.free(), None) is not None:
        preface = context.gettext("There are free times now.")
        await _show(update, context, screens.free_instead(context, found, preface))
    elif found.in_line is not None:
        await _show(update, context, screens.in_line(context, found.in_line))


async def leave(update: Update, context: Context) -> None:
    """`bk:unwait:c12`: wait no longer."""
    user, target, _ = _read(update)
    if not isinstance(target, NewMeeting):
        raise StaleButton("")
    case = target.consultation_id
    await context.transact(waiting.leave, context.occasion, user, case)
    await _show(update, context, screens.left(context, case))


async def accept(update: Update, context: Context) -> None:
    """`bk:accept:b7.1`: book what is held."""
    user, hold = _read_hold(update)
    at = context.occasion
    found = await context.transact(waiting.accept, at, user, hold)
    if isinstance(found, Booking) and found.state is BookingState.BOOKED:
        target = NewMeeting(found.consultation_id)
        meeting = await context.read(booking_views.of_target, at, user, target)
        title = context.gettext("Your meeting is booked")
        await _show(update, context, standing(context, meeting, title))
        return
    await _show(update, context, _instead(context, found))


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


async def decline(update: Update, context: Context) -> None:
    """`bk:decline:b7.1`: pass up what is held."""
    user, hold = _read_hold(update)
    found = await context.transact(waiting.decline, context.occasion, user, hold)
    if isinstance(found, Booking):
        await _show(update, context, screens.offered(context, found))
    elif found.in_line is not None:
        await _show(update, context, screens.in_line(context, found.in_line))
    else:
        await _show(update, context, screens.passed_up(context, found))


def _read(update: Update) -> tuple[int, Target, tuple[str, ...]]:
    """Return who presses, what for, and what else the button says. Raises StaleButton."""
    _, data, _ = pressed(update)
    user, chat = user_and_chat(update)
    parts = data.split(":")
    if len(parts) < 3 or chat != user:
        raise StaleButton("")
    return user, read_target(parts[2]), tuple(parts[3:])


def _read_hold(update: Update) -> tuple[int, MoveOf]:
    user, target, _ = _read(update)
    if not isinstance(target, MoveOf):
        raise StaleButton("")
    return user, target


async def _show(update: Update, context: Context, shown: Message) -> None:
    query, _, message = pressed(update)
    _, chat = user_and_chat(update)
    await asyncio.gather(
        replies.answer_query(query),
        replies.show(context, chat, message, shown.text, shown.buttons),
    )


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
