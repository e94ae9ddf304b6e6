"""What can go wrong around a handler: moved groups, lost answers, a database that goes away."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from bot import metrics
from bot.flood import Flood
from bot.intake import Intake
from bot.schedule import tick
from services import inbox as inbox_service
from services import staff as staff_service
from storage import staff
from storage.failures import is_database_away
from tests.integration.conftest import STAFF_CHAT
from tests.integration.test_intake import agree, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from storage.database import Transaction
    from tests.integration.conftest import Counter

OWNER, STAFF, SECOND_ADMIN = 100, 900, 901
MOVED = -2002
MIGRATED = {
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: group chat was upgraded to a supergroup chat",
    "parameters": {"migrate_to_chat_id": MOVED},
}


def in_group(counter: Counter, text: str) -> dict[str, Any]:
    body = counter.message(STAFF, text=text)
    body["message"]["chat"] = {"id": STAFF_CHAT, "type": "supergroup", "title": "x"}
    return body


def busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


def failing_at_first(
    monkeypatch: pytest.MonkeyPatch, service: str, times: int
) -> Callable[[], int]:
    """Let a service of the inbox find the database away; return how often it was tried."""
    real, calls = getattr(inbox_service, service), 0

    def failing(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls <= times:
            raise OperationalError("", {}, busy())
        return real(*arguments)

    monkeypatch.setattr(inbox_service, service, failing)
    monkeypatch.setattr("bot.dispatcher.asyncio.sleep", lambda _: _at_once())
    return lambda: calls


async def _at_once() -> None: ...


async def test_a_command_in_a_group_that_has_moved_is_answered_where_it_is(
    counter: Counter,
) -> None:
    before = metrics.UPDATES.of("failed")
    counter.wire.refusing[STAFF_CHAT] = (400, MIGRATED)
    await counter.update(in_group(counter, "/kpi"))
    assert "マッチング件数" in counter.wire.last(MOVED).text
    assert metrics.UPDATES.of("failed") == before
    assert await counter.read("select chat_id, moved_to from chats") == [(STAFF_CHAT, MOVED)]


async def test_a_group_that_says_it_moved_to_where_it_is_is_no_endless_loop(
    counter: Counter,
) -> None:
    counter.wire.refusing[STAFF_CHAT] = counter.wire.refusing[MOVED] = (400, MIGRATED)
    await counter.update(in_group(counter, "/kpi"))
    assert await counter.read("select count(*) from dead_letters") == [(1,)]


async def test_a_press_whose_answer_may_be_lost_is_answered_and_shown_again(
    counter: Counter,
) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    await counter.delivery.send_due()
    body = counter.press_body(STAFF, "case:take:1", STAFF_CHAT, 1)
    await counter.update(body)
    update = counter.update_id
    database = counter.application.house.database
    for status in ("applied", "received"):
        counter.wire.alerts.clear()
        raw = str(body).replace("'", '"').replace("False", "false")

        def again(tx: Transaction, status: str = status, raw: str = raw) -> None:
            tx.connection.exec_driver_sql(
                "update inbox set status = ?, payload = ?, chat_key = ? where update_id = ?",
                (status, f'{{"update_id": {update}, {raw[1:]}', STAFF_CHAT, update),
            )

        database.write(again).result()
        fresh = type(counter.dispatcher)(counter.application, counter.application.house.clock)
        await fresh.resume()
        await fresh.drain()
        assert counter.wire.alerts != [], status
    assert await counter.read("select count(*) from dead_letters") == [(0,)]


async def test_present_admins_hear_of_an_incident_and_removed_ones_do_not(
    counter: Counter,
) -> None:
    database, now = counter.application.house.database, counter.moment
    ids = (SECOND_ADMIN,)
    database.write(lambda tx: staff_service.ensure_admins(tx, ids, now)).result()
    database.write(lambda tx: staff.remove(tx, STAFF, now)).result()
    await counter.update({"callback_query": {"id": []}})
    assert await counter.read("select recipient from outbox where kind = 'incident'") == [
        (SECOND_ADMIN,)
    ]


async def test_a_buried_update_is_blanked_when_drafts_are_forgotten(counter: Counter) -> None:
    await counter.update({"callback_query": {"id": []}})
    counter.moment += timedelta(days=7)
    await tick(counter.application.house)
    assert await counter.read("select count(payload) from dead_letters") == [(1,)]
    counter.moment += timedelta(seconds=1)
    await tick(counter.application.house)
    assert await counter.read("select count(*), count(payload) from dead_letters") == [(1, 0)]


async def test_an_update_waits_for_a_database_that_is_away(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = failing_at_first(monkeypatch, "finish", 5)
    await counter.say(OWNER, "/help")
    assert tried() == 6
    assert await counter.read("select status from inbox") == [("done",)]
    assert sum("/start" in shown.text for shown in counter.wire.shown.values()) == 1


async def test_what_cannot_be_kept_after_an_answer_does_not_keep_answering(
    counter: Counter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(staff_service, "learn_name", broken)
    await counter.say(OWNER, "/start")
    assert await counter.read("select status, tries from inbox") == [("done", 3)]
    assert "ValueError" in caplog.text


async def test_what_was_not_stored_is_no_flood_when_it_comes_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at_first(monkeypatch, "store", 30)
    intake = Intake(counter.application, counter.dispatcher, Flood(2))
    intake.open()
    raws = [{"update_id": n, **counter.message(OWNER, text="x")} for n in (1, 2, 3)]
    for _ in range(30):
        try:
            await intake.take(raws)
        except OperationalError:
            continue
        break
    await intake.take(raws)
    await counter.dispatcher.drain()
    assert await counter.read("select count(*) from inbox") == [(3,)]


async def test_a_chat_whose_work_fails_makes_room_for_others(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.dispatcher.MOST_WAITING", 1)

    def broken(*_: object) -> None:
        raise ValueError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(inbox_service, "finish", broken)
        patched.setattr(inbox_service, "fail", broken)
        await counter.update(counter.message(1, text="/help"))
        assert "1 updates of a chat are left for the next start" in caplog.text
    async with asyncio.timeout(10):
        await counter.say(OWNER, "/help")
    assert counter.wire.last(OWNER).text.startswith("/start")


async def test_each_try_to_send_a_notice_is_counted(counter: Counter) -> None:
    def count() -> dict[str, int]:
        return {o: metrics.NOTICES.of(o) for o in ("sent", "put_off", "failed")}

    before = count()
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    counter.wire.fail_next.append(
        (
            429,
            {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 1}},
        )
    )
    for _ in range(3):
        await counter.delivery.send_due()
        counter.moment += timedelta(seconds=2)
    after = count()
    assert {o: after[o] - before[o] for o in after} == {"sent": 1, "put_off": 1, "failed": 0}


def test_what_is_the_database_s_fault_and_what_is_ours() -> None:
    class Postgres(Exception):
        sqlstate: str | None = None

    def with_state(state: str | None) -> OperationalError:
        error = Postgres()
        error.sqlstate = state
        return OperationalError("", {}, error)

    assert is_database_away(busy())
    assert is_database_away(OperationalError("", {}, busy()))
    for state in (None, "08006", "40P01", "53300", "57P01", "25006"):
        assert is_database_away(with_state(state)), state
    for state in ("23505", "42P01", "22021"):
        assert not is_database_away(with_state(state)), state
    no_table = sqlite3.OperationalError("no such table: x")
    no_table.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert not is_database_away(no_table)
    assert not is_database_away(ValueError("x"))


async def test_sixty_chats_that_write_in_bursts_are_each_served_in_order(counter: Counter) -> None:
    owners = range(2000, 2060)
    for owner in owners:
        await agree(counter, owner)
        await walk(counter, owner, ("=経営者", "=会社（"))
    bursts = [
        {"update_id": 50_000 + 100 * place + n, **counter.message(owner, text=text)}
        for place in range(3)
        for n, owner in enumerate(owners)
        for text in [(f"株式会社見本{owner}", "12345", "7123456789012")[place]]
    ]
    await counter.dispatcher.accept(bursts)
    await counter.dispatcher.drain()
    rows = await counter.read("select user_id, progress from drafts order by user_id")
    answers = {user: json.loads(progress)["answers"] for user, progress in rows}
    assert {
        user: (each["company"], each["corporate_number"]) for user, each in answers.items()
    } == {owner: (f"株式会社見本{owner}", "7123456789012") for owner in owners}


async def test_a_fault_of_the_transport_is_buried_and_the_chat_goes_on(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def faulty(*_: object, **__: object) -> tuple[int, bytes]:
        raise KeyError("no such thing")

    with monkeypatch.context() as patch:
        patch.setattr(counter.wire, "do_request", faulty)
        await counter.say(OWNER, "/start")
    assert await counter.read("select count(*) from dead_letters") == [(1,)]
    await counter.say(OWNER, "/start")
    assert "相談受付" in counter.wire.last(OWNER).text
