"""/audit: what admins read, how they search and export, and who does not get it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domain.audit import AuditAction
from domain.audit_search import AuditPeriod, AuditSearch
from domain.staff import Role, StaffMember
from services import audit as service
from storage import audit as storage
from storage import staff
from tests.integration.conftest import STAFF_CHAT
from tests.integration.staff_desk import data_of, labels
from tests.integration.test_staff import ADMIN, CLERK, OTHER, STRANGER, audit

if TYPE_CHECKING:
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

UNKNOWN = "そのコマンドはありません"


def record(counter: Counter, *rows: tuple[int, AuditAction, str, datetime]) -> None:
    def unit(tx: object) -> None:
        for row in rows:
            storage.append(tx, *row)  # type: ignore[arg-type]

    counter.application.house.database.write(unit).result()


def register(counter: Counter, user: int, role: Role, name: str = "") -> None:
    member = StaffMember(user, name or f"Person {user}", role, counter.moment)
    counter.application.house.database.write(lambda tx: staff.register(tx, member)).result()


def takes(counter: Counter, count: int) -> None:
    """Record that somebody took R8-0001, R8-0002, …, the last the newest."""
    register(counter, CLERK, Role.CLERK)
    start = counter.moment
    rows = [
        (CLERK, AuditAction.TAKE, f"R8-{number:04d}", start + timedelta(seconds=number))
        for number in range(1, count + 1)
    ]
    record(counter, *rows)
    counter.moment += timedelta(minutes=1)


async def show(counter: Counter, typed: str = "/audit") -> Shown:
    await counter.say(ADMIN, typed)
    return counter.wire.asking(ADMIN)


async def press(counter: Counter, label: str) -> Shown:
    await counter.press(ADMIN, label)
    return counter.wire.asking(ADMIN)


def references(shown: Shown) -> list[str]:
    return re.findall(r"（(R8-[0-9]{4})）", shown.text)


async def test_the_newest_fifteen_come_first_and_cannot_be_forwarded(counter: Counter) -> None:
    takes(counter, 40)
    shown = await show(counter)
    assert references(shown) == [f"R8-{number:04d}" for number in range(40, 25, -1)]
    assert shown.is_protected
    assert "2026/11/24(火) 10:00" in shown.text
    assert "<b>Person 301</b>\n　案件の担当になった（R8-0040）" in shown.text


async def test_pages_stand_still_while_new_entries_arrive(counter: Counter) -> None:
    takes(counter, 40)
    await show(counter)
    first = await press(counter, "古い")
    assert references(first) == [f"R8-{number:04d}" for number in range(25, 10, -1)]
    record(counter, *((CLERK, AuditAction.TAKE, "R8-0099", counter.moment) for _ in range(20)))
    last = await press(counter, "古い")
    assert references(last) == [f"R8-{number:04d}" for number in range(10, 0, -1)]
    assert "古い ›" not in labels(last)
    back = await press(counter, "新しい")
    assert references(back) == [f"R8-{number:04d}" for number in range(25, 10, -1)]
    assert {"‹ 新しい", "古い ›"} <= set(labels(back))
    await press(counter, "新しい")
    await press(counter, "新しい")
    newest = await press(counter, "新しい")
    assert set(references(newest)) == {"R8-0099"}
    assert "‹ 新しい" not in labels(newest)


async def test_it_is_searched_by_person_kind_and_period(counter: Counter) -> None:
    takes(counter, 1)
    register(counter, OTHER, Role.MANAGER, "<b>&")
    long_ago = counter.moment - timedelta(days=40)
    record(
        counter,
        (OTHER, AuditAction.READ_RECORD, "R8-0002", counter.moment),
        (OTHER, AuditAction.READ_RECORD, "R8-0003", long_ago),
        (STRANGER, AuditAction.TAKE_REFUSED, "R8-0004", counter.moment),
        (ADMIN, AuditAction.INVITE, "clerk", counter.moment),
    )
    assert len(references(await show(counter))) == 4
    assert references(await press(counter, "閲覧")) == ["R8-0002", "R8-0003"]
    assert references(await press(counter, "今月")) == ["R8-0002"]
    assert "● 今月" in labels(counter.wire.asking(ADMIN))
    await press(counter, "全期間")
    await press(counter, "人：全員")
    shown = await press(counter, "<b>&")
    assert references(shown) == ["R8-0002", "R8-0003"]
    assert "<b>&lt;b&gt;&amp;</b>" in shown.text
    assert "該当する記録はありません" in (await press(counter, "変更")).text
    await press(counter, "人：")
    await press(counter, "全員")
    assert "R8-0001" in (await show(counter)).text
    refused = await press(counter, "拒否")
    assert references(refused) == ["R8-0004"]
    assert "Telegram ID 777（職員の登録なし）" in refused.text
    appointed = await press(counter, "職員・設定")
    assert "招待リンクを発行（事務担当）" in appointed.text
    await press(counter, "人：")
    assert "設定により管理者に登録（Person 900）" in (await press(counter, "設定")).text


@pytest.mark.parametrize("typed", ["R8-0042", "r8-42", "Ｒ８－００４２", "R8ー0042"])
async def test_a_case_is_found_by_its_reference(counter: Counter, typed: str) -> None:
    takes(counter, 50)
    shown = await show(counter, f"/audit {typed}")
    assert references(shown) == ["R8-0042"]
    assert "R8-0042／全期間" in shown.text
    assert references(await press(counter, "変更")) == ["R8-0042"]
    assert len(references(await press(counter, "すべての案件"))) == 15


@pytest.mark.parametrize("typed", ["山田", "R8", "8-42", "X8-0042", "R8-", "R8-0042 <b>"])
async def test_what_is_no_reference_is_said_to_be_none(counter: Counter, typed: str) -> None:
    await counter.say(ADMIN, f"/audit {typed}")
    told = counter.wire.last(ADMIN)
    assert told.text == "受付番号として読み取れませんでした。例：R8-0042"
    assert not told.buttons


async def table_of(counter: Counter) -> tuple[Shown, list[list[str]]]:
    await counter.press(ADMIN, "CSV で保存")
    sent = counter.wire.last(ADMIN)
    assert sent.file is not None
    name, content = sent.file
    assert re.fullmatch(r"audit-20261124-1[0-9]{3}\.csv", name)
    assert content.startswith(b"\xef\xbb\xbf")
    return sent, list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_the_export_holds_what_is_searched_for_and_is_recorded(counter: Counter) -> None:
    takes(counter, 30)
    register(counter, OTHER, Role.MANAGER, "=HYPERLINK(1)")
    record(counter, (OTHER, AuditAction.READ_RECORD, "R8-0002", counter.moment))
    await show(counter)
    await press(counter, "閲覧")
    sent, rows = await table_of(counter)
    assert sent.is_protected
    assert ",".join(rows[0]) == "日時（日本時間）,行った人,Telegram ID,種別,内容,対象,コード"
    assert rows[1:] == [
        ["2026-11-24 10:01:00", "Person 900", "900", "閲覧", "監査記録を CSV で保存",
         "/-.look.all.-", "export_audit"],
        ["2026-11-24 10:01:00", "'=HYPERLINK(1)", "302", "閲覧", "全記録を閲覧", "R8-0002",
         "read_record"],
    ]  # fmt: skip
    assert sent.text == "2件"
    assert (await audit(counter))[-1] == (ADMIN, "export_audit", "/-.look.all.-")
    assert "監査記録を CSV で保存" in (await show(counter)).text


async def test_of_a_long_log_the_newest_are_exported(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_EXPORTED", 10)
    takes(counter, 30)
    await show(counter)
    sent, rows = await table_of(counter)
    assert len(rows) == 11
    assert rows[2][5] == "R8-0030"
    assert "新しいものだけ" in sent.text


async def test_nobody_else_hears_of_it(counter: Counter) -> None:
    takes(counter, 20)
    roles = [role for role in Role if role is not Role.ADMIN]
    for number, role in enumerate(roles, start=500):
        register(counter, number, role)
    for user in (STRANGER, *range(500, 500 + len(roles))):
        for typed in ("/audit", "/audit R8-0001"):
            await counter.say(user, typed)
            assert UNKNOWN in counter.wire.last(user).text
            assert (user, "refused", "/audit") == (await audit(counter))[-1]
        said = len([shown for shown in counter.wire.shown.values() if shown.chat == user])
        for data in ("page:-.-.all.-", "page:-.-.all.-:o9", "who:-.-.all.-", "csv:-.-.all.-"):
            await counter.update(counter.press_body(user, f"au:{data}", user, 7))
            assert counter.wire.alerts[-1]
        now = [shown for shown in counter.wire.shown.values() if shown.chat == user]
        assert len(now) == said
        assert not any("R8-0001" in shown.text for shown in now)
    assert not any(entry[1] == "export_audit" for entry in await audit(counter))
    # A tap on a bare command would give it.
    assert "（<code>/audit</code>）" in (await show(counter)).text


async def test_it_is_not_shown_in_a_group(counter: Counter) -> None:
    takes(counter, 1)
    shown = await show(counter)
    message = counter.message(ADMIN, text="/audit")
    message["message"]["chat"] = {"id": STAFF_CHAT, "type": "supergroup", "title": "x"}
    await counter.update(message)
    for data in (data_of(shown, "本日"), data_of(shown, "CSV"), data_of(shown, "人："), "au:x"):
        await counter.update(counter.press_body(ADMIN, data, STAFF_CHAT, 7))
    assert not any(chat == STAFF_CHAT for chat, _ in counter.wire.shown)
    assert not any(entry[1] == "export_audit" for entry in await audit(counter))


async def test_a_role_that_is_lost_meanwhile_ends_it_at_once(counter: Counter) -> None:
    takes(counter, 40)
    register(counter, OTHER, Role.ADMIN)
    await counter.say(OTHER, "/audit")
    shown = counter.wire.asking(OTHER)
    before = shown.text
    register(counter, OTHER, Role.MANAGER)
    for label in ("古い", "閲覧", "本日", "人：", "CSV"):
        await counter.press(OTHER, label)
        assert "ご自身の役割では" in counter.wire.alerts[-1]
        assert counter.wire.shown[OTHER, shown.message_id].text == before
    refused = [entry for entry in await audit(counter) if entry[:2] == (OTHER, "refused")]
    assert [what.split(":")[1] for _, _, what in refused] == ["page", "page", "page", "who", "csv"]


@pytest.mark.parametrize(
    "data",
    [
        "au:page:",
        "au:page:-.-.all",
        "au:page:-.-.ever.-",
        "au:page:-.everything.all.-",
        "au:page:99999999999999.-.all.-",
        "au:page:-.-.all.山田",
        "au:page:-.-.all.-:o1:2",
        "au:who:-.-.all.-:o1",
        "au:csv:-.-.all.-:o1",
        "au:drop:-.-.all.-",
    ],
)
async def test_a_button_of_no_known_form_shows_the_newest(counter: Counter, data: str) -> None:
    takes(counter, 40)
    shown = await show(counter)
    await press(counter, "古い")
    await counter.update(counter.press_body(ADMIN, data, ADMIN, shown.message_id))
    assert references(counter.wire.shown[ADMIN, shown.message_id])[0] == "R8-0040"


@pytest.mark.parametrize("place", ["o99999", "n99999", "o1", "x1", "o"])
async def test_a_place_that_is_gone_leads_to_the_newest(counter: Counter, place: str) -> None:
    takes(counter, 40)
    shown = await show(counter)
    data = f"au:page:{CLERK}.change.all.-:{place}"
    await counter.update(counter.press_body(ADMIN, data, ADMIN, shown.message_id))
    assert references(counter.wire.shown[ADMIN, shown.message_id])[0] == "R8-0040"


def test_the_longest_search_fits_into_a_button() -> None:
    search = AuditSearch(10**12, AuditAction.REFUSED.kind, AuditPeriod.MONTH, "R30-123456")
    assert AuditSearch.read(search.code) == search
    assert len(f"au:page:{search.code}:o{10**10}") <= 64


def test_a_search_is_of_its_own_day(counter: Counter) -> None:
    takes(counter, 1)
    yesterday = counter.moment - timedelta(days=1)
    record(counter, (CLERK, AuditAction.TAKE, "R8-0002", yesterday))
    search, database = AuditSearch(period=AuditPeriod.TODAY), counter.application.house.database

    def found(now: datetime) -> list[str]:
        page = database.read(lambda tx: service.newest(tx, ADMIN, search, now)).result()
        return [entry.subject for entry in page.entries if entry.actor == CLERK]

    assert found(counter.moment) == ["R8-0001"]
    assert found(datetime(2026, 11, 24, 15, tzinfo=UTC)) == []
