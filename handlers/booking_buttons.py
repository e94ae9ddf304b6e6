"""What the buttons of a booking say of themselves: for what, how, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from domain.bookings import MoveOf, NewMeeting
from domain.errors import StaleButton
from domain.fiscal_year import JST
from domain.slots import Method

if TYPE_CHECKING:
    from domain.bookings import Booking, Target

_SLOT, _DAY, _MONTH = "%Y%m%d%H%M", "%Y%m%d", "%Y%m"


def target_code(target: Target) -> str:
    """Return `c12` for the next meeting of a consultation, `b7.2` for moving revision 2 of one."""
    if isinstance(target, NewMeeting):
        return f"c{target.consultation_id}"
    return f"b{target.booking_id}.{target.revision}"


def read_target(code: str) -> Target:
    """Return what a button is for. Raises StaleButton."""
    numbers = code[1:].split(".")
    if not all(one.isascii() and one.isdecimal() and len(one) <= 18 for one in numbers):
        raise StaleButton("")
    if code[:1] == "c" and len(numbers) == 1:
        return NewMeeting(int(numbers[0]))
    if code[:1] == "b" and len(numbers) == 2:
        return MoveOf(int(numbers[0]), int(numbers[1]))
    raise StaleButton("")


def as_it_is(booking: Booking) -> MoveOf:
    """Return what a button under a booking is for, as the booking is now."""
    return MoveOf(booking.id, booking.revision)


def slot_code(start: datetime) -> str:
    """Return a slot as a button has it: 202611260930 (JST)."""
    return start.astimezone(JST).strftime(_SLOT)


def read_slot(code: str) -> datetime:
    """Return the moment (UTC) a button means. Raises StaleButton."""
    return _parsed(code, _SLOT).replace(tzinfo=JST).astimezone(UTC)


def day_code(day: date) -> str:
    """Return a day as a button has it: 20261126."""
    return day.strftime(_DAY)


def read_day(code: str) -> date:
    """Return the day (JST) a button means. Raises StaleButton."""
    return _parsed(code, _DAY).date()


def month_code(month: date) -> str:
    """Return the month of a day as a button has it: 202611."""
    return month.strftime(_MONTH)


def read_month(code: str) -> date:
    """Return the first day of the month a button means. Raises StaleButton."""
    return _parsed(code, _MONTH).date()


def read_method(code: str) -> Method:
    """Return the method a button means. Raises StaleButton."""
    try:
        return Method(code)
    except ValueError:
        raise StaleButton("") from None


def _parsed(code: str, form: str) -> datetime:
    try:
        found = datetime.strptime(code, form)  # noqa: DTZ007 - a clock time, given its zone above
    except ValueError:
        raise StaleButton("") from None
    # strptime reads shorter numbers too, and far years have no slot.
    if found.strftime(form) != code or not 2000 <= found.year <= 2100:
        raise StaleButton("")
    return found
