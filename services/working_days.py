"""The office's working days as they are: by the programme file, without what staff have closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closures import EVER, without_closed
from storage import closures

if TYPE_CHECKING:
    from domain.working_days import WorkingDays
    from services.occasion import Occasion
    from storage.database import Transaction


def working_days(tx: Transaction, at: Occasion) -> WorkingDays:
    """Return the days on which the counter was and will be open, as it is known now."""
    closed = closures.between(tx, at.now - EVER, at.now + EVER)
    return without_closed(at.programme.working_days, closed)
