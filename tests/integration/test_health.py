"""/healthz, /readyz and /metrics over real HTTP, on a real database."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import text

from bot import metrics
from bot.health import HealthRoutes, Intake, Vitals
from bot.http_server import HttpServer
from bot.settings import Address
from storage import queues
from storage.migrate import HEAD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Select

    from storage.database import Transaction
    from tests.integration.conftest import Counter


class Asked:
    def __init__(self, url: str, session: aiohttp.ClientSession, vitals: Vitals) -> None:
        self.url = url
        self.session = session
        self.vitals = vitals

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.url + path) as response:
            return response.status, await response.text()


@asynccontextmanager
async def asking(counter: Counter) -> AsyncIterator[Asked]:
    vitals = Vitals(Intake.WEBHOOK, is_telegram_known=True)
    routes = HealthRoutes(vitals, counter.application.house.database, lambda: counter.moment)
    async with (
        HttpServer(Address("127.0.0.1", 0), routes.routes()) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Asked(f"http://{server.address}", session, vitals)


async def test_a_process_that_serves_is_alive_and_ready(counter: Counter) -> None:
    async with asking(counter) as asked:
        assert await asked.get("/healthz") == (200, "alive\n")
        assert await asked.get("/readyz") == (200, "ready\nintake: webhook\n")
        async with asked.session.head(asked.url + "/readyz") as response:
            assert response.status == 200
        assert (await asked.get("/other"))[0] == 404


@pytest.mark.parametrize(
    ("vitals", "reason"),
    [
        (Vitals(), "telegram: has not answered yet"),
        (Vitals(is_telegram_known=True), "intake: starting"),
        (Vitals(Intake.STOPPING, is_telegram_known=True), "intake: stopping"),
        (Vitals(Intake.POLLING, is_telegram_known=True), "polling: no good poll yet"),
    ],
)
async def test_what_is_not_ready_says_why(counter: Counter, vitals: Vitals, reason: str) -> None:
    async with asking(counter) as asked:
        vars(asked.vitals).update(vars(vitals))
        assert await asked.get("/readyz") == (503, f"not ready\n{reason}\n")
        assert (await asked.get("/healthz"))[0] == 200


async def test_an_old_poll_is_not_ready(counter: Counter) -> None:
    async with asking(counter) as asked:
        asked.vitals.intake = Intake.POLLING
        asked.vitals.last_good_poll = counter.moment
        assert (await asked.get("/readyz"))[0] == 200
        counter.moment += timedelta(seconds=120)
        status, body = await asked.get("/readyz")
        assert (status, "last good poll 120 s ago" in body) == (503, True)
        assert "madoguchi_poll_age_seconds 120" in (await asked.get("/metrics"))[1]


async def test_another_version_of_the_schema_is_not_ready(counter: Counter) -> None:
    database = counter.application.house.database
    database.write(
        lambda tx: tx.connection.execute(text("update alembic_version set version_num='0000'"))
    ).result()
    async with asking(counter) as asked:
        status, body = await asked.get("/readyz")
    assert status == 503
    assert f"schema: the database is at version 0000 (version {HEAD} is needed)" in body


async def test_a_database_that_is_gone_is_not_ready_and_shows_no_statement(
    counter: Counter,
) -> None:
    database = counter.application.house.database
    for table in ("alembic_version", "inbox"):
        database.write(
            lambda tx, name=table: tx.connection.execute(text(f"drop table {name}"))
        ).result()
    async with asking(counter) as asked:
        status, body = await asked.get("/readyz")
        assert status == 503
        assert "schema: the database has no tables yet" in body
        assert "select" not in body.lower()
        status, body = await asked.get("/metrics")
        assert status == 200
        assert "madoguchi_database_up 0" in body


async def test_the_figures_count_updates_and_depths_and_name_nobody(counter: Counter) -> None:
    before = {outcome: metrics.UPDATES.of(outcome) for outcome in ("done", "failed", "buried")}
    await counter.say(5_100_000_001, "/start")
    await counter.update({"message": {"chat": {"id": 5_100_000_001}, "from": {"id": 1}}})
    after = {outcome: metrics.UPDATES.of(outcome) - count for outcome, count in before.items()}
    assert after == {"done": 1, "failed": 3, "buried": 1}
    async with asking(counter) as asked, asked.session.get(asked.url + "/metrics") as response:
        assert response.content_type == "text/plain"
        lines = (await response.text()).splitlines()
    assert "madoguchi_database_up 1" in lines
    assert "madoguchi_inbox_waiting 0" in lines
    assert "madoguchi_dead_letters 1" in lines
    assert 'madoguchi_answer_seconds_bucket{le="+Inf"}' in "\n".join(lines)
    assert "5100000001" not in "\n".join(lines)


@pytest.mark.parametrize("count", [queues._UNFINISHED, queues._OWED])
def test_a_queue_is_counted_by_its_index_of_the_unfinished(
    counter: Counter, count: Select[int]
) -> None:
    def plan(tx: Transaction) -> str:
        return str(tx.connection.exec_driver_sql(f"explain query plan {count}").all())

    database = counter.application.house.database
    assert "INDEX ix_" in database.read(plan).result()
