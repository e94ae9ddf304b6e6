"""A press of a button of an owner's booking, and the message that is shown in its place."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import StaleButton
from handlers import replies
from handlers.booking_buttons import read_target
from handlers.updates import pressed, user_and_chat

if TYPE_CHECKING:
    from telegram import CallbackQuery, Update

    from domain.bookings import Target
    from handlers.context import Context
    from handlers.messages import Message


@dataclass(frozen=True)
class Press:
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


def read(update: Update) -> tuple[str, Press]:
    """Return what a button does, and its press. Raises StaleButton."""
    query, data, message = pressed(update)
    user, chat = user_and_chat(update)
    parts = data.split(":")[1:]
    if len(parts) < 2 or chat != user:
        raise StaleButton("")
    return parts[0], Press(query, user, chat, message, read_target(parts[1]), tuple(parts[2:]))


async def put(context: Context, press: Press, shown: Message) -> None:
    """Show something in the place of the pressed message."""
    await replies.show(context, press.chat, press.message, shown.text, shown.buttons)


async def answer(context: Context, press: Press, shown: Message, toast: str = "") -> None:
    """Answer a press, and show what follows from it."""
    await asyncio.gather(
        replies.answer_query(press.query, toast or None), put(context, press, shown)
    )
