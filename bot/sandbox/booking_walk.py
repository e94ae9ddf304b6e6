"""An owner's way through the booking after the sending: how to meet, a day, a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.actor import StoryWrong
from handlers.callbacks import BOOKING, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.actor import Actor
    from bot.sandbox.shown import Button, ShownMessage
    from domain.slots import Method

    Find = Callable[[ShownMessage], Button | None]


def _button(action: str, *arguments: str) -> Find:
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


def _free_day(shown: ShownMessage) -> Button | None:
    """Find the first day that can be booked: the others show no number."""
    start = f"{pack(BOOKING, 'day')}:"
    days = (each for row in shown.buttons for each in row if each.value.startswith(start))
    return next((each for each in days if each.text.isdecimal()), None)


class BookingWalk:
    """Walks one person from the last step of the form to a booked meeting."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    async def book(self, method: Method) -> ShownMessage:
        """Book the first time of the first free day; return what tells of it."""
        asked = await self._shown(1, _button("cal"))
        calendar = await self._go_on(asked, _button("cal", method), _free_day)
        times = await self._go_on(calendar, _free_day, _button("time"))
        return await self._go_on(times, _button("time"), _button("drop"))

    async def _go_on(self, shown: ShownMessage, find: Find, then: Find) -> ShownMessage:
        """Press a button; return the same message once it has the next."""
        button = find(shown)
        if button is None:
            raise StoryWrong(f"a button is missing under: {shown.text[:40]}")
        await self._actor.press(button, shown)
        return await self._shown(shown.message_id, then)

    async def _shown(self, after: int, find: Find) -> ShownMessage:
        return await self._actor.reply(
            after, lambda shown: find(shown) is not None, "the next step of the booking"
        )
