"""The sandbox's data folder: known by its mark, used by one sandbox at a time, cleared by name.

It never touches a folder without the mark, nor a file that it did not make.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Self

from bot.sandbox.errors import SandboxFailed

if TYPE_CHECKING:
    from pathlib import Path

MARK = ".madoguchi-sandbox"
_DATABASE, _LOG, _CLOCK = "madoguchi.db", "bot.log", "clock"
_BESIDE = ("-wal", "-shm", "-journal", ".lock")
_MADE = (_DATABASE, *(f"{_DATABASE}{end}" for end in _BESIDE), _LOG, _CLOCK)
_EXPLANATION = "Made by `madoguchi sandbox`; `madoguchi sandbox --fresh` clears it.\n"


class DataFolder:
    """An open data folder: `with DataFolder(path) as folder:`.

    Makes the folder when there is none. Raises SandboxFailed on entry for a folder with other
    contents, and for one that another sandbox, or a bot it left behind, still uses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock = -1

    def __enter__(self) -> Self:
        mark = self.path / MARK
        if not mark.is_file():
            self._make(mark)
        self.path.chmod(0o700)
        self._lock = os.open(mark, os.O_RDWR)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            message = (
                f"{self.path}: another sandbox uses this folder, or a bot that one left behind; "
                "end it, or choose another folder with --data"
            )
            raise SandboxFailed(message) from None
        return self

    def __exit__(self, *_exc: object) -> None:
        os.close(self._lock)

    def _make(self, mark: Path) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(self.path.iterdir()):
                message = (
                    f"{self.path}: is not a folder of the sandbox, nothing was changed in it; "
                    "choose another with --data"
                )
                raise SandboxFailed(message)
            mark.write_text(_EXPLANATION, "utf-8")
        except OSError as error:
            message = f"{self.path}: cannot be used: {error.strerror}; choose another with --data"
            raise SandboxFailed(message) from error

    @property
    def lock(self) -> int:
        """The file descriptor that holds the folder; whoever inherits it holds it too."""
        return self._lock

    @property
    def database_url(self) -> str:
        """The address of the bot's database."""
        return f"sqlite:///{self.path / _DATABASE}"

    @property
    def log(self) -> Path:
        """Where the bot's log goes."""
        return self.path / _LOG

    @property
    def clock(self) -> Path:
        """How far the sandbox's clock was put forward; the database is of that time."""
        return self.path / _CLOCK

    def clear(self) -> None:
        """Delete what earlier sandboxes made here, and nothing else."""
        for name in _MADE:
            (self.path / name).unlink(missing_ok=True)
