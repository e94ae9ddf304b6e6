"""A chat written down line by line: who said what, which buttons there were, what was pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.sandbox.shown import ShownMessage

_INDENT = "    "


class Transcript:
    """Writes what it is told with `write`; every message of a chat once, as it read then."""

    def __init__(self, write: Callable[[Text], object]) -> None:
        self._write = write
        self._last: dict[int, int] = {}

    def scene(self, title: str) -> None:
        """Begin a part of the story."""
        self._write(Text(f"\n── {title} ──", style="bold"))

    def messages(self, shown: Iterable[ShownMessage]) -> None:
        """Write the messages of a chat that were not written yet, oldest first."""
        for message in shown:
            if message.message_id > self._last.get(message.chat_id, 0):
                self._last[message.chat_id] = message.message_id
                self._message(message)

    def pressed(self, name: str, label: str) -> None:
        """Write a press of a button."""
        self._write(Text.assemble((name, "bold cyan"), " ▷ ", (f"[{label}]", "reverse")))

    def notice(self, text: str) -> None:
        """Write the notice that popped up after a press."""
        self._write(Text(f"{_INDENT}💬 {text}", style="yellow"))

    def edited(self, message: ShownMessage) -> None:
        """Write how a message reads after an edit."""
        self._message(message, mark="✎ ")

    def _message(self, message: ShownMessage, mark: str = "") -> None:
        style = "bold green" if message.is_from_bot else "bold cyan"
        contact = message.contact
        text = f"📇 {contact.name} {contact.phone}" if contact is not None else message.text
        if message.file is not None:
            text = f"📎 {message.file.name}\n{text}".strip()
        lines = text.splitlines() or [""]
        self._write(Text.assemble((f"{mark}{message.sender}", style), "：", lines[0]))
        for line in lines[1:]:
            self._write(Text(f"{_INDENT}{line}".rstrip()))
        keys = [key.text for row in message.reply_keyboard or () for key in row]
        labels = message.labels() + keys
        if labels:
            line = " ".join(f"[{label}]" for label in labels)
            self._write(Text(_INDENT + line, style="dim"))
