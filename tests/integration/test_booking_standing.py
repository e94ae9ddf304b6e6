"""What an owner and the staff see of a meeting, or of the wish to be called about one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.consultations import ConsultationState
from storage import consultations
from tests.integration.booking_chat import (
    OWNER,
    STAFF,
    booked,
    jst,
    labels,
    live,
    meetings,
    press_data,
    submit,
)
from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import STEPS, agree, walk

if TYPE_CHECKING:
    from tests.integration.conftest import Counter


async def test_the_date_is_left_to_the_telephone(counter: Counter) -> None:
    await submit(counter)
    await counter.delivery.send_due()
    await counter.press(OWNER, "日程は電話で決めたい")
    assert labels(counter) == ["午前", "午後", "受付時間内ならいつでも", "戻る"]
    await counter.press(OWNER, "午前")
    assert "2開庁日以内にお電話し、面談の日程を決めます（午前）" in live(counter).text
    counter.moment += timedelta(minutes=1)
    await counter.delivery.send_due()
    notice = counter.wire.asking(STAFF_CHAT)
    assert "R8-0001" in notice.text
    assert "（午前）" in notice.text
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    assert "日程は電話で決めたい：午前" in counter.wire.asking(STAFF_CHAT).text
    await counter.press(OWNER, "やはり予約する")
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    await counter.press(OWNER, "9:30")
    assert await counter.read("select call_when, state from consultations") == [(None, "booked")]


async def test_staff_are_not_asked_to_call_about_what_is_booked_by_then(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "日程は電話で決めたい")
    await counter.press(OWNER, "いつでも")
    await counter.press(OWNER, "やはり予約する")
    await counter.press(OWNER, "電話")
    await counter.press(OWNER, "早い順")
    await counter.press(OWNER, "9:30")
    while await counter.delivery.send_due():
        counter.moment += timedelta(seconds=1)
    said = [s.text for (chat, _), s in counter.wire.shown.items() if chat == STAFF_CHAT]
    assert any("面談が予約されました" in text for text in said)
    assert not any("お電話で面談の日程を決めて" in text for text in said)


async def test_who_gave_no_number_is_asked_to_call(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER, (*STEPS[:-1], "=メールにする", "a@example.co.jp"))
    await counter.press(OWNER, "送信する")
    await counter.press(OWNER, "日程は電話で決めたい")
    assert "お電話番号を伺っていません" in live(counter).text
    await counter.press(OWNER, "戻る")
    await counter.press(OWNER, "電話")
    await counter.press(OWNER, "早い順")
    await counter.press(OWNER, "9:30")
    assert "おかけするお電話番号を、メールで伺います" in live(counter).text


async def test_status_shows_the_meeting_with_its_buttons(counter: Counter) -> None:
    await submit(counter)
    await counter.say(OWNER, "/status")
    assert labels(counter) == ["面談を予約する"]
    await counter.press(OWNER, "面談を予約する")
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    await counter.press(OWNER, "9:30")
    await counter.say(OWNER, "/status")
    assert "面談：11月30日（月） 9:30〜10:30　拠点で面談" in live(counter).text
    assert labels(counter) == ["日時を変える", "取り消す"]


async def test_status_says_that_we_call(counter: Counter) -> None:
    await submit(counter)
    await counter.press(OWNER, "日程は電話で決めたい")
    await counter.press(OWNER, "午後")
    await counter.say(OWNER, "/status")
    assert "面談：お電話で日程を決めます（午後）" in live(counter).text
    assert labels(counter) == ["面談を予約する"]


async def test_with_several_cases_each_button_names_its_own(counter: Counter) -> None:
    await booked(counter)
    await submit(counter)
    await counter.press(OWNER, "新しいご相談")
    await counter.say(OWNER, "/status")
    assert labels(counter) == ["面談を予約する R8-0002", "日時を変える R8-0001", "取り消す R8-0001"]
    await counter.press(OWNER, "面談を予約する R8-0002")
    await counter.press(OWNER, "拠点で面談")
    await counter.press(OWNER, "早い順")
    assert live(counter).buttons[0]["callback_data"] == "bk:time:c2:hub:202611260930"


async def test_a_further_meeting_is_no_step_of_the_form(counter: Counter) -> None:
    await submit(counter)
    await counter.application.house.write(
        lambda tx: consultations.set_state(tx, 1, ConsultationState.MET)
    )
    await counter.say(OWNER, "/status")
    await counter.press(OWNER, "面談を予約する")
    assert live(counter).text.startswith("<b>面談のご予約</b>\n")


async def test_an_addition_asks_about_the_meeting_unless_it_is_booked(counter: Counter) -> None:
    await submit(counter)
    await submit(counter)
    await counter.press(OWNER, "追記")
    assert "追記しました" in counter.wire.told(OWNER).text
    await counter.press(OWNER, "拠点で面談")
    await press_data(counter, ":20261130")
    await counter.press(OWNER, "9:30")
    await submit(counter)
    await counter.press(OWNER, "追記")
    assert "追記しました" in counter.wire.last(OWNER).text


async def test_what_was_not_answered_shows_the_booking_once_more(counter: Counter) -> None:
    await booked(counter)
    shown = live(counter)
    body = counter.press_body(OWNER, "bk:time:c1:hub:202611300930", OWNER, shown.message_id)
    counter.wire.shown[OWNER, shown.message_id].text = ""
    # The press that booked, as after a crash between the commit and the answer.
    await counter.application.house.write(
        lambda tx: tx.connection.exec_driver_sql(
            "update inbox set status = 'applied' where update_id = "
            "(select max(update_id) from inbox)"
        )
    )
    await counter.update(body, update_id=counter.update_id)
    await counter.update(counter.press_body(OWNER, "gone:1", OWNER, shown.message_id))
    assert "面談のご予約" in counter.wire.last(OWNER).text
    assert len(await meetings(counter)) == 1


async def test_a_case_is_taken_from_the_notice_of_its_meeting(counter: Counter) -> None:
    await booked(counter)
    while await counter.delivery.send_due():
        # One message a second to a chat.
        counter.moment += timedelta(seconds=5)
    notice = counter.wire.asking(STAFF_CHAT)
    assert notice.file is not None
    await counter.press(STAFF, "担当する", STAFF_CHAT)
    card = counter.wire.shown[STAFF_CHAT, notice.message_id]
    assert "担当：Person 900" in card.text
    assert [button["text"][:2] for button in card.buttons] == ["案件", "全項", "面談"]
    assert card.file == notice.file


async def test_whoever_wants_another_meeting_can_book_it_once_theirs_is_over(
    counter: Counter,
) -> None:
    await booked(counter)
    message = live(counter).message_id
    for minute, said in (
        (29, "変更・取消は、お電話で"),
        (30, "ご希望の面談方法をお選びください。"),
    ):
        # Nobody of the staff has said yet what became of it.
        counter.moment = jst(2026, 11, 30, 10, minute, 0)
        await counter.update(counter.press_body(OWNER, "bk:how:c1", OWNER, message))
        assert said in live(counter).text
    assert "変更・取消" not in live(counter).text
