"""Traps of Telegram, APScheduler and SQLite, each held shut."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from storage.database import Database, make_engine
from storage.migrate import upgrade
from tests.integration.test_intake import agree, walk

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.integration.conftest import Counter

OWNER, STAFF = 100, 900
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


def refuse(counter: Counter, monkeypatch: pytest.MonkeyPatch, refused: dict[str, str]) -> list[str]:
    """Let these methods be refused with these words; return the list of the refused calls."""
    calls: list[str] = []
    wire, answer = counter.wire, counter.wire.do_request

    async def do_request(url: str, *given: Any, **named: Any) -> tuple[int, bytes]:
        method = url.rsplit("/", 1)[-1]
        if method not in refused:
            return await answer(url, *given, **named)
        calls.append(method)
        body = {"ok": False, "error_code": 400, "description": refused[method]}
        return 400, json.dumps(body).encode()

    monkeypatch.setattr(wire, "do_request", do_request)
    return calls


async def test_a_press_that_telegram_has_forgotten_still_counts(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(counter, OWNER)
    calls = refuse(counter, monkeypatch, {"answerCallbackQuery": TOO_OLD})
    await walk(counter, OWNER)
    await counter.press(OWNER, "送信する")
    assert "R8-0001" in counter.wire.told(OWNER).text
    assert "answerCallbackQuery" in calls
    assert await counter.read("select count(*), max(tries) from inbox") == [(counter.update_id, 0)]


async def test_a_message_that_is_not_modified_is_as_it_should_be(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(counter, OWNER)
    calls = refuse(counter, monkeypatch, {"editMessageText": NOT_MODIFIED})
    await counter.press(OWNER, "経営者")
    assert "editMessageText" in calls
    assert "事業の形" in counter.wire.asking(OWNER).text
    assert await counter.read("select count(*) from dead_letters") == [(0,)]
    assert await counter.read("select max(tries) from inbox") == [(0,)]


async def test_a_late_tick_is_run_and_not_dropped(counter: Counter) -> None:
    queue = counter.application.job_queue
    assert queue is not None
    (job,) = (one.job for one in queue.jobs())
    assert job.misfire_grace_time is None
    assert job.coalesce
    assert job.trigger.interval.total_seconds() == 30


def test_sqlite_keeps_what_it_has_committed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    upgrade(url)
    for writes in (True, False):
        engine = make_engine(url, writes=writes)
        with engine.connect() as connection:
            found = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "query_only")
            }
            assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() >= 5000
        engine.dispose()
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "query_only": int(not writes),
        }


def test_the_database_is_its_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    url = f"sqlite:///{folder / 'x.db'}"
    upgrade(url)
    database = Database(url)
    database.write(lambda tx: tx.connection.execute(text("delete from inbox")).rowcount).result()
    files = sorted(folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"x.db", "x.db-wal"} <= {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    database.close()
