"""Owners who come by a partner's link: what they are told, and what is attributed when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domain.partners import PartnerKind
from tests.integration.conftest import STAFF_CHAT
from tests.integration.partner_office import ADMIN, end, register
from tests.integration.test_intake import STEPS, walk
from tests.integration.test_return_calls import request

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER = 100
LINE = "株式会社見本銀行 からのご紹介として承ります。"


async def scan(counter: Counter, token: str, user: int = OWNER) -> None:
    await counter.say(user, f"/start p_{token}")


async def agree(counter: Counter, user: int = OWNER) -> None:
    await counter.press(user, "始める")
    await counter.press(user, "同意して進む")


async def submit(counter: Counter) -> list[int | None]:
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    return [by for (by,) in await counter.read("select partner_id from consultations order by id")]


async def drafted(counter: Counter) -> list[int | None]:
    return [by for (by,) in await counter.read("select partner_id from drafts")]


async def test_an_intake_by_a_link_is_the_partners_and_staff_see_whose(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    greeting = counter.wire.asking(OWNER).text
    assert greeting.startswith(LINE)
    assert "ご同意なく" in greeting
    assert "ご質問は21問" in greeting
    await agree(counter)
    assert await drafted(counter) == [bank.id]
    assert await submit(counter) == [bank.id]
    # How they came to know the counter stays their own answer.
    assert await counter.read("select channel from consultations") == [("bank",)]
    await counter.delivery.send_due()
    assert "紹介元：株式会社見本銀行（金融機関）" in counter.wire.asking(STAFF_CHAT).text
    await counter.say(ADMIN, "/case R8-0001")
    assert "紹介元：株式会社見本銀行（金融機関）" in counter.wire.last(ADMIN).text
    await counter.press(ADMIN, "全項目を見る")
    assert "紹介元：株式会社見本銀行（金融機関）" in counter.wire.last(ADMIN).text


async def test_nothing_is_stored_of_the_link_before_consent(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await counter.press(OWNER, "この窓口について")
    await counter.press(OWNER, "始める")
    await counter.press(OWNER, "詳しく見る")
    for table in ("drafts", "people", "outbox"):
        assert await counter.read(f"select count(*) from {table}") == [(0,)]
    await counter.press(OWNER, "同意して進む")
    assert await drafted(counter) == [bank.id]


async def test_a_refusal_stores_nothing(counter: Counter) -> None:
    await scan(counter, register(counter).token)
    await counter.press(OWNER, "始める")
    await counter.press(OWNER, "同意しない")
    assert await drafted(counter) == []


@pytest.mark.parametrize("payload", ["p_", "p_AAAAAAAAAAAA", "p_x", "p_' or 1=1", "p_" + "A" * 62])
async def test_an_unknown_token_gets_the_ordinary_greeting(counter: Counter, payload: str) -> None:
    register(counter)
    await counter.say(OWNER, f"/start {payload}")
    assert counter.wire.last(OWNER).text.startswith("【見本】")
    assert "ご紹介" not in counter.wire.last(OWNER).text
    await agree(counter)
    assert await drafted(counter) == [None]


async def test_an_ended_partners_link_gets_the_ordinary_greeting(counter: Counter) -> None:
    bank = end(counter, register(counter))
    await scan(counter, bank.token)
    assert "ご紹介" not in counter.wire.last(OWNER).text
    await agree(counter)
    assert await submit(counter) == [None]


async def test_a_partner_that_ends_before_consent_gets_nothing(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await counter.press(OWNER, "始める")
    end(counter, bank)
    await counter.press(OWNER, "同意して進む")
    assert await submit(counter) == [None]


async def test_a_partner_that_ends_while_the_form_is_filled_in_keeps_it(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await agree(counter)
    end(counter, bank)
    assert await submit(counter) == [bank.id]
    await counter.delivery.send_due()
    assert "紹介元：株式会社見本銀行" in counter.wire.asking(STAFF_CHAT).text


async def test_the_first_of_two_partners_stays(counter: Counter) -> None:
    bank = register(counter)
    chamber = register(counter, "見本商工会議所", PartnerKind.CHAMBER)
    await scan(counter, bank.token)
    await agree(counter)
    await scan(counter, chamber.token)
    assert counter.wire.asking(OWNER).text.startswith(LINE)
    await counter.press(OWNER, "再開する")
    assert await submit(counter) == [bank.id]


async def test_a_form_that_came_by_nobody_is_the_partners_whose_link_is_followed(
    counter: Counter,
) -> None:
    bank = register(counter)
    await counter.say(OWNER, "/start")
    await agree(counter)
    await scan(counter, bank.token)
    assert counter.wire.asking(OWNER).text.startswith(LINE)
    await counter.press(OWNER, "再開する")
    assert await submit(counter) == [bank.id]


async def test_an_old_greeting_of_a_link_attributes_an_open_form(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    greeting = counter.wire.asking(OWNER)
    await counter.say(OWNER, "/start")
    await agree(counter)
    assert await drafted(counter) == [None]
    begin = next(b["callback_data"] for b in greeting.buttons if "始める" in b["text"])
    await counter.update(counter.press_body(OWNER, begin, OWNER, greeting.message_id))
    assert await drafted(counter) == [bank.id]


async def test_pausing_starting_over_and_a_new_notice_keep_the_partner(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await agree(counter)
    await counter.press(OWNER, "中断")
    await counter.press(OWNER, "再開する")
    await counter.say(OWNER, "/start")
    assert counter.wire.asking(OWNER).text.startswith(LINE)
    await counter.press(OWNER, "最初から")
    await counter.press(OWNER, "削除して")
    assert await drafted(counter) == []
    await counter.press(OWNER, "同意して進む")
    assert await drafted(counter) == [bank.id]
    house = counter.application.house
    forms = replace(house.forms, notice_version="another")
    counter.application.house = replace(house, forms=forms)
    await counter.press(OWNER, "経営者")
    await counter.press(OWNER, "同意して進む")
    assert await submit(counter) == [bank.id]


async def test_a_deleted_form_takes_its_partner_with_it(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await agree(counter)
    await counter.say(OWNER, "/cancel")
    await counter.press(OWNER, "削除する")
    await counter.say(OWNER, "/start")
    await agree(counter)
    assert await drafted(counter) == [None]


async def test_what_adds_to_an_open_case_leaves_it_whose_it_was(counter: Counter) -> None:
    bank = register(counter)
    await counter.say(OWNER, "/start")
    await agree(counter)
    await submit(counter)
    counter.moment += timedelta(days=1)
    await scan(counter, bank.token)
    await agree(counter)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.press(OWNER, "同じ案件への追記")
    assert await counter.read("select partner_id from consultations") == [(None,)]


async def test_two_taps_on_agree_make_one_form(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await counter.press(OWNER, "始める")
    notice = counter.wire.asking(OWNER)
    data = next(b["callback_data"] for b in notice.buttons if "同意して" in b["text"])
    for _ in range(2):
        await counter.update(counter.press_body(OWNER, data, OWNER, notice.message_id))
    assert await drafted(counter) == [bank.id]


async def test_a_token_that_was_tampered_with_in_a_button_attributes_nothing(
    counter: Counter,
) -> None:
    register(counter)
    await counter.update(counter.press_body(OWNER, "in:agree:AAAAAAAAAAAA", OWNER, 5))
    assert await drafted(counter) == [None]
    await counter.update(counter.press_body(OWNER, "in:agree:short", OWNER, 6))
    await counter.update(counter.press_body(OWNER, "in:agree:AAAAAAAAAAAA:x", OWNER, 6))
    assert await drafted(counter) == [None]


async def test_a_request_to_be_called_back_by_a_link_names_the_partner_to_staff(
    counter: Counter,
) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    await counter.press(OWNER, "同意して進む")
    await walk(counter, OWNER, ("山田 太郎", "048-830-0000", "=午前", "=折り返しを依頼する"))
    assert await counter.read("select partner_id from return_calls") == [(bank.id,)]
    await counter.delivery.send_due()
    assert "紹介元：株式会社見本銀行（金融機関）" in counter.wire.asking(STAFF_CHAT).text
    # The form begun from the receipt is the partner's as well.
    await counter.press(OWNER, "チャットで相談")
    await counter.press(OWNER, "同意して進む")
    assert await drafted(counter) == [bank.id]


async def test_a_request_to_be_called_back_out_of_a_form_is_its_partners(counter: Counter) -> None:
    bank = register(counter)
    await scan(counter, bank.token)
    await agree(counter)
    await walk(counter, OWNER, STEPS[:-1])
    await counter.press(OWNER, "電話")
    await counter.press(OWNER, "折り返し")
    assert await drafted(counter) == [bank.id, bank.id]


async def test_a_request_without_a_link_is_nobodys(counter: Counter) -> None:
    register(counter)
    await request(counter)
    assert await counter.read("select partner_id from return_calls") == [(None,)]
    await counter.delivery.send_due()
    assert "紹介元" not in counter.wire.asking(STAFF_CHAT).text
