from __future__ import annotations

from handlers import callbacks


def test_no_two_families_of_buttons_have_one_name() -> None:
    families = [
        value
        for name, value in vars(callbacks).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    ]
    assert len(families) > 20
    assert len(set(families)) == len(families)
