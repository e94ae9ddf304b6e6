"""The sandbox's data folder: its own files and nobody else's."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.errors import SandboxFailed
from bot.sandbox.folder import MARK, DataFolder

if TYPE_CHECKING:
    from pathlib import Path

MADE = ("madoguchi.db", "madoguchi.db-wal", "madoguchi.db-shm", "bot.log", "clock")


def test_a_new_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "made" / "here"
    with DataFolder(path) as folder:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert folder.database_url == f"sqlite:///{path}/madoguchi.db"


def test_an_empty_folder_becomes_its_own(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with DataFolder(tmp_path):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    with DataFolder(tmp_path):
        assert [file.name for file in tmp_path.iterdir()] == [MARK]


def test_clearing_takes_what_the_sandbox_made_and_nothing_else(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder:
        for name in (*MADE, "notes.txt", "other.db"):
            (tmp_path / name).write_text("x")
        folder.clear()
        assert sorted(file.name for file in tmp_path.iterdir()) == [MARK, "notes.txt", "other.db"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "madoguchi.db").write_text("precious")
    with pytest.raises(SandboxFailed, match="nothing was changed"), DataFolder(tmp_path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["madoguchi.db"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(SandboxFailed, match="cannot be used"), DataFolder(path):
        pass


def test_two_do_not_share_a_folder(tmp_path: Path) -> None:
    with DataFolder(tmp_path):
        with pytest.raises(SandboxFailed, match="another sandbox"), DataFolder(tmp_path):
            pass
        assert (tmp_path / MARK).exists()
    with DataFolder(tmp_path):
        pass
