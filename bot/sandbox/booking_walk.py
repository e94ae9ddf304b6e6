"""An owner's way through the booking after the sending: how to meet, a day, a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox.actor import StoryWrong
from handlers.callbacks import BOOKING, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.actor import Actor
    from bot.sandbox.shown import Button, ShownMessage
    from domain.slots import Method

    Find = Callable[[ShownMessage], Button | None]


_MOST_STEPS = 50
"""Far more than a booking has taps, however often others are quicker."""


def booking_button(action: str, *arguments: str) -> Find:
    """Return what finds the first button of an action, with these arguments after its target."""

    def find(shown: ShownMessage) -> Button | None:
        start = f"{pack(BOOKING, action)}:"
        return next(
            (
                button
                for row in shown.buttons
                for button in row
                if button.value.startswith(start)
                and tuple(button.value.split(":")[3:][: len(arguments)]) == arguments
            ),
            None,
        )

    return find


def free_day(shown: ShownMessage) -> Button | None:
    """Find the first day that can be booked: the others show no number."""
    start = f"{pack(BOOKING, 'day')}:"
    days = (each for row in shown.buttons for each in row if each.value.startswith(start))
    return next((each for each in days if each.text.isdecimal()), None)


class BookingWalk:
    """Walks one person from the last step of the form to a booked meeting."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._finds: tuple[Find, ...] = ()

    async def book(self, method: Method) -> ShownMessage:
        """Book the first time of the first free day; return what tells of it.

        Who is overtaken at that time takes the first of those that are offered instead.
        """
        steps = (booking_button("drop"), booking_button("time"), free_day)
        self._finds = (*steps, booking_button("cal", method))
        shown = await self._shown(1, lambda _: True)
        for _ in range(_MOST_STEPS):
            if booking_button("drop")(shown) is not None:
                return shown
            shown = await self._press(shown)
        raise StoryWrong(f"the booking gets nowhere at: {shown.text[:40]}")

    def _next(self, shown: ShownMessage) -> Button | None:
        return next(filter(None, (find(shown) for find in self._finds)), None)

    async def _press(self, before: ShownMessage) -> ShownMessage:
        """Press what comes next; return the message that the booking goes on in."""
        button = self._next(before)
        if button is None:
            raise StoryWrong(f"a button is missing under: {before.text[:40]}")
        press = asyncio.ensure_future(self._actor.press(button, before))
        try:
            changed = await self._shown(before.message_id, lambda shown: shown != before)
            if self._actor.insists or press.done():
                await press
        finally:
            press.cancel()
            await asyncio.gather(press, return_exceptions=True)
        return changed

    async def _shown(self, after: int, fits: Callable[[ShownMessage], bool]) -> ShownMessage:
        return await self._actor.reply(
            after,
            lambda shown: self._next(shown) is not None and fits(shown),
            "the next step of the booking",
        )
