"""The table of roles in the documentation says what the code permits."""

from __future__ import annotations

from pathlib import Path

from domain.staff import PERMISSIONS, Action, Role

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"


def test_the_page_has_every_action_with_who_may() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    table = {permission.strip("`"): who for _, permission, *who in rows}
    assert table == {
        action.value: ["○" if action in PERMISSIONS[role] else "–" for role in Role]
        for action in Action
    }
