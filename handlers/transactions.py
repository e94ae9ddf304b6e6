"""The database as the event loop sees it: one thread hop for a whole transaction.

What commits together wakes the loop once. Nothing here opens, retries or composes transactions.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from storage.database import Database, Outcome, Unit

T = TypeVar("T")


async def write(database: Database, unit: Unit[T]) -> T:
    """Run `unit` as one transaction; return, or raise, what it did, after the commit."""
    ticket: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    database.submit_write(unit, ticket, _settle)
    return await ticket


async def read(database: Database, unit: Unit[T]) -> T:
    """Run `unit` on a consistent snapshot; it must not write."""
    ticket: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    database.submit_read(unit, ticket, _settle)
    return await ticket


def _settle(outcomes: list[Outcome]) -> None:
    loop = outcomes[0][0].get_loop()
    # A closed loop has nobody left who waits.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_resolve, outcomes)


def _resolve(outcomes: list[Outcome]) -> None:
    for ticket, result, error in outcomes:
        if ticket.done():
            continue
        if error is None:
            ticket.set_result(result)
        else:
            ticket.set_exception(error)
