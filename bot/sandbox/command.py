"""The command `madoguchi sandbox`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_PORT = 8765
DEFAULT_DATA = Path(".sandbox")


def sandbox(
    port: Annotated[
        int | None,
        typer.Option(
            help=f"Port on the loopback; {DEFAULT_PORT} by default, a free one with --play.",
            min=1,
            max=65535,
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help=f"Folder of the data; {DEFAULT_DATA} by default.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier data first.")] = False,
    is_play: Annotated[
        bool, typer.Option("--play", help="Play a story without a browser, on data of its own.")
    ] = False,
    is_forum: Annotated[
        bool, typer.Option("--forum", help="Let the staff channel be a forum with topics.")
    ] = False,
) -> None:
    """Run the bot with a local Telegram in the browser: no token, no internet."""
    # Only this command pays for loading the sandbox, not the start of the bot.
    from bot.sandbox import session  # noqa: PLC0415
    from bot.sandbox.folder import DataFolder  # noqa: PLC0415

    if is_play:
        if data is not None or fresh:
            raise typer.BadParameter("--play keeps nothing: --data and --fresh do not go with it")
        asyncio.run(session.run_play(port or 0, is_forum=is_forum))
        return
    with DataFolder(data or DEFAULT_DATA) as folder:
        if fresh:
            folder.clear()
        asyncio.run(session.run(folder, port or DEFAULT_PORT, is_forum=is_forum))
