"""An unfinished intake: one reminder after a day, deleted after the days of the programme."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.schedule import tick
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER = 100
NUDGES = "select dedupe_key, status from outbox where kind = 'nudge'"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


async def begun(counter: Counter) -> None:
    await tick(counter.application.house)
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])


async def test_one_reminder_after_a_day_with_a_way_back(counter: Counter) -> None:
    await begun(counter)
    counter.moment += DAY - SECOND
    await tick(counter.application.house)
    assert await counter.read(NUDGES) == []
    counter.moment += SECOND
    for _ in range(2):
        await tick(counter.application.house)
        await counter.delivery.send_due()
        counter.moment += timedelta(hours=1)
    assert await counter.read(NUDGES) == [("nudge:1", "sent")]
    reminder = counter.wire.asking(OWNER)
    assert "途中で保存されています" in reminder.text
    await counter.press(OWNER, "再開")
    assert "会社名" in counter.wire.shown[OWNER, reminder.message_id].text
    counter.moment += 2 * DAY
    await tick(counter.application.house)
    assert len(await counter.read(NUDGES)) == 1


async def test_who_went_on_meanwhile_is_not_reminded(counter: Counter) -> None:
    await begun(counter)
    counter.moment += DAY
    await tick(counter.application.house)
    counter.moment += SECOND
    await counter.say(OWNER, "株式会社見本製作所")
    await counter.delivery.send_due()
    assert await counter.read(NUDGES) == [("nudge:1", "moot")]


async def test_who_withdrew_meanwhile_is_not_reminded(counter: Counter) -> None:
    await begun(counter)
    counter.moment += DAY
    await tick(counter.application.house)
    await counter.say(OWNER, "/cancel")
    await counter.press(OWNER, "削除する")
    await counter.delivery.send_due()
    assert await counter.read(NUDGES) == [("nudge:1", "moot")]


async def test_the_reminder_is_in_the_person_s_language(counter: Counter) -> None:
    await begun(counter)
    await counter.say(OWNER, "/language")
    await counter.press(OWNER, "English")
    counter.moment += DAY
    await tick(counter.application.house)
    await counter.delivery.send_due()
    assert "saved unfinished" in counter.wire.asking(OWNER).text


async def test_an_untouched_intake_is_deleted_and_its_buttons_still_answer(
    counter: Counter,
) -> None:
    await begun(counter)
    question = counter.wire.asking(OWNER)
    counter.moment += 7 * DAY
    await tick(counter.application.house)
    assert await counter.read("select count(*) from drafts") == [(1,)]
    counter.moment += SECOND
    await tick(counter.application.house)
    assert await counter.read("select count(*) from drafts") == [(0,)]
    for button in question.buttons:
        body = counter.press_body(OWNER, button["callback_data"], OWNER, question.message_id)
        counter.wire.alerts.clear()
        await counter.update(body)
        assert counter.wire.alerts != []
    await counter.say(OWNER, "株式会社見本製作所")
    assert "相談受付" in counter.wire.last(OWNER).text
