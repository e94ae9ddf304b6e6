"""A line of owners who wait for one of two slots a week."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from domain.bookings import Booking, BookingState, MoveOf
from domain.consultations import ConsultationState
from domain.fiscal_year import JST
from domain.slots import Method
from services import bookings, waiting
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage import consultations
from tests.integration.booking_office import STAFF_CHAT, programme_of, way
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.programme import Programme
    from services.waiting import InLine
    from storage.database import Database, Transaction

    Service = Callable[..., Any]


def jst(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=JST).astimezone(UTC)


def programme(seats: int = 1, notice: int = 2) -> Programme:
    """Two slots a week, on Thursday at 9:30 and 11:00; visits are on Friday at 14:00."""
    thursday = {"weekdays": ("thu",), "opens": "09:30", "closes": "12:00"}
    friday = {"weekdays": ("fri",), "opens": "14:00", "closes": "15:00"}
    weekly = way(60, 30, seats, horizon_days=7, notice_working_days=notice)
    return programme_of(
        seats, [thursday], hub=weekly, online=weekly, visit=weekly | {"hours": (friday,)}
    )


NOW = jst(24, 10)
EARLY, LATE = Wish(Method.HUB, jst(26, 9, 30)), Wish(Method.HUB, jst(26, 11))
FRIDAY = Wish(Method.VISIT, jst(27, 14))


@dataclass
class Line:
    """A database with owners whose cases are numbered like them, from 101."""

    database: Database
    at: Occasion = field(default_factory=lambda: Occasion(programme(), STAFF_CHAT, NOW))
    cases: dict[int, int] = field(default_factory=dict)

    def run(self, service: Service, *arguments: Any) -> Any:
        return self.database.write(lambda tx: service(tx, self.at, *arguments)).result()

    def do(self, unit: Callable[[Transaction], Any]) -> Any:
        return self.database.write(unit).result()

    def later(self, **minutes: float) -> None:
        self.at = replace(self.at, now=self.at.now + timedelta(**minutes))

    def opens(self, *users: int) -> None:
        ledger = Ledger(self.database, drafts=10_000 + len(self.cases))
        for user in users:
            self.cases[user] = ledger.consult(date(2026, 11, 24), user_id=user)

    def book(self, user: int, wish: Wish) -> Booking:
        booked: Booking = self.run(bookings.book, user, self.cases[user], wish)
        return booked

    def wait(self, *users: int, method: Method = Method.HUB) -> None:
        for user in users:
            asked = self.run(waiting.ask, user, self.cases[user], method)
            assert asked.in_line is not None
            self.later(seconds=1)

    def cancel(self, booking: Booking) -> None:
        target = MoveOf(booking.id, booking.revision)
        self.run(bookings.cancel, booking.user_id, target)

    def close(self, user: int) -> None:
        closed = ConsultationState.CLOSED_NO_CONTACT
        self.do(lambda tx: consultations.set_state(tx, self.cases[user], closed))

    def live(self, user: int) -> Booking | None:
        return self.do(lambda tx: stored.live_of(tx, self.cases[user]))  # type: ignore[no-any-return]

    def held(self, user: int) -> datetime | None:
        """The time held for somebody (UTC)."""
        hold = self.live(user)
        return hold.starts_at if hold is not None and hold.state is BookingState.HELD else None

    def target(self, user: int) -> MoveOf:
        hold = self.live(user)
        assert hold is not None
        return MoveOf(hold.id, hold.revision)

    def waits(self, user: int) -> bool:
        return self.do(lambda tx: waiting.in_line(tx, self.cases[user])) is not None

    def place(self, user: int) -> InLine:
        found: InLine = self.do(lambda tx: waiting.in_line(tx, self.cases[user]))
        return found

    def owed(self, user: int) -> list[str]:
        rows = self.do(
            lambda tx: tx.connection.execute(
                text("SELECT kind FROM outbox WHERE recipient = :user ORDER BY id"), {"user": user}
            ).all()
        )
        return [row.kind for row in rows]

    def booked(self, user: int) -> Booking:
        booking = self.live(user)
        assert booking is not None
        assert booking.state is BookingState.BOOKED
        return booking


def full_line(database: Database) -> Line:
    """Return a line whose two slots are booked by 101 and 102."""
    line = Line(database)
    line.opens(101, 102, 103, 104, 105, 106)
    line.book(101, EARLY)
    line.book(102, LATE)
    return line
