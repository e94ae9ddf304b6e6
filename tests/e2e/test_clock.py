"""The real `madoguchi run` in a sandbox whose clock is put forward."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox import cast
from bot.sandbox.intake_walk import IntakeWalk
from services.needs import NUDGE_AFTER
from tests.e2e.conftest import PATIENCE, unrecorded

if TYPE_CHECKING:
    from bot.sandbox.bot_process import BotProcess
    from bot.sandbox.client import SandboxClient


async def test_what_becomes_due_goes_out_at_once(bot: BotProcess, people: SandboxClient) -> None:
    owner = cast.OWNER_METAL
    asked = await IntakeWalk(unrecorded(people, owner), {}).until("role")
    moved = await people.forward(NUDGE_AFTER)
    nudge = await people.wait_message(
        owner.id,
        lambda shown: "途中で保存されています" in shown.text,
        PATIENCE,
        after=asked.message.message_id,
    )
    assert timedelta() <= nudge.date - moved < timedelta(hours=1)
