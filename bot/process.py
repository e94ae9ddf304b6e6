"""One running bot: starts its parts, stops them in order on SIGTERM or SIGINT.

Whatever ends a part ends the process: a supervisor starts it anew, and everything that was
acknowledged is in the database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from telegram.error import InvalidToken, TelegramError

from bot.application import build_application, build_house, publish_profile
from bot.calendar_feed import CalendarFeeds
from bot.clock import SandboxTime, utc_now
from bot.delivery import Delivery
from bot.dispatcher import Dispatcher
from bot.flood import Flood
from bot.health import HealthRoutes, Vitals
from bot.health import Intake as Transport
from bot.http_server import HttpServer
from bot.intake import Intake
from bot.lease import Lease
from bot.polling import Poller
from bot.schedule import follow
from bot.settings import SettingsError
from bot.telegram_http import AiohttpRequest, proxy_from_environment
from bot.telegram_webhook import keep_webhook
from bot.webhook import Webhook
from services.leases import Task
from storage.database import Database

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from bot.http_server import Handler
    from bot.polling import OnWebhook
    from bot.settings import Settings
    from domain.programme import Programme
    from handlers.context import House

_LOGGER = logging.getLogger(__name__)
DRAIN_SECONDS: Final = 8.0
"""What is being answered may end; container runtimes kill after ten seconds."""
_GIVE_UP_SECONDS: Final = 1.0
_HARD_STOP_SECONDS: Final = 30.0
"""A stop that is not over by then is ended by force: something hangs."""
_LONGEST_PAUSE_SECONDS: Final = 30.0


class PartFailed(RuntimeError):
    """A part of the process ended by itself; the log has the details."""


async def serve(settings: Settings, programme: Programme, on_webhook: OnWebhook) -> None:
    """Run the bot until a signal; a second one ends the process at once.

    `on_webhook` decides about a webhook that stands in the way of polling. Raises InvalidToken,
    SettingsError, CannotListen, PartFailed, or the database's error.
    """
    stop = _stop_event()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(asyncio.to_thread, database.close)
        time = SandboxTime(settings.sandbox_clock) if settings.sandbox_clock else None
        clock = time or utc_now
        house = await asyncio.to_thread(build_house, settings, programme, database, clock)
        bot = _Bot(settings, house, time)
        server = HttpServer(settings.listen, bot.routes(), CalendarFeeds(house).folders())
        await stack.enter_async_context(server)
        # Only now is it known which port a free one is.
        house.reach.base = settings.base_url(server.address)
        stack.push_async_callback(bot.disconnect)
        if await bot.connect(stop):
            await bot.run(stop, on_webhook)


class _Bot:
    """The parts of one process, wired."""

    def __init__(self, settings: Settings, house: House, time: SandboxTime | None) -> None:
        self._settings = settings
        self._house = house
        self._time = time
        proxy = proxy_from_environment(settings.api_url)
        self._polling = AiohttpRequest(connection_pool_size=1, proxy=proxy)
        self._application = build_application(
            settings, house, AiohttpRequest(proxy=proxy), self._polling
        )
        self._dispatcher = Dispatcher(self._application, utc_now)
        self._intake = Intake(self._application, self._dispatcher, Flood(settings.person_pace))
        self._vitals = Vitals()

    def routes(self) -> Mapping[tuple[str, str], Handler]:
        """Return what the process answers over HTTP."""
        house = self._house
        routes = HealthRoutes(self._vitals, house.database, utc_now).routes()
        if self._settings.webhook_url is not None:
            webhook = Webhook(self._settings.webhook_secret, self._intake.take)
            path = urlsplit(self._settings.webhook_url).path or "/"
            routes["POST", path] = webhook.receive
        return routes

    async def connect(self, stop: asyncio.Event) -> bool:
        """Reach Telegram, trying on while the network is away; False if stopped meanwhile.

        Raises InvalidToken.
        """
        pause = 0.5
        while not stop.is_set():
            try:
                await self._application.initialize()
            except InvalidToken:
                raise
            except TelegramError as error:
                _LOGGER.warning("Telegram cannot be reached, trying on: %s", type(error).__name__)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await stop.wait()
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                self._vitals.is_telegram_known = True
                return True
        return False

    async def disconnect(self) -> None:
        """Close the connections to Telegram."""
        await self._application.shutdown()
        # The application forgets its bot when it was never reached.
        await self._application.bot.shutdown()

    async def run(self, stop: asyncio.Event, on_webhook: OnWebhook) -> None:
        """Serve until `stop`; then take nothing more and finish what is being answered."""
        await self._application.start()
        try:
            if self._settings.webhook_url is not None:
                await self._intake.resume()
            self._intake.open()
            await _until_stopped(self._parts(on_webhook), stop)
        finally:
            self._vitals.intake = Transport.STOPPING
            await self._drain()
            await self._application.stop()

    def _parts(self, on_webhook: OnWebhook) -> dict[str, Coroutine[None, None, None]]:
        application, house, settings = self._application, self._house, self._settings
        parts: dict[str, Coroutine[None, None, None]] = {
            "delivery": Delivery(application).run(),
            "sweep": self._dispatcher.sweep(),
            "profile": publish_profile(application),
        }
        if self._time is not None:
            parts["clock"] = follow(self._time, house)
        if settings.webhook_url is not None:
            lease = Lease(house.database, Task.WEBHOOK, utc_now)
            parts["webhook"] = keep_webhook(
                application.bot, settings.webhook_url, settings.webhook_secret, lease, self._vitals
            )
        else:
            lease = Lease(house.database, Task.POLLING, utc_now)
            poller = Poller(
                application, self._polling, self._intake, self._vitals, lease, on_webhook, utc_now
            )
            parts["polling"] = poller.run()
        return parts

    async def _drain(self) -> None:
        """Finish what is being answered, within the bound; the next start answers the rest."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._intake.close()
                await self._dispatcher.drain()
        except TimeoutError:
            _LOGGER.warning("not everything was answered in time; the next start goes on")
        try:
            async with asyncio.timeout(_GIVE_UP_SECONDS):
                await self._dispatcher.give_up()
        except Exception as error:  # noqa: BLE001 - the leases lapse by themselves too
            _LOGGER.warning("the chats are not given back: %s", type(error).__name__)


