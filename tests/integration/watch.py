"""What a counter sends to whom, and which rows of its database a press changes."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pypdfium2

from tests.integration.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from telegram.request import RequestData

NO_STATE = frozenset(
    {"inbox", "audit_log", "chat_leases", "leases", "alembic_version", "sqlite_sequence"}
)
"""What every press may write: it was received, and what was refused."""
_PAYLOAD = re.compile(r"[?&]start=([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Sent:
    """What somebody is shown: `chat` is None for the box that answers a press.

    `sheets` is what the PDFs that came along say, which `text` has too.
    """

    method: str
    chat: int | None
    text: str
    data: tuple[str, ...]
    sheets: tuple[str, ...] = ()


@dataclass
class WatchedWire(Wire):
    """A wire that remembers every call, also of what was edited or deleted since."""

    sent: list[Sent] = field(default_factory=list)

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **timeouts: Any
    ) -> tuple[int, bytes]:
        if request_data is not None:
            self.sent.append(_read(url.rsplit("/", 1)[-1], request_data))
        return await super().do_request(url, method, request_data, **timeouts)

    def issued(self) -> list[tuple[int, str]]:
        """Return all buttons that were ever shown, each with the chat that first showed it."""
        found: dict[str, int] = {}
        for sent in self.sent:
            for data in sent.data:
                found.setdefault(data, sent.chat or 0)
        return [(chat, data) for data, chat in found.items()]

    def payloads(self) -> list[str]:
        """Return what the deep links in the messages start the bot with."""
        return sorted({found for sent in self.sent for found in _PAYLOAD.findall(sent.text)})


def _read(name: str, request: RequestData) -> Sent:
    parameters = request.parameters
    words = [str(value) for key, value in parameters.items() if key != "chat_id"]
    files = [(file_name, content) for file_name, content, _ in request.multipart_data.values()]
    sheets = [_said_by(content) for _, content in files if content.startswith(b"%PDF-")]
    words += [f"{file_name} {content.decode('utf-8', 'replace')}" for file_name, content in files]
    words += sheets
    chat = parameters.get("chat_id")
    markup = json.loads(parameters.get("reply_markup", "{}"))
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    data = tuple(button["callback_data"] for button in buttons if "callback_data" in button)
    # What a button copies or opens is as good as shown.
    words += [json.dumps(button, ensure_ascii=False) for button in buttons]
    return Sent(name, None if chat is None else int(chat), "\n".join(words), data, tuple(sheets))


def _said_by(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    # Where a line breaks says nothing.
    return "".join("".join(pages).split())


@dataclass(frozen=True)
class Change:
    """A row that was written: as it was and as it is, each None where there is none."""

    table: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def __getitem__(self, column: str) -> Any:
        row = self.after if self.after is not None else self.before
        return None if row is None else row.get(column)

    def columns(self) -> set[str]:
        """Return what is different."""
        before, after = self.before or {}, self.after or {}
        return {key for key in {*before, *after} if before.get(key) != after.get(key)}


@dataclass
class WatchedDatabase:
    """A SQLite file whose triggers tell of every row that is written."""

    path: Path

    def __post_init__(self) -> None:
        self._own = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        self._seen = 0

    def close(self) -> None:
        self._own.close()

    def begin(self) -> None:
        """Let the triggers watch every table of state."""
        self._own.execute(
            "CREATE TABLE witness (id INTEGER PRIMARY KEY, tbl TEXT, old TEXT, new TEXT)"
        )
        for table in self.tables():
            columns = [row[1] for row in self._own.execute(f"PRAGMA table_info({table})")]
            old, new = (_as_json(prefix, columns) for prefix in ("OLD", "NEW"))
            for event, values in (
                ("INSERT", f"NULL, {new}"),
                ("UPDATE", f"{old}, {new}"),
                ("DELETE", f"{old}, NULL"),
            ):
                self._own.execute(
                    f"CREATE TRIGGER witness_{table}_{event} AFTER {event} ON {table} BEGIN "
                    f"INSERT INTO witness (tbl, old, new) VALUES ('{table}', {values}); END"
                )

    def tables(self) -> list[str]:
        rows = self._own.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return sorted(name for (name,) in rows if name not in NO_STATE | {"witness"})

    def changes(self) -> list[Change]:
        """Return what was changed since this was asked last; a row written as it was is none."""
        rows = self._own.execute(
            "SELECT id, tbl, old, new FROM witness WHERE id > ? ORDER BY id", (self._seen,)
        ).fetchall()
        if rows:
            self._seen = rows[-1][0]
        read = [Change(table, _parsed(old), _parsed(new)) for _, table, old, new in rows]
        return [change for change in read if change.before != change.after]

    def audited(self, since: int = 0) -> list[tuple[int, int, str, str]]:
        """Return number, actor, action and subject of what was audited after a number."""
        return self._own.execute(
            "SELECT id, actor, action, subject FROM audit_log WHERE id > ? ORDER BY id", (since,)
        ).fetchall()

    def rows(self, statement: str) -> list[Any]:
        return self._own.execute(statement).fetchall()

    def put_back(self, tables: Iterable[str], snapshot: Path) -> None:
        """Make tables what they were in a copy of the file."""
        self._own.execute("ATTACH ? AS snapshot", (str(snapshot),))
        self._own.execute("BEGIN IMMEDIATE")
        for table in set(tables):
            self._own.execute(f"DELETE FROM main.{table}")
            self._own.execute(f"INSERT INTO main.{table} SELECT * FROM snapshot.{table}")
        self._own.execute("COMMIT")
        self._own.execute("DETACH snapshot")
        self.changes()


def _as_json(prefix: str, columns: Iterable[str]) -> str:
    pairs = ", ".join(f"'{name}', {prefix}.{name}" for name in columns)
    return f"json_object({pairs})"


def _parsed(row: str | None) -> dict[str, Any] | None:
    return None if row is None else dict(json.loads(row))
