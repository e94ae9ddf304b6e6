"""A numbered stream of what changed, for the page and for tests that wait.

It keeps nothing: who needs the present state reads it and then follows from its number.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]


class Changes:
    """Everyone who listens gets every change, in order; None ends the stream."""

    def __init__(self) -> None:
        self.number = 0
        self._listeners: set[asyncio.Queue[Json | None]] = set()

    def publish(self, kind: str, describe: Callable[[], Json]) -> None:
        """Tell the listeners; `describe` is only called when there are any."""
        self.number += 1
        if self._listeners:
            change = {"number": self.number, "kind": kind, **describe()}
            for listener in self._listeners:
                listener.put_nowait(change)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Json | None]]:
        """Yield a queue of the changes from now on."""
        listener: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams."""
        for listener in self._listeners:
            listener.put_nowait(None)
