"""What no telephone does, over the control API: people and groups, the clock, faults."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.sandbox.client_wire import Wire
from bot.sandbox.shown import FAULT, FAULTS, MESSAGE, FaultOrder, ShownMessage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta


class Stage(Wire):
    """Who and what there is, what time it is, and what goes wrong."""

    async def add_person(self, person_id: int, first_name: str, **fields: str) -> None:
        """Add a person; `fields` are last_name, username, language_code, label, phone."""
        await self.post("people", id=person_id, first_name=first_name, **fields)

    async def add_chat(
        self,
        chat_type: str,
        title: str,
        members: Mapping[int, str],
        *,
        bot_status: str = "member",
        **fields: Any,
    ) -> int:
        """Add a group and return its id; `fields` are id, is_forum, username."""
        body = await self.post(
            "chats",
            type=chat_type,
            title=title,
            members={str(person): status for person, status in members.items()},
            bot_status=bot_status,
            **fields,
        )
        return int(body["id"])

    async def expel_bot(self, person_id: int, chat_id: int) -> None:
        """Take the bot out of a group."""
        await self.post("expel", person_id=person_id, chat_id=chat_id)

    async def migrate(self, chat_id: int) -> int:
        """Turn a basic group into a supergroup and return the new id."""
        return int((await self.post("migrate", chat_id=chat_id))["id"])

    async def set_forum(self, chat_id: int, *, is_forum: bool) -> None:
        """Turn a supergroup into a forum, or back."""
        await self.post("forum", chat_id=chat_id, is_forum=is_forum)

    async def set_bot_rights(
        self, chat_id: int, status: str = "administrator", lacks: Sequence[str] = ()
    ) -> None:
        """Make the bot a member or an administrator; `lacks` as `["can_manage_topics"]`."""
        await self.post("bot-rights", chat_id=chat_id, status=status, lacks=list(lacks))

    async def begin_topic(self, person_id: int, chat_id: int, name: str) -> ShownMessage:
        """Have a person begin a topic; the id of its first message is the topic's."""
        body = await self.post("topics", person_id=person_id, chat_id=chat_id, name=name)
        return MESSAGE.validate_python(body)

    async def change_topic(self, person_id: int, chat_id: int, topic: int, change: str) -> None:
        """Have a person `close`, `reopen` or `delete` a topic."""
        await self.post(
            "topics/change", person_id=person_id, chat_id=chat_id, topic_id=topic, change=change
        )

    async def redeliver(self, update_id: int | None = None) -> int:
        """Deliver an update again, the newest by default, and return its id."""
        return int((await self.post("redeliver", update_id=update_id))["update_id"])

    async def reset(self) -> None:
        """Start over with the default cast."""
        await self.post("reset")

    async def now(self) -> datetime:
        """Return what time it is in the sandbox (JST)."""
        return datetime.fromisoformat((await self.get("clock"))["now"])

    async def forward(self, by: timedelta) -> datetime:
        """Put the clock of the sandbox and its bot forward and return the new time (JST)."""
        body = await self.post("clock/forward", seconds=by.total_seconds())
        return datetime.fromisoformat(body["now"])

    async def move_to(self, moment: datetime) -> datetime:
        """Put the clock forward to a moment, JST if naive, and return the new time (JST)."""
        body = await self.post("clock/to", moment=moment.isoformat())
        return datetime.fromisoformat(body["now"])

    async def fault(self, order: FaultOrder) -> None:
        """Order a fault."""
        await self.request("POST", "faults", data=FAULT.dump_json(order))

    async def faults(self) -> list[FaultOrder]:
        """Return the faults still to come."""
        return FAULTS.validate_python(await self.request("GET", "faults"))

    async def clear_faults(self) -> None:
        """Forget all ordered faults."""
        await self.request("DELETE", "faults")

    async def flood(self, seconds: int, *methods: str, times: int = 1) -> None:
        """Let the next calls answer 429 with `retry_after`."""
        await self.fault(FaultOrder("retry_after", methods, times, seconds))

    async def flood_now_and_then(
        self, seconds: int, *methods: str, every: int, seed: int, times: int | None = None
    ) -> None:
        """Let about one in `every` calls of each chat answer 429, `times` in all if bounded.

        The same seed strikes the same calls of a chat, whatever the other chats do meanwhile.
        """
        order = FaultOrder("retry_after", methods, times, seconds, every=every, seed=seed)
        await self.fault(order)

    async def fail(self, code: int, *methods: str, times: int = 1) -> None:
        """Let the next calls answer 500 or 502."""
        await self.fault(FaultOrder("server_error", methods, times, code=code))

    async def drop(self, *methods: str, times: int = 1) -> None:
        """Let the next calls act and then lose the connection."""
        await self.fault(FaultOrder("drop", methods, times))

    async def hang(self, seconds: float, *methods: str, times: int = 1) -> None:
        """Let the next calls act and answer only after `seconds`."""
        await self.fault(FaultOrder("hang", methods, times, seconds))

    async def delay(self, seconds: float, methods: Sequence[str] = ()) -> None:
        """Let every call wait `seconds` before it acts, until the faults are cleared."""
        await self.fault(FaultOrder("delay", tuple(methods), None, seconds))
