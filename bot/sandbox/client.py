"""An async client of the control API: people that write and press, and waiting for what they see.

It does not speak the Bot API. Waiting follows the stream of changes; nothing polls.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from bot.sandbox.shown import (
    ANSWER,
    FAULT,
    FAULTS,
    KEYBOARD,
    MESSAGE,
    MESSAGES,
    CallbackAnswer,
    FaultOrder,
    KeyboardButton,
    ShownMessage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta

Json = dict[str, Any]

DEFAULT_TIMEOUT_SECONDS = 15.0
_LONGEST_LINE = 2**22


class SandboxRefused(Exception):
    """The sandbox did not do it: `code` says why, as ActionRefused does."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class SandboxClient:
    """Use as `async with SandboxClient(server.url) as people:`."""

    def __init__(self, base_url: str) -> None:
        self._base = f"{base_url.rstrip('/')}/sandbox"
        self._session: aiohttp.ClientSession | None = None
        self._reader: asyncio.Task[None] | None = None
        self._listeners: set[asyncio.Queue[Json | None]] = set()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), read_bufsize=_LONGEST_LINE
        )
        connected = asyncio.Event()
        self._reader = asyncio.create_task(self._read_events(connected))
        waiting = asyncio.create_task(connected.wait())
        await asyncio.wait({self._reader, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not connected.is_set():
            waiting.cancel()
            await self._session.close()
            await self._reader
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def send(self, person_id: int, text: str, chat_id: int | None = None) -> ShownMessage:
        """Send a text; the private chat with the bot unless `chat_id` names a group."""
        body = await self._post("send", person_id=person_id, text=text, chat_id=chat_id)
        return MESSAGE.validate_python(body)

    async def open_link(self, person_id: int, link: str) -> ShownMessage:
        """Follow a deep link to the bot; `link` is an address or a bare start payload."""
        return MESSAGE.validate_python(
            await self._post("open-link", person_id=person_id, link=link)
        )

    async def tap(self, person_id: int, label: str, chat_id: int | None = None) -> ShownMessage:
        """Tap a button of the reply keyboard; one that asks for the number shares it."""
        body = await self._post("tap", person_id=person_id, label=label, chat_id=chat_id)
        return MESSAGE.validate_python(body)

    async def share_contact(
        self, person_id: int, phone: str, user_id: int | None = None, name: str = ""
    ) -> ShownMessage:
        """Share a contact; `user_id` makes it somebody else's."""
        body = await self._post(
            "share-contact", person_id=person_id, phone=phone, user_id=user_id, name=name
        )
        return MESSAGE.validate_python(body)

    async def edit(
        self, person_id: int, message_id: int, text: str, chat_id: int | None = None
    ) -> ShownMessage:
        """Edit an own text message."""
        body = await self._post(
            "edit", person_id=person_id, message_id=message_id, text=text, chat_id=chat_id
        )
        return MESSAGE.validate_python(body)

    async def press(
        self,
        person_id: int,
        label_or_data: str,
        *,
        message_id: int | None = None,
        chat_id: int | None = None,
        wait: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> CallbackAnswer:
        """Press an inline button, of the newest message that has it, and wait for the answer."""
        body = await self._post(
            "press",
            person_id=person_id,
            button=label_or_data,
            message_id=message_id,
            chat_id=chat_id,
            wait=wait,
        )
        return ANSWER.validate_python(body)

    async def press_old(
        self,
        person_id: int,
        data: str,
        message_id: int,
        *,
        chat_id: int | None = None,
        wait: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> CallbackAnswer:
        """Press a button that an app still shows although the message has changed since."""
        body = await self._post(
            "press-old",
            person_id=person_id,
            data=data,
            message_id=message_id,
            chat_id=chat_id,
            wait=wait,
        )
        return ANSWER.validate_python(body)

    async def send_file(
        self,
        person_id: int,
        kind: str,
        name: str,
        content: bytes,
        *,
        mime_type: str = "application/octet-stream",
        caption: str = "",
        chat_id: int | None = None,
    ) -> ShownMessage:
        """Send a file; `kind` is photo, document or voice."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("person_id", str(person_id))
        form.add_field("kind", kind)
        form.add_field("caption", caption)
        if chat_id is not None:
            form.add_field("chat_id", str(chat_id))
        form.add_field("file", content, filename=name, content_type=mime_type)
        return MESSAGE.validate_python(await self._request("POST", "upload", data=form))

    async def block(self, person_id: int) -> None:
        """Block the bot."""
        await self._post("block", person_id=person_id)

    async def unblock(self, person_id: int) -> None:
        """Let the bot write again."""
        await self._post("unblock", person_id=person_id)

    async def add_person(self, person_id: int, first_name: str, **fields: str) -> None:
        """Add a person; `fields` are last_name, username, language_code, label, phone."""
        await self._post("people", id=person_id, first_name=first_name, **fields)

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
        body = await self._post(
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
        await self._post("expel", person_id=person_id, chat_id=chat_id)

    async def migrate(self, chat_id: int) -> int:
        """Turn a basic group into a supergroup and return the new id."""
        return int((await self._post("migrate", chat_id=chat_id))["id"])

    async def redeliver(self, update_id: int | None = None) -> int:
        """Deliver an update again, the newest by default, and return its id."""
        return int((await self._post("redeliver", update_id=update_id))["update_id"])

    async def reset(self) -> None:
        """Start over with the default cast."""
        await self._post("reset")

    async def now(self) -> datetime:
        """Return what time it is in the sandbox (JST)."""
        return datetime.fromisoformat((await self._get("clock"))["now"])

    async def forward(self, by: timedelta) -> datetime:
        """Put the clock of the sandbox and its bot forward and return the new time (JST)."""
        body = await self._post("clock/forward", seconds=by.total_seconds())
        return datetime.fromisoformat(body["now"])

    async def move_to(self, moment: datetime) -> datetime:
        """Put the clock forward to a moment, JST if naive, and return the new time (JST)."""
        body = await self._post("clock/to", moment=moment.isoformat())
        return datetime.fromisoformat(body["now"])

    async def messages(self, chat_id: int, *, deleted: bool = False) -> list[ShownMessage]:
        """Return a chat's messages, oldest first; deleted ones only when asked for."""
        body = await self._get(f"chats/{chat_id}")
        shown = MESSAGES.validate_python(body["messages"])
        return [message for message in shown if deleted or not message.deleted]

    async def keyboard(self, chat_id: int) -> list[list[KeyboardButton]]:
        """Return the reply keyboard under the input field, empty when there is none."""
        body = await self._get(f"chats/{chat_id}")
        return KEYBOARD.validate_python(body["chat"]["keyboard"])

    async def commands(self, chat_id: int, person_id: int | None = None) -> list[tuple[str, str]]:
        """Return the command menu a person sees, as (command, description)."""
        person = chat_id if person_id is None else person_id
        body = await self._get(f"chats/{chat_id}?person_id={person}")
        return [(item["command"], item["description"]) for item in body["commands"]]

    async def file(self, message: ShownMessage) -> bytes:
        """Return the content of a message's file."""
        if message.file is None:
            raise SandboxRefused("no_file", f"message {message.message_id} carries no file")
        name = message.file.url.removeprefix("/sandbox/")
        async with self._live_session().get(f"{self._base}/{name}") as response:
            response.raise_for_status()
            return await response.read()

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
        listener: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            async with asyncio.timeout(timeout):
                body = await self._get(f"chats/{chat_id}")
                for message in reversed(MESSAGES.validate_python(body["messages"])):
                    if message.message_id > after and predicate(message):
                        return message
                return await self._next_fitting(listener, chat_id, body["number"], predicate, after)
        except TimeoutError:
            shown = [
                f"{each.message_id} {each.sender}: {each.text!r} {each.labels()}"
                for each in await self.messages(chat_id)
            ]
            raise TimeoutError("no such message; the chat shows\n" + "\n".join(shown)) from None
        finally:
            self._listeners.discard(listener)

    async def _next_fitting(
        self,
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

    async def fault(self, order: FaultOrder) -> None:
        """Order a fault."""
        await self._request("POST", "faults", data=FAULT.dump_json(order))

    async def faults(self) -> list[FaultOrder]:
        """Return the faults still to come."""
        return FAULTS.validate_python(await self._request("GET", "faults"))

    async def clear_faults(self) -> None:
        """Forget all ordered faults."""
        await self._request("DELETE", "faults")

    async def flood(self, seconds: int, *methods: str, times: int = 1) -> None:
        """Let the next calls answer 429 with `retry_after`."""
        await self.fault(FaultOrder("retry_after", methods, times, seconds))

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

    def _live_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use SandboxClient as an async context manager")
        return self._session

    async def _get(self, path: str) -> Json:
        body: Json = await self._request("GET", path)
        return body

    async def _post(self, path: str, **fields: Any) -> Json:
        given = {name: value for name, value in fields.items() if value is not None}
        body: Json = await self._request("POST", path, data=json.dumps(given).encode())
        return body

    async def _request(self, method: str, path: str, data: Any = None) -> Any:
        async with self._live_session().request(
            method, f"{self._base}/{path}", data=data
        ) as response:
            body = await response.json()
            if not response.ok:
                raise SandboxRefused(body["error"], body["message"])
            return body

    async def _read_events(self, connected: asyncio.Event) -> None:
        endless = aiohttp.ClientTimeout(total=None, sock_read=None)
        try:
            async with self._live_session().get(f"{self._base}/events", timeout=endless) as stream:
                connected.set()
                async for line in stream.content:
                    if line.startswith(b"data: "):
                        change = json.loads(line[6:])
                        for listener in self._listeners:
                            listener.put_nowait(change)
        finally:
            for listener in self._listeners:
                listener.put_nowait(None)
