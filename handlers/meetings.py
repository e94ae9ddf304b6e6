"""A meeting in words: when, how, and where."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from domain.bookings import METHOD_NAMES
from domain.slots import Method
from handlers.moments import span

if TYPE_CHECKING:
    from domain.bookings import Booking
    from handlers.context import Context


def meeting_text(context: Context, booking: Booking) -> str:
    """Return day, time and method of a meeting, and the address if it is at the hub (HTML)."""
    _ = context.gettext
    lines = [
        f"<b>{span(context, booking.starts_at, booking.ends_at)}</b>",
        escape(method_name(context, booking.method)),
    ]
    if booking.method is Method.HUB:
        lines.append(escape(context.house.programme.office.address))
    return "\n".join(lines)


def meeting_line(context: Context, booking: Booking) -> str:
    """Return a meeting in one line (HTML): when and how."""
    when = span(context, booking.starts_at, booking.ends_at)
    return f"{when}　{escape(method_name(context, booking.method))}"


def method_name(context: Context, method: Method) -> str:
    """Return how people meet, in words."""
    return context.gettext(METHOD_NAMES[method])
