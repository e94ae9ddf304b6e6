"""A whole bot on a real SQLite file, with the wire faked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.application import build_application, build_house
from bot.delivery import Delivery
from bot.dispatcher import Dispatcher
from bot.programme_file import SAMPLE, load_programme
from bot.settings import Settings
from storage.database import Database
from storage.migrate import downgrade, upgrade
from tests.integration.wire import Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from handlers.context import MadoguchiApplication

STAFF_CHAT = -1001


@dataclass
class Counter:
    """A bot with people in front of it."""

    url: str
    wire: Wire = field(default_factory=Wire)
    moment: datetime = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    update_id: int = 0
    programme: Path = SAMPLE
    application: MadoguchiApplication = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    delivery: Delivery = field(init=False)

    async def open(self) -> None:
        settings = Settings(
            bot_token="123456:abcdefghijklmnopqrstuvwxyz",
            staff_chat_id=STAFF_CHAT,
            admin_ids=(900,),
            database_url=self.url,
        )
        house = build_house(
            settings, load_programme(self.programme), Database(self.url), lambda: self.moment
        )
        self.application = build_application(settings, house, self.wire, self.wire)
        await self.application.initialize()
        self.dispatcher = Dispatcher(self.application, lambda: self.moment)
        self.delivery = Delivery(self.application)

    async def close(self) -> None:
        await self.application.shutdown()
        self.application.house.database.close()

    async def update(self, body: dict[str, Any], update_id: int | None = None) -> None:
        if update_id is None:
            self.update_id += 1
            update_id = self.update_id
        await self.dispatcher.accept([{"update_id": update_id, **body}])
        await self.dispatcher.drain()

    def message(self, user: int, **content: Any) -> dict[str, Any]:
        text = content.get("text", "")
        if text.startswith("/"):
            length = len(text.split()[0])
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        person = {"id": user, "is_bot": False, "first_name": f"Person {user}"}
        chat = {"id": user, "type": "private", "first_name": f"Person {user}"}
        return {"message": {"message_id": 5, "date": 0, "chat": chat, "from": person, **content}}

    async def say(self, user: int, text: str) -> None:
        await self.update(self.message(user, text=text))

    def press_body(self, user: int, data: str, chat: int, message_id: int) -> dict[str, Any]:
        kind = "private" if chat > 0 else "supergroup"
        return {
            "callback_query": {
                "id": "1",
                "from": {"id": user, "is_bot": False, "first_name": f"Person {user}"},
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": message_id,
                    "date": 1,
                    "chat": {"id": chat, "type": kind, "title": "x", "first_name": "x"},
                },
            }
        }

    async def press(self, user: int, label: str, chat: int | None = None) -> None:
        shown = self.wire.asking(chat or user)
        for button in shown.buttons:
            if label in button["text"]:
                body = self.press_body(user, button["callback_data"], shown.chat, shown.message_id)
                await self.update(body)
                return
        labels = [button["text"] for button in shown.buttons]
        raise AssertionError(f"no button {label!r} in {labels} under {shown.text!r}")

    async def read(self, statement: str) -> list[Any]:
        database = self.application.house.database
        return database.read(
            lambda tx: [tuple(r) for r in tx.connection.execute(text(statement))]
        ).result()


@pytest.fixture
async def counter(database_file: Path) -> AsyncIterator[Counter]:
    opened = Counter(f"sqlite:///{database_file}")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def counter_of(database_file: Path) -> AsyncIterator[Callable[[Path], Awaitable[Counter]]]:
    """Opens a counter of the programme in a file, as a process that starts with it."""
    opened: list[Counter] = []

    async def open_counter(programme: Path) -> Counter:
        found = Counter(f"sqlite:///{database_file}", programme=programme)
        await found.open()
        opened.append(found)
        return found

    yield open_counter
    for found in opened:
        await found.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('database_file')}"
    else:
        chosen = request.getfixturevalue("postgres")
        upgrade(chosen)
        yield chosen
        downgrade(chosen, "base")
