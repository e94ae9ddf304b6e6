"""What only one process may do at a time: polling, setting the webhook."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from storage import leases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from storage.database import Transaction


class Task(StrEnum):
    """The names of the leases."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class Outcome:
    """Whether the lease was taken; if not, who has it."""

    is_taken: bool
    holder: str


def take(
    tx: Transaction,
    task: Task,
    holder: str,
    now: datetime,
    duration: timedelta,
    is_gone: Callable[[str], bool],
) -> Outcome:
    """Take or renew the lease of `task` until `now` + `duration`.

    A lease that is not renewed lapses; one whose holder `is_gone` is taken over at once.
    """
    present = leases.holder(tx, task)
    displaced = present if present is not None and present != holder and is_gone(present) else None
    is_taken = leases.take(tx, task, holder, now, now + duration, displaced)
    return Outcome(is_taken, holder if is_taken else present or "")


def release(tx: Transaction, task: Task, holder: str) -> None:
    """Give the lease back, so that another process need not wait for it to lapse."""
    leases.release(tx, task, holder)
