"""/log: staff record what came by telephone, visit or a partner, and from a call (R8, R9)."""

from __future__ import annotations

import pytest

from domain.staff import Role, StaffMember
from storage import staff as staff_storage
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_intake import walk
from tests.integration.test_return_calls import request

OWNER, ADMIN, CLERK, PLANNING, STRANGER = 100, 900, 401, 402, 777
COMPANY = (
    "=会社（", "株式会社見本製作所", "=あとで", "=南部", "=川口市", "=製造業",
    "=それ以外の製造", "=1千万円以下", "=6〜20人", "=いいえ", "=販路開拓", "=決定",
    "=スキップ", "=スキップ", "=面談後", "=金融機関",
)  # fmt: skip
CONTACT = ("山田 太郎（専務）", "０４８-830-0000")
STEPS = ("=はい", "=電話", "昨日", *COMPANY, *CONTACT)


async def register(counter: Counter) -> None:
    for user, role in {CLERK: Role.CLERK, PLANNING: Role.PLANNING}.items():
        member = StaffMember(user, f"Person {user}", role, counter.moment)
        await counter.application.house.write(
            lambda tx, member=member: staff_storage.register(tx, member)
        )


@pytest.fixture
async def office(counter: Counter) -> Counter:
    await register(counter)
    return counter


async def log(counter: Counter, user: int = CLERK, steps: tuple[str, ...] = STEPS) -> None:
    await counter.say(user, "/log")
    await walk(counter, user, steps)
    await counter.press(user, "記録する")


async def test_a_telephone_call_is_logged_counted_on_its_day_and_taken(office: Counter) -> None:
    await log(office)
    shown = office.wire.last(CLERK).text
    assert "R8-0001 として記録しました" in shown
    assert "2026年11月23日（月）" in shown
    assert await office.read(
        "select entry, took_place_on, logged_by, assignee, state, user_id, eligibility, channel,"
        " consent_version = '2026-11' from consultations"
    ) == [("telephone", "2026-11-23", CLERK, CLERK, "triaged", None, "eligible", "bank", 1)]
    assert await office.read(
        "select kind, delta, effective_date, eligibility, reason, actor,"
        " substr(recorded_at, 1, 10) from kpi_events"
    ) == [("consultations", 1, "2026-11-23", "eligible", "R8", str(CLERK), "2026-11-24")]
    assert await office.read("select act, before, after, actor from case_events") == [
        ("take", "new", "triaged", CLERK)
    ]
    assert await office.read("select action, subject from audit_log where actor > 0") == [
        ("log", "R8-0001")
    ]
    assert await office.read("select count(*) from drafts") == [(0,)]


async def test_each_question_says_how_far_one_is_and_echoes_the_day(office: Counter) -> None:
    await office.say(CLERK, "/log")
    assert "（1／17）" in office.wire.asking(CLERK).text
    await walk(office, CLERK, ("=はい", "=来所", "11/23"))
    texts = [shown.text for (chat, _), shown in office.wire.shown.items() if chat == CLERK]
    assert any("2026年11月23日（月）" in text for text in texts)
    assert "（4／17）" in office.wire.asking(CLERK).text


async def test_the_staff_chat_hears_how_it_came_and_who_logged_it_and_nothing_personal(
    office: Counter,
) -> None:
    await log(office)
    assert await office.delivery.send_due() == 1
    card = office.wire.asking(STAFF_CHAT)
    assert card.text.splitlines()[0] == "<b>新しいご相談　R8-0001</b>"
    assert "電話　2026年11月23日（月）（記録：Person 401）" in card.text
    assert "担当：Person 401" in card.text
    for secret in ("山田", "830-0000", "見本製作所"):
        assert secret not in card.text
    assert await office.read("select count(*) from outbox where recipient > 0") == [(0,)]
    await office.press(ADMIN, "全項目", STAFF_CHAT)
    record = office.wire.last(ADMIN).text
    for known in ("山田 太郎（専務）", "048-830-0000", "株式会社見本製作所", "電話", "了承あり"):
        assert known in record


async def test_without_agreement_nothing_is_kept(office: Counter) -> None:
    await office.say(CLERK, "/log")
    await office.press(CLERK, "いいえ（記録しない）")
    assert "終了しました" in office.wire.last(CLERK).text
    for table in ("drafts", "consultations", "companies", "kpi_events"):
        assert await office.read(f"select count(*) from {table}") == [(0,)]


