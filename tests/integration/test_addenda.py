"""A company with an open case: an addition to it (R3), or a new consultation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER, COLLEAGUE, AGENT, STAFF = 100, 101, 102, 900


async def send(counter: Counter, user: int, steps: tuple[str, ...] = STEPS) -> None:
    await agree(counter, user)
    await walk(counter, user, steps)
    await counter.press(user, "送信する")


def of_company(name: str) -> tuple[str, ...]:
    swap = {"株式会社見本製作所": name, "7123456789012": "=あとで"}
    return tuple(swap.get(step, step) for step in STEPS)


async def test_an_addition_is_appended_told_and_not_counted(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, OWNER)
    asked = counter.wire.asking(OWNER)
    assert "追加のご相談ですか" in asked.text
    assert "R8-0001" in asked.text
    assert await counter.read("select count(*) from consultations") == [(1,)]
    await counter.press(OWNER, "同じ案件への追記")
    assert "追記しました" in counter.wire.told(OWNER).text
    assert await counter.read("select consultation_id from addenda") == [(1,)]
    assert await counter.read("select count(*), sum(delta) from kpi_events") == [(1, 1)]
    assert await counter.read("select count(*) from drafts") == [(0,)]
    await counter.delivery.send_due()
    counter.moment = counter.moment.replace(second=5)
    await counter.delivery.send_due()
    notice = counter.wire.asking(STAFF_CHAT)
    assert "追記 R8-0001" in notice.text
    for secret in ("山田", "830-0000", "見本製作所"):
        assert secret not in notice.text
    await counter.press(777, "全項目", STAFF_CHAT)
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    await counter.press(STAFF, "全項目", STAFF_CHAT)
    assert "山田 太郎" in counter.wire.last(STAFF).text
    assert await counter.read("select action, subject from audit_log where actor != 0") == [
        ("read_addendum_refused", "R8-0001"),
        ("read_addendum", "R8-0001"),
    ]


async def test_the_full_record_of_a_case_shows_what_was_added_to_it(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, COLLEAGUE, of_company("株式会社見本製作所"))
    await counter.press(COLLEAGUE, "同じ案件への追記")
    await counter.delivery.send_due()
    counter.wire.shown = {k: v for k, v in counter.wire.shown.items() if k[0] == STAFF_CHAT}
    await counter.press(STAFF, "全項目", STAFF_CHAT)
    shown = "\n".join(s.text for (chat, _), s in counter.wire.shown.items() if chat == STAFF)
    record, _, addition = shown.partition("追記 R8-0001")
    assert "山田 太郎" in record
    assert "会社の別の方" in addition
    assert "山田 太郎" in addition


async def test_a_new_consultation_is_counted_and_flagged(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, OWNER)
    await counter.press(OWNER, "新しいご相談")
    assert "R8-0002" in counter.wire.told(OWNER).text
    assert await counter.read("select suspected_duplicate_of from consultations") == [(None,), (1,)]
    assert await counter.read("select sum(delta) from kpi_events") == [(2,)]


async def test_one_may_go_back_to_the_review_and_correct(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, OWNER)
    await counter.press(OWNER, "確認画面に戻る")
    await counter.press(OWNER, "直す")
    await counter.press(OWNER, "従業員数")
    await counter.press(OWNER, "このままにする")
    await counter.press(OWNER, "送信する")
    assert "追加のご相談ですか" in counter.wire.asking(OWNER).text


async def test_two_taps_and_a_redelivery_append_once(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, OWNER)
    asked = counter.wire.asking(OWNER)
    body = counter.press_body(OWNER, asked.buttons[0]["callback_data"], OWNER, asked.message_id)
    await counter.update(body)
    shown = dict(counter.wire.shown)
    await counter.update(body, update_id=counter.update_id)
    for button in asked.buttons[:2]:
        other = counter.press_body(OWNER, button["callback_data"], OWNER, asked.message_id)
        await counter.update(other)
        assert "送信済み" in counter.wire.alerts[-1]
    assert counter.wire.shown == shown
    assert await counter.read("select count(*) from addenda") == [(1,)]
    assert await counter.read("select count(*) from consultations") == [(1,)]


async def test_a_colleague_is_asked_but_not_told_the_reference(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, COLLEAGUE)
    asked = counter.wire.asking(COLLEAGUE)
    assert "追加のご相談ですか" in asked.text
    assert "R8-" not in asked.text
    await counter.press(COLLEAGUE, "同じ案件への追記")
    assert "R8-" not in counter.wire.last(COLLEAGUE).text
    await counter.delivery.send_due()
    counter.moment = counter.moment.replace(second=5)
    await counter.delivery.send_due()
    assert "別の方" in counter.wire.asking(STAFF_CHAT).text


async def test_another_company_s_case_asks_nothing(counter: Counter) -> None:
    await send(counter, OWNER)
    await send(counter, COLLEAGUE, of_company("株式会社別の見本"))
    assert "R8-0002" in counter.wire.told(COLLEAGUE).text


async def test_an_institution_consults_for_several_companies(counter: Counter) -> None:
    agent = tuple("=支援機関" if step == "=経営者" else step for step in STEPS)
    at = agent.index("山田 太郎（専務）")
    agent = (*agent[:at], "見本信用金庫", "=はい", *agent[at:])
    await send(counter, AGENT, agent)
    assert "R8-0001" in counter.wire.told(AGENT).text
    swap = {"株式会社見本製作所": "株式会社別の見本", "7123456789012": "=あとで"}
    await send(counter, AGENT, tuple(swap.get(step, step) for step in agent))
    assert "R8-0002" in counter.wire.told(AGENT).text
    await send(counter, AGENT, agent)
    assert "追加のご相談ですか" in counter.wire.asking(AGENT).text
