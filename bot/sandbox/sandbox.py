"""One sandbox: a world, its faults and its webhook, and how it starts over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import cast
from bot.sandbox.chats import Chat
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import CALLBACK_LIFETIME, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime, timedelta
    from pathlib import Path

    from bot.sandbox.people import Bot


class Sandbox:
    """Holds the present world; `reset` replaces it while the bot keeps running.

    `clock` is the machine's time, `clock_file` says how far the sandbox's is ahead of it. `sleep`
    serves webhook retries and ordered delays, in seconds. `is_forum`: the staff channel has topics.
    """

    def __init__(
        self,
        *,
        token: str,
        clock: Callable[[], datetime],
        clock_file: Path | None,
        sleep: Callable[[float], Awaitable[None]],
        bot: Bot = cast.BOT,
        callback_lifetime: timedelta = CALLBACK_LIFETIME,
        is_forum: bool = False,
    ) -> None:
        self.token = token
        self.sleep = sleep
        self.faults = Faults()
        self._callback_lifetime = callback_lifetime
        self._is_forum = is_forum
        self.clock = Clock(clock, clock_file)
        self.world = World(bot, self.clock, callback_lifetime=callback_lifetime)
        self.webhook = Webhook(self.world.updates, self.clock, sleep)
        populate(self.world, is_forum=is_forum)

    def reset(self) -> None:
        """Start over with the default cast: no messages, no faults, no waiting updates.

        The clock stays where it is, as the bot does.
        """
        old = self.world
        old.updates.drop_pending()
        self.faults.clear()
        self.world = World(
            old.bot, self.clock, callback_lifetime=self._callback_lifetime, before=old
        )
        populate(self.world, is_forum=self._is_forum)
        self.world.changes.publish("reset", dict)


def populate(world: World, *, is_forum: bool) -> None:
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
            is_forum=is_forum,
        )
    )
