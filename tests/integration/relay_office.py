"""An office whose owners and staff write to each other, on a faked wire."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.integration.case_office import CLERK, MANAGER, MESSAGE, Cases
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import OWNER, data_of

if TYPE_CHECKING:
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

OTHER_OWNER = 101


@dataclass
class Relay:
    """People who send texts and files; each message has a number of its own."""

    counter: Counter
    cases: Cases = field(init=False)
    _numbers: Any = field(default_factory=lambda: itertools.count(5000))

    def __post_init__(self) -> None:
        self.cases = Cases(self.counter)
        self.desk = self.cases.desk

    def case(self, taken_by: int | None = CLERK, user: int = OWNER) -> int:
        return self.desk.case(user, taken_by)

    async def send(
        self,
        user: int,
        text: str | None = None,
        *,
        to: Shown | int | None = None,
        chat: int | None = None,
        **content: Any,
    ) -> int:
        """Send a text or a file, as a reply to a message if asked; return its number."""
        number = next(self._numbers)
        if text is not None:
            content["text"] = text
        body = self.counter.message(user, **content)
        self._place(body["message"], number, chat)
        if to is not None:
            answered = to if isinstance(to, int) else to.message_id
            reply = {"message_id": answered, "date": 0, "chat": body["message"]["chat"]}
            body["message"]["reply_to_message"] = reply
        await self.counter.update(body)
        return number

    async def edit(self, user: int, number: int, chat: int | None = None, **content: Any) -> None:
        body = self.counter.message(user, **content)["message"]
        self._place(body, number, chat)
        await self.counter.update({"edited_message": {**body, "edit_date": 1}})

    def _place(self, message: dict[str, Any], number: int, chat: int | None) -> None:
        message["message_id"] = number
        if chat is not None:
            message["chat"] = {"id": chat, "type": "supergroup", "title": "x"}

    async def deliver(self) -> None:
        await self.desk.deliver()

    def newest(self, chat: int) -> Shown:
        """The message that came last to a chat; a case's card is no new one."""
        shown = self.counter.wire.shown
        return max(
            (one for (where, number), one in shown.items() if where == chat and number != MESSAGE),
            key=lambda one: one.message_id,
        )

    def texts(self, chat: int) -> list[str]:
        """What a chat shows, in the order it came."""
        shown = self.counter.wire.shown.values()
        of_chat = sorted((s for s in shown if s.chat == chat), key=lambda s: s.message_id)
        return [one.text for one in of_chat]

    async def press(self, user: int, shown: Shown, label: str) -> None:
        await self.desk.press_data(user, data_of(shown, label), shown.chat, shown.message_id)


def photo(file_id: str, caption: str | None = None, album: str | None = None) -> dict[str, Any]:
    """Return the content of a message with a picture, in two sizes."""
    sizes = [
        {"file_id": f"{file_id}-small", "file_unique_id": "s", "width": 1, "height": 1},
        {"file_id": file_id, "file_unique_id": "b", "width": 9, "height": 9},
    ]
    found: dict[str, Any] = {"photo": sizes}
    if caption is not None:
        found["caption"] = caption
    if album is not None:
        found["media_group_id"] = album
    return found


def file(kind: str, file_id: str, **more: Any) -> dict[str, Any]:
    """Return the content of a message with a file of a kind."""
    base = {"file_id": file_id, "file_unique_id": "u", "duration": 1, "width": 1, "height": 1}
    extra = {"length": 1, "is_animated": False, "is_video": False, "type": "regular"}
    return {kind: base | extra, **more}


__all__ = ["CLERK", "MANAGER", "OTHER_OWNER", "OWNER", "STAFF_CHAT", "Relay", "file", "photo"]
