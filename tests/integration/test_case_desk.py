"""/case in private: the card, its buttons, old ones, two taps, notes, handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domain.bookings import BookingState
from domain.consultations import ConsultationState
from storage import consultations
from storage import staff as staff_storage
from tests.integration.case_office import (
    ADMIN,
    CLERK,
    MANAGER,
    MESSAGE,
    PLANNING,
    STRANGER,
    SUB,
    Cases,
)
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import OWNER, THURSDAY, at_jst, data_of, labels
from tests.integration.test_figures import command_in_group
from tests.integration.test_staff import FORBIDDEN

if TYPE_CHECKING:
    from tests.integration.conftest import Counter

S = ConsultationState
NOTE = "社長は <午後> が都合よい & 二代目"


@pytest.fixture
def office(counter: Counter) -> Cases:
    return Cases(counter)


@pytest.mark.parametrize(
    "written", ["R8-0042", "r8-42", "Ｒ８－００４２", "R8ー42", "令和8-42", "R8 - 0042", "2026-42"]
)
async def test_a_case_is_found_however_its_reference_is_written(
    office: Cases, written: str
) -> None:
    case = office.desk.case()
    await office.counter.read("select 1")
    office.desk.do(
        lambda tx, _at: tx.connection.exec_driver_sql(
            f"update consultations set number = 42 where id = {case}"
        )
    )
    shown = await office.desk.say(CLERK, f"/case {written}")
    assert shown.text.startswith("<b>R8-0042</b>　受付\n受付：11月24日")
    assert shown.is_protected


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("", "例：/case R8-0042"),
        (" 42", "例：/case R8-0042"),
        (" R8-0", "例：/case R8-0042"),
        (" R8-" + "9" * 30, "例：/case R8-0042"),
        (" X8-1", "例：/case R8-0042"),
        (" <b>-1", "例：/case R8-0042"),
        (" R8-0099", "R8-0099 の案件はありません。"),
    ],
)
async def test_what_is_no_reference_is_answered_with_an_example(
    office: Cases, written: str, answer: str
) -> None:
    shown = await office.desk.say(CLERK, f"/case{written}")
    assert answer in shown.text


async def test_the_card_has_exactly_what_state_and_role_allow(office: Cases) -> None:
    office.desk.case()
    changing = ["面談を予約する", "面談した", "共有の同意", "担当を替える", "メモ"]
    writing = "企業に連絡する"
    reading = ["経過", "全項目を見る", "紹介元", "案件の一覧"]
    for user in (ADMIN, MANAGER, SUB):
        shown = await office.open(user)
        assert labels(shown) == ["担当する", *changing, "終了する", "除外する", writing, *reading]
    assert labels(await office.open(CLERK)) == [
        "担当する",
        *changing,
        "終了する",
        writing,
        *reading,
    ]
    assert labels(await office.open(PLANNING)) == ["経過", "案件の一覧"]
    office.put(1, S.CLOSED_DONE)
    shown = await office.open(MANAGER)
    assert labels(shown) == ["共有の同意", "メモ", "除外する", "再開する", *reading]
    assert labels(await office.open(CLERK)) == ["共有の同意", "メモ", *reading]
    office.put(1, S.DEFINED)
    # Referring needs the owner's consent and a referral: it is not done by hand.
    assert "人材会社に取り次ぐ" in labels(await office.open(MANAGER))
    assert "取次中" not in str(labels(await office.open(MANAGER)))
    assert "人材会社に取り次ぐ" not in labels(await office.open(CLERK))


async def test_a_stranger_learns_nothing(office: Cases) -> None:
    office.desk.case()
    shown = await office.desk.say(STRANGER, "/case R8-0001")
    assert "コマンドが見つかりません" in shown.text or "/help" in shown.text
    before = dict(office.counter.wire.shown)
    for data in ("open:1", "past:1", "take:1", "who:1", "note:1", "ask:1:close", "give:1:0:401"):
        await office.press(STRANGER, f"cs:{data}")
    await office.set(STRANGER, 1, S.NEW, S.TEST)
    assert {key: s.text for key, s in office.counter.wire.shown.items()} == {
        key: s.text for key, s in before.items()
    }
    assert office.state(1) is S.NEW
    audited = [action for actor, action, _ in await office.desk.audited() if actor == STRANGER]
    assert len(audited) == 9
    assert "case_exclude_refused" in audited


async def test_a_case_is_worked_on_from_the_staff_chat_s_card_to_its_end(office: Cases) -> None:
    office.desk.case()
    (card,) = await command_in_group(office.counter, CLERK, STAFF_CHAT, "/case R8-0001")
    assert labels(card)[:2] == ["担当する", "案件を開く（個別チャット）"]
    await office.desk.press(CLERK, "案件を開く", STAFF_CHAT)
    shown = office.counter.wire.asking(CLERK)
    assert shown.is_protected
    await office.desk.press(CLERK, "担当する")
    assert office.counter.wire.alerts[-1] == "担当になりました。"
    shown = await office.desk.press(CLERK, "「連絡中」にする")
    assert shown.text.startswith("<b>R8-0001</b>　連絡中")
    asked = await office.desk.press(CLERK, "終了する")
    assert labels(asked) == [
        "終了（辞退）",
        "終了（連絡がとれない）",
        "終了（ほかの支援を案内）",
        "終了（対象外）",
        "このままにする",
    ]
    assert office.state(1) is S.CONTACTING
    shown = await office.desk.press(CLERK, "終了（辞退）")
    assert office.state(1) is S.CLOSED_DECLINED
    assert "11月24日（火） 10:00　終了（辞退）\n　Person 401" in shown.text
    assert await office.events(1) == [
        ("take", "new", "triaged", CLERK, None),
        ("change", "triaged", "contacting", CLERK, None),
        ("close", "contacting", "closed_declined", CLERK, None),
    ]
    (closed,) = await office.counter.read("select closed_at from consultations")
    assert closed != (None,)
    (card,) = await command_in_group(office.counter, CLERK, STAFF_CHAT, "/case R8-0001")
    assert card.text.startswith("<b>R8-0001</b>　終了（辞退）")
    assert "担当する" not in labels(card)


async def test_reopening_asks_why_and_says_so(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    office.put(1, S.CLOSED_NO_CONTACT)
    await office.open(SUB)
    asked = await office.desk.press(SUB, "再開する")
    assert labels(asked) == ["連絡がとれた", "同じ課題が続いている", "誤りだった", "このままにする"]
    shown = await office.desk.press(SUB, "連絡がとれた")
    assert "再開：連絡中\n　Person 403　連絡がとれた" in shown.text
    assert await office.counter.read("select closed_at, assignee from consultations") == [
        (None, CLERK)
    ]


async def test_excluding_and_restoring_moves_the_figures(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    office.put(1, S.DEFINED)
    await office.open(MANAGER)
    asked = await office.desk.press(MANAGER, "除外する")
    assert "件数から除かれ" in asked.text
    await office.desk.press(MANAGER, "除外（重複）")
    assert await office.counted(1) == 0
    asked = await office.desk.press(MANAGER, "除外を取り消す")
    assert labels(asked) == ["誤りだった", "確認の結果、相談である", "このままにする"]
    shown = await office.desk.press(MANAGER, "誤りだった")
    assert "除外の取消し：課題・人材像を整理\n　Person 400　誤りだった" in shown.text
    assert office.counter.wire.alerts[-1] == "「課題・人材像を整理」にしました。"
    assert office.state(1) is S.DEFINED
    assert await office.counted(1) == 1
    assert await office.events(1) == [
        ("exclude", "defined", "duplicate", MANAGER, None),
        ("restore", "duplicate", "defined", MANAGER, "mistake"),
    ]


async def test_an_owner_is_told_that_the_meeting_of_a_closed_case_is_cancelled(
    office: Cases,
) -> None:
    booking = office.desk.book(taken_by=CLERK)
    await office.desk.deliver()
    await office.open(CLERK)
    await office.desk.press(CLERK, "終了する")
    shown = await office.desk.press(CLERK, "終了（辞退）")
    assert office.desk.found(booking.id).state is BookingState.CANCELLED
    assert "Person 401　案件の終了" in shown.text
    assert shown.text.index("案件の終了") < shown.text.rindex("終了（辞退）")
    await office.desk.deliver()
    assert "<b>面談の予約を取り消しました</b>" in office.counter.wire.last(OWNER).text
    assert "案件" not in office.counter.wire.last(OWNER).text


async def test_a_meeting_without_its_outcome_is_asked_for_first(office: Cases) -> None:
    booking = office.desk.book(taken_by=CLERK)
    office.counter.moment = booking.starts_at
    await office.set(CLERK, 1, S.CONTACTING, S.CLOSED_DECLINED)
    assert office.counter.wire.alerts[-1].startswith("その間に案件が変わりました")
    await office.set(CLERK, 1, office.state(1), S.CLOSED_DECLINED)
    assert office.counter.wire.alerts[-1].startswith("先に、面談の結果")
    assert office.desk.found(booking.id).state is BookingState.BOOKED


async def test_of_two_taps_the_second_sees_what_the_first_did(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    for user in (MANAGER, SUB):
        await office.set(user, 1, S.TRIAGED, S.TEST)
    assert office.counter.wire.alerts[-1].startswith("その間に案件が変わりました")
    assert office.shown(SUB).text.startswith("<b>R8-0001</b>　除外（テスト）")
    assert await office.counted(1) == 0
    assert (SUB, "case_exclude_refused", "R8-0001") in await office.desk.audited()


@pytest.mark.parametrize(
    "data",
    [
        "set:1:tr:co",
        "set:1:tr:zz:-",
        "set:1:tr:co:because",
        "set:x:tr:co:-",
        "set:1:tr:bo:-",
        "set:1:tr:tr:-",
        "set:99:tr:co:-",
        "ask:1:take",
        "ask:1:reopen",
        "give:1:401:777",
        "give:1:401:402",
        "give:1:401:x",
        "give:1:400:403",
        "open:",
        "open",
        "past:１",
        "what:1",
        "",
    ],
)
async def test_a_button_that_cannot_be_does_nothing(office: Cases, data: str) -> None:
    office.desk.case(taken_by=CLERK)
    await office.press(MANAGER, f"cs:{data}")
    assert await office.counter.read("select state, assignee from consultations") == [
        ("triaged", CLERK)
    ]
    assert await office.counter.read("select count(*) from dead_letters") == [(0,)]


async def test_an_altered_app_cannot_draw_a_case_into_the_staff_chat(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    for data in ("past:1", "set:1:tr:co:-", "note:1", "ask:1:close", "who:1"):
        await office.press(CLERK, f"cs:{data}", STAFF_CHAT)
    assert (STAFF_CHAT, MESSAGE) not in office.counter.wire.shown
    assert office.state(1) is S.TRIAGED


async def test_a_note_is_for_private_chats_only(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    await office.open(CLERK)
    asked = await office.desk.press(CLERK, "メモ")
    assert "メモを送ってください" in asked.text
    shown = await office.desk.say(CLERK, "あ" * 301)
    assert "300" in shown.text
    shown = await office.desk.say(CLERK, NOTE)
    assert "メモ\n　Person 401\n　社長は &lt;午後&gt; が都合よい &amp; 二代目" in shown.text
    assert "社長" in (await office.open(MANAGER)).text
    assert (MANAGER, "read_case", "R8-0001") in await office.desk.audited()
    assert "社長" not in (await office.open(PLANNING)).text
    await office.press(PLANNING, "cs:past:1")
    assert "社長" not in office.shown(PLANNING).text
    (card,) = await command_in_group(office.counter, MANAGER, STAFF_CHAT, "/case R8-0001")
    assert "社長" not in card.text
    assert NOTE not in str(await office.counter.read("select * from audit_log"))
    # Only one text is the note.
    await office.desk.say(CLERK, "こんにちは")
    assert await office.counter.read("select count(*) from case_events where act = 'note'") == [
        (1,)
    ]


async def test_a_note_that_was_given_up_or_forgotten_takes_no_text(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    await office.press(CLERK, "cs:note:1")
    await office.desk.press(CLERK, "このままにする")
    await office.desk.say(CLERK, "ちがう話")
    await office.press(CLERK, "cs:note:1")
    office.counter.moment += timedelta(minutes=31)
    await office.desk.say(CLERK, "ちがう話")
    await office.press(CLERK, "cs:note:1")
    office.desk.do(lambda tx, at: staff_storage.remove(tx, CLERK, at.now))
    await office.desk.say(CLERK, "ちがう話")
    assert await office.counter.read("select count(*) from case_events where act = 'note'") == [
        (0,)
    ]
    assert (CLERK, "case_note_refused", "R8-0001") in await office.desk.audited()


async def test_handing_over_moves_the_case_with_its_reminders(office: Cases) -> None:
    office.desk.book(taken_by=CLERK)
    await office.open(CLERK)
    asked = await office.desk.press(CLERK, "担当を替える")
    assert "Person 401" not in labels(asked)
    assert "Person 402" not in labels(asked)
    old = data_of(asked, "Person 400")
    shown = await office.desk.press(CLERK, "Person 403")
    assert "担当：Person 403" in shown.text
    assert "担当を Person 403 に変更\n　Person 401" in shown.text
    await office.press(CLERK, old)
    assert office.counter.wire.alerts[-1].startswith("その間に案件が変わりました")
    assert await office.counter.read("select assignee from consultations") == [(SUB,)]
    await office.desk.deliver()
    assert office.counter.wire.last(SUB).text.startswith("<b>R8-0001 の担当になりました</b>")
    office.counter.moment = at_jst(THURSDAY, "09:00")
    await office.desk.deliver()
    reminders = await office.counter.read(
        "select recipient from outbox where kind = 'staff_reminder' and status = 'sent'"
    )
    assert set(reminders) <= {(SUB,)}


async def test_who_cannot_be_written_to_is_told_in_the_staff_chat(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    office.counter.wire.refusing[SUB] = (403, FORBIDDEN)
    await office.press(CLERK, f"cs:give:1:{CLERK}:{SUB}")
    await office.desk.deliver()
    assert "<b>R8-0001 の担当が替わりました</b>" in "".join(
        s.text for (chat, _), s in office.counter.wire.shown.items() if chat == STAFF_CHAT
    )
    await office.desk.press_data(SUB, "cs:open:1", STAFF_CHAT)
    assert "start=desk_1" in office.counter.wire.alerts[-1]
    office.counter.wire.refusing.clear()
    assert "担当：Person 403" in (await office.desk.say(SUB, "/start desk_1")).text


async def test_a_new_case_that_is_handed_over_is_taken(office: Cases) -> None:
    office.desk.case()
    await office.press(MANAGER, f"cs:give:1:0:{CLERK}")
    assert await office.counter.read("select state, assignee from consultations") == [
        ("triaged", CLERK)
    ]


async def test_a_closed_case_is_not_taken(office: Cases) -> None:
    office.desk.case()
    office.put(1, S.CLOSED_OUT_OF_SCOPE)
    await office.press(CLERK, "case:take:1", STAFF_CHAT)
    assert office.counter.wire.alerts[-1] == "今の状態ではできません。"
    found = office.desk.do(lambda tx, _at: consultations.find(tx, 1))
    assert found.assignee is None


async def test_a_long_history_shows_its_latest(office: Cases) -> None:
    office.desk.case(taken_by=CLERK)
    for number in range(20):
        await office.press(CLERK, "cs:note:1")
        await office.desk.say(CLERK, f"{number}番" + "あ" * 290)
    await office.press(CLERK, "cs:past:1")
    shown = office.shown(CLERK).text
    assert len(shown) <= 4096
    assert "19番" in shown
    assert "…" in shown
