"""An office with few seats, its people, and what must be true of its bookings at any time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.programme_file import SAMPLE, load_programme
from domain.consultations import NewConsultation
from domain.drafts import Consent
from domain.fiscal_year import JST, FiscalYear
from domain.programme_booking import BookingSettings
from domain.size import CompanySize, Eligibility, SizeVerdict
from domain.slots import Method, quarters
from services.bookings import Wish
from services.occasion import Occasion
from storage import bookings
from storage import consultations as stored_cases
from tests.integration.ledger import ANSWERS, COMPANY

if TYPE_CHECKING:
    from domain.bookings import Booking
    from domain.programme import Programme
    from storage.database import Database, Transaction

OWNER, STAFF_CHAT = 100, -1
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SAMPLE_PROGRAMME = load_programme(SAMPLE)


def hours(opens: str, closes: str) -> dict[str, Any]:
    """Return hours of every weekday."""
    return {"weekdays": ("mon", "tue", "wed", "thu", "fri"), "opens": opens, "closes": closes}


def way(minutes: int = 60, buffer: int = 30, seats: int = 2, **more: Any) -> dict[str, Any]:
    """Return the settings of a method; notice of two working days, 30 days ahead."""
    settings = {"minutes": minutes, "buffer_minutes": buffer, "seats": seats}
    return settings | {"notice_working_days": 2, "horizon_days": 30} | more


def programme_of(seats: int, spans: list[dict[str, Any]], **methods: dict[str, Any]) -> Programme:
    """Return the sample with other seats, hours and methods."""
    booking = BookingSettings.model_validate(
        {
            "seats": seats,
            "hold_minutes": 30,
            "remind_day_before": "10:00",
            "remind_minutes_before": 60,
            "hours": spans,
            "methods": methods,
        }
    )
    return SAMPLE_PROGRAMME.model_copy(update={"booking": booking})


def occasion(programme: Programme, now: datetime = NOW) -> Occasion:
    """Return the office at a moment."""
    return Occasion(programme, STAFF_CHAT, now)


def wish(method: Method, day: int, clock: str) -> Wish:
    """Return a time (JST) of November 2026 that somebody asks for."""
    start = datetime.combine(date(2026, 11, day), time.fromisoformat(clock), JST)
    return Wish(method, start.astimezone(UTC))


def consultations(database: Database, count: int) -> list[int]:
    """Store consultations of OWNER, all of one company; return their ids."""

    def store(tx: Transaction) -> list[int]:
        company = stored_cases.match_company(tx, COMPANY)
        return [
            stored_cases.add(
                tx,
                NewConsultation(
                    draft_id=-1 - number,
                    user_id=OWNER,
                    answers=ANSWERS,
                    consent=Consent("x", NOW),
                    submitted_at=NOW,
                    channel="bank",
                    size=SizeVerdict(CompanySize.SME, False),
                    eligibility=Eligibility.ELIGIBLE,
                ),
                stored_cases.next_reference(tx, FiscalYear(2026)),
                company,
                None,
            )
            for number in range(count)
        ]

    return database.write(store).result()


def assert_seats_are_kept(database: Database) -> list[Booking]:
    """Check that seats and live bookings say the same, and none says it twice; return them."""
    live, kept = database.read(_live_and_kept).result()
    expected = {
        (booking_id, quarter, seat, method, place)
        for booking_id, start, until, seat, method, place in live
        for quarter in quarters(start, until)
    }
    assert set(kept) == expected
    assert len(kept) == len(expected)
    assert len({(quarter, seat) for _, quarter, seat, _, _ in kept}) == len(kept)
    found = database.read(
        lambda tx: bookings.live_between(tx, NOW, datetime(2028, 1, 1, tzinfo=UTC))
    ).result()
    assert len(found) == len(live)
    assert len({booking.consultation_id for booking in found}) == len(found)
    return found


def _live_and_kept(tx: Transaction) -> tuple[list[Any], list[Any]]:
    live = tx.connection.execute(
        text(
            "SELECT id, starts_at, seat_until, seat, method, place FROM bookings "
            "WHERE state IN ('held', 'booked')"
        )
    )
    kept = tx.connection.execute(
        text("SELECT booking_id, quarter, seat, method, place FROM booking_seats")
    )
    return (
        [(one[0], _moment(one[1]), _moment(one[2]), *one[3:]) for one in live],
        [(one[0], _moment(one[1]), *one[2:]) for one in kept],
    )


def _moment(stored: Any) -> datetime:
    moment: datetime = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