async def test_two_taps_log_one(office: Counter) -> None:
    await office.say(CLERK, "/log")
    await walk(office, CLERK, STEPS)
    shown = office.wire.asking(CLERK)
    data = next(b["callback_data"] for b in shown.buttons if b["text"] == "記録する")
    for _ in range(2):
        await office.update(office.press_body(CLERK, data, CLERK, shown.message_id))
    assert "すでに記録しました：R8-0001" in office.wire.alerts[-1]
    assert await office.read("select count(*), sum(delta) from kpi_events") == [(1, 1)]


@pytest.mark.parametrize(
    "wrong", ["明日", "2/30", "11/25", "R8.10.24", "R7.11.24", "🙂", "きのうの朝", "１１／２５"]
)
async def test_a_day_that_cannot_be_is_refused_and_asked_again(office: Counter, wrong: str) -> None:
    await office.say(CLERK, "/log")
    await walk(office, CLERK, ("=はい", "=電話", wrong, "１１／２３", "=会社（"))
    assert await office.read("select count(*) from drafts") == [(1,)]
    assert "会社名" in office.wire.asking(CLERK).text


async def test_a_company_of_emoji_and_html_is_shown_as_it_is_typed(office: Counter) -> None:
    steps = tuple("🏭<b>&社" if step == "株式会社見本製作所" else step for step in STEPS)
    await office.say(CLERK, "/log")
    await walk(office, CLERK, steps)
    assert "🏭&lt;b&gt;&amp;社" in office.wire.asking(CLERK).text
    await office.press(CLERK, "記録する")
    assert await office.read("select name from companies") == [("🏭<b>&社",)]


@pytest.mark.parametrize("user", [PLANNING, STRANGER])
async def test_to_those_who_may_not_log_it_is_an_unknown_command(
    office: Counter, user: int
) -> None:
    await office.say(user, "/log")
    assert "そのコマンドはありません" in office.wire.last(user).text
    assert await office.read("select count(*) from drafts") == [(0,)]
    assert await office.read(f"select action, subject from audit_log where actor = {user}") == [
        ("refused", "/log")
    ]


async def test_somebody_removed_in_the_middle_logs_nothing(office: Counter) -> None:
    await office.say(CLERK, "/log")
    await walk(office, CLERK, STEPS)
    submit = office.wire.asking(CLERK)
    await office.say(ADMIN, "/staff")
    await office.press(ADMIN, "登録を外す")
    await office.press(ADMIN, "Person 401")
    await office.press(ADMIN, "はい、外します")
    data = next(b["callback_data"] for b in submit.buttons if b["text"] == "記録する")
    await office.update(office.press_body(CLERK, data, CLERK, submit.message_id))
    assert await office.read("select count(*) from consultations") == [(0,)]
    assert await office.read("select count(*) from drafts") == [(0,)]


async def test_a_stale_button_shows_the_question_that_is_open(office: Counter) -> None:
    await office.say(CLERK, "/log")
    first = office.wire.asking(CLERK)
    await walk(office, CLERK, ("=はい", "=電話"))
    stale = first.buttons[0]["callback_data"]
    await office.update(office.press_body(CLERK, stale, CLERK, first.message_id))
    assert "前の手順のボタン" in office.wire.alerts[-1]
    assert "いつの相談ですか" in office.wire.asking(CLERK).text


async def test_log_goes_on_where_it_was_left(office: Counter) -> None:
    await office.say(CLERK, "/log")
    await walk(office, CLERK, ("=はい", "=電話", "昨日"))
    await office.say(CLERK, "/log")
    assert "事業の形" in office.wire.asking(CLERK).text
    assert await office.read("select count(*) from drafts") == [(1,)]


async def test_a_company_with_an_open_case_is_added_to_or_logged_as_new(office: Counter) -> None:
    await log(office)
    await office.say(CLERK, "/log")
    await walk(office, CLERK, STEPS)
    await office.press(CLERK, "記録する")
    asked = office.wire.asking(CLERK)
    assert "R8-0001" in asked.text
    await office.press(CLERK, "R8-0001 に追記する")
    assert "R8-0001 に追記しました" in office.wire.last(CLERK).text
    assert await office.read("select count(*), sum(delta) from kpi_events") == [(1, 1)]
    assert await office.read("select consultation_id, entry, logged_by from addenda") == [
        (1, "telephone", CLERK)
    ]
    stale = next(b["callback_data"] for b in asked.buttons if "追記する" in b["text"])
    await office.update(office.press_body(CLERK, stale, CLERK, asked.message_id))
    assert "すでに記録しました：R8-0001" in office.wire.alerts[-1]
    await log(office)
    await office.press(CLERK, "新しい案件として")
    assert "R8-0002 として" in office.wire.last(CLERK).text
    assert await office.read("select id, suspected_duplicate_of from consultations") == [
        (1, None),
        (2, 1),
    ]
    assert await office.read("select sum(delta) from kpi_events") == [(2,)]


