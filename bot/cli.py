"""The command `madoguchi`. Exit status: 0 success, 2 usage or settings, 1 otherwise.

What one command needs is imported by it: a start should not pay for the others.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from bot.programme_file import ProgrammeFileError
from bot.sandbox.command import sandbox
from bot.settings import SettingsError

USAGE = 2
FAILURE = 1

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Madoguchi（窓口）: the Telegram counter of a professional-talent hub.\n\n"
    "Settings are environment variables that begin with MADOGUCHI_, or lines of a file .env; "
    "`madoguchi check` looks at them.",
)
app.command()(sandbox)


@app.command(short_help="Run the bot until it is told to stop.")
def run(
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over",
            help="Poll even if the bot has a webhook: the webhook is removed, and whoever is "
            "served by it gets no more updates.",
        ),
    ] = False,
) -> None:
    """Run the bot until SIGTERM or Ctrl-C; a second one stops it at once.

    Brings the database to the newest version first. Listens on MADOGUCHI_LISTEN for /healthz,
    /readyz, /metrics and, if MADOGUCHI_WEBHOOK_URL is set, for updates; else it polls.
    """
    import gc

    # Nothing that is loaded now ever becomes garbage: to look for it costs a sixth of the start.
    gc.disable()
    import uvloop

    from bot.logs import configure_logging
    from bot.process import serve
    from bot.programme_file import load_programme
    from bot.settings import read_settings
    from bot.telegram_webhook import refuse_foreign_webhook, remove_webhook
    from storage.alone import only_one
    from storage.failures import readable_failures

    gc.freeze()
    gc.enable()
    settings = read_settings()
    programme = load_programme(settings.programme)
    configure_logging("INFO", settings.bot_token)
    before_polling = remove_webhook if take_over else refuse_foreign_webhook
    url = settings.database_url
    with readable_failures(url), only_one(url):
        _bring_up_to_date(url)
        uvloop.run(serve(settings, programme, before_polling))


def _bring_up_to_date(url: str) -> None:
    """Migrate if there is something to do, in a child: Alembic's memory ends with it.

    What goes wrong is told by the child, as one line, and becomes our exit status.
    """
    import os

    from storage.migrate import HEAD, current_version, upgrade

    if current_version(url) == HEAD:
        return
    child = os.fork()
    if child == 0:
        upgrade(url)
        sys.exit()
    _, status = os.waitpid(child, 0)
    if status:
        raise typer.Exit(os.waitstatus_to_exitcode(status))


@app.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    from bot.settings import read_store_settings
    from storage.failures import shown_url
    from storage.migrate import HEAD, upgrade

    url = read_store_settings().database_url
    upgrade(url)
    typer.echo(f"{shown_url(url)}: version {HEAD}")


@app.command(short_help="Look at settings, database and Telegram.")
def check() -> None:
    """Check settings, database, programme file, token and staff chat; change nothing."""
    import asyncio

    from bot.check import check as look

    async def show() -> int:
        worst = 0
        async for finding in look():
            typer.echo(str(finding))
            worst = max(worst, finding.status)
        return worst

    if (status := asyncio.run(show())) != 0:
        raise typer.Exit(status)


def main() -> None:
    """Run the command line; every error is one readable line on stderr."""
    try:
        app()
    except (SettingsError, ProgrammeFileError) as error:
        _fail(error, USAGE)
    except Exception as error:  # noqa: BLE001 - the last word of the process is one line
        _fail_unexpectedly(error)


def _fail_unexpectedly(error: Exception) -> NoReturn:
    from telegram.error import InvalidToken

    if isinstance(error, InvalidToken):
        # Its message quotes the token.
        _fail("MADOGUCHI_BOT_TOKEN: Telegram does not know this token; see @BotFather", USAGE)
    if isinstance(error, (OSError, ValueError, RuntimeError)):
        _fail(error, FAILURE)
    _fail(f"{type(error).__name__}: {error}", FAILURE)


def _fail(error: object, status: int) -> NoReturn:
    text = " ".join(str(error).split()) or type(error).__name__
    typer.echo(text, err=True)
    sys.exit(status)
