"""Somebody who presses and types at random: the chat stays in order and the form can be sent."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.schedule import tick
from domain.questions import DONE, SKIP
from tests.integration.test_intake_leaving import asking, own_contact
from tests.integration.test_intake_mistakes import OLD, UNREADABLE

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER = 100
TEXTS = (
    "/start", "/help", "/status", "/cancel", "/privacy", "/language", "/nothing", "株式会社見本",
    "㈱見本", "7123456789012", "123456789012", "山田 太郎", "０４８-830-0000", "a@example.co.jp",
    "<b>&🏭", "あ" * 301, "川口市",
)  # fmt: skip
ANSWERS = {
    "company": "株式会社見本", "corporate_number": "7123456789012", "issue_text": "営業",
    "contact": "山田", "agent": "見本銀行", "tel": "048-830-0000", "email": "a@example.co.jp",
}  # fmt: skip


async def act(counter: Counter, chance: random.Random, seen: list[tuple[str, int]]) -> str:
    kind = chance.choice(("press", "press", "press", "type", "old", "odd", "garbage", "time"))
    shown = [s for (chat, _), s in counter.wire.shown.items() if chat == OWNER and s.buttons]
    if kind == "press" and shown:
        button = chance.choice(shown[-1].buttons)
        data = button.get("callback_data")
        if data is not None:
            seen.append((data, shown[-1].message_id))
            await counter.update(counter.press_body(OWNER, data, OWNER, shown[-1].message_id))
        return f"press {data}"
    if kind == "old" and seen:
        data, message = chance.choice(seen)
        await counter.update(counter.press_body(OWNER, data, OWNER, message))
        return f"old {data}"
    if kind == "odd":
        content = chance.choice((own_contact(OWNER), own_contact(7), *UNREADABLE.values()))
        await counter.update(counter.message(OWNER, **content))
        return f"odd {list(content)}"
    if kind == "garbage":
        data = chance.choice(OLD)
        await counter.update(counter.press_body(OWNER, data, OWNER, 7))
        return f"garbage {data}"
    if kind == "time":
        counter.moment += timedelta(hours=chance.randint(1, 30))
        await tick(counter.application.house)
        await counter.delivery.send_due()
        return "time"
    text = chance.choice(TEXTS)
    await counter.say(OWNER, text)
    return f"type {text}"


async def finish(counter: Counter) -> None:
    """Go on from wherever the chat is, as somebody would who wants to be done."""
    await counter.say(OWNER, "/start")
    for _ in range(60):
        shown = counter.wire.asking(OWNER)
        data = [b.get("callback_data", "") for b in shown.buttons]
        wanted = [d for d in data if d in ("in:begin", "in:agree", "in:resume", "in:cancel_yes")]
        sending = [d for d in data if d.startswith(("in:submit-", "in:new-"))]
        if sending:
            await counter.update(counter.press_body(OWNER, sending[0], OWNER, shown.message_id))
            asked = counter.wire.asking(OWNER).buttons[0].get("callback_data", "")
            if asked.startswith("bk:"):
                return
        elif wanted:
            await counter.update(counter.press_body(OWNER, wanted[0], OWNER, shown.message_id))
        else:
            await answer(counter, data, shown.message_id)
    raise AssertionError(f"no end from {counter.wire.asking(OWNER)}")


async def answer(counter: Counter, data: list[str], message: int) -> None:
    codes = {d.split(":")[3]: d for d in data if d.startswith("q:needs:")}
    key = next(iter(codes.values())).split(":")[2]
    choices = [c for c in codes if not c.startswith("_") and c not in {"job_seeker", "withdrawn"}]
    if "_yes" in codes or "_keep" in codes:
        code = "_yes" if "_yes" in codes else "_keep"
        await counter.update(counter.press_body(OWNER, codes[code], OWNER, message))
    elif key in ANSWERS:
        await counter.say(OWNER, ANSWERS[key])
    elif DONE in codes:
        await counter.update(counter.press_body(OWNER, codes[choices[-1]], OWNER, message))
        await counter.update(counter.press_body(OWNER, codes[DONE], OWNER, message))
    else:
        code = choices[0] if choices else SKIP
        await counter.update(counter.press_body(OWNER, codes[code], OWNER, message))


@pytest.mark.parametrize("seed", range(6))
async def test_at_random_and_then_on_to_the_end(counter: Counter, seed: int) -> None:
    chance = random.Random(seed)
    seen: list[tuple[str, int]] = []
    done: list[str] = []
    for _ in range(120):
        done.append(await act(counter, chance, seen))
        live = asking(counter, OWNER)
        assert len(live) <= 2, (done[-8:], live)
        assert await counter.read("select count(*) from dead_letters") == [(0,)], done[-8:]
    before = await counter.read("select count(*) from consultations")
    await finish(counter)
    assert await counter.read("select count(*) from consultations") == [(before[0][0] + 1,)]
