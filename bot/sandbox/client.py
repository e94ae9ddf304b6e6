"""An async client of the control API: people that write and press, and waiting for what they see.

It does not speak the Bot API. Waiting follows the stream of changes; nothing polls.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.sandbox.client_people import DEFAULT_TIMEOUT_SECONDS, People, SentFile
from bot.sandbox.client_stage import Stage
from bot.sandbox.client_wire import SandboxRefused
from bot.sandbox.shown import KEYBOARD, MESSAGE, MESSAGES, KeyboardButton, ShownMessage

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

__all__ = ["DEFAULT_TIMEOUT_SECONDS", "SandboxClient", "SandboxRefused", "SentFile"]


class SandboxClient(People, Stage):
    """Use as `async with SandboxClient(server.url) as people:`."""

    async def messages(self, chat_id: int, *, deleted: bool = False) -> list[ShownMessage]:
        """Return a chat's messages, oldest first; deleted ones only when asked for."""
        body = await self.get(f"chats/{chat_id}")
        shown = MESSAGES.validate_python(body["messages"])
        return [message for message in shown if deleted or not message.deleted]

    async def keyboard(self, chat_id: int) -> list[list[KeyboardButton]]:
        """Return the reply keyboard under the input field, empty when there is none."""
        body = await self.get(f"chats/{chat_id}")
        return KEYBOARD.validate_python(body["chat"]["keyboard"])

    async def commands(self, chat_id: int, person_id: int | None = None) -> list[tuple[str, str]]:
        """Return the command menu a person sees, as (command, description)."""
        person = chat_id if person_id is None else person_id
        body = await self.get(f"chats/{chat_id}?person_id={person}")
        return [(item["command"], item["description"]) for item in body["commands"]]

    async def topics(self, chat_id: int) -> dict[int, str]:
        """Return the names of a forum's topics by their ids."""
        body = await self.get(f"chats/{chat_id}")
        return {topic["id"]: topic["name"] for topic in body["chat"]["topics"]}

    async def file(self, message: ShownMessage) -> bytes:
        """Return the content of a message's file."""
        if message.file is None:
            raise SandboxRefused("no_file", f"message {message.message_id} carries no file")
        return await self.download(message.file.url.removeprefix("/sandbox/"))

    async def wait_message(
        self,
        chat_id: int,
        predicate: Callable[[ShownMessage], bool],
        timeout: float = DEFAULT_TIMEOUT_SECONDS,  # noqa: ASYNC109 # the error lists what was seen instead
        *,
        after: int = 0,
    ) -> ShownMessage:
        """Return the newest message that fits, as soon as there is one; `after` a message id.

        Deleted messages are offered too, so a test can wait for a deletion. Raises TimeoutError
        that shows the chat.
        """
        try:
            with self.listening() as listener:
                async with asyncio.timeout(timeout):
                    body = await self.get(f"chats/{chat_id}")
                    for message in reversed(MESSAGES.validate_python(body["messages"])):
                        if message.message_id > after and predicate(message):
                            return message
                    number = body["number"]
                    return await _next_fitting(listener, chat_id, number, predicate, after)
        except TimeoutError:
            shown = [
                f"{each.message_id} {each.sender}: {each.text!r} {each.labels()}"
                for each in await self.messages(chat_id)
            ]
            raise TimeoutError("no such message; the chat shows\n" + "\n".join(shown)) from None


async def _next_fitting(
    listener: asyncio.Queue[Json | None],
    chat_id: int,
    number: int,
    predicate: Callable[[ShownMessage], bool],
    after: int,
) -> ShownMessage:
    while True:
        change = await listener.get()
        if change is None:
            raise SandboxRefused("stream_ended", "the sandbox closed its stream of changes")
        is_news = change["number"] > number and change["kind"] == "message"
        if not is_news or change["chat_id"] != chat_id:
            continue
        message = MESSAGE.validate_python(change["message"])
        if message.message_id > after and predicate(message):
            return message
