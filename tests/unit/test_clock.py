"""A sandbox's time: the machine's, and what a file puts before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import SandboxTime, read_ahead

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clock"


def test_time_follows_the_file_at_every_call(file: Path) -> None:
    file.write_text("0\n")
    time = SandboxTime(file, lambda: NOON)
    assert time() == NOON
    file.write_text("86400\n")
    assert (time(), time.ahead()) == (NOON + timedelta(days=1), timedelta(days=1))


def test_time_never_goes_back(file: Path) -> None:
    file.write_text("60")
    time = SandboxTime(file, lambda: NOON)
    assert time.ahead() == timedelta(seconds=60)
    file.write_text("59")
    assert time.ahead() == timedelta(seconds=60)


@pytest.mark.parametrize("content", ["", "x", "1.5", "-1", "９" * 3, "9" * 30])
def test_anything_but_seconds_is_refused(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(ValueError, match="clock"):
        read_ahead(file)
