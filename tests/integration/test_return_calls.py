"""By telephone instead: a request to be called back is no consultation (R9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.schedule import tick
from storage import staff
from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

OWNER, STAFF, CLERK = 100, 900, 901
TO_TELEPHONE = len(STEPS) - 1


async def request(counter: Counter, user: int = OWNER) -> None:
    """Ask for a call without an intake."""
    await counter.say(user, "/start")
    await counter.press(user, "電話で相談")
    await counter.press(user, "折り返し")
    await counter.press(user, "同意して進む")
    await walk(counter, user, ("山田 太郎", "048-830-0000", "=午前", "=折り返しを依頼する"))


async def test_the_telephone_is_shown_with_a_button_that_copies_it(counter: Counter) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "電話で相談")
    shown = counter.wire.asking(OWNER)
    assert "048-830-0000" in shown.text
    assert shown.buttons[0]["copy_text"] == {"text": "048-830-0000"}
    assert await counter.read("select count(*) from drafts") == [(0,)]


async def test_a_request_is_stored_told_and_not_counted(counter: Counter) -> None:
    await request(counter)
    assert "承りました" in counter.wire.asking(OWNER).text
    assert await counter.read("select count(*) from return_calls") == [(1,)]
    for table in ("consultations", "kpi_events", "drafts"):
        assert await counter.read(f"select count(*) from {table}") == [(0,)]
    assert await counter.delivery.send_due() == 1
    card = counter.wire.asking(STAFF_CHAT)
    assert "午前" in card.text
    for secret in ("山田", "830-0000"):
        assert secret not in card.text
    await counter.say(OWNER, "/status")
    assert "折り返しのご依頼" in counter.wire.last(OWNER).text


async def test_nothing_is_asked_before_the_notice_and_a_refusal_stores_nothing(
    counter: Counter,
) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    assert "折り返しのお電話のためだけ" in counter.wire.asking(OWNER).text
    await counter.press(OWNER, "詳しく見る")
    await counter.press(OWNER, "同意しない")
    for table in ("drafts", "return_calls"):
        assert await counter.read(f"select count(*) from {table}") == [(0,)]


async def test_what_the_intake_knows_is_not_asked_again(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "直す")
    await counter.press(OWNER, "取り組みの段階")
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    assert "（3／3）" in counter.wire.asking(OWNER).text
    await counter.press(OWNER, "午後")
    review = counter.wire.asking(OWNER)
    assert "山田 太郎（専務）" in review.text
    assert "048-830-0000" in review.text
    await counter.press(OWNER, "折り返しを依頼する")
    await counter.press(OWNER, "入力に戻る")
    assert "取り組みの段階" in counter.wire.asking(OWNER).text


async def test_only_what_is_missing_is_asked_and_the_intake_goes_on(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:TO_TELEPHONE])
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    assert "（2／3）" in counter.wire.asking(OWNER).text
    counter.moment += timedelta(seconds=1)
    await walk(counter, OWNER, ("048-830-0000", "=午前"))
    await counter.press(OWNER, "取りやめる")
    await counter.press(OWNER, "削除する")
    assert await counter.read("select questionnaire from drafts") == [("needs",)]
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "再開")
    await walk(counter, OWNER, STEPS[TO_TELEPHONE:])
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text


async def test_an_old_button_leaves_one_intake_question_to_be_answered(counter: Counter) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "電話で相談")
    old = counter.wire.asking(OWNER).message_id
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])
    await counter.update(counter.press_body(OWNER, "rc:begin", OWNER, old))
    assert "（1／3）" in counter.wire.shown[OWNER, old].text
    counter.moment += timedelta(seconds=1)
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "再開")
    questions = [
        shown
        for shown in counter.wire.shown.values()
        if any(each.get("callback_data", "").startswith("q:needs:") for each in shown.buttons)
    ]
    assert len(questions) == 1


async def test_an_old_button_takes_the_keyboard_back(counter: Counter) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "電話で相談")
    old = counter.wire.asking(OWNER).message_id
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:TO_TELEPHONE])
    await counter.press(OWNER, "Telegram に登録した番号")
    assert OWNER in counter.wire.keyboards
    await counter.update(counter.press_body(OWNER, "rc:begin", OWNER, old))
    assert OWNER not in counter.wire.keyboards


async def test_a_typed_text_belongs_to_the_form_touched_last(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, STEPS[:2])
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    await counter.say(OWNER, "山田 太郎")
    assert "（2／3）" in counter.wire.asking(OWNER).text
    counter.moment += timedelta(seconds=1)
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "再開")
    await counter.say(OWNER, "株式会社見本製作所")
    assert "法人番号" in counter.wire.asking(OWNER).text


async def test_a_request_half_asked_is_resumed_from_start_and_from_status(
    counter: Counter,
) -> None:
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    await counter.press(OWNER, "同意して進む")
    for command, label in (("/start", "折り返しの依頼を続ける"), ("/status", "再開する")):
        await counter.say(OWNER, command)
        await counter.press(OWNER, label)
        assert "（1／3）" in counter.wire.asking(OWNER).text
    await counter.say(OWNER, "山田 太郎")
    assert "（2／3）" in counter.wire.asking(OWNER).text


async def test_one_request_at_a_time(counter: Counter) -> None:
    await request(counter)
    await counter.say(OWNER, "/start")
    await counter.press(OWNER, "電話で相談")
    await counter.press(OWNER, "折り返し")
    assert "すでに承っています" in counter.wire.alerts[-1]
    for data in ("rc:agree", "rc:submit-1", "rc:begin"):
        await counter.update(counter.press_body(OWNER, data, OWNER, 7))
        assert "すでに承っています" in counter.wire.alerts[-1]
    assert await counter.read("select count(*) from return_calls") == [(1,)]


async def test_a_member_of_staff_takes_it_reads_it_and_says_it_is_done(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    await counter.press(777, "担当する", STAFF_CHAT)
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    await counter.press(777, "氏名と電話番号", STAFF_CHAT)
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    card = counter.wire.asking(STAFF_CHAT)
    await counter.update(counter.press_body(777, "call:done:1", STAFF_CHAT, card.message_id))
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    take = counter.press_body(STAFF, card.buttons[0]["callback_data"], STAFF_CHAT, card.message_id)
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    assert "担当：Person 900" in counter.wire.asking(STAFF_CHAT).text
    await join(counter, CLERK)
    late = {**take["callback_query"], "from": {"id": CLERK, "is_bot": False, "first_name": "x"}}
    await counter.update({"callback_query": late})
    assert "すでに担当" in counter.wire.alerts[-1]
    await counter.press(STAFF, "氏名と電話番号", STAFF_CHAT)
    assert "048-830-0000" in counter.wire.last(STAFF).text
    assert "山田 太郎" in counter.wire.last(STAFF).text
    await counter.press(STAFF, "電話が済んだ", STAFF_CHAT)
    done = counter.wire.shown[STAFF_CHAT, card.message_id]
    assert "電話が済みました" in done.text
    assert done.buttons == []
    assert await counter.read(
        "select action from audit_log where action like '%call%' order by id"
    ) == [
        ("take_return_call_refused",),
        ("read_return_call_refused",),
        ("finish_return_call_refused",),
        ("take_return_call",),
        ("take_return_call_too_late",),
        ("read_return_call",),
        ("finish_return_call",),
    ]
    await request(counter)
    assert await counter.read("select count(*) from return_calls") == [(2,)]


async def test_the_staff_chat_s_card_stays_in_the_office_s_language(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    await counter.say(STAFF, "/language")
    await counter.press(STAFF, "English")
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    assert counter.wire.alerts[-1] == "This call is yours now."
    card = counter.wire.asking(STAFF_CHAT)
    assert "折り返しの電話の希望" in card.text
    assert [each["text"] for each in card.buttons][-1] == "電話が済んだ"


async def test_a_request_is_withdrawn_in_the_chat_and_the_staff_told(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    card = counter.wire.asking(STAFF_CHAT)
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    await counter.say(OWNER, "/status")
    asked = counter.wire.asking(OWNER)
    data = asked.buttons[0]["callback_data"]
    await counter.update(counter.press_body(101, data, 101, 7))
    assert await counter.read("select count(*) from return_calls") == [(1,)]
    await counter.press(OWNER, "取り下げる")
    assert await counter.read("select count(*) from return_calls") == [(0,)]
    shown = counter.wire.shown[OWNER, asked.message_id]
    assert ("取り下げました" in shown.text, shown.buttons) == (True, [])
    await counter.update(counter.press_body(OWNER, data, OWNER, asked.message_id))
    counter.moment += timedelta(seconds=2)
    assert await counter.delivery.send_due() == 1
    told = counter.wire.last(STAFF_CHAT)
    assert "お電話は不要です" in told.text
    assert "担当：Person 900" in told.text
    for old in ("call:take:1", "call:details:1", "call:done:1"):
        await counter.update(counter.press_body(STAFF, old, STAFF_CHAT, card.message_id))
        assert "もうありません" in counter.wire.alerts[-1]
    gone = counter.wire.shown[STAFF_CHAT, card.message_id]
    assert ("もうありません" in gone.text, gone.buttons) == (True, [])


async def test_a_forged_press_shows_nobody_a_card(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await request(counter)
    for _ in range(2):
        await counter.delivery.send_due()
        counter.moment += timedelta(seconds=2)
    await counter.say(777, "/start")
    own = counter.wire.asking(777)
    before = own.text
    for data in ("case:take:1", "case:full:1", "case:zzz:1", "call:take:1", "call:done:9"):
        await counter.update(counter.press_body(777, data, 777, own.message_id))
        assert counter.wire.shown[777, own.message_id].text == before


async def test_a_call_that_was_made_is_not_withdrawn(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    await counter.say(OWNER, "/status")
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    await counter.press(STAFF, "電話が済んだ", STAFF_CHAT)
    await counter.press(OWNER, "取り下げる")
    assert await counter.read("select count(*) from return_calls") == [(1,)]
    counter.moment += timedelta(seconds=2)
    assert await counter.delivery.send_due() == 0


async def test_the_number_of_a_withdrawn_request_is_not_given_to_another(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    old = counter.wire.asking(STAFF_CHAT)
    await counter.say(OWNER, "/status")
    await counter.press(OWNER, "取り下げる")
    await request(counter, 101)
    for _ in range(2):
        counter.moment += timedelta(seconds=2)
        assert await counter.delivery.send_due() == 1
    assert "第2号" in counter.wire.asking(STAFF_CHAT).text
    await counter.update(counter.press_body(STAFF, "call:details:1", STAFF_CHAT, old.message_id))
    assert "もうありません" in counter.wire.alerts[-1]


async def test_a_call_of_somebody_who_left_the_staff_can_be_taken_again(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    await join(counter, CLERK)
    await counter.press(CLERK, "担当する", STAFF_CHAT)
    database = counter.application.house.database
    database.write(lambda tx: staff.remove(tx, CLERK, counter.moment)).result()
    card = counter.wire.asking(STAFF_CHAT)
    await counter.update(counter.press_body(STAFF, "call:take:1", STAFF_CHAT, card.message_id))
    assert "担当：Person 900" in counter.wire.asking(STAFF_CHAT).text


async def join(counter: Counter, user: int) -> None:
    await counter.say(STAFF, "/staff")
    await counter.press(STAFF, "招待する")
    await counter.press(STAFF, "事務担当")
    payload = counter.wire.last(STAFF).text.rsplit("start=", 1)[1]
    await counter.say(user, f"/start {payload}")


async def test_a_request_is_deleted_some_days_after_the_call(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    await counter.press(STAFF, "電話が済んだ", STAFF_CHAT)
    counter.moment += timedelta(days=7)
    await tick(counter.application.house)
    assert await counter.read("select count(*) from return_calls") == [(1,)]
    counter.moment += timedelta(seconds=1)
    await tick(counter.application.house)
    assert await counter.read("select count(*) from return_calls") == [(0,)]
    card = counter.wire.last(STAFF_CHAT)
    for data in ("call:take:1", "call:details:1", "call:done:1"):
        counter.wire.alerts.clear()
        await counter.update(counter.press_body(STAFF, data, STAFF_CHAT, card.message_id))
        assert counter.wire.alerts != []


async def test_an_open_request_is_kept_until_somebody_has_called(counter: Counter) -> None:
    await request(counter)
    counter.moment += timedelta(days=30)
    await tick(counter.application.house)
    assert await counter.read("select count(*) from return_calls") == [(1,)]
