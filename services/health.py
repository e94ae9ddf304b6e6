"""What an operator asks of the database: does it answer, at which version, how much waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import migrate, queues

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True)
class Depths:
    """How much waits in the queues."""

    inbox: int
    outbox: int
    dead_letters: int


def depths(tx: Transaction) -> Depths:
    """Count what waits: unanswered updates, messages owed, buried updates."""
    return Depths(queues.inbox_waiting(tx), queues.outbox_waiting(tx), queues.dead_letters(tx))


def schema_problem(tx: Transaction) -> str | None:
    """Return what is wrong with the schema's version; None if it is the newest."""
    problem = migrate.version_problem(migrate.schema_version(tx))
    return None if problem is None else f"the database {problem}"
