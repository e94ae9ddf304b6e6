"""What staff learn from the card of a consultation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from telegram.constants import MessageLimit

from domain.fiscal_year import JST
from domain.form import OneOf
from domain.slots import Method
from handlers.cases import card_text as text_of
from handlers.context import Context
from services import bookings, cases
from services.bookings import Wish
from services.occasion import Occasion
from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import STEPS, agree, walk
from tests.integration.test_staff import CLERK, hire

if TYPE_CHECKING:
    from domain.form import Answer
    from tests.integration.conftest import Counter

OWNER = 100


async def card_of(counter: Counter, *steps: str) -> str:
    await agree(counter, OWNER)
    await walk(counter, OWNER, steps)
    await counter.press(OWNER, "送信する")
    await counter.delivery.send_due()
    return counter.wire.asking(STAFF_CHAT).text


async def test_a_deemed_large_company_is_for_staff_to_confirm(counter: Counter) -> None:
    card = await card_of(counter, *("=はい" if step == "=いいえ" else step for step in STEPS))
    assert "小規模（要確認）" in card
    assert "KPI要確認" in card
    assert "要確認：大企業の出資" in card
    assert await counter.read("select eligibility from kpi_events") == [("to_confirm",)]


async def test_a_company_of_known_size_has_nothing_to_confirm(counter: Counter) -> None:
    card = await card_of(counter, *STEPS)
    assert "小規模 / KPI対象" in card
    assert "類型：生産性向上" in card
    assert "要確認" not in card


async def test_the_card_shows_who_took_it_under_a_file_too(counter: Counter) -> None:
    await card_of(counter, *STEPS)
    await hire(counter, CLERK)
    house = counter.application.house
    at = Occasion(house.programme, house.staff_chat, counter.moment)
    wish = Wish(Method.HUB, datetime(2026, 11, 30, 9, 30, tzinfo=JST).astimezone(UTC))
    await house.write(lambda tx: bookings.book(tx, at, OWNER, 1, wish))
    counter.moment += timedelta(seconds=1)
    await counter.delivery.send_due()
    told = counter.wire.last(STAFF_CHAT)
    assert told.file is not None
    for _ in range(2):
        await counter.update(counter.press_body(CLERK, "case:take:1", STAFF_CHAT, told.message_id))
        card = counter.wire.shown[STAFF_CHAT, told.message_id]
        assert "担当：Person 301" in card.text
        assert "面談：11月30日（月） 9:30〜10:30　拠点で面談" in card.text
        assert "担当する" not in [button["text"] for button in card.buttons]
        assert card.file == told.file


async def test_the_longest_card_fits_under_a_file(counter: Counter) -> None:
    await card_of(counter, *STEPS)
    context = Context(counter.application)
    card = await counter.application.house.read(lambda tx: cases.card(tx, 1))
    answers: dict[str, Answer] = dict(card.consultation.answers)
    for question in context.house.questionnaire.questions:
        if isinstance(question, OneOf):
            offered = [one for one in question.offered(answers) if one.is_answer]
            longest = max(offered, key=lambda one: len(context.gettext(one.label)), default=None)
            answers[question.key] = longest.code if longest is not None else None
    full = replace(
        card,
        consultation=replace(card.consultation, answers=answers),
        assignee_name="名" * 129,
    )
    text = re.sub("<[^>]*>", "", text_of(context, full))
    assert 200 < len(text) < MessageLimit.CAPTION_LENGTH * 3 // 4
