"""The outbox: pace, order, leases and what Telegram answers, on both databases, by an own clock."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from concurrent.futures import wait
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from telegram.error import TimedOut

from bot.delivery import Delivery
from bot.telegram_http import NotSentError
from domain.outbox import Claim, ClaimedNotice, Notice, NoticeKind
from services import delivery
from storage import chats, outbox, people
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.test_intake import OWNER, STAFF, agree, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Transaction

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GROUP = -100


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def owe(database: Database, *recipients: int, due_at: datetime = NOON) -> None:
    def add(tx: Transaction) -> None:
        for number, recipient in enumerate(recipients):
            key = f"{recipient}:{number}:{due_at}"
            outbox.add(tx, Notice(recipient, NoticeKind.INCIDENT, {"n": number}, key, due_at))

    database.write(add).result()


def claim(database: Database, now: datetime) -> Claim:
    return database.write(lambda tx: delivery.claim(tx, now)).result()


def recipients(found: Claim) -> list[int]:
    return [notice.recipient for notice in found.notices]


def send_all(database: Database, now: datetime) -> list[ClaimedNotice]:
    notices = claim(database, now).notices
    for notice in notices:
        database.write(lambda tx, n=notice: delivery.sent(tx, n, now)).result()  # type: ignore[misc]
    return list(notices)


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    return database.read(
        lambda tx: [tuple(row) for row in tx.connection.execute(text(statement))]
    ).result()


def test_thirty_chats_a_second_and_each_chat_once(database: Database) -> None:
    owe(database, *range(1, 41), *range(1, 41))
    sent = [send_all(database, NOON + SECOND * n) for n in range(4)]
    assert [len(batch) for batch in sent] == [30, 30, 20, 0]
    for batch in sent:
        assert max(Tally(n.recipient for n in batch).values(), default=0) <= 1


def test_a_group_gets_twenty_a_minute_and_others_go_on(database: Database) -> None:
    owe(database, *[GROUP] * 25, *[7] * 25)
    sent = [send_all(database, NOON + SECOND * n) for n in range(25)]
    by_chat = Tally(n.recipient for batch in sent for n in batch)
    assert by_chat == {GROUP: 20, 7: 25}
    assert claim(database, NOON + 59 * SECOND).notices == ()
    later = [send_all(database, NOON + SECOND * n) for n in range(61, 70)]
    assert sum(map(len, later)) == 5


def test_a_chat_gets_its_messages_in_order_one_at_a_time(database: Database) -> None:
    owe(database, GROUP, GROUP)
    (first,) = claim(database, NOON).notices
    assert first.payload == {"n": 0}
    assert claim(database, NOON + 5 * SECOND).notices == ()
    database.write(lambda tx: delivery.sent(tx, first, NOON)).result()
    (second,) = claim(database, NOON + 6 * SECOND).notices
    assert second.payload == {"n": 1}


def test_a_claim_of_a_dead_process_lapses(database: Database) -> None:
    owe(database, 7)
    found = claim(database, NOON)
    assert found.next_at == NOON + delivery.LEASE + SECOND
    assert claim(database, NOON + delivery.LEASE).notices == ()
    (again,) = claim(database, NOON + delivery.LEASE + SECOND).notices
    assert (again.id, again.tries) == (found.notices[0].id, 1)


def test_the_only_process_of_a_database_takes_up_at_once_what_another_left(
    database: Database,
) -> None:
    owe(database, 7)
    (left,) = claim(database, NOON).notices
    database.write(delivery.resume).result()
    again = claim(database, NOON + SECOND).notices
    assert [notice.id for notice in again] == ([left.id] if database.is_sqlite else [])


def test_a_slow_sender_does_not_undo_what_another_has_sent(database: Database) -> None:
    owe(database, 7)
    (slow,) = claim(database, NOON).notices
    later = NOON + delivery.LEASE + SECOND
    (taken_over,) = claim(database, later).notices
    database.write(lambda tx: delivery.perhaps_sent(tx, slow, later)).result()
    assert rows(database, "select status from outbox") == [("claimed",)]
    database.write(lambda tx: delivery.sent(tx, taken_over, later)).result()
    database.write(lambda tx: delivery.perhaps_sent(tx, slow, later)).result()
    assert rows(database, "select status from outbox") == [("sent",)]


def test_what_was_put_off_keeps_its_place_in_its_chat(database: Database) -> None:
    owe(database, GROUP, GROUP)
    (first,) = claim(database, NOON).notices
    database.write(lambda tx: delivery.flooded(tx, first, 40 * SECOND, NOON)).result()
    again_at = NOON + 40 * SECOND
    for fate in (delivery.not_sent, delivery.perhaps_sent):
        (again,) = claim(database, again_at).notices
        assert again.payload == {"n": 0}
        assert claim(database, again_at + SECOND / 2).notices == ()
        database.write(lambda tx, n=again, f=fate, m=again_at: f(tx, n, m)).result()  # type: ignore[misc]
        assert claim(database, again_at + SECOND / 2).notices == ()
        again_at += 5 * 60 * SECOND
    sent = [n.payload["n"] for m in range(2) for n in send_all(database, again_at + m * SECOND)]
    assert sent == [0, 1]


def test_what_keeps_failing_lets_its_chat_go_on(database: Database) -> None:
    owe(database, 7, 7)
    for n in range(5):
        (first,) = claim(database, NOON + n * 600 * SECOND).notices
        assert first.payload == {"n": 0}
        moment = NOON + n * 600 * SECOND
        database.write(lambda tx, n=first, m=moment: delivery.perhaps_sent(tx, n, m)).result()  # type: ignore[misc]
    (second,) = claim(database, moment + 2 * SECOND).notices
    assert second.payload == {"n": 1}


def test_a_message_that_is_our_fault_holds_up_nobody(database: Database) -> None:
    owe(database, 7, 7)
    (first,) = claim(database, NOON).notices
    database.write(lambda tx: delivery.faulty(tx, first, "x", NOON)).result()
    (second,) = claim(database, NOON + SECOND).notices
    assert second.payload == {"n": 1}


def test_a_flooded_chat_waits_and_others_go_on(database: Database) -> None:
    owe(database, GROUP, GROUP, 7)
    flooded = next(n for n in claim(database, NOON).notices if n.recipient == GROUP)
    wait_for = timedelta(seconds=40)
    database.write(lambda tx: delivery.flooded(tx, flooded, wait_for, NOON)).result()
    owe(database, GROUP, 8, due_at=NOON + SECOND)
    found = claim(database, NOON + 2 * SECOND)
    assert recipients(found) == [8]
    assert found.next_at == NOON + wait_for
    assert recipients(claim(database, NOON + wait_for)) == [GROUP]


def test_the_next_moment_is_the_next_due_message(database: Database) -> None:
    assert claim(database, NOON) == Claim((), None)
    owe(database, 7, due_at=NOON + timedelta(hours=3))
    assert claim(database, NOON).next_at == NOON + timedelta(hours=3)


def test_many_claimers_send_each_message_once_and_keep_the_pace(url: str) -> None:
    databases = [Database(url) for _ in range(4)]
    owe(databases[0], *range(1, 101))
    futures = [
        database.write(lambda tx: delivery.claim(tx, NOON))
        for _ in range(3)
        for database in databases
    ]
    wait(futures)
    claimed = [notice.id for future in futures for notice in future.result().notices]
    for database in databases:
        database.close()
    assert len(claimed) == len(set(claimed)) == outbox.PER_SECOND


def test_a_group_that_moved_is_followed_everywhere(database: Database) -> None:
    owe(database, GROUP, GROUP)
    (notice,) = claim(database, NOON).notices
    database.write(lambda tx: delivery.moved(tx, notice, -200)).result()
    assert database.read(lambda tx: delivery.current_chat(tx, GROUP)).result() == -200
    owe(database, GROUP, due_at=NOON + SECOND)
    assert {row[0] for row in rows(database, "select recipient from outbox")} == {-200}
    database.write(lambda tx: delivery.group_moved(tx, -200, -300)).result()
    assert database.read(lambda tx: chats.current(tx, GROUP)).result() == -300


def test_a_message_that_never_left_is_sent_again_soon(database: Database) -> None:
    owe(database, 7, 8)
    left, lost = claim(database, NOON).notices
    database.write(lambda tx: delivery.not_sent(tx, lost, NOON)).result()
    database.write(lambda tx: delivery.perhaps_sent(tx, left, NOON)).result()
    assert recipients(claim(database, NOON + SECOND)) == [lost.recipient]
    assert recipients(claim(database, NOON + 30 * SECOND)) == [left.recipient]


# What Telegram answers, through the whole bot.

FORBIDDEN = {
    "ok": False,
    "error_code": 403,
    "description": "Forbidden: bot was blocked by the user",
}
KICKED = {
    "ok": False,
    "error_code": 403,
    "description": "Forbidden: bot was kicked from the supergroup chat",
}
BAD_HTML = {
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: can't parse entities: unsupported start tag",
}
FLOOD = {
    "ok": False,
    "error_code": 429,
    "description": "Too Many Requests: retry after 17",
    "parameters": {"retry_after": 17},
}
MOVED = {
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: group chat was upgraded to a supergroup chat",
    "parameters": {"migrate_to_chat_id": -2002},
}


async def submit(counter: Counter) -> None:
    await agree(counter, OWNER)
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")


async def test_the_staff_notice_survives_a_flood(counter: Counter) -> None:
    await submit(counter)
    counter.wire.fail_next = [(429, FLOOD)]
    await counter.delivery.send_due()
    counter.moment += timedelta(seconds=16)
    assert await counter.delivery.send_due() == 0
    counter.moment += SECOND
    assert await counter.delivery.send_due() == 1
    assert "R8-0001" in counter.wire.last(STAFF_CHAT).text


async def test_the_staff_chat_is_followed_across_a_restart(counter: Counter) -> None:
    await submit(counter)
    counter.wire.fail_next = [(400, MOVED)]
    await counter.delivery.send_due()
    counter.moment += SECOND
    await counter.delivery.send_due()
    assert "R8-0001" in counter.wire.last(-2002).text
    await counter.close()
    await counter.open()
    counter.moment += timedelta(minutes=1)
    await submit(counter)
    await counter.press(OWNER, "新しいご相談")
    await counter.delivery.send_due()
    assert "R8-0002" in counter.wire.last(-2002).text


async def test_a_migration_message_moves_the_staff_chat(counter: Counter) -> None:
    body = counter.message(STAFF, migrate_to_chat_id=-2002)
    body["message"]["chat"] = {"id": STAFF_CHAT, "type": "group", "title": "職員"}
    await counter.update(body)
    await submit(counter)
    await counter.delivery.send_due()
    assert "R8-0001" in counter.wire.last(-2002).text


async def test_a_closed_staff_chat_loses_nothing_and_admins_are_told_once(
    counter: Counter,
) -> None:
    await submit(counter)
    counter.wire.refusing[STAFF_CHAT] = (403, KICKED)
    for _ in range(3):
        await counter.delivery.send_due()
        counter.moment += timedelta(minutes=5)
    told = [shown for (chat, _), shown in counter.wire.shown.items() if chat == STAFF]
    assert len(told) == 1
    assert "bot was kicked from the supergroup chat" in told[0].text
    counter.wire.refusing.clear()
    await counter.update(membership(counter, STAFF_CHAT, "member"))
    await counter.delivery.send_due()
    assert "R8-0001" in counter.wire.last(STAFF_CHAT).text


async def test_staff_are_told_to_telephone_somebody_who_blocked_the_bot(counter: Counter) -> None:
    await submit(counter)
    await counter.delivery.send_due()
    house = counter.application.house
    notice = Notice(OWNER, NoticeKind.INCIDENT, {"incident": "x"}, "x", counter.moment)
    await asyncio.wrap_future(house.database.write(lambda tx: outbox.add(tx, notice)))
    counter.wire.refusing[OWNER] = (403, FORBIDDEN)
    for _ in range(3):
        counter.moment += SECOND
        await counter.delivery.send_due()
    told = counter.wire.last(STAFF_CHAT).text
    assert "R8-0001" in told
    assert "電話" in told
    assert await counter.read("select status, error from outbox where dedupe_key = 'x'") == [
        ("failed", "bot was blocked by the user")
    ]
    reachable = house.database.read(lambda tx: people.unreachable_since(tx, OWNER)).result()
    assert reachable == counter.moment - 2 * SECOND


def membership(counter: Counter, chat: int, now: str) -> dict[str, Any]:
    bot = {"id": 1, "is_bot": True, "first_name": "x"}
    kind = "private" if chat > 0 else "supergroup"
    until = {"until_date": 0} if now == "kicked" else {}
    return {
        "my_chat_member": {
            "chat": {"id": chat, "type": kind, "title": "x", "first_name": "x"},
            "from": {"id": OWNER, "is_bot": False, "first_name": "x"},
            "date": 1,
            "old_chat_member": {"user": bot, "status": "left"},
            "new_chat_member": {"user": bot, "status": now, **until},
        }
    }


async def test_blocking_and_coming_back_before_staff_were_told_tells_nothing(
    counter: Counter,
) -> None:
    await submit(counter)
    await counter.delivery.send_due()
    await counter.update(membership(counter, OWNER, "kicked"))
    await counter.update(membership(counter, OWNER, "member"))
    counter.moment += SECOND
    assert await counter.delivery.send_due() == 1
    assert await counter.read("select kind, status from outbox order by id") == [
        ("new_consultation", "sent"),
        ("unreachable", "moot"),
    ]


async def test_a_fault_of_ours_is_tried_again_then_told_to_admins(counter: Counter) -> None:
    await submit(counter)
    counter.wire.refusing[STAFF_CHAT] = (400, BAD_HTML)
    for _ in range(2 * delivery.MAX_FAULTS):
        await counter.delivery.send_due()
        counter.moment += timedelta(minutes=20)
    told = [shown.text for (chat, _), shown in counter.wire.shown.items() if chat == STAFF]
    assert len(told) == 1
    assert "送れませんでした" in told[0]
    assert "start tag" not in told[0]


async def test_an_ambiguous_time_out_sends_again_and_a_certain_one_sooner(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submit(counter)
    failures: list[Exception] = [NotSentError("no connection"), TimedOut()]
    real = counter.wire.do_request

    async def failing(url: str, method: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if url.endswith("sendMessage") and failures:
            raise failures.pop(0)
        return await real(url, method, *args, **kwargs)

    monkeypatch.setattr(counter.wire, "do_request", failing)
    await counter.delivery.send_due()
    counter.moment += SECOND
    assert await counter.delivery.send_due() == 1
    counter.moment += 59 * SECOND
    assert await counter.delivery.send_due() == 0
    counter.moment += SECOND
    assert await counter.delivery.send_due() == 1
    assert "R8-0001" in counter.wire.last(STAFF_CHAT).text


async def test_the_running_delivery_wakes_on_a_commit_and_sleeps_otherwise(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = 0
    real = delivery.claim

    def counted(tx: Transaction, now: datetime) -> Claim:
        nonlocal claims
        claims += 1
        return real(tx, now)

    monkeypatch.setattr(delivery, "claim", counted)
    news = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        loop.call_soon_threadsafe(news.set)

    take_off = counter.application.house.database.on_commit(delivery.NEWS, tell)
    running = asyncio.create_task(Delivery(counter.application).run())
    try:
        await submit(counter)
        async with asyncio.timeout(10):
            while await counter.read("select status from outbox") != [("sent",)]:
                await news.wait()
                news.clear()
    finally:
        take_off()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    # One at start, one for the notice, one for its record: none for the thirty answers before.
    assert claims <= 4
