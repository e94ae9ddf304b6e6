"""Meetings at a counter, booked and changed as the services do it, and what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.bookings import MoveOf, Reason
from domain.fiscal_year import JST, jst_date
from domain.slots import Method
from domain.staff import Role, StaffMember
from services import bookings, cases
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings as stored
from storage import staff
from tests.integration.ledger import Ledger

if TYPE_CHECKING:
    from domain.bookings import Booking
    from storage.database import Unit
    from tests.integration.conftest import Counter
    from tests.integration.wire import Shown

OWNER, ADMIN, CLERK, OTHER = 100, 900, 301, 302


def jst(*parts: int) -> datetime:
    """Return a moment given by the clock in Japan."""
    return datetime(*parts, tzinfo=JST)  # type: ignore[misc, arg-type]


@dataclass
class Meetings:
    """What happens to one case's meeting."""

    counter: Counter
    case: int = 0

    async def do(self, unit: Unit[object]) -> object:
        return await self.counter.application.house.write(unit)

    async def hire(self, *users: int) -> None:
        for user in users:
            member = StaffMember(user, f"職員{user}", Role.CLERK, self.counter.moment)
            await self.do(lambda tx, member=member: staff.register(tx, member))  # type: ignore[misc]

    async def consult(self) -> int:
        """Log the case of OWNER."""
        ledger = Ledger(self.counter.application.house.database, drafts=self.case + 10_000)
        self.case = ledger.consult(jst_date(self.counter.moment))
        return self.case

    async def book(self, *start: int, method: Method = Method.HUB) -> Booking:
        """Book for OWNER a meeting that begins at a clock time in Japan."""
        wish = Wish(method, jst(*start).astimezone(UTC))
        at, case = self.at, self.case
        return await self.counter.application.house.write(
            lambda tx: bookings.book(tx, at, OWNER, case, wish)
        )

    async def move(self, *start: int, by: int = OWNER, reason: Reason = Reason.OFFICE) -> None:
        target = await self.target()
        wish = Wish(Method.HUB, jst(*start).astimezone(UTC))
        at = self.at
        if by == OWNER:
            await self.do(lambda tx: bookings.move(tx, at, by, target, wish))
        else:
            await self.do(lambda tx: bookings.move_by_staff(tx, at, by, target, wish, reason))

    async def cancel(self, by: int = OWNER, reason: Reason = Reason.OFFICE) -> None:
        target = await self.target()
        at = self.at
        if by == OWNER:
            await self.do(lambda tx: bookings.cancel(tx, at, by, target))
        else:
            await self.do(lambda tx: bookings.cancel_by_staff(tx, at, by, target, reason))

    async def take(self, user: int) -> None:
        at, case = self.at, self.case
        await self.do(lambda tx: cases.take(tx, at, user, f"職員{user}", case))

    async def latest(self) -> Booking:
        found = await self.counter.application.house.read(
            lambda tx: stored.latest_of(tx, self.case)
        )
        assert found is not None
        return found

    async def target(self) -> MoveOf:
        booking = await self.latest()
        return MoveOf(booking.id, booking.revision)

    async def told(self, *moment: int) -> list[Shown]:
        """Put the clock to a moment, send all that is due then; return it in order."""
        if moment:
            self.counter.moment = jst(*moment)
        before = set(self.counter.wire.shown)
        while await self.counter.delivery.send_due():
            # A chat gets one message a second.
            self.counter.moment += timedelta(seconds=1)
        return [shown for key, shown in self.counter.wire.shown.items() if key not in before]

    @property
    def at(self) -> Occasion:
        house = self.counter.application.house
        return Occasion(house.programme, house.staff_chat, self.counter.moment)
