"""The one repeating tick: decides what is due by now and forgets what is past its time."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from services import (
    chasers,
    delivery,
    drafts,
    figures,
    inbox,
    needs,
    outcomes,
    return_calls,
    waiting,
)
from services.occasion import Occasion

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import SandboxTime
    from handlers.context import Context, House, MadoguchiApplication
    from storage.database import Transaction

_LOGGER = logging.getLogger(__name__)
TICK = timedelta(seconds=30)
_LOOK_SECONDS = 0.5


async def tick(house: House) -> None:
    """Decide once; safe to run at any time, in any number of processes."""
    now = house.clock()
    programme = house.programme
    at = Occasion(programme, house.staff_chat, now)
    kept_since = now - timedelta(days=programme.retention.draft_days)
    duties: tuple[Callable[[Transaction], object], ...] = (
        lambda tx: figures.decide_summaries(
            tx, programme, house.working_days, house.staff_chat, now
        ),
        lambda tx: outcomes.decide_questions(tx, at),
        lambda tx: chasers.decide(tx, at),
        lambda tx: needs.decide_nudges(tx, now),
        lambda tx: drafts.forget_untouched(tx, kept_since),
        lambda tx: return_calls.forget_done(tx, kept_since),
        lambda tx: inbox.forget_old(tx, now, kept_since),
        lambda tx: waiting.serve(tx, at),
    )
    # Each a transaction of its own: what fails must not keep the others from their time.
    for outcome in await asyncio.gather(*map(house.write, duties), return_exceptions=True):
        if isinstance(outcome, BaseException):
            _LOGGER.error("a duty of the tick failed; the next tick tries again", exc_info=outcome)


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


async def follow(time: SandboxTime, house: House) -> None:
    """Decide and send at once whenever a sandbox's clock was moved, until cancelled.

    Raises what reading the clock raises.
    """
    seen = timedelta()
    while True:
        ahead = time.ahead()
        if ahead != seen:
            seen = ahead
            _LOGGER.info("the sandbox's clock is %s ahead of the machine's", seen)
            await tick(house)
            await house.write(delivery.look_again)
        await asyncio.sleep(_LOOK_SECONDS)
