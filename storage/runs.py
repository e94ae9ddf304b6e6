"""The run ledger: what was decided once and for all, for which period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage.tables import RunRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from storage.database import Transaction


def decide_once(tx: Transaction, job: str, period: str, now: datetime) -> bool:
    """Enter (job, period) in the run ledger; False if it was decided before."""
    statement = (
        tx.insert(RunRow)
        .values(job=job, period=period, decided_at=now)
        .on_conflict_do_nothing(index_elements=["job", "period"])
        .returning(RunRow.period)
    )
    return tx.connection.execute(statement).first() is not None


def first_run(tx: Transaction, job: str) -> datetime | None:
    """Return when `job` was first decided, which bounds what can be caught up."""
    return tx.connection.execute(
        select(func.min(RunRow.decided_at)).where(RunRow.job == job)
    ).scalar()


def decided(tx: Transaction, jobs: Iterable[str]) -> set[tuple[str, str]]:
    """Return the (job, period) pairs of these jobs that are decided."""
    rows = tx.connection.execute(
        select(RunRow.job, RunRow.period).where(RunRow.job.in_(list(jobs)))
    )
    return {(job, period) for job, period in rows}
