"""People at their telephones: keeps a number of chats in flight and times the bot's answers.

Each chat walks a script in a private chat of its own; its next update goes out when the answer
to the last one has arrived at the Bot API server, or a pause later. A chat at its end makes
room for a new one.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.benchmarks.script import SEND_MESSAGE, Tap, Typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.bot_api import BotApi
    from tests.benchmarks.script import Screen, Script, Step

_DATE = 1_790_000_000
_FIRST_CHAT = 5_000_000


@dataclass(slots=True)
class Chat:
    """Where one person is in the script."""

    id: int
    answered: int = 0
    step: Step | None = None
    is_waiting: bool = False
    sent_at: float = 0.0
    screen: Screen | None = None


@dataclass(slots=True)
class Tally:
    """What was counted while a window was open."""

    answered: int = 0
    finished_chats: int = 0
    surplus: int = 0
    """Messages to a chat that was not waiting for one."""
    latencies: list[float] = field(default_factory=list)
    """Seconds from an update's going out to the arrival of the call that answers it."""


class Driver:
    """Drives `chats` chats at once through `script`."""

    def __init__(self, script: Script, chats: int) -> None:
        self._script = script
        self._size = chats
        self._chats: dict[int, Chat] = {}
        self._api: BotApi | None = None
        self._last_update_id = 0
        self._last_chat_id = _FIRST_CHAT
        self._stopping = False
        self.pause = 0.0
        """Seconds a person takes from the bot's answer to the next update."""
        self.tally = Tally()
        self.on_answered: Callable[[], None] = lambda: None
        """Called after each answered step."""

    def connect(self, api: BotApi) -> None:
        """Use a server, whose delivery must be ready before the first chat starts."""
        self._api = api

    @property
    def waiting(self) -> int:
        """Chats whose last update has not been answered."""
        return sum(chat.is_waiting for chat in self._chats.values())

    @property
    def beginners(self) -> int:
        """Chats of the first lot that wait for their first answer."""
        first_lot = _FIRST_CHAT + self._size
        return sum(not chat.answered for chat in self._chats.values() if chat.id <= first_lot)

    def start_one(self) -> None:
        """Start a single chat."""
        self._last_chat_id += 1
        chat = self._chats[self._last_chat_id] = Chat(self._last_chat_id)
        self._advance(chat)

    def fill(self) -> None:
        """Start chats until the wanted number is in flight."""
        while len(self._chats) < self._size:
            self.start_one()

    def stop(self) -> None:
        """Send nothing more; answers to what is out are still counted."""
        self._stopping = True

    def new_window(self) -> Tally:
        """Count afresh from now on; gives what was counted so far."""
        tally, self.tally = self.tally, Tally()
        return tally

    def shown(self, chat_id: int, screen: Screen) -> None:
        """Take note of a message that was sent to a chat or edited in it."""
        chat = self._chats.get(chat_id)
        if chat is None or chat.step is None:
            return
        step = chat.step
        if screen.method == SEND_MESSAGE:
            if step.with_buttons and not screen.has_buttons:
                return
            chat.screen = screen
        elif screen.message_id == _id_of(chat.screen):
            chat.screen = screen
        if not chat.is_waiting:
            self.tally.surplus += screen.method == SEND_MESSAGE
        elif screen.method == step.answered_by:
            self._answered(chat)

    def _answered(self, chat: Chat) -> None:
        self.tally.latencies.append(time.perf_counter() - chat.sent_at)
        self.tally.answered += 1
        chat.answered += 1
        chat.is_waiting = False
        self.on_answered()
        if self.pause:
            asyncio.get_running_loop().call_later(self.pause, self._advance, chat)
        else:
            self._advance(chat)

    def _advance(self, chat: Chat) -> None:
        if self._stopping:
            return
        step = self._script(chat.answered, chat.screen)
        if step is None:
            self.tally.finished_chats += 1
            del self._chats[chat.id]
            self.fill()
            return
        chat.step = step
        chat.is_waiting = True
        api = self._connected
        self._last_update_id += 1
        update = {"update_id": self._last_update_id, **self._content(chat, step)}
        api.ready.result().deliver(
            self._last_update_id, _dumps(update).encode(), partial(_note_sending, chat)
        )

    @property
    def _connected(self) -> BotApi:
        if self._api is None:
            raise RuntimeError("the driver has no server yet")
        return self._api

    def _content(self, chat: Chat, step: Step) -> dict[str, Any]:
        person = {"id": chat.id, "is_bot": False, "first_name": "太郎", "language_code": "ja"}
        home = {"id": chat.id, "first_name": "太郎", "type": "private"}
        if isinstance(step, Typed):
            message = {
                "message_id": self._connected.new_message_id(),
                "from": person,
                "chat": home,
                "date": _DATE,
                "text": step.text,
            }
            if step.text.startswith("/"):
                length = len(step.text.split()[0])
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
            return {"message": message}
        return {"callback_query": _press(chat, step, person, home)}


def _press(chat: Chat, step: Tap, person: dict[str, Any], home: dict[str, Any]) -> dict[str, Any]:
    screen = chat.screen
    if screen is None:
        raise ValueError("nothing to press yet")
    markup = screen.parameters.get("reply_markup")
    message = {
        "message_id": screen.message_id,
        "from": {"id": 123456789, "is_bot": True, "first_name": "Madoguchi"},
        "chat": home,
        "date": _DATE,
        "text": screen.text,
    }
    if markup:
        message["reply_markup"] = markup
    return {
        "id": f"{chat.id}{chat.answered:04d}",
        "from": person,
        "message": message,
        "chat_instance": "1",
        "data": step.data,
    }


def _id_of(screen: Screen | None) -> int:
    return 0 if screen is None else screen.message_id


def _note_sending(chat: Chat) -> None:
    chat.sent_at = time.perf_counter()


_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
