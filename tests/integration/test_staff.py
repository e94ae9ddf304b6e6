"""Registering staff, and what staff and others can do with a case's card."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.programme_file import SAMPLE, load_programme
from domain.errors import DomainError
from domain.staff import NotPermitted, Role, StaffMember
from handlers.context import Context
from handlers.private_chat import pages
from handlers.records import record_text
from services import calendar_feeds, case_desk, cases, staff
from services.occasion import Occasion
from storage import prompts
from storage import staff as storage
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import ANSWERS, Ledger
from tests.integration.test_intake import OWNER, agree, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMIN, CLERK, OTHER, STRANGER = 900, 301, 302, 777
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
AT = Occasion(load_programme(SAMPLE), STAFF_CHAT, NOW)
FORBIDDEN = {
    "ok": False,
    "error_code": 403,
    "description": "Forbidden: bot can't initiate conversation with a user",
}


async def invite(counter: Counter, role: str) -> str:
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "招待する")
    await counter.press(ADMIN, role)
    return re.findall(r"start=(\S+)", counter.wire.last(ADMIN).text)[-1]


async def hire(counter: Counter, user: int, role: str = "事務担当") -> None:
    await counter.say(user, f"/start {await invite(counter, role)}")
    assert "登録しました" in counter.wire.last(user).text


async def submit(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.delivery.send_due()


async def audit(counter: Counter) -> list[tuple[int, str, str]]:
    return await counter.read("select actor, action, subject from audit_log order by id")


def card(counter: Counter) -> str:
    return counter.wire.asking(STAFF_CHAT).text


# The card.


async def test_the_first_tap_takes_the_case_and_later_ones_are_told_who(counter: Counter) -> None:
    await hire(counter, CLERK)
    await hire(counter, OTHER)
    await submit(counter)
    old = counter.wire.asking(STAFF_CHAT)
    take = old.buttons[0]["callback_data"]
    await counter.press(CLERK, "担当する", STAFF_CHAT)
    assert "担当：Person 301" in card(counter)
    assert not any("担当する" in b["text"] for b in counter.wire.asking(STAFF_CHAT).buttons)
    await counter.update(counter.press_body(OTHER, take, STAFF_CHAT, old.message_id))
    assert counter.wire.alerts[-1] == "Person 301さんがすでに担当しています。"
    assert "担当：Person 301" in card(counter)
    assert (OTHER, "take_too_late", "R8-0001") in await audit(counter)


@pytest.mark.parametrize("button", ["担当する", "全項目"])
async def test_strangers_and_roles_without_cases_are_refused_and_audited(
    counter: Counter, button: str
) -> None:
    await hire(counter, CLERK, "取りまとめ課")
    await submit(counter)
    await counter.press(STRANGER, button, STAFF_CHAT)
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    await counter.press(CLERK, button, STAFF_CHAT)
    assert "役割では" in counter.wire.alerts[-1]
    refused = [row for row in await audit(counter) if row[1].endswith("_refused")]
    assert [actor for actor, _, _ in refused] == [STRANGER, CLERK]
    assert {subject for _, _, subject in refused} == {"R8-0001"}
    assert not any(chat == STRANGER for chat, _ in counter.wire.shown)


async def test_a_removed_member_loses_old_cards_at_once_and_frees_their_case(
    counter: Counter,
) -> None:
    await hire(counter, CLERK)
    await submit(counter)
    await counter.press(CLERK, "担当する", STAFF_CHAT)
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "登録を外す")
    await counter.press(ADMIN, "Person 301")
    await counter.press(ADMIN, "はい、外します")
    await counter.press(CLERK, "全項目", STAFF_CHAT)
    assert "登録された職員だけ" in counter.wire.alerts[-1]
    house = counter.application.house
    shown = house.database.read(lambda tx: cases.card(tx, 1)).result()
    assert shown.is_free
    take = f"case:take:{shown.consultation.id}"
    message = counter.wire.asking(STAFF_CHAT).message_id
    await counter.update(counter.press_body(ADMIN, take, STAFF_CHAT, message))
    assert "担当：Person 900" in card(counter)


async def test_the_card_stays_in_the_office_language(counter: Counter) -> None:
    counter.application.house.languages[ADMIN] = "en"
    await submit(counter)
    await counter.press(ADMIN, "担当する", STAFF_CHAT)
    assert counter.wire.alerts[-1] == "You have this case now."
    assert "担当：" in card(counter)


async def test_an_old_button_of_a_case_that_is_not_there_is_answered(counter: Counter) -> None:
    await submit(counter)
    for data in ("case:take:99", "case:full:99", "case:take:x", "case:gone:1", "case:"):
        await counter.update(counter.press_body(ADMIN, data, STAFF_CHAT, 1))
    assert await counter.read("select count(*) from dead_letters") == [(0,)]
    assert len(counter.wire.alerts) >= 5


# The full record.


async def test_the_record_goes_to_the_private_chat_and_cannot_be_forwarded(
    counter: Counter,
) -> None:
    await submit(counter)
    await counter.press(ADMIN, "全項目", STAFF_CHAT)
    shown = counter.wire.last(ADMIN)
    assert "山田 太郎" in shown.text
    assert shown.is_protected
    copied = [button["copy_text"]["text"] for button in shown.buttons]
    assert copied == ["R8-0001", "048-830-0000"]
    assert (ADMIN, "read_record", "R8-0001") in await audit(counter)


async def test_who_never_started_the_bot_is_told_where(counter: Counter) -> None:
    await submit(counter)
    counter.wire.refusing[ADMIN] = (403, FORBIDDEN)
    await counter.press(ADMIN, "全項目", STAFF_CHAT)
    assert "https://t.me/mihon_bot?start=case_1" in counter.wire.alerts[-1]
    assert len(counter.wire.alerts[-1]) <= 200
    assert (ADMIN, "read_undelivered", "R8-0001") in await audit(counter)
    counter.wire.refusing.clear()
    await counter.say(ADMIN, "/start case_1")
    assert "山田 太郎" in counter.wire.last(ADMIN).text


async def test_the_deep_link_of_a_record_is_for_staff_alone(counter: Counter) -> None:
    await submit(counter)
    for payload in ("case_1", "case_99", "case_x"):
        await counter.say(STRANGER, f"/start {payload}")
        assert "山田" not in counter.wire.last(STRANGER).text
    assert (STRANGER, "read_refused", "R8-0001") in await audit(counter)


async def test_a_long_record_is_split_between_lines_before_telegram_does(
    counter: Counter,
) -> None:
    ledger = Ledger(counter.application.house.database)
    typed = dict.fromkeys(
        ("company", "issue_text", "contact", "agent", "corporate_number"), "<&>" * 400
    )
    answers = {**ANSWERS, **typed, "role": "agent", "org_form": "company"}
    case = ledger.consult(NOW.date(), answers=answers)
    shown = ledger.database.read(lambda tx: cases.card(tx, case)).result()
    sent = pages(record_text(Context(counter.application), cases.Press(shown)))
    assert len(sent) > 1
    assert all(0 < len(page) <= 4096 for page in sent)
    assert not any(re.search(r"&(?!lt;|gt;|amp;|quot;|#x27;)", page) for page in sent)


# The list.


async def test_names_come_from_telegram_and_are_kept_up_to_date(counter: Counter) -> None:
    await counter.say(ADMIN, "/start")
    await counter.say(ADMIN, "/staff")
    assert "<b>Person 900</b>\n　管理者（2026/11/24から）" in counter.wire.last(ADMIN).text


async def test_a_name_of_emoji_and_markup_is_shown_as_it_is(counter: Counter) -> None:
    body = counter.message(CLERK, text=f"/start {await invite(counter, '事務担当')}")
    body["message"]["from"]["first_name"] = "<b>🌸🌸</b>\n" + "長" * 60
    await counter.update(body)
    await counter.say(ADMIN, "/staff")
    text = counter.wire.last(ADMIN).text
    assert "&lt;b&gt;🌸🌸&lt;/b&gt; 長" in text
    assert "長" * 41 not in text


async def test_an_invitation_expires(counter: Counter) -> None:
    payload = await invite(counter, "事務担当")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    hours = counter.application.house.programme.staff.invite_hours
    counter.moment += timedelta(hours=hours)
    await counter.say(CLERK, f"/start {payload}")
    assert "期限が切れています" in counter.wire.last(CLERK).text


async def test_the_maker_of_an_invitation_does_not_use_it_up(counter: Counter) -> None:
    payload = await invite(counter, "事務担当")
    await counter.say(ADMIN, f"/start {payload}")
    assert "ご自身で作った招待" in counter.wire.last(ADMIN).text
    await counter.say(CLERK, f"/start {payload}")
    assert "登録しました" in counter.wire.last(CLERK).text


async def test_the_last_admin_cannot_be_removed(counter: Counter) -> None:
    await counter.say(ADMIN, "/start")
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "登録を外す")
    await counter.press(ADMIN, "Person 900")
    assert "管理者が一人もいなくなる" in counter.wire.alerts[-1]


async def test_an_old_confirmation_does_not_remove_somebody_registered_anew(
    counter: Counter,
) -> None:
    await hire(counter, CLERK)
    await counter.say(ADMIN, "/staff")
    await counter.press(ADMIN, "登録を外す")
    await counter.press(ADMIN, "Person 301")
    old = counter.wire.asking(ADMIN)
    data = old.buttons[0]["callback_data"]
    await counter.press(ADMIN, "はい、外します")
    counter.moment += timedelta(minutes=1)
    await hire(counter, CLERK)
    await counter.update(counter.press_body(ADMIN, data, ADMIN, old.message_id))
    assert "前の手順" in counter.wire.alerts[-1]
    assert "Person 301" in counter.wire.shown[ADMIN, old.message_id].text


async def test_the_buttons_of_the_list_are_refused_to_others(counter: Counter) -> None:
    await counter.say(ADMIN, "/staff")
    shown = counter.wire.asking(ADMIN)
    for data in ("st:roles", "st:invite:admin", "st:ask:900:1", "st:remove:900:1", "st:x", "st:"):
        await counter.update(counter.press_body(STRANGER, data, STRANGER, shown.message_id))
    assert await counter.read("select count(*) from invitations") == [(0,)]
    assert not any("職員" in shown.text for (c, _), shown in counter.wire.shown.items() if c == 777)


# The services, on both databases.


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def register(database: Database, *admins: int) -> None:
    for user in admins:
        member = StaffMember(user, f"admin {user}", Role.ADMIN, NOW)
        database.write(lambda tx, m=member: storage.register(tx, m)).result()  # type: ignore[misc]


def test_whoever_was_removed_stays_removed_though_the_settings_name_them(
    database: Database,
) -> None:
    def start() -> list[int]:
        return database.write(lambda tx: staff.ensure_admins(tx, (1, 2), NOW)).result()

    assert start() == []
    since = int(NOW.timestamp())
    database.write(lambda tx: staff.remove(tx, AT, 1, 2, since)).result()
    assert start() == [2]
    assert database.read(lambda tx: staff.member(tx, 2)).result() is None
    database.write(lambda tx: staff.invite(tx, 1, Role.ADMIN, "t", NOW, timedelta(1))).result()
    database.write(lambda tx: staff.join(tx, AT, 2, "二", "t")).result()
    assert start() == []


def test_two_admins_who_remove_each_other_leave_one(database: Database) -> None:
    register(database, 1, 2)
    since = int(NOW.timestamp())
    futures = [
        database.write(lambda tx, a=a, b=b: staff.remove(tx, AT, a, b, since))  # type: ignore[misc]
        for a, b in ((1, 2), (2, 1), (1, 1), (2, 2))
    ]
    outcomes = [future.exception() for future in futures]
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, DomainError) for outcome in outcomes)
    assert database.read(storage.count_admins).result() == 1


def test_invitations_of_a_removed_admin_are_void(database: Database) -> None:
    register(database, 1, 2)
    database.write(lambda tx: staff.invite(tx, 2, Role.ADMIN, "t", NOW, timedelta(1))).result()
    since = int(NOW.timestamp())
    database.write(lambda tx: staff.remove(tx, AT, 1, 2, since)).result()
    with pytest.raises(staff.InvitationUnusable):
        database.write(lambda tx: staff.join(tx, AT, 3, "三", "t")).result()


def test_an_invitation_is_void_once_its_maker_may_not_invite(database: Database) -> None:
    register(database, 1, 2)
    for token, role in (("down", Role.CLERK), ("friend", Role.ADMIN)):
        maker = {"down": 1, "friend": 2}[token]
        database.write(
            lambda tx, m=maker, t=token, r=role: staff.invite(tx, m, r, t, NOW, timedelta(1))  # type: ignore[misc]
        ).result()
    database.write(lambda tx: staff.join(tx, AT, 2, "二", "down")).result()
    with pytest.raises(staff.InvitationUnusable):
        database.write(lambda tx: staff.join(tx, AT, 3, "三", "friend")).result()


def test_who_goes_to_planning_keeps_no_calendar_address_and_no_prompt(database: Database) -> None:
    register(database, 1, 2)
    case = Ledger(database).consult(NOW.date())
    database.write(lambda tx: calendar_feeds.make(tx, 2, "secret", NOW)).result()
    database.write(lambda tx: case_desk.ask_for_note(tx, AT, 2, case)).result()
    database.write(lambda tx: staff.invite(tx, 1, Role.PLANNING, "t", NOW, timedelta(1))).result()
    database.write(lambda tx: staff.join(tx, AT, 2, "二", "t")).result()
    assert database.read(lambda tx: calendar_feeds.listed(tx, 1)).result() == []
    assert database.read(lambda tx: prompts.find(tx, 2, NOW)).result() is None


def test_only_one_of_many_taps_takes_a_case(database: Database) -> None:
    register(database, *range(1, 9))
    case = Ledger(database).consult(NOW.date())
    futures = [
        database.write(lambda tx, user=user: cases.take(tx, AT, user, f"{user}", case))  # type: ignore[misc]
        for user in range(1, 9)
    ]
    presses = [future.result() for future in futures]
    assert sum(press.refusal is None for press in presses) == 1
    holders = {press.card.consultation.assignee for press in presses}
    assert len(holders) == 1


def test_a_role_is_changed_by_an_invitation_and_the_last_admin_keeps_theirs(
    database: Database,
) -> None:
    register(database, 1, 2)
    for token, role in (("a", Role.CLERK), ("b", Role.PLANNING)):
        maker = {"a": 1, "b": 1}[token]
        database.write(
            lambda tx, m=maker, t=token, r=role: staff.invite(tx, m, r, t, NOW, timedelta(1))  # type: ignore[misc]
        ).result()
    assert database.write(lambda tx: staff.join(tx, AT, 2, "二", "a")).result().role is Role.CLERK
    with pytest.raises(NotPermitted):
        database.read(lambda tx: staff.list_members(tx, 2)).result()
    assert database.read(storage.count_admins).result() == 1
