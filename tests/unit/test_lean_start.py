"""A start loads what serving people needs, and not what other commands or libraries bring."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "alembic",
    "icalendar",
    "rich",
    "pygments",
    "typst",
    "bot.check",
    "bot.sandbox.server",
    "bot.sandbox.session",
)


def test_a_start_does_not_load_what_it_does_not_need() -> None:
    code = (
        "import sys, bot.cli, bot.process, bot.logs, storage.migrate\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
