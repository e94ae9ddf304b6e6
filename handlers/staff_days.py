"""A page of the free days that staff choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.slots import SlotState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from telegram import InlineKeyboardButton

    from domain.slots import Agenda

_SHOWN, _IN_A_ROW = 15, 3


@dataclass(frozen=True)
class FreeDays:
    """Some free days; `later` is the first that follows, `is_first` says that none come before."""

    days: tuple[date, ...]
    later: date | None
    is_first: bool


def free_days(agenda: Agenda, since: date) -> FreeDays:
    """Return the next free days from a day on (JST)."""
    free = [on for on in agenda.days() if agenda.state_of_day(on) is SlotState.FREE]
    from_here = [on for on in free if on >= since]
    later = from_here[_SHOWN] if len(from_here) > _SHOWN else None
    return FreeDays(tuple(from_here[:_SHOWN]), later, len(from_here) == len(free))


def in_rows(
    days: tuple[date, ...], button: Callable[[date], InlineKeyboardButton]
) -> list[list[InlineKeyboardButton]]:
    """Return a button for each day, some to a row."""
    cells = [button(on) for on in days]
    return [cells[i : i + _IN_A_ROW] for i in range(0, len(cells), _IN_A_ROW)]
