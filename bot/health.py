"""Whether the process lives, is ready for people, and how it does: what /healthz … answer from.

Nothing here names a person, a chat, a token or an address.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot import metrics
from handlers import transactions
from services import health

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.http_server import Handler
    from storage.database import Database

POLL_BOUND_SECONDS: Final = 90
"""Without a good poll for longer the process is not ready; three long polls fit into it."""
_DATABASE_SECONDS: Final = 2.0


class Intake(StrEnum):
    """How updates come in at present."""

    STARTING = "starting"
    STANDBY = "standby"
    """Another replica polls; this one takes over when it stops."""
    POLLING = "polling"
    WEBHOOK = "webhook"
    STOPPING = "stopping"


@dataclass
class Vitals:
    """What the transports report of themselves."""

    intake: Intake = Intake.STARTING
    last_good_poll: datetime | None = None
    is_telegram_known: bool = False
    """Whether Telegram answered once since the start."""
    is_webhook_lost: bool = False
    """Whether somebody removed or moved the webhook, and it is not set again yet."""

    def problems(self, now: datetime) -> list[str]:
        """Return why no updates can come in; empty if they can."""
        if not self.is_telegram_known:
            return ["telegram: has not answered yet"]
        if self.intake is Intake.STOPPING:
            return ["intake: stopping"]
        if self.intake is Intake.STARTING:
            return ["intake: starting"]
        if self.is_webhook_lost:
            return ["webhook: somebody removed or moved it; it is being set again"]
        if self.intake is Intake.POLLING:
            age = self.poll_age(now)
            if age is None:
                return ["polling: no good poll yet"]
            if age > POLL_BOUND_SECONDS:
                return [f"polling: last good poll {age:.0f} s ago (bound {POLL_BOUND_SECONDS} s)"]
        return []

    def poll_age(self, now: datetime) -> float | None:
        """Return the seconds since the last good poll."""
        return None if self.last_good_poll is None else (now - self.last_good_poll).total_seconds()


class HealthRoutes:
    """The answers to /healthz, /readyz and /metrics."""

    def __init__(self, vitals: Vitals, database: Database, clock: Callable[[], datetime]) -> None:
        self._vitals = vitals
        self._database = database
        self._clock = clock

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers by method and path."""
        handlers: dict[str, Handler] = {
            "/healthz": self.alive,
            "/readyz": self.ready,
            "/metrics": self.figures,
        }
        return {(method, path): each for path, each in handlers.items() for method in _READS}

    async def alive(self, _request: web.BaseRequest) -> web.Response:
        """Answer that the process runs; a supervisor restarts it when this fails."""
        return _text("alive\n")

    async def ready(self, _request: web.BaseRequest) -> web.Response:
        """Answer 200 when people are served, else 503 with a line for each reason."""
        problems = await self._database_problems() + self._vitals.problems(self._clock())
        if problems:
            return _text("\n".join(["not ready", *problems]) + "\n", 503)
        return _text(f"ready\nintake: {self._vitals.intake}\n")

    async def figures(self, _request: web.BaseRequest) -> web.Response:
        """Answer Prometheus; the depths of the queues are left out while the database is away."""
        gauges: dict[str, tuple[str, float]] = {}
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                depths = await transactions.read(self._database, health.depths)
        except Exception:  # noqa: BLE001 - whatever it is, the value below tells it
            gauges["madoguchi_database_up"] = ("Whether the database answers.", 0)
        else:
            gauges = {
                "madoguchi_database_up": ("Whether the database answers.", 1),
                "madoguchi_inbox_waiting": ("Updates not answered yet.", depths.inbox),
                "madoguchi_outbox_waiting": ("Messages owed, due or not.", depths.outbox),
                "madoguchi_dead_letters": ("Buried updates kept.", depths.dead_letters),
            }
        age = self._vitals.poll_age(self._clock())
        if age is not None:
            gauges["madoguchi_poll_age_seconds"] = ("Seconds since the last good poll.", age)
        response = web.Response(body=metrics.render(gauges).encode())
        response.headers["Content-Type"] = metrics.CONTENT_TYPE
        return response

    async def _database_problems(self) -> list[str]:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                problem = await transactions.read(self._database, health.schema_problem)
        except TimeoutError:
            return [f"database: no answer in {_DATABASE_SECONDS:.0f} s"]
        except Exception as error:  # noqa: BLE001 - its text may quote the connection
            return [f"database: {type(error).__name__}"]
        return [] if problem is None else [f"schema: {problem}"]


_READS: Final = ("GET", "HEAD")


def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, headers={"Cache-Control": "no-store"})
