"""The ledger of chasers, what of them is put off, and the matters that they are about."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select

from domain.chasers import Chaser, Matter, Said, Snoozed, Stage, Undone
from storage import bookings, case_waits
from storage.tables import ChaserRow, SnoozeRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from domain.bookings import Booking
    from storage.database import Transaction

_CHUNK = 500


def untaken(tx: Transaction, before: datetime) -> list[Undone]:
    """Return the cases that nobody on the staff has had since before a moment."""
    return [
        _waiting(Matter.UNASSIGNED, wait.case, wait.since, None)
        for wait in case_waits.untaken(tx, before)
    ]


def without_contact(tx: Transaction, before: datetime) -> list[Undone]:
    """Return the cases in hand whose companies were not contacted since before a moment."""
    return [
        _waiting(Matter.NO_CONTACT, wait.case, wait.since, wait.assignee)
        for wait in case_waits.to_contact(tx, before)
    ]


def without_outcome(tx: Transaction, now: datetime) -> list[Undone]:
    """Return the meetings that are over and of which nobody said what became of them."""
    return [_met(booking) for booking in bookings.over(tx, now)]


def still(tx: Transaction, chaser: Chaser, now: datetime) -> Undone | None:
    """Return what a chaser is about as it is now; None if it is settled, by whatever did it.

    Not of follow-ups and referrals, of which others know.
    """
    return next((one for one in _as_it_is(tx, chaser, now) if one.subject == chaser.subject), None)


def _as_it_is(tx: Transaction, chaser: Chaser, now: datetime) -> list[Undone]:
    if chaser.matter is Matter.NO_OUTCOME:
        live = bookings.live_of(tx, chaser.case)
        is_over = live is not None and live.held_until is None and live.ends_at <= now
        over = [live] if live is not None and is_over else []
        return [_met(one) for one in (*bookings.unanswered_of(tx, chaser.case), *over)]
    of_case = {
        Matter.UNASSIGNED: case_waits.untaken_since,
        Matter.NO_CONTACT: case_waits.to_contact_since,
    }
    since = of_case[chaser.matter](tx, chaser.case)
    return [] if since is None else [_waiting(chaser.matter, chaser.case, since, None)]


def _waiting(matter: Matter, case: int, since: datetime, assignee: int | None) -> Undone:
    return Undone(case, matter, _moment(since), since, assignee)


def _met(booking: Booking) -> Undone:
    subject = f"{booking.id}.{booking.revision}"
    case, assignee = booking.consultation_id, booking.assignee
    return Undone(case, Matter.NO_OUTCOME, subject, booking.ends_at, assignee)


def _moment(since: datetime) -> str:
    return since.strftime("%Y%m%d%H%M%S%f")


def said(tx: Transaction, matter: Matter, cases: Iterable[int]) -> dict[tuple[int, str], Said]:
    """Return the last chaser of each subject of a matter that the cases had."""
    found: dict[tuple[int, str], Said] = {}
    for chunk in _chunks(cases):
        rows = tx.connection.execute(
            select(*ChaserRow.__table__.columns)
            .where(ChaserRow.consultation_id.in_(chunk), ChaserRow.matter == matter)
            .order_by(ChaserRow.number)
        )
        for row in rows:
            last = Said(row.number, Stage(row.stage), row.said_on)
            found[row.consultation_id, row.subject] = last
    return found


def snoozes(tx: Transaction, matter: Matter, cases: Iterable[int]) -> dict[int, Snoozed]:
    """Return what of a matter was put off last, by case."""
    found: dict[int, Snoozed] = {}
    for chunk in _chunks(cases):
        rows = tx.connection.execute(
            select(*SnoozeRow.__table__.columns).where(
                SnoozeRow.consultation_id.in_(chunk), SnoozeRow.matter == matter
            )
        )
        found |= {row.consultation_id: Snoozed(row.until, row.by) for row in rows}
    return found


def _chunks(cases: Iterable[int]) -> Iterator[list[int]]:
    left = iter(cases)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk


def add(tx: Transaction, matter: Undone, last: Said) -> int | None:
    """Enter a chaser in the ledger; return its id, None if it was decided before."""
    statement = (
        tx.insert(ChaserRow)
        .values(
            consultation_id=matter.case,
            matter=matter.matter,
            subject=matter.subject,
            number=last.number,
            stage=last.stage,
            said_on=last.on,
        )
        .on_conflict_do_nothing(index_elements=["consultation_id", "matter", "subject", "number"])
        .returning(ChaserRow.id)
    )
    found: int | None = tx.connection.execute(statement).scalar_one_or_none()
    return found


def find(tx: Transaction, chaser_id: int) -> Chaser | None:
    """Return a chaser of the ledger."""
    row = tx.connection.execute(
        select(*ChaserRow.__table__.columns).where(ChaserRow.id == chaser_id)
    ).first()
    if row is None:
        return None
    last = Said(row.number, Stage(row.stage), row.said_on)
    return Chaser(row.id, row.consultation_id, Matter(row.matter), row.subject, last)


def said_on(tx: Transaction, case: int, day: date) -> list[int]:
    """Return the ids of the chasers of a case that were decided on a day."""
    ids = select(ChaserRow.id).where(ChaserRow.consultation_id == case, ChaserRow.said_on == day)
    return list(tx.connection.execute(ids.order_by(ChaserRow.id)).scalars())


def snooze(tx: Transaction, case: int, matter: Matter, until: date, by: int, now: datetime) -> None:
    """Let the chasers of a case and a matter rest until a day; the latest wish stands."""
    wish = {"until": until, "by": by, "at": now}
    tx.connection.execute(
        tx.insert(SnoozeRow)
        .values(consultation_id=case, matter=matter, **wish)
        .on_conflict_do_update(index_elements=["consultation_id", "matter"], set_=wish)
    )
