"""Whatever people do in whatever order: what is offered can be booked, and every seat is kept."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.bookings import MoveOf, NewMeeting, SlotClosed, SlotTaken, TooLateToChange, seated
from domain.closures import Interval, merged, without
from domain.fiscal_year import jst_date, jst_midnight
from domain.slots import QUARTER, Method
from services import bookings
from services.agendas import agenda, rules_of, whole_agenda
from services.bookings import Wish
from storage import closures
from storage.database import Database
from storage.migrate import upgrade
from tests.integration.booking_office import (
    NOW,
    OWNER,
    assert_seats_are_kept,
    consultations,
    hours,
    occasion,
    programme_of,
    way,
)

if TYPE_CHECKING:
    from domain.bookings import Booking
    from services.occasion import Occasion

CASES = 6
DAYS = 5


def office(seats: int) -> Occasion:
    """Return an office whose methods differ in length, places and hours."""
    soon = {"notice_working_days": 1, "horizon_days": DAYS}
    return occasion(
        programme_of(
            seats,
            [hours("09:30", "12:00"), hours("13:30", "16:00")],
            hub=way(60, 30, min(2, seats), **soon),
            visit=way(90, 45, 1, **soon),
            phone=way(30, 0, min(2, seats), hours=[hours("09:00", "17:00")], **soon),
        )
    )


METHODS = st.sampled_from((Method.HUB, Method.VISIT, Method.PHONE))


class Counter(RuleBasedStateMachine):
    """Owners and staff of one small office."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="madoguchi-laws-")
        url = f"sqlite:///{Path(self.folder.name) / 'x.db'}"
        upgrade(url)
        self.database = Database(url)
        self.cases = consultations(self.database, CASES)
        self.at = office(3)
        self.booked: dict[int, Booking] = {}

    @rule(case=st.integers(0, CASES - 1), method=METHODS, choice=st.integers(0, 200))
    def book(self, case: int, method: Method, choice: int) -> None:
        wish = self.wish(method, choice)
        if case in self.booked or wish is None:
            return
        self.booked[case] = self.database.write(
            lambda tx: bookings.book(tx, self.at, OWNER, self.cases[case], wish)
        ).result()

    @rule(case=st.integers(0, CASES - 1), method=METHODS, choice=st.integers(0, 200))
    def move(self, case: int, method: Method, choice: int) -> None:
        booking = self.booked.get(case)
        if booking is None:
            return
        target = MoveOf(booking.id, booking.revision)
        with suppress(TooLateToChange):
            offer = self.database.read(
                lambda tx: bookings.offer(tx, self.at, OWNER, target, method)
            ).result()
            free = list(offer.agenda.free())
            if free:
                wish = Wish(method, free[choice % len(free)])
                self.booked[case] = self.database.write(
                    lambda tx: bookings.move(tx, self.at, OWNER, target, wish)
                ).result()

    @rule(case=st.integers(0, CASES - 1))
    def cancel(self, case: int) -> None:
        booking = self.booked.get(case)
        if booking is None:
            return
        target = MoveOf(booking.id, booking.revision)
        with suppress(TooLateToChange):
            self.database.write(lambda tx: bookings.cancel(tx, self.at, OWNER, target)).result()
            del self.booked[case]

    @rule(start=st.integers(0, DAYS * 96), length=st.integers(1, 96), closes=st.booleans())
    def close_or_open(self, start: int, length: int, closes: bool) -> None:
        begins = jst_midnight(jst_date(NOW)) + QUARTER * start
        span = Interval(begins, begins + QUARTER * length)
        far = (NOW - timedelta(days=2), NOW + timedelta(days=30))
        old = self.database.read(lambda tx: closures.between(tx, *far)).result()
        new = merged([*old, span]) if closes else without(old, span)
        self.database.write(lambda tx: closures.replace(tx, old, new)).result()

    @rule(seats=st.integers(1, 3))
    def have_seats(self, seats: int) -> None:
        self.at = replace(office(seats), now=self.at.now)

    @rule(hours=st.integers(1, 20))
    def wait(self, hours: int) -> None:
        if self.at.now < NOW + timedelta(days=2):
            self.at = replace(self.at, now=self.at.now + timedelta(hours=hours))

    @invariant()
    def every_seat_is_kept(self) -> None:
        assert {one.id for one in assert_seats_are_kept(self.database)} == {
            one.id for one in self.booked.values()
        }

    @invariant()
    def what_is_offered_can_be_booked_and_nothing_else(self) -> None:
        free_case = next((n for n in range(CASES) if n not in self.booked), None)
        if free_case is None:
            return
        case = self.cases[free_case]
        for method in self.at.programme.booking.methods_offered:
            offer = self.database.read(
                lambda tx, method=method: bookings.offer(
                    tx, self.at, OWNER, NewMeeting(case), method
                )
            ).result()
            free = set(offer.agenda.free())
            assert {
                start for start in self.asked(method) if self.can_book(case, method, start)
            } == free

    def asked(self, method: Method) -> list[datetime]:
        rules = self.at.programme.booking.methods_offered[method]
        today = jst_date(NOW)
        return [
            start
            for n in range(-1, DAYS + 4)
            for start in rules.starts_on(today + timedelta(days=n))
        ]

    def can_book(self, case: int, method: Method, start: datetime) -> bool:
        day = jst_date(start)
        found = self.database.read(
            lambda tx: agenda(tx, rules_of(self.at, method), self.at, day, day)
        ).result()
        try:
            seated(found, case, start)
        except (SlotTaken, SlotClosed):
            return False
        return True

    def wish(self, method: Method, choice: int) -> Wish | None:
        found = self.database.read(
            lambda tx: whole_agenda(tx, rules_of(self.at, method), self.at)
        ).result()
        free = list(found.free())
        return Wish(method, free[choice % len(free)]) if free else None

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestCounter = Counter.TestCase
TestCounter.settings = settings(
    max_examples=4, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
