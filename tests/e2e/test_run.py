"""The real `madoguchi run`, its people, and a Telegram that is slow, breaks off or says no."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.sandbox import cast
from bot.sandbox.intake_walk import SHARED_CONTACT, IntakeWalk, Screen
from bot.sandbox.play import join_staff
from bot.sandbox.shown import FaultOrder
from bot.sandbox.transcript import Transcript
from handlers.callbacks import CASE, pack
from tests.e2e.conftest import PATIENCE, unrecorded

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.client import SandboxClient
    from bot.sandbox.people import Person
    from bot.sandbox.server import SandboxServer
    from bot.sandbox.shown import ShownMessage

TYPED = {
    "company": ("㈱見本製作所",),
    "contact": ("見本 一郎（専務）",),
    "tel": ("０４８-830-0000",),
}

pytestmark = pytest.mark.usefixtures("bot")


def intake(people: SandboxClient, person: Person, **answers: tuple[str, ...]) -> IntakeWalk:
    return IntakeWalk(unrecorded(people, person, insists=False), {**TYPED, **answers})


async def card_of(people: SandboxClient, reference: str) -> ShownMessage:
    return await people.wait_message(
        cast.STAFF_CHAT_ID, lambda shown: reference in shown.text, PATIENCE
    )


def count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as found:
        return int(found.execute(f"select count(*) from {table}").fetchone()[0])


async def test_an_owner_shares_the_number_and_staff_take_the_case(people: SandboxClient) -> None:
    owner = cast.OWNER_METAL
    walk = intake(people, owner, tel=(SHARED_CONTACT,))
    reference = await walk.submit(await walk.fill_in())
    assert await people.keyboard(owner.id) == []
    card = await card_of(people, reference)
    for secret in ("見本製作所", "一郎", owner.phone[-4:]):
        assert secret not in card.text

    take, full = (f"{pack(CASE, action)}:" for action in ("take", "full"))
    button = Screen(card).button(take)
    assert button is not None
    refused = await people.press(
        cast.STAFF.id, button.value, chat_id=cast.STAFF_CHAT_ID, wait=PATIENCE
    )
    assert (refused.answered, refused.show_alert) == (True, True)
    assert cast.STAFF.name not in (await card_of(people, reference)).text

    await join_staff(people, Transcript(lambda _: None))
    taken, late = await asyncio.gather(
        *(
            people.press_old(
                person.id, button.value, card.message_id, chat_id=cast.STAFF_CHAT_ID, wait=PATIENCE
            )
            for person in (cast.STAFF, cast.MANAGER)
        )
    )
    assert taken.answered
    assert late.answered
    assert taken.text != late.text
    await people.wait_message(
        cast.STAFF_CHAT_ID,
        lambda shown: cast.STAFF.name in shown.text and Screen(shown).button(take) is None,
        PATIENCE,
    )
    record = Screen(card).button(full)
    assert record is not None
    await people.press(cast.STAFF.id, record.value, chat_id=cast.STAFF_CHAT_ID, wait=PATIENCE)
    shown = await people.wait_message(
        cast.STAFF.id, lambda shown: owner.phone[-4:] in shown.text, PATIENCE
    )
    assert "株式会社見本製作所" in shown.text


@pytest.mark.parametrize(
    "fault",
    [
        FaultOrder("retry_after", ("sendMessage", "editMessageText"), 3, seconds=1),
        FaultOrder("server_error", ("sendMessage", "answerCallbackQuery"), 3, code=502),
        FaultOrder("drop", ("sendMessage", "answerCallbackQuery", "editMessageText"), 3),
        FaultOrder("drop", ("getUpdates",), 3),
    ],
    ids=["429", "502", "dropped answers", "dropped polls"],
)
async def test_an_intake_goes_on_through_faults(
    people: SandboxClient, database: Path, fault: FaultOrder
) -> None:
    walk = intake(people, cast.OWNER_SWEETS)
    review = await walk.fill_in()
    await people.fault(fault)
    reference = await walk.submit(await walk.correct(review, "stage", ("running",)))
    assert await people.faults() == []
    await card_of(people, reference)
    assert (count(database, "consultations"), count(database, "kpi_events")) == (1, 1)


async def test_a_redelivered_submit_makes_no_second_consultation(
    people: SandboxClient, server: SandboxServer, database: Path
) -> None:
    walk = intake(people, cast.OWNER_SWEETS)
    reference = await walk.submit(await walk.fill_in())
    submitted = server.world.updates.newest_id()
    await card_of(people, reference)
    await people.redeliver(submitted)
    sent = await people.send(cast.OWNER_SWEETS.id, "/status")
    await people.wait_message(
        cast.OWNER_SWEETS.id, lambda shown: reference in shown.text, PATIENCE, after=sent.message_id
    )
    assert count(database, "consultations") == 1


async def test_a_press_on_a_message_that_is_gone_leaves_a_question_to_answer(
    people: SandboxClient,
) -> None:
    owner = cast.OWNER_METAL
    walk = intake(people, owner)
    old = await walk.until("issue")
    sent = await people.send(owner.id, "/start")
    offered = await people.wait_message(
        owner.id, lambda shown: Screen(shown).onward() is not None, PATIENCE, after=sent.message_id
    )
    resume = Screen(offered).onward()
    assert resume is not None
    await people.press(owner.id, resume.value, wait=PATIENCE)
    await people.wait_message(
        owner.id, lambda shown: shown.message_id == old.message.message_id and shown.deleted
    )
    ticked = await people.press_old(
        owner.id, old.codes["sales"].value, old.message.message_id, wait=PATIENCE
    )
    assert ticked.answered
    await people.wait_message(
        owner.id,
        lambda shown: Screen(shown).question == "issue" and "✓" in "".join(shown.labels()),
        PATIENCE,
    )


async def test_another_poller_is_outlasted(people: SandboxClient, server: SandboxServer) -> None:
    owner = cast.OWNER_LOGISTICS.id
    first = await people.send(owner, "/start")
    await people.wait_message(owner, lambda shown: bool(shown.buttons), PATIENCE)
    # The other process takes nothing: it asks for updates long past the present ones.
    url = f"{server.url}/bot{server.token}/getUpdates"
    async with aiohttp.ClientSession() as other:
        for _ in range(3):
            async with other.get(url, params={"offset": 0, "timeout": 0}) as answer:
                assert answer.status == 200
    sent = await people.send(owner, "/help")
    assert sent.message_id > first.message_id
    await people.wait_message(
        owner, lambda shown: shown.is_from_bot, PATIENCE, after=sent.message_id
    )


async def test_somebody_who_blocked_the_bot_stops_nobody_else(people: SandboxClient) -> None:
    blocker, other = cast.OWNER_METAL.id, cast.OWNER_SWEETS.id
    await people.delay(0.2, ["sendMessage"])
    await people.send(blocker, "/start")
    await people.block(blocker)
    await people.clear_faults()
    sent = await people.send(other, "/start")
    await people.wait_message(
        other, lambda shown: shown.is_from_bot, PATIENCE, after=sent.message_id
    )
    await people.unblock(blocker)
    again = await people.send(blocker, "/start")
    await people.wait_message(
        blocker, lambda shown: shown.is_from_bot, PATIENCE, after=again.message_id
    )
