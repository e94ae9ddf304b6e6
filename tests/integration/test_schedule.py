"""The scheduled summaries: when they are decided, exactly once, and what they say."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from bot.schedule import tick
from domain.consultations import KpiKind, ReferenceKind
from domain.fiscal_year import JST
from domain.form import OneOf
from domain.needs_company import MORE
from domain.size import Eligibility
from services import figures, needs
from storage.database import Database
from tests.integration.conftest import STAFF_CHAT, Counter
from tests.integration.ledger import ANSWERS, Ledger

if TYPE_CHECKING:
    import pytest

    from storage.database import Transaction


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JST)  # type: ignore[misc, arg-type]


async def run(counter: Counter, first: datetime, last: datetime) -> dict[str, datetime]:
    """Tick every half hour; return when (JST) each summary was decided."""
    decided: dict[str, datetime] = {}
    counter.moment = first
    while counter.moment <= last:
        await tick(counter.application.house)
        for (key,) in await counter.read("select dedupe_key from outbox"):
            short = key.removeprefix("summary:")
            decided.setdefault(short, counter.moment.astimezone(JST))
        counter.moment += timedelta(minutes=30)
    return decided


async def test_the_first_start_does_not_report_the_past(counter: Counter) -> None:
    counter.moment = jst(2026, 11, 24, 9, 30)
    await tick(counter.application.house)
    await tick(counter.application.house)
    assert await counter.read("select count(*) from outbox") == [(0,)]


async def test_the_year_end_moves_both_summaries_to_4_january(counter: Counter) -> None:
    assert await run(counter, jst(2026, 12, 28, 8), jst(2027, 1, 5)) == {
        "weekly:2026-W52": jst(2026, 12, 28, 9),
        "weekly:2026-W53": jst(2027, 1, 4, 9),
        "monthly:2026-12": jst(2027, 1, 4, 9),
    }


async def test_golden_week_moves_the_weekly_summary_behind_it(counter: Counter) -> None:
    assert await run(counter, jst(2026, 4, 30), jst(2026, 5, 8)) == {
        "monthly:2026-04": jst(2026, 5, 1, 9),
        "weekly:2026-W18": jst(2026, 5, 7, 9),
    }


async def test_a_month_that_begins_on_a_holiday_is_reported_the_next_working_day(
    counter: Counter,
) -> None:
    # 1 August 2026 is a Saturday.
    assert await run(counter, jst(2026, 7, 31, 10), jst(2026, 8, 3, 12)) == {
        "monthly:2026-07": jst(2026, 8, 3, 9),
        "weekly:2026-W31": jst(2026, 8, 3, 9),
    }


async def test_the_summary_of_march_belongs_to_the_year_that_ended(counter: Counter) -> None:
    ledger = Ledger(counter.application.house.database)
    for on in (date(2027, 3, 31), date(2027, 3, 31), date(2027, 4, 1)):
        ledger.consult(on)
    decided = await run(counter, jst(2027, 3, 31, 23), jst(2027, 4, 1, 9))
    assert decided == {"monthly:2027-03": jst(2027, 4, 1, 9)}
    await counter.delivery.send_due()
    shown = counter.wire.last(STAFF_CHAT).text
    assert "【月次】令和9年3月末" in shown
    assert "<b>相談</b>　3月 2件／年度 2件（目標 200件、達成率 1.0%）" in shown
    assert "（365／365日）" in shown


async def test_what_was_missed_is_caught_up_at_start(counter: Counter) -> None:
    counter.moment = jst(2026, 10, 30)
    await tick(counter.application.house)
    await counter.close()
    counter.moment = jst(2026, 11, 16, 8)
    await counter.open()
    await tick(counter.application.house)
    rows = await counter.read("select dedupe_key from outbox order by id")
    assert [key for (key,) in rows] == [
        "summary:monthly:2026-10",
        "summary:weekly:2026-W44",
        "summary:weekly:2026-W45",
    ]
    await tick(counter.application.house)
    assert await counter.read("select count(*) from outbox") == [(3,)]


async def test_a_late_summary_has_the_figures_of_its_period(counter: Counter) -> None:
    ledger = Ledger(counter.application.house.database)
    counter.moment = jst(2026, 10, 30)
    await tick(counter.application.house)
    area = counter.application.house.questionnaire.by_key["area"]
    assert isinstance(area, OneOf)
    south = next(each.code for each in area.offered({}) if each.label.startswith("南部"))
    elsewhere = {**ANSWERS, "area": south, "industry": MORE, "other_industry": "A"}
    case = ledger.consult(date(2026, 10, 5), answers=elsewhere)
    ledger.consult(date(2026, 10, 6), Eligibility.NOT_ELIGIBLE, answers=elsewhere)
    ledger.consult(date(2026, 11, 5))
    ledger.count(case, KpiKind.MATCH, date(2026, 10, 20))
    ledger.count(case, ReferenceKind.MEETING, date(2026, 10, 12))
    for _ in range(3):
        ledger.count(case, ReferenceKind.REFERRAL, date(2026, 10, 31))
    ledger.count(case, ReferenceKind.REFERRAL, date(2026, 11, 1))
    counter.moment = jst(2026, 11, 10, 12, 34)
    await tick(counter.application.house)
    texts = []
    for _ in range(2):
        await counter.delivery.send_due()
        texts.append(counter.wire.last(STAFF_CHAT).text)
        counter.moment += timedelta(seconds=1)
    monthly = texts[0]
    assert monthly.startswith("<b>【月次】令和8年10月末</b>")
    assert "<b>相談</b>　10月 1件／年度 1件（目標 200件、達成率 0.5%）" in monthly
    assert "<b>マッチング</b>　10月 1件／年度 1件（目標 15件、達成率 6.7%）" in monthly
    assert "受付 2件・面談 1件・取次 3件（当月）\nKPI対象外 1件・要確認 0件" in monthly
    assert "未対応（3開庁日超）：2件\n　R8-0001、R8-0002" in monthly
    assert "地域：南部 2\n業種：農業・林業 2\n求める人材：" in monthly
    assert "関わり方：副業・兼業 2\n" in monthly
    assert monthly.endswith("11月10日（火） 12:34時点")


RACERS = 8


def test_racing_processes_decide_each_period_once(url: str) -> None:
    """Several processes, several ticks each, at every due moment of two months."""
    programme = load_programme(SAMPLE)
    racers = [Database(url) for _ in range(RACERS)]

    def decide(tx: Transaction, now: datetime) -> int:
        periods = figures.decide_summaries(tx, programme, programme.working_days, -1, now)
        return len(periods)

    start = datetime(2026, 9, 1, tzinfo=UTC)
    racers[0].write(lambda tx: decide(tx, start)).result()
    decided = 0
    for day in range(60):
        now = start + timedelta(days=day, minutes=1)
        futures = [
            racer.write(lambda tx, now=now: decide(tx, now))  # type: ignore[misc]
            for _ in range(3)
            for racer in racers
        ]
        wait(futures)
        decided += sum(future.result() for future in futures)
    (rows,) = (
        racers[0]
        .read(
            lambda tx: [
                tuple(row)
                for row in tx.connection.execute(
                    text("select count(*), count(distinct dedupe_key) from outbox")
                )
            ]
        )
        .result()
    )
    for racer in racers:
        racer.close()
    # Eight weeks and one month fell due after 1 September and by 30 October.
    assert (decided, *rows) == (9, 9, 9)


async def test_a_duty_that_fails_does_not_stop_the_summaries(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(needs, "decide_nudges", fail)
    await run(counter, jst(2026, 11, 30, 8, 30), jst(2026, 11, 30, 9))
    assert await counter.read("select kind from outbox") == [("summary",)]
    assert "a duty of the tick failed" in caplog.text