async def test_an_addition_that_staff_logged_says_so(office: Counter) -> None:
    await log(office)
    await log(office)
    await office.press(CLERK, "R8-0001 に追記する")
    for _ in range(3):
        await office.delivery.send_due()
        office.moment = office.moment.replace(second=office.moment.second + 2)
    notice = office.wire.asking(STAFF_CHAT)
    assert "追記 R8-0001" in notice.text
    assert "電話" in notice.text
    assert "会社の別の方" not in notice.text
    await office.press(ADMIN, "全項目", STAFF_CHAT)
    assert "山田 太郎" in office.wire.last(ADMIN).text


async def call_card(counter: Counter) -> None:
    await request(counter)
    await counter.delivery.send_due()


async def test_a_call_is_logged_with_what_it_knows_and_is_done_by_that(office: Counter) -> None:
    await call_card(office)
    await office.press(CLERK, "相談として記録", STAFF_CHAT)
    await walk(office, CLERK, ("=はい", "今日", *COMPANY))
    review = office.wire.asking(CLERK)
    assert "山田 太郎" in review.text
    assert "048-830-0000" in review.text
    await office.press(CLERK, "記録する")
    assert await office.read("select entry from consultations") == [("telephone",)]
    assert await office.read("select count(*) from return_calls where done_at is null") == [(0,)]
    assert await office.read("select action from audit_log where actor = 401 order by id") == [
        ("read_return_call",),
        ("log",),
        ("finish_return_call",),
    ]
    await office.press(CLERK, "相談として記録", STAFF_CHAT)
    assert "対応済み" in office.wire.alerts[-1]


async def test_a_call_does_not_displace_what_is_being_logged(office: Counter) -> None:
    await office.say(CLERK, "/log")
    await walk(office, CLERK, ("=はい", "=来所"))
    await call_card(office)
    await office.press(CLERK, "相談として記録", STAFF_CHAT)
    assert "別の相談を記録中" in office.wire.alerts[-1]
    assert await office.read("select json_extract(progress, '$.answers.entry') from drafts") == [
        ("visit",)
    ]


async def test_a_call_that_is_withdrawn_takes_name_and_number_out_of_the_form(
    office: Counter,
) -> None:
    await call_card(office)
    await office.press(CLERK, "相談として記録", STAFF_CHAT)
    assert await office.read("select count(*) from drafts") == [(1,)]
    await office.say(OWNER, "/status")
    await office.press(OWNER, "折り返しの依頼を取り下げる")
    assert await office.read("select count(*) from drafts") == [(0,)]


async def test_strangers_and_planning_cannot_log_a_call(office: Counter) -> None:
    await call_card(office)
    for user in (STRANGER, PLANNING):
        await office.press(user, "相談として記録", STAFF_CHAT)
        assert office.wire.alerts[-1]
    assert await office.read("select count(*) from drafts") == [(0,)]


async def test_a_member_the_bot_cannot_write_to_is_told_where_to_begin(office: Counter) -> None:
    await call_card(office)
    blocked = {"ok": False, "error_code": 403, "description": "Forbidden: bot can't initiate"}
    office.wire.refusing[CLERK] = (403, blocked)
    await office.press(CLERK, "相談として記録", STAFF_CHAT)
    assert "start=log_1" in office.wire.alerts[-1]
    del office.wire.refusing[CLERK]
    await office.say(CLERK, "/start log_1")
    assert "利用目的" in office.wire.asking(CLERK).text


async def test_stats_say_how_the_consultations_came_in(office: Counter) -> None:
    await log(office)
    await log(office, steps=("=はい", "=来所", *swapped("有限会社一")))
    await log(office, steps=("=はい", "=電話", *swapped("有限会社二")))
    await office.say(ADMIN, "/stats")
    shown = office.wire.last(ADMIN).text
    by_entry = shown.split("受け方別")[1].split("\n\n")[0]
    assert by_entry.splitlines()[1:] == ["電話：2件", "来所：1件"]
    await exclude_the_first(office)
    await office.say(ADMIN, "/stats")
    assert "電話：1件" in office.wire.last(ADMIN).text.split("受け方別")[1]


def swapped(company: str) -> tuple[str, ...]:
    steps = ("今日", *COMPANY, *CONTACT)
    return tuple(company if step == "株式会社見本製作所" else step for step in steps)


async def exclude_the_first(office: Counter) -> None:
    await office.update(office.press_body(ADMIN, "cs:set:1:tr:te:-", ADMIN, 50))
