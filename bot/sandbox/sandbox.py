"""One sandbox: a world, its faults and its webhook, and how it starts over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.sandbox import cast
from bot.sandbox.chats import Chat
from bot.sandbox.faults import Faults
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import CALLBACK_LIFETIME, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.people import Bot


def utc_now() -> datetime:
    """Return the time of the machine, aware."""
    return datetime.now(UTC)


class Sandbox:
    """Holds the present world; `reset` replaces it while the bot keeps running.

    `sleep` serves webhook retries and ordered delays, in seconds.
    """

    def __init__(
        self,
        *,
        token: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        bot: Bot = cast.BOT,
        callback_lifetime: timedelta = CALLBACK_LIFETIME,
    ) -> None:
        self.token = token
        self.sleep = sleep
        self.faults = Faults()
        self._callback_lifetime = callback_lifetime
        self.world = World(bot, clock, callback_lifetime=callback_lifetime)
        self.webhook = Webhook(self.world.updates, clock, sleep)
        populate(self.world)

    def reset(self) -> None:
        """Start over with the default cast: no messages, no faults, no waiting updates."""
        old = self.world
        old.updates.drop_pending()
        self.faults.clear()
        self.world = World(
            old.bot, old.clock, callback_lifetime=self._callback_lifetime, before=old
        )
        populate(self.world)
        self.world.changes.publish("reset", dict)


def populate(world: World) -> None:
    """Put the default cast into an empty world; the bot administers the staff channel."""
    for person in cast.PEOPLE:
        world.add_person(person)
    world.add_chat(
        Chat(
            cast.STAFF_CHAT_ID,
            "supergroup",
            title=cast.STAFF_CHAT_TITLE,
            members={cast.STAFF.id: "member", cast.MANAGER.id: "creator"},
            bot_status="administrator",
        )
    )
