"""One running bot: starts its parts, stops them in order on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from bot.application import build_application, build_house, close, publish_commands
from bot.delivery import Delivery
from bot.dispatcher import Dispatcher
from bot.polling import poll
from bot.telegram_http import AiohttpRequest
from storage.database import Database

if TYPE_CHECKING:
    from bot.settings import Settings
    from domain.programme import Programme


async def serve(settings: Settings, programme: Programme) -> None:
    """Run the bot until a signal. Raises InvalidToken, or whatever ended a part of it."""
    database = Database(settings.database_url)
    house = await asyncio.to_thread(build_house, settings, programme, database)
    application = build_application(
        settings, house, AiohttpRequest(), AiohttpRequest(connection_pool_size=1)
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        async with application:
            await application.start()
            dispatcher = Dispatcher(application)
            await dispatcher.resume()
            parts = [
                asyncio.create_task(poll(application, dispatcher)),
                asyncio.create_task(Delivery(application).run()),
                asyncio.create_task(publish_commands(application)),
            ]
            stopping = asyncio.create_task(stop.wait())
            await _first_end(stopping, parts)
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await dispatcher.drain()
            await application.stop()
    finally:
        await close(application)


async def _first_end(stopping: asyncio.Task[bool], parts: list[asyncio.Task[None]]) -> None:
    """Wait for the signal; raise what ended a part before it."""
    waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {stopping, *parts}
    while stopping in waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
