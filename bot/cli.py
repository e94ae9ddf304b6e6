"""The command `madoguchi`. Exit status: 0 success, 2 usage or settings, 1 otherwise."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer
import uvloop
from telegram.error import InvalidToken

from bot.logs import configure_logging
from bot.process import serve
from bot.programme_file import ProgrammeFileError, load_programme
from bot.sandbox.command import sandbox
from bot.settings import SettingsError, read_settings
from storage.migrate import upgrade

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(sandbox)


@app.command()
def run() -> None:
    """Run the bot until it is told to stop."""
    settings = read_settings()
    programme = load_programme(settings.programme)
    configure_logging("INFO", settings.bot_token)
    upgrade(settings.database_url)
    uvloop.run(serve(settings, programme))


@app.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    upgrade(read_settings().database_url)
    typer.echo("ok")


@app.command()
def check() -> None:
    """Check settings and programme file."""
    settings = read_settings()
    load_programme(settings.programme)
    typer.echo("ok")


def main() -> None:
    """Run the command line; every error is one readable line on stderr."""
    try:
        app()
    except (SettingsError, ProgrammeFileError) as error:
        _fail(error, 2)
    except InvalidToken:
        _fail("MADOGUCHI_BOT_TOKEN: Telegram does not know this token; see @BotFather", 2)
    except (OSError, ValueError, RuntimeError) as error:
        _fail(error, 1)


def _fail(error: object, status: int) -> NoReturn:
    typer.echo(" ".join(str(error).split()), err=True)
    sys.exit(status)
