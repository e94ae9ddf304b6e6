"""What `madoguchi sandbox` runs: the local Telegram, the real bot on it, and until when."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.text import Text

from bot.sandbox import cast
from bot.sandbox.bot_process import BotProcess, bot_environment
from bot.sandbox.client import SandboxClient
from bot.sandbox.errors import SandboxFailed
from bot.sandbox.folder import DataFolder
from bot.sandbox.play import join_staff, play
from bot.sandbox.server import SandboxServer
from bot.sandbox.transcript import Transcript
from locales import load_translations

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

T = TypeVar("T")

_CONSOLE = Console(highlight=False, soft_wrap=True)
gettext = load_translations("ja").gettext


class BotDied(SandboxFailed):
    """The bot ended by itself."""


async def run(folder: DataFolder, port: int, *, is_forum: bool) -> None:
    """Serve the page until Ctrl-C. Raises PortTaken, BotDied, StoryWrong."""
    serving = asyncio.ensure_future(_serve(folder, port, is_forum=is_forum))

    def end() -> None:
        _CONSOLE.print(gettext("Ending the sandbox."))
        serving.cancel()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, end)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(folder: DataFolder, port: int, *, is_forum: bool) -> None:
    async with _stage(folder, port, is_forum=is_forum) as (server, bot):
        async with SandboxClient(server.url) as people:
            await _while_alive(bot, _ready(server, people))
        _CONSOLE.print(_welcome(server))
        await _while_alive(bot, asyncio.Event().wait())


async def run_play(port: int, *, is_forum: bool) -> None:
    """Play the story on data of its own and print it. Raises PortTaken, BotDied, StoryWrong."""
    with TemporaryDirectory(prefix="madoguchi-play-") as path, DataFolder(Path(path)) as folder:
        async with (
            _stage(folder, port, is_forum=is_forum) as (server, bot),
            SandboxClient(server.url) as people,
        ):
            await _while_alive(bot, play(people, Transcript(_CONSOLE.print), gettext))


async def _ready(server: SandboxServer, people: SandboxClient) -> None:
    """Wait until the bot is there, and have the staff member registered."""
    await server.world.updates.polled.wait()
    await join_staff(people, Transcript(lambda _: None))


@asynccontextmanager
async def _stage(
    folder: DataFolder, port: int, *, is_forum: bool
) -> AsyncIterator[tuple[SandboxServer, BotProcess]]:
    async with SandboxServer(port=port, clock_file=folder.clock, is_forum=is_forum) as server:
        environment = bot_environment(
            server.url, folder.database_url, sandbox_clock=str(folder.clock)
        )
        async with BotProcess(environment, folder.log, (folder.lock,)) as bot:
            yield server, bot


async def _while_alive(bot: BotProcess, doing: Coroutine[Any, Any, T]) -> T:
    """Do something while the bot runs. Raises BotDied with the bot's last words on stderr."""
    work = asyncio.ensure_future(doing)
    ended = asyncio.ensure_future(bot.wait())
    try:
        await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        sys.stderr.write("".join(f"{line}\n" for line in bot.last_lines()))
        raise BotDied(f"the bot has ended with status {ended.result()}; its last lines are above")
    finally:
        work.cancel()
        ended.cancel()
        await asyncio.gather(work, ended, return_exceptions=True)


def _welcome(server: SandboxServer) -> Text:
    """Say which address to open and who is who."""
    _ = gettext
    roles = {
        "owner": _("owner of a company"),
        "staff": _("staff member (registered)"),
        "admin": _("administrator (/stats, /kpi, /staff)"),
    }
    text = Text.assemble(
        _("The sandbox is open. Please open this address in a browser:"),
        ("\n\n    " + server.page_url, "bold underline"),
        "\n\n",
        _("Who is who:"),
    )
    names = [(person.name, roles[person.label]) for person in cast.PEOPLE]
    for name, role in (*names, (cast.STAFF_CHAT_TITLE, _("staff channel"))):
        text.append(f"\n  {name}：{role}")
    text.append("\n\n" + _("Ctrl-C ends it."))
    return text
