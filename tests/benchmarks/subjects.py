"""Which bots are measured, how each is started, and which scripts it can be put through.

A new bot is one more `Subject` in `SUBJECTS`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from tests.benchmarks.bot_api import TOKEN
from tests.benchmarks.needs_walk import needs_walk
from tests.benchmarks.peers.questions import QUESTIONS
from tests.benchmarks.script import Script, Step, Typed, first_button, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Shape: TypeAlias = Literal["questionnaire", "minimal"]
Transport: TypeAlias = Literal["webhook", "polling"]

_ROOT = Path(__file__).parents[2]
_MINIMAL_TEXTS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run of a bot lives."""

    api_url: str
    """Base of the Bot API server; `/bot<token>/<method>` follows."""
    transport: Transport
    port: int
    """A free loopback port for the webhook."""
    directory: Path
    """An empty directory of the run's own."""

    @property
    def webhook_url(self) -> str:
        """The URL the bot gives to setWebhook."""
        return f"http://127.0.0.1:{self.port}/telegram"


@dataclass(frozen=True, slots=True)
class Subject:
    """A bot: its command and variables for a place, and its script of each shape it has."""

    name: str
    command: Callable[[Place, Shape], list[str]]
    scripts: Mapping[Shape, Script]
    environment: Callable[[Place], Mapping[str, str]] = field(default=lambda _: {})
    needs: Path | None = None
    """A file without which the bot cannot be started."""

    @property
    def is_available(self) -> bool:
        """Whether the bot can be started here."""
        return bool(self.scripts) and (self.needs is None or self.needs.exists())


def _peer(name: str, module: str) -> Subject:
    def command(place: Place, shape: Shape) -> list[str]:
        return [
            sys.executable,
            "-m",
            f"tests.benchmarks.peers.{module}",
            f"--api={place.api_url}",
            f"--token={TOKEN}",
            f"--transport={place.transport}",
            f"--port={place.port}",
            f"--secret={SECRET}",
            f"--shape={shape}",
        ]

    return Subject(name, command, _PEER_SCRIPTS, lambda _: {"PYTHONPATH": str(_ROOT)})


def _madoguchi_command(_place: Place, _shape: Shape) -> list[str]:
    return [str(_MADOGUCHI), "run"]


def _madoguchi_environment(place: Place) -> dict[str, str]:
    environment = {
        "MADOGUCHI_BOT_TOKEN": TOKEN,
        "MADOGUCHI_API_URL": place.api_url,
        "MADOGUCHI_DATABASE_URL": f"sqlite:///{place.directory}/madoguchi.db",
        "MADOGUCHI_STAFF_CHAT_ID": "-1001",
        "MADOGUCHI_LISTEN": f"127.0.0.1:{place.port}",
        "MADOGUCHI_PERSON_PACE": "0",
        "MADOGUCHI_PROGRAMME": str(_ROOT / "domain/programmes/sample.toml"),
        # The code of this checkout, whichever one the command was installed from.
        "PYTHONPATH": str(_ROOT),
    }
    if place.transport == "webhook":
        environment["MADOGUCHI_WEBHOOK_URL"] = place.webhook_url
        environment["MADOGUCHI_WEBHOOK_SECRET"] = SECRET
    return environment


def _answer_to(position: int) -> Step | Callable[..., Step]:
    return first_button if QUESTIONS[position].choices else Typed("株式会社 窓口製作所")


SECRET = "benchmark-secret"
_MADOGUCHI = Path(sys.executable).with_name("madoguchi")
_PEER_SCRIPTS: Mapping[Shape, Script] = {
    "questionnaire": listed([Typed("/start"), *map(_answer_to, range(len(QUESTIONS)))]),
    "minimal": listed([Typed("/start"), *[Typed("三十人です")] * _MINIMAL_TEXTS]),
}
_MADOGUCHI_SCRIPTS: Mapping[Shape, Script] = {"questionnaire": needs_walk}

SUBJECTS = (
    Subject(
        "madoguchi",
        _madoguchi_command,
        _MADOGUCHI_SCRIPTS,
        environment=_madoguchi_environment,
        needs=_MADOGUCHI,
    ),
    _peer("ptb", "ptb_conversation"),
    _peer("aiogram", "aiogram_fsm"),
)
