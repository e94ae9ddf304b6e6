"""The calendar that others subscribe to, over HTTP, by a secret in its path.

An address that is revoked answers as one that never was, and no secret reaches a log.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aiohttp import web

from domain import calendar_file
from handlers.calendar_events import feed_event, feed_name
from handlers.calendar_feeds import FEED_FOLDER
from services import calendar_feeds

if TYPE_CHECKING:
    from bot.http_server import Handler
    from domain.calendar_feeds import FeedMeeting
    from domain.calendar_file import CalendarEvent
    from handlers.context import House

_FILE: Final = re.compile(re.escape(FEED_FOLDER) + r"([A-Za-z0-9_-]{32})\.ics")
_CACHING: Final = "private, no-cache"


class CalendarFeeds:
    """The answers beneath /calendar/."""

    def __init__(self, house: House) -> None:
        self._house = house

    def folders(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers by method and folder."""
        return {(method, FEED_FOLDER): self.answer for method in ("GET", "HEAD")}

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer the calendar, 304 to whoever has it as it is, or 404."""
        meetings = await self._meetings(request.path)
        if meetings is None:
            return web.Response(status=404, text="not found\n", headers={"Cache-Control": _CACHING})
        events = tuple(feed_event(self._house, meeting) for meeting in meetings)
        # In a thread: a first use loads the library, and a long calendar takes its time.
        body, etag = await asyncio.to_thread(_written, feed_name(self._house), events)
        headers = {"Cache-Control": _CACHING, "ETag": f'"{etag}"'}
        if any(each.value in (etag, "*") for each in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = "text/calendar; charset=utf-8"
        headers["Content-Disposition"] = 'inline; filename="madoguchi.ics"'
        return web.Response(body=body, headers=headers)

    async def _meetings(self, path: str) -> tuple[FeedMeeting, ...] | None:
        name = _FILE.fullmatch(path)
        if name is None:
            return None
        now = self._house.clock()
        return await self._house.read(lambda tx: calendar_feeds.meetings(tx, name[1], now))


@lru_cache(maxsize=1)
def _written(name: str, events: tuple[CalendarEvent, ...]) -> tuple[bytes, str]:
    """Write the calendar, and its hash; subscribers mostly ask while nothing has changed."""
    body = calendar_file.feed(name, events)
    return body, hashlib.sha256(body).hexdigest()[:32]
