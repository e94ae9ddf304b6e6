"""Days and hours to close or open: in words, and in callback data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.closures import ClosingSpan, clock
from domain.errors import StaleButton
from domain.fiscal_year import jst_date, jst_midnight
from handlers.booking_buttons import day_code, read_day
from handlers.moments import dated, day

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.closures import Interval
    from handlers.context import Context

_MINUTE = timedelta(minutes=1)


def span_code(span: ClosingSpan) -> str:
    """Return days and hours as a button has them: 20261225-20261228-780-900."""
    return f"{day_code(span.first)}-{day_code(span.last)}-{span.opens}-{span.closes}"


def read_span(code: str) -> ClosingSpan:
    """Return the days and hours a button means. Raises StaleButton."""
    parts = code.split("-")
    if len(parts) != 4 or not all(part.isdecimal() and len(part) <= 8 for part in parts):
        raise StaleButton("")
    try:
        return ClosingSpan(read_day(parts[0]), read_day(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise StaleButton("") from None


def interval_span(interval: Interval) -> ClosingSpan:
    """Return an interval of whole days, or one within a day, as days and hours.

    Of any other it returns all the days that it touches.
    """
    first, last = jst_date(interval.start), jst_date(interval.end - _MINUTE)
    if first != last:
        return ClosingSpan(first, last)
    return ClosingSpan(first, last, _minutes(first, interval.start), _minutes(first, interval.end))


def _minutes(on: date, at: datetime) -> int:
    return int((at - jst_midnight(on)) / _MINUTE)


def span_text(context: Context, span: ClosingSpan) -> str:
    """Return days and hours in words; the year is said where it is not this one."""
    _ = context.gettext
    text = _day(context, span.first)
    if span.days > 1:
        days = {"first": text, "last": _day(context, span.last), "days": span.days}
        text = (
            context.ngettext(
                "%(first)s to %(last)s (%(days)d day)",
                "%(first)s to %(last)s (%(days)d days)",
                span.days,
            )
            % days
        )
    hours = span_hours(context, span)
    if span.days > 1 and not span.is_whole_days:
        hours = _("%(hours)s each day") % {"hours": hours}
    return f"{text} {hours}"


def span_hours(context: Context, span: ClosingSpan) -> str:
    """Return the hours in words: 13:00–15:00, or the whole day."""
    if span.is_whole_days:
        return context.gettext("the whole day")
    times = {"start": clock(span.opens), "end": clock(span.closes)}
    return context.gettext("%(start)s–%(end)s") % times


def interval_text(context: Context, interval: Interval) -> str:
    """Return a closed time in words, whatever it begins and ends with."""
    span = interval_span(interval)
    if interval in span.intervals:
        return span_text(context, span)
    _ = context.gettext
    ends = {"start": _end(context, interval.start, span.first)}
    ends["end"] = _end(context, interval.end, span.last)
    return _("%(start)s to %(end)s") % ends


def _end(context: Context, at: datetime, on: date) -> str:
    return f"{_day(context, on)} {clock(_minutes(on, at))}"


def _day(context: Context, on: date) -> str:
    if on.year == jst_date(context.now).year:
        return day(context, on)
    return dated(context, on)
