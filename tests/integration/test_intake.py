"""An owner's intake through the dispatcher, on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dispatcher import stored_update
from bot.schedule import tick
from services import inbox
from tests.integration.conftest import STAFF_CHAT, Counter

OWNER, STAFF = 100, 900
STEPS = (
    "=経営者", "=会社（", "株式会社見本製作所", "7123456789012", "=南部", "=川口市", "=製造業",
    "=それ以外の製造", "=1千万円以下", "=6〜20人", "=答えない", "=いいえ", "=販路開拓", "=決定",
    "=スキップ", "=計画がある", "=DX", "=決定", "=副業", "=決定", "=〜10万円", "=3か月以内",
    "=面談後", "=金融機関", "山田 太郎（専務）", "０４８-830-0000",
)  # fmt: skip


async def agree(counter: Counter, user: int) -> None:
    await counter.say(user, "/start")
    await counter.press(user, "始める")
    await counter.press(user, "同意して進む")


async def walk(counter: Counter, user: int, steps: tuple[str, ...] = STEPS) -> None:
    for step in steps:
        if step.startswith("="):
            await counter.press(user, step[1:])
        else:
            await counter.say(user, step)


async def test_a_whole_intake_becomes_one_consultation(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    review = counter.wire.asking(OWNER)
    assert "株式会社見本製作所" in review.text
    assert "048-830-0000" in review.text
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text
    assert await counter.read("select size, eligibility, channel from consultations") == [
        ("small", "eligible", "bank")
    ]
    assert await counter.read("select kind, delta, effective_date from kpi_events") == [
        ("consultations", 1, "2026-11-24")
    ]
    assert await counter.read("select count(*) from drafts") == [(0,)]


async def test_the_greeting_says_how_much_is_asked_and_that_the_date_follows(
    counter: Counter,
) -> None:
    await counter.say(OWNER, "/start")
    assert "ご質問は21問" in counter.wire.last(OWNER).text
    assert "送信後、面談の日時をお選びいただけます。" in counter.wire.last(OWNER).text
    await counter.press(OWNER, "始める")
    assert "（1／22）" in counter.wire.last(OWNER).text
    await counter.press(OWNER, "同意して進む")
    await walk(counter, OWNER, STEPS[:-1])
    assert "（21／22）" in counter.wire.asking(OWNER).text


async def test_a_double_tap_on_submit_makes_one_consultation(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    shown = counter.wire.asking(OWNER)
    data = next(b["callback_data"] for b in shown.buttons if "送信する" in b["text"])
    body = counter.press_body(OWNER, data, OWNER, shown.message_id)
    await counter.update(body)
    await counter.update(body)
    await counter.update(body, update_id=counter.update_id)
    assert await counter.read("select count(*) from consultations") == [(1,)]
    assert await counter.read("select count(*) from kpi_events") == [(1,)]


async def test_the_staff_chat_gets_one_notice_without_personal_data(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    assert await counter.delivery.send_due() == 1
    assert await counter.delivery.send_due() == 0
    card = counter.wire.asking(STAFF_CHAT)
    assert "R8-0001" in card.text
    for secret in ("山田", "830-0000", "見本製作所"):
        assert secret not in card.text


async def test_the_first_tap_takes_the_case_and_outsiders_cannot(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.delivery.send_due()
    await counter.press(777, "担当する", STAFF_CHAT)
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    assert "担当：" in counter.wire.asking(STAFF_CHAT).text
    await counter.press(STAFF, "全項目", STAFF_CHAT)
    assert "山田 太郎" in counter.wire.last(STAFF).text
    assert await counter.read("select actor, action from audit_log where actor != 0") == [
        (777, "take_refused"),
        (STAFF, "take"),
        (STAFF, "read_record"),
    ]


async def test_a_refusal_stores_nothing(counter: Counter) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "始める")
    await counter.press(OWNER, "同意しない")
    assert "保存していません" in counter.wire.last(OWNER).text
    for table in ("drafts", "people", "consultations"):
        assert await counter.read(f"select count(*) from {table}") == [(0,)]
    assert await counter.read("select distinct payload, chat_key from inbox") == [(None, None)]


async def test_a_job_seeker_is_told_kindly_and_not_counted(counter: Counter) -> None:
    await agree(counter, OWNER)
    await counter.press(OWNER, "仕事を探している方")
    assert await counter.read("select count(*) from drafts") == [(0,)]
    assert await counter.read("select count(*) from kpi_events") == [(0,)]


async def test_twelve_digits_are_not_stored(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:3])
    await counter.say(OWNER, "123456789012")
    assert "マイナンバー" in counter.wire.last(OWNER).text
    dump = await counter.read("select progress from drafts")
    assert "123456789012" not in str(dump)


async def test_an_abbreviated_company_name_is_asked_back(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, ("=経営者", "=会社（", "㈱見本"))
    assert "株式会社見本" in counter.wire.asking(OWNER).text
    await counter.press(OWNER, "はい")
    assert "法人番号" in counter.wire.asking(OWNER).text


async def test_an_old_button_shows_the_current_step(counter: Counter) -> None:
    await agree(counter, OWNER)
    first = counter.wire.asking(OWNER)
    data = first.buttons[0]["callback_data"]
    await counter.press(OWNER, "経営者")
    await counter.update(counter.press_body(OWNER, data, OWNER, first.message_id))
    assert "前の手順" in counter.wire.alerts[-1]
    assert "事業の形" in counter.wire.asking(OWNER).text


async def test_one_answer_is_corrected_from_the_review(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "直す")
    await counter.press(OWNER, "従業員数")
    await counter.press(OWNER, "901〜2,000人")
    assert "901〜2,000人" in counter.wire.asking(OWNER).text


async def test_admin_commands_do_not_exist_for_others(counter: Counter) -> None:
    await counter.say(OWNER, "/kpi")
    assert "そのコマンドはありません" in counter.wire.last(OWNER).text
    await counter.say(STAFF, "/stats")
    assert "今年度" in counter.wire.last(STAFF).text
    await counter.say(STAFF, "/kpi")
    assert "基準値 38（事業開始前）" in counter.wire.last(STAFF).text


async def test_an_invitation_works_once(counter: Counter) -> None:
    await counter.say(STAFF, "/staff")
    await counter.press(STAFF, "招待する")
    await counter.press(STAFF, "事務担当")
    payload = counter.wire.last(STAFF).text.rsplit("start=", 1)[1]
    await counter.say(300, f"/start {payload}")
    assert "登録しました" in counter.wire.last(300).text
    await counter.say(301, f"/start {payload}")
    assert "使用済み" in counter.wire.last(301).text


@pytest.mark.parametrize("stop_after", [3, 8, 15, len(STEPS)])
async def test_a_restart_goes_on_where_the_person_was(counter: Counter, stop_after: int) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:stop_after])
    await counter.close()
    await counter.open()
    await walk(counter, OWNER, STEPS[stop_after:])
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text


async def test_an_applied_update_is_only_answered_again(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    counter.wire.fail_next = [(400, {"ok": False, "error_code": 400, "description": "Bad"})]
    await counter.press(OWNER, "送信する")
    assert await counter.read("select count(*) from consultations") == [(1,)]
    assert "R8-0001" in counter.wire.told(OWNER).text


async def test_a_poisonous_update_is_buried_and_the_chat_goes_on(counter: Counter) -> None:
    await counter.update({"message": {"chat": {"id": OWNER}, "from": {"id": OWNER}}})
    assert await counter.read("select update_id from dead_letters") == [(1,)]
    await counter.say(OWNER, "/start")
    assert "相談受付" in counter.wire.last(OWNER).text


async def test_a_summary_is_decided_once_and_caught_up(counter: Counter) -> None:
    house = counter.application.house
    await tick(house)
    counter.moment += timedelta(days=14)
    await tick(house)
    await tick(house)
    rows = await counter.read("select dedupe_key from outbox order by id")
    assert rows == [
        ("summary:weekly:2026-W48",),
        ("summary:monthly:2026-11",),
        ("summary:weekly:2026-W49",),
    ]
    await counter.delivery.send_due()
    assert "【週次】" in counter.wire.last(STAFF_CHAT).text


async def test_a_restart_takes_up_every_update_that_was_stored(counter: Counter) -> None:
    await agree(counter, OWNER)
    raws = [
        {"update_id": 900 + n, **counter.message(OWNER, text=f"/{command}")}
        for n, command in enumerate(("help", "privacy", "status"))
    ]
    house = counter.application.house
    await house.write(
        lambda tx: inbox.store(
            tx, [stored_update(raw, house.clock()) for raw in raws], "killed", house.clock()
        )
    )
    await counter.close()
    await counter.open()
    await counter.dispatcher.resume()
    await counter.dispatcher.drain()
    assert await counter.read("select count(*) from inbox where status <> 'done'") == [(0,)]
