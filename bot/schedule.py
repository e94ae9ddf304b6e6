"""The one repeating tick: decides which summaries are due and forgets what is past its time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services import drafts, figures, inbox, needs, return_calls

if TYPE_CHECKING:
    from handlers.context import Context, House, MadoguchiApplication
    from storage.database import Transaction

TICK = timedelta(seconds=30)


async def tick(house: House) -> None:
    """Decide once; safe to run at any time, in any number of processes."""
    now = house.clock()

    def decide(tx: Transaction) -> None:
        figures.decide_summaries(tx, house.programme, house.working_days, house.staff_chat, now)
        needs.decide_nudges(tx, now)
        kept_since = now - timedelta(days=house.programme.retention.draft_days)
        drafts.forget_untouched(tx, kept_since)
        return_calls.forget_done(tx, kept_since)
        inbox.forget_old(tx, now)

    await house.write(decide)


async def _tick_job(context: Context) -> None:
    await tick(context.house)


def add_tick(application: MadoguchiApplication) -> None:
    """Run `tick` every 30 seconds; a late run is made up for, never dropped."""
    if application.job_queue is None:
        message = "python-telegram-bot was installed without its job queue"
        raise RuntimeError(message)
    application.job_queue.run_repeating(
        _tick_job,
        interval=TICK,
        first=0.1,
        job_kwargs={"misfire_grace_time": None, "coalesce": True},
    )
