"""What gets into the audit log, and what never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import agree
from tests.integration.test_privacy import Typist
from tests.integration.test_return_calls import request
from tests.integration.test_staff import ADMIN, CLERK, FORBIDDEN, audit, hire, invite

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER, STRANGER = 1_234_567, 777


async def test_refused_invitations_are_recorded_without_their_secret(counter: Counter) -> None:
    payload = await invite(counter, "事務担当")
    await counter.say(ADMIN, f"/start {payload}")
    await counter.say(CLERK, f"/start {payload}")
    await counter.say(STRANGER, f"/start {payload}")
    assert (ADMIN, "join_refused", "/start") in await audit(counter)
    assert (STRANGER, "join_refused", "/start") in await audit(counter)
    assert payload.removeprefix("staff_") not in str(await counter.read("select * from audit_log"))


async def test_a_new_role_is_told_from_joining(counter: Counter) -> None:
    await hire(counter, CLERK)
    await hire(counter, CLERK, "取りまとめ課")
    told = [(action, subject) for actor, action, subject in await audit(counter) if actor == CLERK]
    assert told == [("join", "clerk"), ("change_role", "planning")]


async def test_the_last_administrator_s_leaving_is_refused_and_recorded(counter: Counter) -> None:
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "外す")
    await counter.press(ADMIN, "Person 900")
    refused = [entry for entry in await audit(counter) if entry[1] == "last_admin_refused"]
    assert [actor for actor, _, _ in refused] == [ADMIN]
    assert refused[0][2].startswith("st:ask:900:")


async def test_addresses_that_end_with_their_maker_are_recorded(counter: Counter) -> None:
    await hire(counter, CLERK)
    await counter.say(CLERK, "/calendar")
    await counter.press(CLERK, "作る")
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "外す")
    await counter.press(ADMIN, "Person 301")
    await counter.press(ADMIN, "はい、外します")
    assert (ADMIN, "revoke_feed", "1") in await audit(counter)


async def test_a_number_that_did_not_arrive_is_recorded(counter: Counter) -> None:
    await hire(counter, CLERK)
    await request(counter)
    await counter.delivery.send_due()
    counter.wire.refusing[CLERK] = (403, FORBIDDEN)
    await counter.press(CLERK, "氏名と電話番号", STAFF_CHAT)
    assert (await audit(counter))[-2:] == [
        (CLERK, "read_return_call", "1"),
        (CLERK, "read_return_call_undelivered", "1"),
    ]


@pytest.mark.parametrize(
    "typed",
    ["/staff。山田 太郎", "/stats@madoguchi_bot 株式会社見本製作所", "/close 山田商店の休み"],
)
async def test_what_is_typed_after_a_command_stays_out(counter: Counter, typed: str) -> None:
    message = counter.message(OWNER, text=typed)
    length = len(typed.split("。", maxsplit=1)[0].split(maxsplit=1)[0].split("@", maxsplit=1)[0])
    message["message"]["entities"][0]["length"] = length
    await counter.update(message)
    assert (await audit(counter))[-1] == (OWNER, "refused", typed[:length])


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_that_an_owner_typed_gets_in(counter: Counter, seed: int) -> None:
    await hire(counter, CLERK)
    typist = Typist(counter, seed)
    await agree(counter, OWNER)
    for _step in range(60):
        if not await typist.answer():
            break
    await request(counter, STRANGER)
    for word in list(typist.typed):
        await counter.say(OWNER, f"/staff {word}")
        for data in (f"st:{word}", f"case:full:{word}", word, f"sl:close:{word}"):
            await counter.update(counter.press_body(OWNER, data, OWNER, 7))
    await counter.delivery.send_due()
    for (chat, _), card in [*counter.wire.shown.items()]:
        for button in card.buttons if chat == STAFF_CHAT else ():
            body = counter.press_body(CLERK, button["callback_data"], chat, card.message_id)
            await counter.update(body)
    logged = str(await counter.read("select action, subject from audit_log"))
    assert "read_record" in logged or "read_return_call" in logged
    assert len(typist.typed) >= 4
    assert [word for word in typist.typed if word in logged] == []