async def _until_stopped(
    parts: Mapping[str, Coroutine[None, None, None]], stop: asyncio.Event
) -> None:
    """Run the parts until `stop`, or until one of them fails, which is raised."""
    tasks = [asyncio.create_task(part, name=name) for name, part in parts.items()]
    stopping = asyncio.create_task(stop.wait())
    waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {stopping, *tasks}
    try:
        while not stopping.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                _raise_failure(task)
    finally:
        for each in (stopping, *tasks):
            each.cancel()
        await asyncio.gather(stopping, *tasks, return_exceptions=True)


def _raise_failure(task: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    error = task.exception()
    if error is None:
        return
    if isinstance(error, (InvalidToken, SettingsError, OSError)):
        raise error
    name, kind = task.get_name(), type(error).__name__
    # The text of any other error may quote what somebody wrote.
    _LOGGER.error("part %s failed", name, exc_info=error)
    raise PartFailed(f"the {name} stopped working ({kind}); the log says more") from error


def _stop_event() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second ends the process."""
    stop = asyncio.Event()

    loop = asyncio.get_running_loop()

    def end_at_once(reason: str) -> None:
        _LOGGER.warning("stopped at once: %s", reason)
        # Nothing is lost: what was acknowledged is committed.
        os._exit(1)

    def on_signal() -> None:
        if stop.is_set():
            end_at_once("a second signal")
        stop.set()
        loop.call_later(_HARD_STOP_SECONDS, end_at_once, "the stop took too long")

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, on_signal)
    return stop
