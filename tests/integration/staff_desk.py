"""A counter with a manager at it, and meetings booked over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from domain.bookings import BookingState, seated
from domain.fiscal_year import JST
from domain.slots import Method
from domain.staff import Role, StaffMember
from services import bookings
from services.agendas import rules_of, whole_agenda
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage import consultations
from storage import staff as staff_storage
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.bookings import Booking
    from storage.database import Transaction
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

OWNER, MANAGER, CLERK, PLANNING, STRANGER = 100, 400, 401, 402, 777
ROLES = {MANAGER: Role.MANAGER, CLERK: Role.CLERK, PLANNING: Role.PLANNING}
THURSDAY = date(2026, 11, 26)


def at_jst(day: date, clock: str) -> datetime:
    """Return a moment given in JST."""
    return datetime.combine(day, time.fromisoformat(clock), JST).astimezone(UTC)


@dataclass
class Desk:
    """What happens at the counter, by services, and what staff read there."""

    counter: Counter
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.counter.application.house.database)
        for user, role in ROLES.items():
            member = StaffMember(user, f"Person {user}", role, self.counter.moment)
            self.do(lambda tx, _at, member=member: staff_storage.register(tx, member))

    def do(self, unit: Callable[[Transaction, Occasion], Any]) -> Any:
        house = self.counter.application.house
        at = Occasion(house.programme, house.staff_chat, self.counter.moment)
        return house.database.write(lambda tx: unit(tx, at)).result()

    def case(self, user: int = OWNER, taken_by: int | None = None) -> int:
        case: int = self.ledger.consult(date(2026, 11, 24), user_id=user)
        if taken_by is not None:
            self.do(lambda tx, _at: consultations.take(tx, case, taken_by))
        return case

    def book(
        self,
        day: date = THURSDAY,
        clock: str = "09:30",
        method: Method = Method.HUB,
        user: int = OWNER,
        taken_by: int | None = None,
    ) -> Booking:
        case = self.case(user, taken_by)
        wish = Wish(method, at_jst(day, clock))
        booking: Booking = self.do(lambda tx, at: bookings.book(tx, at, user, case, wish))
        return booking

    def hold(self, day: date = THURSDAY, clock: str = "09:30") -> int:
        case = self.case()
        start = at_jst(day, clock)

        def keep(tx: Transaction, at: Occasion) -> int:
            until = at.now + timedelta(minutes=30)
            found = whole_agenda(tx, rules_of(at, Method.HUB), at)
            return stored.add(tx, seated(found, case, start, BookingState.HELD, until), at.now)

        held: int = self.do(keep)
        return held

    def found(self, booking_id: int) -> Booking:
        booking: Booking = self.do(lambda tx, _at: stored.find(tx, booking_id))
        return booking

    async def say(self, user: int, text: str) -> Shown:
        await self.counter.say(user, text)
        return self.counter.wire.last(user)

    async def press(self, user: int, label: str, chat: int | None = None) -> Shown:
        await self.counter.press(user, label, chat)
        return self.counter.wire.asking(chat or user)

    async def press_data(
        self, user: int, data: str, chat: int | None = None, message: int = 5
    ) -> None:
        body = self.counter.press_body(user, data, chat or user, message)
        await self.counter.update(body)

    async def deliver(self) -> None:
        """Send all that is due, a message a second to each chat."""
        for _ in range(6):
            await self.counter.delivery.send_due()
            self.counter.moment += timedelta(seconds=1)

    async def audited(self) -> list[tuple[int, str, str]]:
        return await self.counter.read("select actor, action, subject from audit_log order by id")


def labels(shown: Shown) -> list[str]:
    """Return what the buttons of a message say."""
    return [button["text"] for button in shown.buttons]


def data_of(shown: Shown, label: str) -> str:
    """Return what a button says of itself."""
    return next(b["callback_data"] for b in shown.buttons if label in b["text"])
